//! One record's way: claim, send, settle; wait and begin again where that is proved free of
//! charge. Nothing is sent without a claim, and the client is reached only from here.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::debug;

use crate::client::Client;
use crate::ledger::{
    Asker, Claim, ClaimOptions, Claimed, Doubt, Known, LedgerError, Reader, Run, Stored, Waited,
    Waiter,
};
use crate::model::code::Charge;
use crate::model::outcome::{Outcome, Source};
use crate::model::problem::Level;
use crate::model::record::Record;
use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::run::attempt::{Judged, end, judge, log, may_ask_again};
use crate::run::budget::{Budget, Place};
use crate::run::pacing::{Bounds, Cause, Gauge, Signal};
use crate::run::retry::{Decision, Policy, Tried};
use crate::run::send_gate::{Newcomer, Pace, Pass, signal};
use crate::run::stop::{Reason, Stop};
use crate::run::stop_rules::Guard;

/// No wait is shorter: the next row is to be at its first attempt by then.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// On which terms a run sends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
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
    /// Requests a second at most, over any ten seconds.
    pub rate: Option<f64>,
    /// Without a clean answer for so long, the run stops.
    pub give_up_after: Duration,
}

/// The terms for one record at a time, as `idv verify` has them: four retries within a minute,
/// every answer of the past counts, and what would be charged in vain is not sent.
impl Default for Terms {
    fn default() -> Self {
        Self {
            policy: Policy::new(4, Some(Duration::from_secs(60))),
            options: ClaimOptions::default(),
            patience: Duration::from_secs(60),
            concurrency: 1,
            hold: Level::Suspect,
            max_charges: None,
            rate: None,
            give_up_after: Duration::from_secs(300),
        }
    }
}

/// Sends records under claims, as often as the terms allow and no run-wide trouble forbids.
pub(crate) struct Pipeline {
    client: Client,
    ledger: Run,
    /// For rows after a stop, which are looked up and never claimed.
    past: Mutex<Option<Reader>>,
    asker: Asker,
    terms: Terms,
    budget: Budget,
    pace: Pace,
    guard: Mutex<Guard>,
    pub(super) stop: Stop,
}

/// A record on its way: what came of its attempts so far.
pub(crate) struct Way {
    begun: Instant,
    attempts: u32,
    /// Those of them that count against `--retries`.
    counted: u32,
    /// Clean answers of the run before the last of them.
    clean: u64,
    last: Option<Verdict>,
}

/// What an attempt leads to.
pub(crate) enum Step {
    /// That was the last one.
    Done(Judged),
    /// Another one, perhaps.
    Again(Way, Wait),
}

/// The time before another attempt, and what came of the one before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    time: Duration,
    after: Signal,
    /// Since the attempt before that one others have had clean answers.
    others_answered: bool,
}

/// What a claim came to, for one turn of a record.
enum Turn {
    Send(Claim),
    Known(Box<Verdict>),
    Wait(Waiter),
}

impl Pipeline {
    /// A pipeline for one run of the ledger. Its pace shows on the gauge.
    pub(crate) fn new(client: Client, ledger: Run, terms: Terms, stop: Stop, gauge: Gauge) -> Self {
        let asker = Asker::of_run(&ledger, terms.options);
        let Terms { concurrency, rate, give_up_after: patience, .. } = terms;
        Self {
            client,
            ledger,
            past: Mutex::default(),
            asker,
            terms,
            budget: Budget::new(terms.max_charges),
            pace: Pace::new(Bounds { concurrency, rate, patience }, gauge),
            guard: Mutex::new(Guard::new(concurrency)),
            stop,
        }
    }

    /// What becomes of a row: held, known already, sent, or skipped after a stop.
    pub(crate) async fn verify(&self, row: &Row) -> Judged {
        match self.first(row).await {
            Step::Done(judged) => judged,
            Step::Again(way, wait) => self.again(row, way, wait).await,
        }
    }

    /// The first attempt at a row.
    pub(crate) async fn first(&self, row: &Row) -> Step {
        if row.worst() >= Some(self.terms.hold) {
            return Step::Done(Verdict::local(Outcome::Held, None).into());
        }
        let way = Way {
            begun: Instant::now(),
            attempts: 0,
            counted: 0,
            clean: self.pace.clean(),
            last: None,
        };
        self.attempt(row, way, Some(self.pace.newcomer())).await
    }

    /// All further ones.
    pub(crate) async fn again(&self, row: &Row, mut way: Way, mut wait: Wait) -> Judged {
        loop {
            debug!(row = row.number, attempts = way.attempts, ?wait, "waiting to ask again");
            self.stop.sleep(wait.time).await;
            if self.was_the_last(&mut way, wait)
                && let Some(verdict) = way.last.take()
            {
                return verdict.into();
            }
            match self.attempt(row, way, None).await {
                Step::Done(judged) => return judged,
                Step::Again(next, pause) => (way, wait) = (next, pause),
            }
        }
    }

    async fn attempt(&self, row: &Row, mut way: Way, newcomer: Option<Newcomer<'_>>) -> Step {
        let (claim, place, pass) = match self.claim(&row.record, &mut way).await {
            Ok(claimed) => claimed,
            Err(judged) => return Step::Done(*judged),
        };
        way.attempts += 1;
        let (judged, signal) = self.send(row, way.attempts, claim, place, pass).await;
        let clean = self.pace.clean();
        let Some(time) = self.wait(&judged.verdict, &mut way, signal) else {
            return Step::Done(judged);
        };
        // An uncharged attempt is over on disk before its wait.
        way.last = Some(judged.on_disk(&self.stop).await);
        // Only now: the next row begins at once.
        drop(newcomer);
        let others_answered = clean > way.clean;
        way.clean = clean;
        Step::Again(way, Wait { time, after: signal, others_answered })
    }

