//! Ctrl-C and SIGTERM: the first one stops the run, the second one leaves at once.

use std::io;

use crate::stop::{Reason, Stop};

/// Watches for signals. Install it before the first request goes out.
pub struct Interrupts {
    #[cfg(unix)]
    int: tokio::signal::unix::Signal,
    #[cfg(unix)]
    term: tokio::signal::unix::Signal,
}

impl Interrupts {
    /// Takes the signals over.
    #[cfg(unix)]
    pub fn install() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { int: signal(SignalKind::interrupt())?, term: signal(SignalKind::terminate())? })
    }

    /// Takes Ctrl-C over.
    #[cfg(not(unix))]
    pub fn install() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for a signal.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.int.recv() => {}
            _ = self.term.recv() => {}
        }
    }

    /// Waits for Ctrl-C.
    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        // Without signals there is nothing to wait for.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Stops the run at the first signal, and says so; returns at the second.
    pub async fn watch(mut self, stop: &Stop, say: impl Fn()) {
        self.next().await;
        say();
        stop.stop(Reason::Interrupted);
        self.next().await;
    }
}
