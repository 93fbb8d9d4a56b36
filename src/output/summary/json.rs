//! The summary for programs. Its schema is `schemas/summary.json`.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::model::code::{self, Charge};
use crate::model::field_match::Match;
use crate::model::outcome::{Outcome, Source};
use crate::output::summary::Summary;
use crate::output::text::escape;
use crate::words::Lang;

/// To the microsecond.
#[expect(clippy::cast_precision_loss, reason = "an answer takes no thousand years")]
fn millis(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e3
}

impl Summary<'_> {
    /// For programs.
    pub fn json(&self) -> Value {
        let (tally, totals) = (self.tally, self.totals);
        let outcomes = Outcome::ALL.map(|o| (o.word().to_owned(), tally.outcome(o).into()));
        let sources = Source::ALL.map(|s| (s.word().to_owned(), tally.source(s).into()));
        let charges = [Charge::Yes, Charge::No, Charge::Unknown];
        let charged = charges.map(|c| (c.word().to_owned(), tally.charged(c).into()));
        let problems = tally.problems().map(|(code, _, rows)| (code.to_owned(), rows.into()));
        let millis = |share| tally.latency(share).map(millis);
        json!({
            "idv": env!("CARGO_PKG_VERSION"),
            "sandbox": totals.sandbox,
            "operator": totals.origin.operator,
            "reference": totals.origin.reference,
            "purpose": totals.origin.purpose,
            "started_at": format!("{:.3}", totals.started),
            "ended_at": format!("{:.3}", self.ended()),
            "rows": tally.rows(),
            "left_out": totals.left_out,
            "by_outcome": Map::from_iter(outcomes),
            "by_code": self.codes_json(),
            "by_source": Map::from_iter(sources),
            "charged": Map::from_iter(charged),
            "saved": tally.saved(),
            "price": self.price_json(),
            "by_match": self.matches_json(),
            "by_problem": problems.collect::<Map<_, _>>(),
            "latency_ms": { "p50": millis(0.5), "p95": millis(0.95), "p99": millis(0.99) },
            "slowed": {
                "times": totals.pace.pauses,
                "paused_s": totals.pace.paused.as_secs_f64(),
            },
            "pace": totals.pace.json(),
            "elapsed_s": totals.elapsed.as_secs_f64(),
            "rows_per_second": self.rate(),
            "stopped": totals.stopped.as_ref().map(|reason| {
                json!({ "reason": reason.word(), "message": escape(&reason.to_string()) })
            }),
            "exit_code": totals.exit,
            "next": totals.next.iter().map(|step| Lang::En.words().next_step(step)).collect::<Vec<_>>(),
        })
    }

    fn codes_json(&self) -> Map<String, Value> {
        let entry = |(number, rows): (i64, u64)| {
            let documented = code::find(number);
            let entry = json!({
                "rows": rows,
                "meaning": documented.map(|code| Lang::En.words().code_meaning(code.name)),
                "charged": code::charge(number).word(),
            });
            (number.to_string(), entry)
        };
        self.tally.codes().map(entry).collect()
    }

    fn price_json(&self) -> Option<Value> {
        self.money().map(|money| {
            json!({
                "each": money.each,
                "charged": money.charged,
                "unknown": money.unknown,
                "saved": money.saved,
            })
        })
    }

    fn matches_json(&self) -> Vec<Value> {
        let entry = |(phone, name, rows): (Match, Match, u64)| json!({ "id_phone_match": phone.word(), "id_name_match": name.word(), "rows": rows });
        self.tally.matches().map(entry).collect()
    }
}
