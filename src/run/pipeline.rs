//! The steps of one record: claim it, send it, settle it, and retry if the attempt cost nothing.
//! Nothing is sent without a claim. No other module calls the client.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::debug;

use crate::client::Client;
use crate::ledger::{
    Claim, ClaimReply, InDoubtCall, LedgerError, LookUpResult, Run, StoredAnswer, WaitResult,
    Waiter,
};
use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::explanation::Explanation;
use crate::model::outcome::{Outcome, Source};
use crate::model::record::Record;
use crate::model::row::Row;
use crate::model::send_error::SendError;
use crate::model::stop_reason::StopReason;
use crate::model::verdict::Verdict;
use crate::run::attempt::{PendingVerdict, end_claim, log, may_retry, verdict_of};
use crate::run::budget::{Budget, BudgetPermit};
use crate::run::known_rows::{self, KnownRows};
use crate::run::pacing::{Bounds, Cause, SharedStatus, Signal};
use crate::run::retry::{AttemptHistory, RetryDecision};
use crate::run::send_gate::{FirstAttempt, SendGate, SendPermit, signal};
use crate::run::send_options::SendOptions;
use crate::run::stop::{StopSwitch, of_ledger};
use crate::run::stop_rules::StopRules;

/// The shortest wait before a retry. The next row has begun its first attempt by then.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// Sends records, each under a claim of the ledger.
pub(crate) struct Pipeline {
    client: Client,
    ledger: Run,
    options: SendOptions,
    budget: Budget,
    send_gate: SendGate,
    stop_rules: Mutex<StopRules>,
    pub(super) stop: StopSwitch,
}

/// Retry state of one record.
pub(crate) struct RetryState {
    begun: Instant,
    attempts: u32,
    /// The attempts that count against `--retries`.
    counted: u32,
    /// Clean answers of the whole run before the last attempt.
    clean: u64,
    last: Option<Verdict>,
}

/// The result of one attempt.
pub(crate) enum AttemptResult {
    /// The record has its verdict.
    Done(PendingVerdict),
    /// The attempt cost nothing. The record waits, then it may be sent again.
    Retry(RetryState, Wait),
}

/// The wait before a retry, and the signal of the attempt before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    time: Duration,
    after: Signal,
    /// Whether other rows got clean answers between the last two attempts.
    others_answered: bool,
}

/// The ledger's reply to a claim.
enum ClaimResult {
    Send(Claim),
    Known(Box<Verdict>),
    Wait(Waiter),
}

impl Pipeline {
    /// Makes the pipeline of one run. `status` shows its pace.
    pub(crate) fn new(
        client: Client,
        ledger: Run,
        options: SendOptions,
        stop: StopSwitch,
        status: SharedStatus,
    ) -> Self {
        let SendOptions { concurrency, rate, give_up_after: patience, timeout, .. } = options;
        let bounds = Bounds { concurrency, rate, patience, timeout };
        ledger.set_patience(patience);
        let shared_rate = ledger.rate();
        Self {
            client,
            ledger,
            options,
            budget: Budget::new(options.max_charges),
            send_gate: SendGate::new(bounds, shared_rate, status),
            stop_rules: Mutex::new(StopRules::new(options.max_unknown)),
            stop,
        }
    }

    /// Brings one row to its verdict: held, known to the ledger, sent, or skipped after a stop.
    pub(crate) async fn verify(&self, row: &Row) -> PendingVerdict {
        match self.try_first(row).await {
            AttemptResult::Done(pending) => pending,
            AttemptResult::Retry(state, wait) => self.retry(row, state, wait).await,
        }
    }

    /// Makes the first attempt for a row.
    pub(crate) async fn try_first(&self, row: &Row) -> AttemptResult {
        if row.worst() >= Some(self.options.hold) {
            return AttemptResult::Done(Verdict::local(Outcome::Held, None).into());
        }
        let state = RetryState {
            begun: Instant::now(),
            attempts: 0,
            counted: 0,
            clean: self.send_gate.clean(),
            last: None,
        };
        self.attempt(row, state, Some(self.send_gate.begin_first_attempt())).await
    }

    /// Makes the further attempts for a row, until it has its verdict.
    pub(crate) async fn retry(
        &self,
        row: &Row,
        mut state: RetryState,
        mut wait: Wait,
    ) -> PendingVerdict {
        loop {
            debug!(row = row.number, attempts = state.attempts, ?wait, "waiting to ask again");
            self.stop.sleep(wait.time).await;
            if self.was_last_attempt(&mut state, wait)
                && let Some(verdict) = state.last.take()
            {
                return verdict.into();
            }
            match self.attempt(row, state, None).await {
                AttemptResult::Done(pending) => return pending,
                AttemptResult::Retry(next, pause) => (state, wait) = (next, pause),
            }
        }
    }

