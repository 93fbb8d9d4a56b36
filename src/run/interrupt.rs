//! Handles Ctrl-C, SIGTERM and SIGHUP: the first signal stops the run, the second ends the process.

use std::io;

use crate::run::stop::{StopReason, StopSwitch};

/// Watches for signals. Install it before the first request goes out.
pub(crate) struct Interrupts {
    #[cfg(unix)]
    int: tokio::signal::unix::Signal,
    #[cfg(unix)]
    term: tokio::signal::unix::Signal,
    /// `None` under `nohup`: the run then outlives its terminal.
    #[cfg(unix)]
    hup: Option<tokio::signal::unix::Signal>,
}

impl Interrupts {
    /// Installs the signal handlers.
    #[cfg(unix)]
    pub(crate) fn install() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let hup = if ignores_hangup() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Self {
            int: signal(SignalKind::interrupt())?,
            term: signal(SignalKind::terminate())?,
            hup,
        })
    }

    /// Installs the handler of Ctrl-C.
    #[cfg(not(unix))]
    pub fn install() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for a signal.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        let hung_up = async {
            match &mut self.hup {
                Some(hup) => drop(hup.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.int.recv() => {}
            _ = self.term.recv() => {}
            () = hung_up => {}
        }
    }

    /// Waits for Ctrl-C.
    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        // If no handler can be installed, no signal ever comes.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Stops the run at the first signal and calls `say`. Returns at the second signal.
    pub(crate) async fn watch(mut self, stop: &StopSwitch, say: impl Fn()) {
        self.next().await;
        say();
        stop.stop(StopReason::Interrupted);
        self.next().await;
    }
}

/// Whether the parent process set SIGHUP to be ignored, as `nohup` does. Linux shows it in the mask
/// `SigIgn`; other systems show it only to unsafe code.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 > 0)
}
