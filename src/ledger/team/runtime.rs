//! The thread of a team's ledger: its connections live on an event loop of their own, so that neither
//! the run nor the ledger waits for the other.

use std::future::Future;
use std::io;
use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::ledger::error::LedgerError;

/// A started thread. Dropped, it ends at once.
pub(super) struct TeamRuntime {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TeamRuntime {
    /// Starts the thread.
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("team".to_owned()).spawn(move || {
            // An error is fine too: the sender is gone.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { handle, stop: Some(stop), thread: Some(thread) })
    }

    /// Starts a task.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(task));
    }

    /// Does work on the thread.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, LedgerError>> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.handle.spawn(work).await.unwrap_or(Err(LedgerError::Closed))
    }

    /// Does work on the thread, and blocks this one meanwhile.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, LedgerError>> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (tell, done) = mpsc::channel();
        self.spawn(async move { drop(tell.send(work.await)) });
        done.recv().unwrap_or(Err(LedgerError::Closed))
    }
}

impl Drop for TeamRuntime {
    fn drop(&mut self) {
        drop(self.stop.take());
        let own = self.thread.as_ref().map(|thread| thread.thread().id());
        // The last owner may be a task of the thread itself.
        if own != Some(std::thread::current().id())
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}
