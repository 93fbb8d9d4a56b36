//! The verdict on one row: its outcome, its charge, and the source of its answer.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::explanation::Explanation;
use crate::model::outcome::{Outcome, Source};

/// The verdict on one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The outcome.
    pub outcome: Outcome,
    /// The charge of this row in this run.
    pub charged: Charge,
    /// The source of the answer.
    pub source: Source,
    /// The last legible answer of the endpoint.
    pub answer: Option<Answer>,
    /// The reason why there is no answer.
    pub explanation: Option<Explanation>,
    /// Number of requests made or tried.
    pub attempts: u32,
    /// Duration of the last attempt.
    pub elapsed: Option<Duration>,
    /// End of the last attempt.
    pub at: Option<Timestamp>,
}

impl Verdict {
    /// Makes the verdict on a row without a request.
    pub fn local(outcome: Outcome, explanation: Option<Explanation>) -> Self {
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

    /// The provider's message.
    pub(crate) fn provider_message(&self) -> Option<&str> {
        self.answer.as_ref().and_then(|answer| answer.message.as_deref())
    }
}
