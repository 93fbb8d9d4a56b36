//! The switch that stops a run, which all its parts watch, and what the ledger notes of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::ledger::{LedgerError, RunEnd, TeamError};
use crate::model::stop_reason::StopReason;

/// The reason to stop that an error of the ledger is.
pub(crate) fn of_ledger(error: &LedgerError) -> StopReason {
    match error {
        LedgerError::Team(TeamError::Fenced) => StopReason::Fenced,
        LedgerError::Team(TeamError::Budget) => StopReason::TeamBudget,
        _ => StopReason::Ledger(error.to_string()),
    }
}

/// The end of a run as the ledger notes it.
pub(crate) fn run_end(stopped: Option<&StopReason>) -> RunEnd {
    match stopped {
        None => RunEnd::Done,
        Some(StopReason::Interrupted) => RunEnd::Interrupted,
        Some(_) => RunEnd::Stopped,
    }
}

/// A switch that stops a run once and for all. Cheap to clone; all clones are the same switch.
#[derive(Debug, Clone)]
pub(crate) struct StopSwitch {
    reason: Arc<watch::Sender<Option<StopReason>>>,
}

impl Default for StopSwitch {
    fn default() -> Self {
        Self { reason: Arc::new(watch::Sender::new(None)) }
    }
}

impl StopSwitch {
    /// Stops the run. The first reason counts.
    pub(crate) fn stop(&self, reason: StopReason) {
        self.reason.send_if_modified(|current| {
            let first = current.is_none();
            current.get_or_insert(reason);
            first
        });
    }

    /// Why the run was stopped, if it was.
    pub(crate) fn reason(&self) -> Option<StopReason> {
        self.reason.borrow().clone()
    }

    /// Whether the run was stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        self.reason.borrow().is_some()
    }

    /// Returns when the run is stopped.
    pub(crate) async fn stopped(&self) {
        // It can't fail: the sender lives as long as this switch.
        let _ = self.reason.subscribe().wait_for(Option::is_some).await;
    }

    /// Waits so long. Returns false if the run was stopped meanwhile.
    pub(crate) async fn sleep(&self, wait: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stopped() => false,
            () = tokio::time::sleep(wait) => true,
        }
    }
}
