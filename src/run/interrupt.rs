//! Handles the signals that ask the program to end: the first one stops the run, the second one ends
//! the process.

use std::io;

use crate::model::stop_reason::StopReason;
use crate::platform::Signals;
use crate::run::stop::StopSwitch;

/// Watches for signals. Install it before the first request goes out.
pub(crate) struct Interrupts(Signals);

impl Interrupts {
    /// Installs the signal handlers.
    pub(crate) fn install() -> io::Result<Self> {
        Signals::install().map(Self)
    }

    /// Waits for a signal.
    pub(crate) async fn next(&mut self) {
        self.0.next().await;
    }

    /// Stops the run at the first signal and calls `say`. Returns at the second signal.
    pub(crate) async fn watch(mut self, stop: &StopSwitch, say: impl Fn()) {
        self.next().await;
        say();
        stop.stop(StopReason::Interrupted);
        self.next().await;
    }
}
