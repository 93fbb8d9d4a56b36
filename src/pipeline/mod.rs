//! One record's way: claim, send, settle; wait and begin again where that is proved free of
//! charge. Nothing is sent without a claim, and the client is reached only from here.

mod budget;
mod guard;
mod stream;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tracing::debug;

pub use crate::pipeline::stream::{Done, Limits, Rows, run};

use crate::answer::Answer;
use crate::client::{Client, SendError};
use crate::code::{Charge, Class};
use crate::ledger::{
    Asker, Claim, ClaimOptions, Claimed, Doubt, Known, LedgerError, Reader, Run, Settled, Settling,
    Stored, Waited, Waiter,
};
use crate::outcome::{Outcome, Source, Verdict};
use crate::pipeline::budget::{Budget, Place};
use crate::pipeline::guard::Guard;
use crate::problem::Level;
use crate::record::Record;
use crate::retry::{Decision, Policy, Tried};
use crate::row::Row;
use crate::stop::{Reason, Stop};

/// On which terms a run sends.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// When an uncharged attempt is repeated.
    pub policy: Policy,
    /// Which answers of the past count.
    pub options: ClaimOptions,
    /// How long to wait for somebody else who is asking about the same record.
    pub patience: Duration,
    /// Requests in flight.
    pub concurrency: usize,
    /// A row with a problem as grave as this is not sent.
    pub hold: Level,
    /// Charges at most, in this run.
    pub max_charges: Option<u64>,
}

/// Sends records under claims, as often as the terms allow and no run-wide trouble forbids.
pub struct Pipeline {
    client: Client,
    ledger: Run,
    /// For rows after a stop, which are looked up and never claimed.
    past: Mutex<(Reader, Asker)>,
    terms: Terms,
    budget: Budget,
    guard: Mutex<Guard>,
    stop: Stop,
}

/// What became of a row, perhaps still on its way to the disk.
#[must_use]
pub struct Judged {
    verdict: Verdict,
    settling: Option<Settling>,
}

impl Judged {
    /// The verdict, once it is on disk. What can't be written is reported as what the ledger knows
    /// of it, unknown, and the run is stopped; the ledger goes on trying to write it until it is
    /// closed, so that the next run may have it.
    pub async fn on_disk(self, stop: &Stop) -> Verdict {
        match self.settling {
            Some(settling) => settled(self.verdict, settling.await, stop),
            None => self.verdict,
        }
    }

