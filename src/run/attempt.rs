//! What came of an attempt: the verdict, and its end in the ledger.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use tracing::debug;

use crate::client::SendError;
use crate::ledger::{Claim, LedgerError, Settled, Settling};
use crate::model::answer::Answer;
use crate::model::code::{Charge, Class};
use crate::model::outcome::{Outcome, Source};
use crate::model::record::{Field, Record};
use crate::model::redaction::mask_name;
use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::run::stop::{Reason, Stop};

/// What became of a row, perhaps still on its way to the disk.
#[must_use]
pub(crate) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) settling: Option<Settling>,
}

impl Judged {
    /// The verdict, once it is on disk. What can't be written is reported as what the ledger knows
    /// of it, unknown, and the run is stopped; the ledger goes on trying to write it until it is
    /// closed, so that the next run may have it.
    pub(crate) async fn on_disk(self, stop: &Stop) -> Verdict {
        match self.settling {
            Some(settling) => settled(self.verdict, settling.await, stop),
            None => self.verdict,
        }
    }

    /// The same for a thread that has nothing else to do.
    pub(crate) fn wait_on_disk(self, stop: &Stop) -> Verdict {
        match self.settling {
            Some(settling) => settled(self.verdict, settling.wait(), stop),
            None => self.verdict,
        }
    }
}

fn settled(verdict: Verdict, settled: Result<Settled, LedgerError>, stop: &Stop) -> Verdict {
    match settled {
        Ok(Settled::Written) => verdict,
        Ok(Settled::ThenStop) => {
            stop.stop(Reason::Ledger(
                "its disk is full or in trouble; every answer so far was saved".to_owned(),
            ));
            verdict
        }
        Err(error) => {
            let why = format!("an answer came, but is not on disk: {error}");
            stop.stop(Reason::Ledger(error.to_string()));
            unsaved(&verdict, why)
        }
    }
}

/// The ledger has an open intent and no end: that is what every later run will say too.
fn unsaved(verdict: &Verdict, why: String) -> Verdict {
    Verdict {
        charged: Charge::Unknown,
        source: verdict.source,
        attempts: verdict.attempts,
        elapsed: verdict.elapsed,
        at: verdict.at,
        ..Verdict::local(Outcome::Unknown, Some(why))
    }
}

impl From<Verdict> for Judged {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, settling: None }
    }
}

/// Only what is proved uncharged and can pass by itself.
pub(crate) fn may_ask_again(verdict: &Verdict) -> bool {
    let passing = match &verdict.answer {
        Some(answer) => answer.class() == Some(Class::Passing),
        None => true,
    };
    verdict.charged == Charge::No && passing
}

/// Uses the claim up. The ledger names nobody, so a name that the answer repeats is not stored.
pub(crate) fn end(claim: Claim, verdict: &Verdict, record: &Record) -> Settling {
    let words = verdict.explanation.as_deref().unwrap_or_default();
    match (&verdict.answer, verdict.charged) {
        (Some(answer), _) => {
            let answer = without_name(answer, record.get(Field::Name));
            claim.settle(&answer, verdict.attempts)
        }
        (None, Charge::No) => claim.release(words, verdict.attempts),
        (None, Charge::Yes | Charge::Unknown) => claim.doubt(words, verdict.attempts),
    }
}

/// The answer with stars in place of this name in its sentences.
fn without_name<'a>(answer: &'a Answer, name: &str) -> Cow<'a, Answer> {
    let masked = |text: &Option<String>| text.as_deref().and_then(|text| mask_name(text, name));
    let (message, reason) = (masked(&answer.message), masked(&answer.reason));
    if message.is_none() && reason.is_none() {
        return Cow::Borrowed(answer);
    }
    let mut answer = answer.clone();
    answer.message = message.or(answer.message);
    answer.reason = reason.or(answer.reason);
    Cow::Owned(answer)
}

/// The verdict of an attempt that ended now.
pub(crate) fn judge(seen: Result<Answer, SendError>, attempts: u32, elapsed: Duration) -> Verdict {
    let (outcome, charged) = match &seen {
        Ok(answer) => (answer.outcome(), answer.charge()),
        Err(error) => match error.charge() {
            Charge::Unknown | Charge::Yes => (Outcome::Unknown, Charge::Unknown),
            Charge::No => (Outcome::Unavailable, Charge::No),
        },
    };
    let (answer, explanation) = match seen {
        Ok(answer) => (Some(answer), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Verdict {
        outcome,
        charged,
        source: Source::Api,
        answer,
        explanation,
        attempts,
        elapsed: Some(elapsed),
        at: Some(Timestamp::now()),
    }
}

/// For `-v`.
pub(crate) fn log(row: &Row, attempt: u32, elapsed: Duration, seen: &Result<Answer, SendError>) {
    match seen {
        Ok(answer) => debug!(row = row.number, attempt, ?elapsed, code = answer.code, "answered"),
        Err(error) => debug!(row = row.number, attempt, ?elapsed, %error, "no answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_names_nobody_is_stored_as_it_is() {
        let answer = Answer { message: Some("success".to_owned()), ..Answer::default() };
        assert!(matches!(without_name(&answer, "Budi"), Cow::Borrowed(_)));
        let answer = Answer { reason: Some("Budi is unknown".to_owned()), ..answer };
        let stored = without_name(&answer, "Budi").into_owned();
        assert_eq!(stored.reason.as_deref(), Some("**** is unknown"));
        assert_eq!(stored.message.as_deref(), Some("success"));
    }
}