    async fn attempt(
        &self,
        row: &Row,
        mut state: RetryState,
        first_attempt: Option<FirstAttempt<'_>>,
    ) -> AttemptResult {
        let (claim, budget_permit, send_permit) = match self.claim(&row.record, &mut state).await {
            Ok(claimed) => claimed,
            Err(pending) => return AttemptResult::Done(*pending),
        };
        state.attempts += 1;
        let (pending, signal) =
            self.send(row, state.attempts, claim, budget_permit, send_permit).await;
        let clean = self.send_gate.clean();
        let Some(time) = self.wait(&pending.verdict, &mut state, signal) else {
            return AttemptResult::Done(pending);
        };
        // The release of an uncharged attempt is on disk before the wait begins.
        state.last = Some(pending.on_disk(&self.stop).await);
        // Not earlier: dropping it lets the next row begin at once.
        drop(first_attempt);
        let others_answered = clean > state.clean;
        state.clean = clean;
        AttemptResult::Retry(state, Wait { time, after: signal, others_answered })
    }

    /// Claims a record, with the permits to send it. Returns the verdict instead if no request is
    /// needed or allowed.
    async fn claim(
        &self,
        record: &Record,
        state: &mut RetryState,
    ) -> Result<(Claim, BudgetPermit<'_>, SendPermit<'_>), Box<PendingVerdict>> {
        loop {
            // An answer in the ledger need not wait for a permit to send.
            if !self.send_gate.is_open()
                && let Some(verdict) = self.known(record).await
            {
                return Err(Box::new(verdict.into()));
            }
            let Some((budget_permit, send_permit)) = self.acquire_permits().await else {
                let verdict = match state.last.take() {
                    Some(verdict) => verdict,
                    None => self.look_up_or_skip(record).await,
                };
                return Err(Box::new(verdict.into()));
            };
            match self.claim_record(record).await {
                Ok(ClaimResult::Send(claim)) => return Ok((claim, budget_permit, send_permit)),
                Ok(ClaimResult::Known(verdict)) => return Err(Box::new((*verdict).into())),
                Ok(ClaimResult::Wait(waiter)) => {
                    drop((budget_permit, send_permit));
                    if let Some(verdict) = self.wait_for(&waiter).await {
                        return Err(Box::new(verdict.into()));
                    }
                }
                Err(error) => self.stop.stop(of_ledger(&error)),
            }
        }
    }

    /// Says that a row comes soon: its claim may be made ahead.
    pub(crate) fn announce(&self, row: &Row) {
        if row.worst() < Some(self.options.hold) && !self.stop.is_stopped() {
            self.ledger.announce(&row.record, self.options.reuse);
        }
    }

    /// Waits for a budget permit and a send permit. Returns `None` if the run was stopped.
    async fn acquire_permits(&self) -> Option<(BudgetPermit<'_>, SendPermit<'_>)> {
        if self.stop.is_stopped() {
            return None;
        }
        let budget_permit = self.budget.acquire(&self.stop).await?;
        Some((budget_permit, self.send_gate.acquire(&self.stop).await?))
    }

    async fn claim_record(&self, record: &Record) -> Result<ClaimResult, LedgerError> {
        Ok(match self.ledger.claim(record, self.options.reuse).await? {
            ClaimReply::Claim(claim) => ClaimResult::Send(claim),
            ClaimReply::Answered(stored) => ClaimResult::Known(Box::new(self.answered(*stored))),
            ClaimReply::InDoubt(doubt) => ClaimResult::Known(Box::new(self.in_doubt(doubt))),
            ClaimReply::Busy(waiter) => ClaimResult::Wait(waiter),
        })
    }

    /// Waits for another run that has the same record in flight. Returns `None` if that run
    /// released the record, or if this run was stopped.
    async fn wait_for(&self, waiter: &Waiter) -> Option<Verdict> {
        let waited = tokio::select! {
            biased;
            waited = waiter.wait(self.options.patience) => waited,
            () = self.stop.stopped(), if !waiter.is_own() => return None,
        };
        match waited {
            Ok(WaitResult::Answered(stored)) => Some(self.answered(*stored)),
            Ok(WaitResult::Released) => None,
            Ok(WaitResult::InDoubt(doubt)) => Some(self.in_doubt(doubt)),
            Ok(WaitResult::StillBusy(busy)) => {
                let why = Explanation::StillAsked { run: busy.run };
                Some(Verdict {
                    source: Source::Ledger,
                    ..Verdict::local(Outcome::Unknown, Some(why))
                })
            }
            Err(error) => {
                self.stop.stop(of_ledger(&error));
                None
            }
        }
    }