    /// A claim, with room in the budget and leave to send; or what is known without sending.
    async fn claim(
        &self,
        record: &Record,
        way: &mut Way,
    ) -> Result<(Claim, Place<'_>, Pass<'_>), Box<Judged>> {
        loop {
            // What is known need not wait until something may be sent.
            if !self.pace.is_open()
                && let Some(verdict) = self.known(record)
            {
                return Err(Box::new(verdict.into()));
            }
            let Some((place, pass)) = self.leave().await else {
                let verdict = way.last.take().unwrap_or_else(|| self.without_asking(record));
                return Err(Box::new(verdict.into()));
            };
            match self.turn(record).await {
                Ok(Turn::Send(claim)) => return Ok((claim, place, pass)),
                Ok(Turn::Known(verdict)) => return Err(Box::new((*verdict).into())),
                Ok(Turn::Wait(waiter)) => {
                    drop((place, pass));
                    if let Some(verdict) = self.wait_for(&waiter).await {
                        return Err(Box::new(verdict.into()));
                    }
                }
                Err(error) => self.stop.stop(Reason::Ledger(error.to_string())),
            }
        }
    }

    /// Room in the budget, and leave to send; `None` when the run is stopped.
    async fn leave(&self) -> Option<(Place<'_>, Pass<'_>)> {
        if self.stop.is_stopped() {
            return None;
        }
        let place = self.budget.place(&self.stop).await?;
        Some((place, self.pace.pass(&self.stop).await?))
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

    /// One exchange under a claim, and what it says about the pace. Its end is on the way to the
    /// disk.
    async fn send(
        &self,
        row: &Row,
        attempts: u32,
        claim: Claim,
        place: Place<'_>,
        pass: Pass<'_>,
    ) -> (Judged, Signal) {
        pass.go().await;
        let sent = Instant::now();
        let seen = self.client.exchange(&row.record).await;
        let elapsed = sent.elapsed();
        log(row, attempts, elapsed, &seen);
        let stop = self.guard.lock().unwrap_or_else(PoisonError::into_inner).observe(&seen);
        let signal = signal(&seen);
        let gave_up = pass.hand_in(signal).then_some(Reason::GaveUp(self.terms.give_up_after));
        if let Some(reason) = stop.or(gave_up) {
            self.stop.stop(reason);
        }
        let verdict = judge(seen, attempts, elapsed);
        if verdict.charged != Charge::No {
            place.spend();
        }
        let settling = Some(end(claim, &verdict, &row.record));
        (Judged { verdict, settling }, signal)
    }

    /// How long to wait before another attempt; `None` when this was the last word.
    fn wait(&self, verdict: &Verdict, way: &mut Way, signal: Signal) -> Option<Duration> {
        if !may_ask_again(verdict) {
            return None;
        }
        let retry_after = match signal {
            Signal::Refused { wish, .. } => wish,
            Signal::Clean | Signal::Unsent(_) | Signal::Final => None,
        };
        // Where a person waits, every attempt counts. In a run that is told after the wait.
        way.counted += u32::from(self.terms.policy.within.is_some());
        let tried = Tried { attempts: way.counted, spent: way.begun.elapsed(), retry_after };
        match self.terms.policy.decide(tried, fastrand::f64()) {
            Decision::Wait(wait) => Some(wait.max(SHORTEST_WAIT)),
            Decision::GiveUp => None,
        }
    }

    /// Whether the attempt before this wait was the last one. In a run it counts when others had
    /// clean answers since the one before it: a trouble that all have must not use up
    /// anybody's retries. Where no other row is left to tell a trouble of all from one of this
    /// record, what the endpoint says counts as said of this record.
    fn was_the_last(&self, way: &mut Way, wait: Wait) -> bool {
        if self.terms.policy.within.is_some() {
            return false;
        }
        let counts = match wait.after {
            Signal::Unsent(Cause::OpenFiles) => false,
            Signal::Unsent(_) => wait.others_answered,
            Signal::Refused { .. } | Signal::Clean | Signal::Final => {
                wait.others_answered || !self.pace.has_newcomers()
            }
        };
        way.counted += u32::from(counts);
        way.counted > self.terms.policy.retries
    }

    /// After a stop: what the ledger knows costs nothing.
    fn without_asking(&self, record: &Record) -> Verdict {
        self.known(record).unwrap_or_else(|| {
            let why = self.stop.reason().map(|reason| format!("not sent: {reason}"));
            Verdict::local(Outcome::Skipped, why)
        })
    }

    /// What the ledger knows of a record without claiming it.
    fn known(&self, record: &Record) -> Option<Verdict> {
        let known = {
            let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
            // Most runs never need it, and it takes its time to open.
            if past.is_none() {
                *past = self.ledger.ledger().reader().ok();
            }
            past.as_mut()?.look_up(&self.asker, record)
        };
        match known {
            Ok(Known::Answered(stored)) => Some(self.answered(*stored)),
            Ok(Known::InDoubt(doubt)) => Some(self.in_doubt(&doubt)),
            Ok(Known::Unasked | Known::Busy(_)) | Err(_) => None,
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
