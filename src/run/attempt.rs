//! The result of one attempt: its verdict, and the pending write to the ledger.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use tracing::debug;

use crate::ledger::{Claim, LedgerError, PendingWrite, WriteStatus};
use crate::model::answer::Answer;
use crate::model::code::{Charge, Class};
use crate::model::explanation::Explanation;
use crate::model::outcome::{Outcome, Source};
use crate::model::record::{Field, Record};
use crate::model::redaction::mask_name;
use crate::model::row::Row;
use crate::model::send_error::SendError;
use crate::model::stop_reason::StopReason;
use crate::model::verdict::Verdict;
use crate::run::stop::StopSwitch;

/// A verdict whose write to the ledger may not be finished.
#[must_use]
pub(crate) struct PendingVerdict {
    pub(super) verdict: Verdict,
    pub(super) settling: Option<PendingWrite>,
}

impl PendingVerdict {
    /// Waits until the verdict is on disk, and returns it. If the write fails, the run is stopped
    /// and the verdict is `unknown`, as every later run will see it. The ledger goes on trying to
    /// write the answer until it is closed.
    pub(crate) async fn on_disk(self, stop: &StopSwitch) -> Verdict {
        match self.settling {
            Some(settling) => settled(self.verdict, settling.await, stop),
            None => self.verdict,
        }
    }

    /// The blocking form of [`Self::on_disk`], for a thread outside the runtime.
    pub(crate) fn wait_on_disk(self, stop: &StopSwitch) -> Verdict {
        match self.settling {
            Some(settling) => settled(self.verdict, settling.wait(), stop),
            None => self.verdict,
        }
    }
}

fn settled(
    verdict: Verdict,
    settled: Result<WriteStatus, LedgerError>,
    stop: &StopSwitch,
) -> Verdict {
    match settled {
        Ok(WriteStatus::Written) => verdict,
        Ok(WriteStatus::DiskTrouble) => {
            stop.stop(StopReason::Ledger(
                "its disk is full or in trouble; every answer so far was saved".to_owned(),
            ));
            verdict
        }
        Err(error) => {
            stop.stop(StopReason::Ledger(error.to_string()));
            unsaved(&verdict, error.to_string())
        }
    }
}

/// The verdict on a call whose answer could not be written: its intent stays open in the ledger.
fn unsaved(verdict: &Verdict, why: String) -> Verdict {
    Verdict {
        charged: Charge::Unknown,
        source: verdict.source,
        attempts: verdict.attempts,
        elapsed: verdict.elapsed,
        at: verdict.at,
        ..Verdict::local(Outcome::Unknown, Some(Explanation::NotOnDisk(why)))
    }
}

impl From<Verdict> for PendingVerdict {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, settling: None }
    }
}

/// Whether a record may be sent again: the attempt cost nothing, and its trouble may pass.
pub(crate) fn may_retry(verdict: &Verdict) -> bool {
    let passing = match &verdict.answer {
        Some(answer) => answer.class() == Some(Class::Passing),
        None => true,
    };
    verdict.charged == Charge::No && passing
}

/// Ends the claim with the result of its attempt. A name that the answer repeats is not stored: the
/// ledger holds no names.
pub(crate) fn end_claim(claim: Claim, verdict: &Verdict, record: &Record) -> PendingWrite {
    let why = verdict.explanation.as_ref().map(ToString::to_string).unwrap_or_default();
    match (&verdict.answer, verdict.charged) {
        (Some(answer), _) => {
            let answer = without_name(answer, record.get(Field::Name));
            claim.settle(&answer, verdict.attempts)
        }
        (None, Charge::No) => claim.release(&why, verdict.attempts),
        (None, Charge::Yes | Charge::Unknown) => claim.doubt(&why, verdict.attempts),
    }
}

/// The answer with this name masked in its message and its reason.
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

/// Makes the verdict of an attempt that ended now.
pub(crate) fn verdict_of(
    seen: Result<Answer, SendError>,
    attempts: u32,
    elapsed: Duration,
) -> Verdict {
    let (outcome, charged) = match &seen {
        Ok(answer) => (answer.outcome(), answer.charge()),
        Err(error) => match error.charge() {
            Charge::Unknown | Charge::Yes => (Outcome::Unknown, Charge::Unknown),
            Charge::No => (Outcome::Unavailable, Charge::No),
        },
    };
    let (answer, explanation) = match seen {
        Ok(answer) => (Some(answer), None),
        Err(error) => (None, Some(Explanation::Attempt(error))),
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

/// Logs an attempt for `-v`.
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
