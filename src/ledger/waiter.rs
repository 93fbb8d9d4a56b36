//! Waits for the end of a call that this run, or another living one, has in flight.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::ledger::error::LedgerError;
use crate::ledger::requests::Request;
use crate::ledger::send_decision::{CallState, InDoubtCall, InFlightCall, PastCall, StoredAnswer};
use crate::ledger::store::{CallEnd, ClosedCall};
use crate::ledger::team::TeamRun;
use crate::ledger::thread::WriterThread;
use crate::model::code::Charge;

/// Waits for the answer to a record that is being sent right now.
pub struct Waiter {
    source: Source,
    in_flight: InFlightCall,
    is_own: bool,
}

/// Where the end of the call shows.
enum Source {
    /// In the file, under this number.
    File(Arc<WriterThread>, i64),
    /// In the team's ledger.
    Team(Arc<TeamRun>),
}

impl std::fmt::Debug for Waiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Waiter({:?})", self.in_flight)
    }
}

/// The result of waiting.
#[derive(Debug, Clone, PartialEq)]
pub enum WaitResult {
    /// An answer with a legible code.
    Answered(Box<StoredAnswer>),
    /// Nothing was charged, and there is no answer: claim again.
    Released,
    /// The call ended, or its run did, without a usable answer.
    InDoubt(InDoubtCall),
    /// It still goes on.
    StillBusy(InFlightCall),
}

impl Waiter {
    pub(super) fn new(thread: Arc<WriterThread>, in_flight: InFlightCall, is_own: bool) -> Self {
        Self { source: Source::File(thread, in_flight.call), in_flight, is_own }
    }

    /// Waits for a call of the run itself, which the file knows as `call`.
    pub(super) fn of_journal(
        thread: Arc<WriterThread>,
        call: i64,
        in_flight: InFlightCall,
    ) -> Self {
        Self { source: Source::File(thread, call), in_flight, is_own: true }
    }

    /// Waits for a call of another run of the team.
    pub(super) fn of_team(team: Arc<TeamRun>, in_flight: InFlightCall) -> Self {
        Self { source: Source::Team(team), in_flight, is_own: false }
    }

    /// Returns the call that is waited for.
    pub fn in_flight(&self) -> InFlightCall {
        self.in_flight
    }

    /// Returns whether it is a call of the same run: a duplicate in its input.
    pub fn is_own(&self) -> bool {
        self.is_own
    }

    /// Waits for the end of that call, but no longer than this.
    pub async fn wait(&self, at_most: Duration) -> Result<WaitResult, LedgerError> {
        let end = Instant::now() + at_most;
        let (thread, call) = match &self.source {
            Source::File(thread, call) => (thread, *call),
            Source::Team(team) => {
                let waited = tokio::time::timeout_at(end, team.watch(self.in_flight)).await;
                return match waited {
                    Err(_) => Ok(WaitResult::StillBusy(self.in_flight)),
                    // One that is gone was never sent: the record is claimed again.
                    Ok(ended) => Ok(ended?.map_or(WaitResult::Released, WaitResult::of_past)),
                };
            }
        };
        let mut pause = Duration::from_millis(10);
        loop {
            let Ok(closed) = tokio::time::timeout_at(end, watch(thread, call)).await else {
                return Ok(WaitResult::StillBusy(self.in_flight));
            };
            if let Some(closed) = closed? {
                let InFlightCall { call, run, .. } = self.in_flight;
                return Ok(WaitResult::of(ClosedCall { call, run, ..*closed }));
            }
            // A call of another process: its end shows in the file only.
            tokio::time::sleep_until(end.min(Instant::now() + pause)).await;
            pause = (pause * 3 / 2).min(Duration::from_millis(200));
        }
    }
}

async fn watch(thread: &WriterThread, call: i64) -> Result<Option<Box<ClosedCall>>, LedgerError> {
    let (reply, answer) = oneshot::channel();
    thread.send(Request::Watch(call, reply))?;
    answer.await.unwrap_or(Err(LedgerError::Closed))
}

impl WaitResult {
    fn of(closed: ClosedCall) -> Self {
        let ClosedCall { call, run, end: CallEnd { at, outcome, charged, state, attempts } } =
            closed;
        let (started, ended) = (at, (state != CallState::Open).then_some(at));
        let past = PastCall {
            call,
            run,
            started,
            ended,
            state,
            outcome,
            charged,
            attempts,
            resolved: None,
        };
        Self::of_past(past)
    }

    /// What the end of a call means to whoever waits for it.
    pub(super) fn of_past(past: PastCall) -> Self {
        match (past.resolved.unwrap_or(past.charged), past.stored()) {
            (Charge::Unknown, _) => Self::InDoubt(past.in_doubt()),
            (Charge::No | Charge::Yes, Some(stored)) => Self::Answered(Box::new(stored)),
            (Charge::No | Charge::Yes, None) => Self::Released,
        }
    }
}
