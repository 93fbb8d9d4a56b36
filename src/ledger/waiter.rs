//! Waits for the end of a call that this run, or another living one, has in flight.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::ledger::error::LedgerError;
use crate::ledger::requests::Request;
use crate::ledger::send_decision::{CallState, InDoubtCall, InFlightCall, PastCall, StoredAnswer};
use crate::ledger::store::{CallEnd, ClosedCall};
use crate::ledger::thread::WriterThread;
use crate::model::code::Charge;

/// Waits for the answer to a record that is being sent right now.
pub struct Waiter {
    thread: Arc<WriterThread>,
    in_flight: InFlightCall,
    is_own: bool,
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
        Self { thread, in_flight, is_own }
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
        let mut pause = Duration::from_millis(10);
        loop {
            let Ok(closed) = tokio::time::timeout_at(end, self.watch()).await else {
                return Ok(WaitResult::StillBusy(self.in_flight));
            };
            if let Some(closed) = closed? {
                return Ok(WaitResult::of(*closed));
            }
            // A call of another process: its end shows in the file only.
            tokio::time::sleep_until(end.min(Instant::now() + pause)).await;
            pause = (pause * 3 / 2).min(Duration::from_millis(200));
        }
    }

    async fn watch(&self) -> Result<Option<Box<ClosedCall>>, LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.thread.send(Request::Watch(self.in_flight.call, reply))?;
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }
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
        match (charged, past.stored()) {
            (Charge::Unknown, _) => Self::InDoubt(past.in_doubt()),
            (Charge::No | Charge::Yes, Some(stored)) => Self::Answered(Box::new(stored)),
            (Charge::No | Charge::Yes, None) => Self::Released,
        }
    }
}
