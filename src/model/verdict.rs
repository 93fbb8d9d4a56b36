//! The verdict on one row: its outcome, what it cost, where the answer came from.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::outcome::{Outcome, Source};

/// What became of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The outcome.
    pub outcome: Outcome,
    /// What this row cost in this run.
    pub charged: Charge,
    /// Where the answer came from.
    pub source: Source,
    /// The endpoint's last answer, if a legible one came.
    pub answer: Option<Answer>,
    /// Why there is no answer, in our own words; names no person and no key.
    pub explanation: Option<String>,
    /// How many requests were made or tried.
    pub attempts: u32,
    /// How long the last attempt took.
    pub elapsed: Option<Duration>,
    /// When the last attempt ended.
    pub at: Option<Timestamp>,
}

impl Verdict {
    /// A row for which nobody was asked.
    pub fn local(outcome: Outcome, explanation: Option<String>) -> Self {
        Self {
            outcome,
            charged: Charge::No,
            source: Source::Local,
            answer: None,
            explanation,
            attempts: 0,
            elapsed: None,
            at: None,
        }
    }

    /// The provider's message, or in its absence our explanation.
    pub fn message(&self) -> Option<&str> {
        let said = self.answer.as_ref().and_then(|answer| answer.message.as_deref());
        said.or(self.explanation.as_deref())
    }
}