    /// Makes one exchange under a claim. Returns the verdict, whose write to the ledger is pending,
    /// and the signal for the pace.
    async fn send(
        &self,
        row: &Row,
        attempts: u32,
        claim: Claim,
        budget_permit: BudgetPermit<'_>,
        send_permit: SendPermit<'_>,
    ) -> (PendingVerdict, Signal) {
        send_permit.wait_until_due().await;
        let sent = Instant::now();
        let seen = self.client.exchange_if(&row.record, claim.permission()).await;
        let elapsed = sent.elapsed();
        log(row, attempts, elapsed, &seen);
        let stop = self.observe(&seen);
        let signal = signal(&seen);
        let gave_up = send_permit
            .report(signal, elapsed)
            .then_some(StopReason::GaveUp(self.options.give_up_after));
        if let Some(reason) = stop.or(gave_up) {
            self.stop.stop(reason);
        }
        let verdict = verdict_of(seen, attempts, elapsed);
        if verdict.charged != Charge::No {
            budget_permit.spend();
        }
        let settling = Some(end_claim(claim, &verdict, &row.record));
        (PendingVerdict { verdict, settling }, signal)
    }

    /// Asks the stop rules about an attempt.
    fn observe(&self, seen: &Result<Answer, SendError>) -> Option<StopReason> {
        let ceiling = self.send_gate.ceiling();
        self.stop_rules.lock().unwrap_or_else(PoisonError::into_inner).observe(seen, ceiling)
    }

    /// Returns the wait before a retry, or `None` if the verdict is final.
    fn wait(&self, verdict: &Verdict, state: &mut RetryState, signal: Signal) -> Option<Duration> {
        if !may_retry(verdict) {
            return None;
        }
        let retry_after = match signal {
            Signal::Refused { wish, .. } => wish,
            Signal::Clean | Signal::Unsent(_) | Signal::Final => None,
        };
        // Every attempt of `verify` counts. For `batch`, `was_last_attempt` counts after the wait.
        state.counted += u32::from(self.options.policy.within.is_some());
        let tried =
            AttemptHistory { attempts: state.counted, spent: state.begun.elapsed(), retry_after };
        match self.options.policy.decide(tried, fastrand::f64()) {
            RetryDecision::Wait(wait) => Some(wait.max(SHORTEST_WAIT)),
            RetryDecision::GiveUp => None,
        }
    }

    /// Whether the retries of a record are used up. In a batch an attempt counts only if other rows
    /// got clean answers meanwhile: an outage must not use up the retries of every row. When no
    /// other row is at its first attempt, there is nothing to compare with, and a refusal counts.
    fn was_last_attempt(&self, state: &mut RetryState, wait: Wait) -> bool {
        if self.options.policy.within.is_some() {
            return false;
        }
        let counts = match wait.after {
            Signal::Unsent(Cause::OpenFiles) => false,
            Signal::Unsent(_) => wait.others_answered,
            Signal::Refused { .. } | Signal::Clean | Signal::Final => {
                wait.others_answered || self.is_alone(state)
            }
        };
        state.counted += u32::from(counts);
        state.counted > self.options.policy.retries
    }

    /// Whether no other row is at its first attempt, and none got a clean answer since the last
    /// attempt of this one.
    fn is_alone(&self, state: &RetryState) -> bool {
        !self.send_gate.has_first_attempts() && self.send_gate.clean() == state.clean
    }

    /// Returns the answer of the ledger after a stop, or `skipped`.
    async fn look_up_or_skip(&self, record: &Record) -> Verdict {
        self.known(record).await.unwrap_or_else(|| {
            Verdict::local(Outcome::Skipped, self.stop.reason().map(Explanation::Stopped))
        })
    }

    /// Looks a record up in the ledger without claiming it.
    async fn known(&self, record: &Record) -> Option<Verdict> {
        match self.ledger.look_up(record, self.options.reuse).await {
            Ok(LookUpResult::Answered(stored)) => Some(self.answered(*stored)),
            Ok(LookUpResult::InDoubt(doubt)) => Some(self.in_doubt(doubt)),
            Ok(LookUpResult::MaySend | LookUpResult::Busy(_)) | Err(_) => None,
        }
    }

    /// Finds rows that are answered already before their turn, for the thread that reads. `None` where
    /// the ledger does not look ahead.
    pub(super) fn known_rows(&self) -> Option<KnownRows> {
        let look_ahead = self.ledger.look_ahead(self.options.reuse)?;
        Some(KnownRows::new(look_ahead, self.options.hold, self.ledger.id()))
    }

    fn answered(&self, stored: StoredAnswer) -> Verdict {
        known_rows::verdict(stored, self.ledger.id())
    }

    fn in_doubt(&self, doubt: InDoubtCall) -> Verdict {
        let InDoubtCall { call, run, reason, .. } = doubt;
        let explanation = Explanation::InDoubt { call, run, reason };
        Verdict {
            source: self.source(doubt.run),
            at: Some(doubt.at),
            ..Verdict::local(Outcome::Unknown, Some(explanation))
        }
    }

    fn source(&self, run: i64) -> Source {
        known_rows::source(run, self.ledger.id())
    }
}
