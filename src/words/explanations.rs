//! The sentences that explain why a row has no answer.

use std::borrow::Cow;
use std::fmt;

use crate::model::explanation::{DoubtReason, Explanation};
use crate::model::send_error::{SendError, Trouble};
use crate::model::verdict::Verdict;
use crate::words::{Lang, Words};

/// The sentences that explain why a row has no answer.
pub(crate) trait ExplanationWords {
    /// Why an attempt brought no answer.
    fn send_error(&self, error: &SendError) -> String;
    /// What went wrong in an exchange.
    fn trouble(&self, trouble: &Trouble) -> String;
    /// An answer came, but is not on disk.
    fn not_on_disk(&self, why: &str) -> String;
    /// Another run is still asking about the same record.
    fn still_asked(&self, run: i64) -> String;
    /// An earlier call of the same record may have been charged, or was.
    fn in_doubt_call(&self, call: i64, run: i64, reason: &DoubtReason) -> String;
    /// Nothing was sent, since the run stopped for this reason.
    fn not_sent(&self, reason: &str) -> String;
}

impl Explanation {
    /// Explains it in these words.
    pub(crate) fn in_words(&self, words: &dyn Words) -> String {
        match self {
            Self::Attempt(error) => words.send_error(error),
            Self::NotOnDisk(why) => words.not_on_disk(why),
            Self::StillAsked { run } => words.still_asked(*run),
            Self::InDoubt { call, run, reason } => words.in_doubt_call(*call, *run, reason),
            Self::Stopped(reason) => words.not_sent(&reason.in_words(words)),
            Self::Problems(problems) => {
                let said: Vec<_> = problems.iter().map(|problem| problem.in_words(words)).collect();
                said.join(" ")
            }
        }
    }
}

impl Verdict {
    /// The provider's message, else our explanation in English.
    pub fn message(&self) -> Option<Cow<'_, str>> {
        self.message_in(Lang::En.words())
    }

    /// The provider's message, else our explanation.
    pub(crate) fn message_in(&self, words: &dyn Words) -> Option<Cow<'_, str>> {
        match (self.provider_message(), &self.explanation) {
            (Some(said), _) => Some(said.into()),
            (None, Some(explanation)) => Some(explanation.in_words(words).into()),
            (None, None) => None,
        }
    }
}

/// In English.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Lang::En.words()))
    }
}

/// In English.
impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Lang::En.words().send_error(self))
    }
}

/// In English.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Lang::En.words().trouble(self))
    }
}
