//! The gate that every request passes: a task that wants to send waits here until the pacing lets it.
//! One task at a time asks the pacing. The others stand in line, so that they go in their order.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::{sleep_until, timeout_at};
use tracing::debug;

use crate::ledger::SharedRate;
use crate::model::answer::Answer;
use crate::model::code::Class;
use crate::model::send_error::{SendError, Trouble};
use crate::platform;
use crate::run::pacing::{Bounds, Cause, Gate, Pacer, SharedStatus, Signal, Ticket};
use crate::run::stop::StopSwitch;

/// The pacing is asked again after this at the latest: the run's part of a team's rate may have changed.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// The pacing, and the line of tasks that wait for it.
pub(crate) struct SendGate {
    state: Mutex<GateState>,
    line: tokio::sync::Mutex<()>,
    changed: Notify,
    /// The part of a team's rate that this run has.
    shared_rate: SharedRate,
    own_rate: f64,
    status: SharedStatus,
}

struct GateState {
    pacer: Pacer,
    /// Rows at their first attempt.
    untried: usize,
}

/// The permission to send one request. Dropped unused, it is handed back.
#[must_use]
pub(crate) struct SendPermit<'a> {
    gate: &'a SendGate,
    ticket: Option<Ticket>,
}

/// A row at its first attempt, until that is over.
#[must_use]
pub(crate) struct FirstAttempt<'a>(&'a SendGate);

impl SendGate {
    /// Makes a gate that is open within these bounds. `status` shows its pace.
    pub(crate) fn new(bounds: Bounds, shared_rate: SharedRate, status: SharedStatus) -> Self {
        let pacer = Pacer::new(bounds, Instant::now());
        Self {
            state: Mutex::new(GateState { pacer, untried: 0 }),
            line: tokio::sync::Mutex::new(()),
            changed: Notify::new(),
            shared_rate,
            own_rate: bounds.rate.unwrap_or(f64::INFINITY),
            status,
        }
    }

    /// Waits until a request may be sent. Returns `None` if the run was stopped.
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
                // Whichever comes first, the pacing is asked again.
                Gate::Until(at) => {
                    let at = at.min(Instant::now() + LONGEST_WAIT);
                    drop(timeout_at(at.into(), changed).await);
                }
                Gate::Shut => changed.await,
            }
        }
    }

    fn ask(&self) -> Gate {
        let (mut state, now) = (self.state(), Instant::now());
        state.pacer.operator.set(self.own_rate.min(self.shared_rate.get()), now);
        state.pacer.may_send(now)
    }

    /// Whether nothing but the number in flight limits the run.
    pub(crate) fn is_open(&self) -> bool {
        self.state().pacer.is_open()
    }

    /// Clean answers of the run so far.
    pub(crate) fn clean(&self) -> u64 {
        self.state().pacer.clean_answers()
    }

    /// Requests in flight that the run may grow to at present.
    pub(crate) fn ceiling(&self) -> usize {
        self.state().pacer.ceiling()
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
        let at = self.gate.state().pacer.send_at(now);
        if at > now {
            sleep_until(at.into()).await;
        }
    }

    /// Reports the result of the request, and how long it took. Returns true when there was no
    /// clean answer for too long.
    pub(crate) fn report(mut self, signal: Signal, took: Duration) -> bool {
        let Some(ticket) = self.ticket.take() else { return false };
        let mut state = self.gate.state();
        let jitter = fastrand::f64();
        let gave_up = state.pacer.observe(ticket, signal, took, Instant::now(), jitter);
        let decisions = state.pacer.take_decisions();
        self.gate.status.show(state.pacer.status());
        drop(state);
        for decision in decisions {
            debug!("pace: {decision}");
        }
        self.gate.changed.notify_one();
        gave_up
    }
}

impl Drop for SendPermit<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.gate.state().pacer.give_back(ticket);
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
        Err(SendError::NoAnswer { .. }) => refused(Cause::NoAnswer, None),
        Err(SendError::NotSent(trouble)) if is_want_of_files(trouble) => {
            Signal::Unsent(Cause::OpenFiles)
        }
        Err(SendError::NotSent(_)) => Signal::Unsent(Cause::Unreachable),
        Err(
            SendError::Tls(_)
            | SendError::Proxy(_)
            | SendError::Denied(_)
            | SendError::Redirected(_),
        ) => Signal::Final,
    }
}

fn is_want_of_files(trouble: &Trouble) -> bool {
    let Trouble::System { text, .. } = trouble else { return false };
    text.ends_with(&std::io::Error::from_raw_os_error(platform::TOO_MANY_OPEN_FILES).to_string())
}
