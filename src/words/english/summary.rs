//! English sentences of a run's summary.

use std::time::Duration;

use crate::model::field_match::Match;
use crate::model::price::Price;
use crate::words::english::English;
use crate::words::{Lang, PlanWords, SummaryWords};

impl SummaryWords for English {
    fn origin_labels(&self) -> [&'static str; 3] {
        ["operator", "reference", "purpose"]
    }

    fn headline(&self, rows: u64, elapsed: Duration, rate: f64) -> String {
        format!("{} in {}, {} rows/s", self.rows(rows), Lang::En.span(elapsed), Lang::En.rate(rate))
    }

    fn name_matched(&self, value: Match) -> &'static str {
        match value {
            Match::Pass => "name pass",
            Match::Fail => "name fail",
            Match::NoRecord => "no record",
            Match::Other => "other",
        }
    }

    fn phone_matched(&self, value: Match) -> &'static str {
        match value {
            Match::Pass => "phone pass",
            Match::Fail => "phone fail",
            Match::NoRecord => "no record",
            Match::Other => "other",
        }
    }

    fn code_column(&self) -> &'static str {
        "code"
    }

    fn rows_column(&self) -> &'static str {
        "rows"
    }

    fn meaning_column(&self) -> &'static str {
        "meaning"
    }

    fn problem_column(&self) -> &'static str {
        "problem"
    }

    fn level_column(&self) -> &'static str {
        "level"
    }

    fn charges(&self, charged: u64, free: u64, unknown: u64) -> String {
        let [charged, free, unknown] = [charged, free, unknown].map(|n| Lang::En.thousands(n));
        format!("charged: {charged}   not charged: {free}   unknown: {unknown}")
    }

    fn price_label(&self) -> &'static str {
        "price: "
    }

    fn price(&self, charged: Price, each: Price, unknown: Option<Price>) -> String {
        let open = unknown
            .map(|unknown| format!(", and {unknown} more if what is unknown was charged"))
            .unwrap_or_default();
        format!("{charged} at {each} a call{open}")
    }

    fn known_label(&self) -> &'static str {
        "known already: "
    }

    fn known(&self, ledger: u64, duplicates: u64, saved: u64, worth: Option<Price>) -> String {
        let ledger = (ledger > 0).then(|| format!("{} from the ledger", self.rows(ledger)));
        let duplicates =
            (duplicates > 0).then(|| format!("{} as duplicates", self.rows(duplicates)));
        let sources: Vec<_> = [ledger, duplicates].into_iter().flatten().collect();
        let worth = worth.map(|worth| format!(", worth {worth}")).unwrap_or_default();
        let noun = if saved == 1 { "charge" } else { "charges" };
        let saved = Lang::En.thousands(saved);
        format!("{}; saved {saved} {noun}{worth}", sources.join(", "))
    }

    fn latency(&self, half: Duration, p95: Duration, p99: Duration) -> String {
        let [half, p95, p99] = [half, p95, p99].map(|time| Lang::En.millis(time));
        format!("answers took: {half} (half), {p95} (95%), {p99} (99%)")
    }

    fn slowed_label(&self) -> &'static str {
        "slowed down: "
    }

    fn pauses(&self, times: u32, paused: Duration) -> String {
        let times = if times == 1 {
            "once".to_owned()
        } else {
            format!("{} times", Lang::En.thousands(times.into()))
        };
        format!("{times}, with pauses of {} in all", Lang::En.span(paused))
    }

    fn refused_calls(&self, calls: u64) -> String {
        let noun = if calls == 1 { "call" } else { "calls" };
        format!("{} {noun} refused", Lang::En.thousands(calls))
    }

    fn limit(&self, limit: &str) -> String {
        format!("the endpoint takes about {limit}")
    }

    fn per_second(&self, rate: f64) -> String {
        format!("{}/s", Lang::En.few_digits(rate))
    }

    fn at_once(&self, calls: usize) -> String {
        format!("{calls} calls at once")
    }

    fn noise(&self, share: f64) -> String {
        format!("{} of calls failed at any rate", Lang::En.percent(share))
    }

    fn stopped_label(&self) -> &'static str {
        "stopped: "
    }

    fn next_label(&self) -> &'static str {
        "next: "
    }
}
