//! The summary of a run: on the terminal for people, as JSON for programs.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::code::{self, Charge};
use crate::outcome::Outcome;
use crate::output::table::{Style, paint};
use crate::price::Price;
use crate::stop::Reason;
use crate::tally::Tally;
use crate::text::{count, thousands};

/// What is known of a run besides its sums.
#[derive(Debug)]
pub struct Totals {
    /// From the first row to the last.
    pub elapsed: Duration,
    /// Why it stopped before its end, if it did.
    pub stopped: Option<Reason>,
    /// The exit code.
    pub exit: u8,
    /// What to do next.
    pub next: Vec<String>,
    /// What one call costs, where that is known.
    pub price: Option<Price>,
}

/// The sums of a run and what else is known of it.
#[derive(Debug)]
pub struct Summary<'a> {
    /// The sums.
    pub tally: &'a Tally,
    /// What else is known.
    pub totals: &'a Totals,
}

/// The longest bar, in characters.
const BAR: u64 = 30;

impl Summary<'_> {
    /// For people.
    pub fn text(&self, color: bool) -> String {
        let mut text = String::new();
        self.headline(&mut text);
        self.outcomes(&mut text, color);
        self.codes(&mut text);
        self.problems(&mut text);
        self.charges(&mut text);
        if let Some(reason) = &self.totals.stopped {
            line(&mut text, &format!("\nstopped: {reason}"));
        }
        for next in &self.totals.next {
            line(&mut text, &format!("next: {next}"));
        }
        text
    }

    fn headline(&self, text: &mut String) {
        let rows = count(self.tally.rows(), "row");
        let seconds = self.totals.elapsed.as_secs_f64();
        line(text, &format!("{rows} in {seconds:.1} s, {:.0} rows/s\n", self.rate()));
    }

    fn rate(&self) -> f64 {
        let seconds = self.totals.elapsed.as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a rate shown to a few digits")]
        let rows = self.tally.rows() as f64;
        rows / seconds
    }

    fn outcomes(&self, text: &mut String, color: bool) {
        let most = Outcome::ALL.map(|outcome| self.tally.outcome(outcome)).into_iter().max();
        for outcome in Outcome::ALL {
            let rows = self.tally.outcome(outcome);
            if rows == 0 {
                continue;
            }
            let length = (rows * BAR).div_ceil(most.unwrap_or(1).max(1));
            let bar = "█".repeat(usize::try_from(length).unwrap_or_default());
            let bar = paint(&bar, Style::of(outcome), color);
            let word = outcome.word();
            line(text, &format!("  {word:<13}{:>9}  {bar} {}", thousands(rows), outcome.meaning()));
        }
    }

    fn codes(&self, text: &mut String) {
        let mut codes = self.tally.codes().peekable();
        if codes.peek().is_some() {
            line(text, "\n  code            rows  meaning");
        }
        for (number, rows) in codes {
            let meaning =
                code::find(number).map_or("not documented by the provider", |c| c.meaning);
            line(text, &format!("  {number:<9}{:>11}  {meaning}", thousands(rows)));
        }
    }

    fn problems(&self, text: &mut String) {
        let mut problems = self.tally.problems().peekable();
        if problems.peek().is_some() {
            line(text, "\n  problem                    rows");
        }
        for (code, rows) in problems {
            line(text, &format!("  {code:<22}{:>9}", thousands(rows)));
        }
    }

    fn charges(&self, text: &mut String) {
        let charged = |charge| thousands(self.tally.charged(charge));
        let (yes, no, unknown) =
            (charged(Charge::Yes), charged(Charge::No), charged(Charge::Unknown));
        line(text, &format!("\ncharged: {yes}   not charged: {no}   unknown: {unknown}"));
        if self.tally.saved() > 0 {
            let rows = count(self.tally.saved(), "row");
            line(text, &format!("known already: {rows}, so many charges saved"));
        }
        let millis = |share| self.tally.latency(share).map(|time| time.as_secs_f64() * 1e3);
        if let (Some(p50), Some(p95), Some(p99)) = (millis(0.5), millis(0.95), millis(0.99)) {
            line(
                text,
                &format!("answers took: {p50:.0} ms (half), {p95:.0} ms (95%), {p99:.0} ms (99%)"),
            );
        }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let outcomes = Outcome::ALL.map(|o| (o.word().to_owned(), self.tally.outcome(o).into()));
        let millis = |share| self.tally.latency(share).map(|time| time.as_secs_f64() * 1e3);
        json!({
            "rows": self.tally.rows(),
            "by_outcome": Map::from_iter(outcomes),
            "by_code": self.codes_json(),
            "charged": {
                "yes": self.tally.charged(Charge::Yes),
                "no": self.tally.charged(Charge::No),
                "unknown": self.tally.charged(Charge::Unknown),
            },
            "saved": self.tally.saved(),
            "by_match": self.matches_json(),
            "by_problem": self.tally.problems().map(|(code, rows)| (code.to_owned(), rows.into()))
                .collect::<Map<_, _>>(),
            "latency_ms": { "p50": millis(0.5), "p95": millis(0.95), "p99": millis(0.99) },
            "elapsed_s": self.totals.elapsed.as_secs_f64(),
            "rows_per_second": self.rate(),
            "stopped": self.totals.stopped.as_ref().map(|reason| {
                json!({ "reason": reason.word(), "message": reason.to_string() })
            }),
            "exit_code": self.totals.exit,
            "next": self.totals.next,
        })
    }

    fn codes_json(&self) -> Map<String, Value> {
        let entry = |(number, rows): (i64, u64)| {
            let documented = code::find(number);
            let entry = json!({
                "rows": rows,
                "meaning": documented.map(|code| code.meaning),
                "charged": code::charge(number).word(),
            });
            (number.to_string(), entry)
        };
        self.tally.codes().map(entry).collect()
    }

    fn matches_json(&self) -> Vec<Value> {
        let entry = |(phone, name, rows): (crate::tally::Match, crate::tally::Match, u64)| json!({ "id_phone_match": phone.word(), "id_name_match": name.word(), "rows": rows });
        self.tally.matches().map(entry).collect()
    }
}

fn line(text: &mut String, line: &str) {
    // Writing to a String can't fail.
    let _ = writeln!(text, "{line}");
}