    /// The same for a thread that has nothing else to do.
    pub fn wait_on_disk(self, stop: &Stop) -> Verdict {
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

/// What a claim came to, for one turn of a record.
enum Turn {
    Send(Claim),
    Known(Box<Verdict>),
    Wait(Waiter),
}

impl Pipeline {
    /// A pipeline for one run of the ledger.
    pub fn new(client: Client, ledger: Run, past: Reader, terms: Terms, stop: Stop) -> Self {
        let asker = Asker::of_run(&ledger, terms.options);
        Self {
            client,
            ledger,
            past: Mutex::new((past, asker)),
            terms,
            budget: Budget::new(terms.max_charges),
            guard: Mutex::new(Guard::new(terms.concurrency)),
            stop,
        }
    }

    /// What becomes of a row: held, known already, sent, or skipped after a stop.
    pub async fn verify(&self, row: &Row) -> Judged {
        if row.worst() >= Some(self.terms.hold) {
            return Verdict::local(Outcome::Held, None).into();
        }
        let begun = Instant::now();
        let mut last: Option<Verdict> = None;
        loop {
            let Some(place) = self.place().await else {
                return last.unwrap_or_else(|| self.without_asking(&row.record)).into();
            };
            let claim = match self.turn(&row.record).await {
                Ok(Turn::Send(claim)) => claim,
                Ok(Turn::Known(verdict)) => return (*verdict).into(),
                Ok(Turn::Wait(waiter)) => {
                    drop(place);
                    match self.wait_for(&waiter).await {
                        Some(verdict) => return verdict.into(),
                        None => continue,
                    }
                }
                Err(error) => {
                    self.stop.stop(Reason::Ledger(error.to_string()));
                    continue;
                }
            };
            let attempts = last.map_or(0, |former| former.attempts) + 1;
            let (judged, retry_after) = self.attempt(row, attempts, claim, place).await;
            let tried = Tried { attempts, spent: begun.elapsed(), retry_after };
            let Some(wait) = self.wait(&judged.verdict, tried) else { return judged };
            // An uncharged attempt is over on disk before its wait.
            last = Some(judged.on_disk(&self.stop).await);
            debug!(row = row.number, attempts, ?wait, "waiting to ask again");
            self.stop.sleep(wait).await;
        }
    }

    /// Room in the budget; `None` when the run is stopped.
    async fn place(&self) -> Option<Place<'_>> {
        if self.stop.is_stopped() {
            return None;
        }
        self.budget.place(&self.stop).await
    }

    async fn turn(&self, record: &Record) -> Result<Turn, LedgerError> {
        Ok(match self.ledger.claim(record, self.terms.options).await? {
            Claimed::Claim(claim) => Turn::Send(claim),
            Claimed::Answered(stored) => Turn::Known(Box::new(self.answered(*stored))),
            Claimed::InDoubt(doubt) => Turn::Known(Box::new(self.in_doubt(&doubt))),
            Claimed::Busy(waiter) => Turn::Wait(waiter),
        })
    }

    /// Somebody else asks about the same record; `None`: they came to nothing, or we were stopped.
    async fn wait_for(&self, waiter: &Waiter) -> Option<Verdict> {
        let waited = tokio::select! {
            biased;
            waited = waiter.wait(self.terms.patience) => waited,
            () = self.stop.stopped(), if !waiter.is_ours() => return None,
        };
        match waited {
            Ok(Waited::Answered(stored)) => Some(self.answered(*stored)),
            Ok(Waited::Released) => None,
            Ok(Waited::InDoubt(doubt)) => Some(self.in_doubt(&doubt)),
            Ok(Waited::StillBusy(busy)) => {
                let why = format!("run {} is still asking about this record", busy.run);
                Some(Verdict {
                    source: Source::Ledger,
                    ..Verdict::local(Outcome::Unknown, Some(why))
                })
            }
            Err(error) => {
                self.stop.stop(Reason::Ledger(error.to_string()));
                None
            }
        }
    }

    /// One exchange under a claim, its end on the way to the disk, and the server's wish.
    async fn attempt(
        &self,
        row: &Row,
        attempts: u32,
        claim: Claim,
        place: Place<'_>,
    ) -> (Judged, Option<Duration>) {
        let sent = Instant::now();
        let seen = self.client.exchange(&row.record).await;
        let elapsed = sent.elapsed();
        log(row, attempts, elapsed, &seen);
        let stop = {
            let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
            guard.observe(&seen, Instant::now())
        };
        if let Some(reason) = stop {
            self.stop.stop(reason);
        }
        let wish = match &seen {
            Err(SendError::Busy { retry_after, .. }) => *retry_after,
            Ok(_) | Err(_) => None,
        };
        let verdict = judge(seen, attempts, elapsed);
        if verdict.charged != Charge::No {
            place.spend();
        }
        let settling = Some(end(claim, &verdict));
        (Judged { verdict, settling }, wish)
    }

    /// How long to wait before another attempt; `None` when this was the last word.
    fn wait(&self, verdict: &Verdict, tried: Tried) -> Option<Duration> {
        if !may_ask_again(verdict) {
            return None;
        }
        match self.terms.policy.decide(tried, fastrand::f64()) {
            Decision::Wait(wait) => Some(wait),
            Decision::GiveUp => None,
        }
    }

    /// After a stop: what the ledger knows costs nothing.
    fn without_asking(&self, record: &Record) -> Verdict {
        let known = {
            let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
            let (reader, asker) = &mut *past;
            reader.look_up(asker, record)
        };
        match known {
            Ok(Known::Answered(stored)) => self.answered(*stored),
            Ok(Known::InDoubt(doubt)) => self.in_doubt(&doubt),
            Ok(Known::Unasked | Known::Busy(_)) | Err(_) => {
                let why = self.stop.reason().map(|reason| format!("not sent: {reason}"));
                Verdict::local(Outcome::Skipped, why)
            }
        }
    }

    /// An answer that was paid for before: by this run (a duplicate) or by another.
    fn answered(&self, stored: Stored) -> Verdict {
        Verdict {
            source: self.source(stored.run),
            answer: Some(stored.answer),
            at: Some(stored.at),
            ..Verdict::local(stored.outcome, None)
        }
    }

    fn in_doubt(&self, doubt: &Doubt) -> Verdict {
        Verdict {
            source: self.source(doubt.run),
            at: Some(doubt.at),
            ..Verdict::local(Outcome::Unknown, Some(doubt.to_string()))
        }
    }

    fn source(&self, run: i64) -> Source {
        if run == self.ledger.id() { Source::Duplicate } else { Source::Ledger }
    }
}

/// Only what is proved uncharged and can pass by itself.
fn may_ask_again(verdict: &Verdict) -> bool {
    let passing = match &verdict.answer {
        Some(answer) => answer.class() == Some(Class::Passing),
        None => true,
    };
    verdict.charged == Charge::No && passing
}

/// Uses the claim up.
fn end(claim: Claim, verdict: &Verdict) -> Settling {
    let words = verdict.explanation.as_deref().unwrap_or_default();
    match (&verdict.answer, verdict.charged) {
        (Some(answer), _) => claim.settle(answer, verdict.attempts),
        (None, Charge::No) => claim.release(words, verdict.attempts),
        (None, Charge::Yes | Charge::Unknown) => claim.doubt(words, verdict.attempts),
    }
}

fn judge(seen: Result<Answer, SendError>, attempts: u32, elapsed: Duration) -> Verdict {
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

fn log(row: &Row, attempt: u32, elapsed: Duration, seen: &Result<Answer, SendError>) {
    match seen {
        Ok(answer) => debug!(row = row.number, attempt, ?elapsed, code = answer.code, "answered"),
        Err(error) => debug!(row = row.number, attempt, ?elapsed, %error, "no answer"),
    }
}
