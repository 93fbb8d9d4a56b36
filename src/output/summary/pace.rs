//! What a run found out about the pace of its endpoint.

use std::time::Duration;

use serde_json::{Value, json};

use crate::run::pacing::{Limit, PaceStatus};
use crate::words::Lang;

/// A smaller share of failures is not worth a word.
const WORTH_A_WORD: f64 = 0.005;

/// The pace of a run, summed up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PaceSummary {
    /// How often the run paused.
    pub pauses: u32,
    /// How long all pauses lasted together.
    pub paused: Duration,
    /// Calls a second that the endpoint takes, if a limit was found.
    pub limit_per_second: Option<f64>,
    /// Calls in flight that the endpoint takes, if a limit was found.
    pub limit_in_flight: Option<usize>,
    /// The share of calls that failed whatever the pace, from 0 to 1.
    pub noise: f64,
    /// Calls that the endpoint refused for the moment, by a code or an HTTP status.
    pub refused: u64,
    /// Requests in flight that `-c auto` settled on.
    pub in_flight: Option<usize>,
}

impl PaceSummary {
    /// Sums up what the status of a run has come to.
    pub(crate) fn of(status: &PaceStatus) -> Self {
        let (limit_per_second, limit_in_flight) = match status.found {
            None => (None, None),
            Some(Limit::Rate(rate)) => (Some(rate), None),
            Some(Limit::InFlight(calls)) => (None, Some(calls)),
        };
        Self {
            pauses: status.pauses,
            paused: status.paused,
            limit_per_second,
            limit_in_flight,
            noise: status.noise,
            refused: status.refused,
            in_flight: status.settled,
        }
    }

    /// Says it for people: how often the run paused, and what it found. `None` if it found nothing.
    pub fn in_words(&self, lang: Lang) -> Option<String> {
        let words = lang.words();
        let rate = self.limit_per_second.map(|rate| words.per_second(rate));
        let limit = rate.or_else(|| Some(words.at_once(self.limit_in_flight?)));
        let parts = [
            (self.pauses > 0).then(|| words.pauses(self.pauses, self.paused)),
            (self.refused > 0).then(|| words.refused_calls(self.refused)),
            limit.map(|limit| words.limit(&limit)),
            (self.noise >= WORTH_A_WORD).then(|| words.noise(self.noise)),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        json!({
            "limit_per_second": self.limit_per_second,
            "limit_in_flight": self.limit_in_flight,
            "noise": self.noise,
            "refused": self.refused,
            "paused_s": self.paused.as_secs_f64(),
            "in_flight": self.in_flight,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_says_only_what_was_found() {
        let none = PaceSummary::default();
        let paused = Duration::from_millis(3_240);
        for (pace, words) in [
            (none, None),
            (PaceSummary { noise: 0.004, ..none }, None),
            (PaceSummary { pauses: 1, paused, ..none }, Some("once, with pauses of 3.2 s in all")),
            (
                PaceSummary { refused: 87, limit_per_second: Some(199.6), ..none },
                Some("87 calls refused; the endpoint takes about 200/s"),
            ),
            (
                PaceSummary { limit_in_flight: Some(20), noise: 0.031, ..none },
                Some("the endpoint takes about 20 calls at once; 3% of calls failed at any rate"),
            ),
        ] {
            assert_eq!(pace.in_words(Lang::En).as_deref(), words);
        }
    }
}
