//! The gate to the endpoint: whoever wants to send waits here until the brake lets him pass. One
//! at a time watches it, the others stand in line: it moves on in the order in which they came.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;
use tokio::time::{sleep_until, timeout_at};
use tracing::debug;

use crate::client::SendError;
use crate::model::answer::Answer;
use crate::model::code::Class;
use crate::run::pacing::{Bounds, Brake, Cause, Gate, Gauge, Signal, Ticket};
use crate::run::stop::StopSwitch;

/// `EMFILE`, as the system words it wherever a file descriptor can't be had.
const TOO_MANY_OPEN_FILES: i32 = 24;

/// The brake, and who waits for it.
pub(crate) struct SendGate {
    state: Mutex<GateState>,
    line: tokio::sync::Mutex<()>,
    changed: Notify,
    gauge: Gauge,
}

struct GateState {
    brake: Brake,
    /// Rows at their first attempt.
    untried: usize,
}

/// Leave to send one request. Dropped unused, it is handed back.
#[must_use]
pub(crate) struct SendPermit<'a> {
    gate: &'a SendGate,
    ticket: Option<Ticket>,
}

/// A row at its first attempt, until that is over.
#[must_use]
pub(crate) struct FirstAttempt<'a>(&'a SendGate);

impl SendGate {
    /// An open gate. What the brake does shows on the gauge.
    pub(crate) fn new(bounds: Bounds, gauge: Gauge) -> Self {
        Self {
            state: Mutex::new(GateState { brake: Brake::new(bounds), untried: 0 }),
            line: tokio::sync::Mutex::new(()),
            changed: Notify::new(),
            gauge,
        }
    }

    /// Waits for leave to send; `None` is for a stopped run.
    pub(crate) async fn acquire(&self, stop: &StopSwitch) -> Option<SendPermit<'_>> {
        if let Ok(_first) = self.line.try_lock()
            && let Gate::Open(ticket) = self.ask()
        {
            return Some(SendPermit { gate: self, ticket: Some(ticket) });
        }
        tokio::select! {
            biased;
            () = stop.stopped() => None,
            permit = self.wait() => Some(permit),
        }
    }

    async fn wait(&self) -> SendPermit<'_> {
        let _first = self.line.lock().await;
        loop {
            let changed = self.changed.notified();
            match self.ask() {
                Gate::Open(ticket) => return SendPermit { gate: self, ticket: Some(ticket) },
                // Whichever comes first, the brake is asked again.
                Gate::Until(at) => drop(timeout_at(at.into(), changed).await),
                Gate::Shut => changed.await,
            }
        }
    }

    fn ask(&self) -> Gate {
        self.state().brake.may_send(Instant::now())
    }

    /// Whether nothing but the number in flight holds anybody back.
    pub(crate) fn is_open(&self) -> bool {
        self.state().brake.is_open()
    }

    /// Clean answers of the run so far.
    pub(crate) fn clean(&self) -> u64 {
        self.state().brake.clean()
    }

    /// A row begins.
    pub(crate) fn begin_first_attempt(&self) -> FirstAttempt<'_> {
        self.state().untried += 1;
        FirstAttempt(self)
    }

    /// Whether some row is still at its first attempt.
    pub(crate) fn has_first_attempts(&self) -> bool {
        self.state().untried > 0
    }

    fn state(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SendPermit<'_> {
    /// Waits, now that the claim is on disk, until the request may go out: not at all, unless
    /// the disk was so slow that the operator's rate would be exceeded.
    pub(crate) async fn wait_until_due(&self) {
        let now = Instant::now();
        let at = self.gate.state().brake.send_at(now);
        if at > now {
            sleep_until(at.into()).await;
        }
    }

    /// Hands it in with what came of the request. True: there was no clean answer for too long.
    pub(crate) fn report(mut self, signal: Signal) -> bool {
        let Some(ticket) = self.ticket.take() else { return false };
        let mut state = self.gate.state();
        let (was_open, brakings) = (state.brake.is_open(), state.brake.brakings());
        let gave_up = state.brake.observe(ticket, signal, Instant::now(), fastrand::f64());
        if !(was_open && state.brake.is_open()) {
            let reading = state.brake.reading();
            if let Some((until, cause)) = reading.pause.filter(|_| reading.brakings > brakings) {
                let pause = until.saturating_duration_since(Instant::now());
                debug!(%cause, ?pause, pace = reading.rate, "slowing down");
            }
            self.gate.gauge.show(reading);
        }
        drop(state);
        self.gate.changed.notify_one();
        gave_up
    }
}

impl Drop for SendPermit<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.gate.state().brake.give_back(ticket);
            self.gate.changed.notify_one();
        }
    }
}

impl Drop for FirstAttempt<'_> {
    fn drop(&mut self) {
        self.0.state().untried -= 1;
    }
}

/// What an attempt says about the pace.
pub(crate) fn signal(attempt: &Result<Answer, SendError>) -> Signal {
    let refused = |cause, wish| Signal::Refused { cause, wish };
    match attempt {
        Ok(answer) => match answer.class() {
            Some(Class::Answered | Class::Record) => Signal::Clean,
            Some(Class::Passing) | None => refused(Cause::Code(answer.code), None),
            Some(Class::Account | Class::Quota) => Signal::Final,
        },
        Err(SendError::Busy { status, retry_after }) => refused(Cause::Http(*status), *retry_after),
        Err(SendError::NoAnswer(_)) => refused(Cause::NoAnswer, None),
        Err(SendError::NotSent(why)) if is_want_of_files(why) => Signal::Unsent(Cause::OpenFiles),
        Err(SendError::NotSent(_)) => Signal::Unsent(Cause::Unreachable),
        Err(
            SendError::Tls(_)
            | SendError::Proxy(_)
            | SendError::Denied(_)
            | SendError::Redirected(_),
        ) => Signal::Final,
    }
}

fn is_want_of_files(why: &str) -> bool {
    why.ends_with(&std::io::Error::from_raw_os_error(TOO_MANY_OPEN_FILES).to_string())
}
