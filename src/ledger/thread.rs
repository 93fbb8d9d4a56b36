//! The channel to the writer thread. All calls of one process go through it.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::ledger::database::Database;
use crate::ledger::error::LedgerError;
use crate::ledger::journal;
use crate::ledger::kind::Kind;
use crate::ledger::open;
use crate::ledger::requests::Request;
use crate::ledger::writer::Writer;

/// A started writer thread. Dropped, it waits until everything is written.
pub(super) struct WriterThread {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
    pub(super) secret: [u8; 32],
    /// `None` while it is dropped: then the thread knows that no caller is left.
    requests: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl WriterThread {
    /// Opens the file and starts the thread.
    pub(super) fn start(path: &Path, kind: Kind) -> Result<Self, LedgerError> {
        let connection = open::for_writing(path)?;
        open::check_kind(path, &connection, kind)?;
        let secret = open::secret(path, &connection)?;
        let (requests, inbox) = mpsc::channel();
        let writer = Writer::new(path, connection);
        let thread = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || writer.work(&inbox))
            .map_err(|error| LedgerError::of_io(path, &error))?;
        let (requests, thread) = (Some(requests), Some(thread));
        Ok(Self { path: path.to_owned(), kind, secret, requests, thread })
    }

    /// Opens the file as the journal before a team's ledger: it takes over its secret.
    pub(super) fn start_journal(
        path: &Path,
        kind: Kind,
        secret: [u8; 32],
    ) -> Result<Self, LedgerError> {
        let mut database = Database::new(path, open::for_writing(path)?);
        journal::adopt(&mut database, secret)?;
        drop(database);
        Self::start(path, kind)
    }

    /// Sends a request.
    pub(super) fn send(&self, request: Request) -> Result<(), LedgerError> {
        let requests = self.requests.as_ref().ok_or(LedgerError::Closed)?;
        requests.send(request).map_err(|_| LedgerError::Closed)
    }

    /// Sends a job and waits for its result.
    pub(super) async fn job<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Database) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (reply, answer) = oneshot::channel();
        let job = move |database: &mut Database| drop(reply.send(work(database)));
        self.send(Request::Job(Box::new(job)))?;
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has left open intents, which are in doubt: nothing to add.
            let _ = thread.join();
        }
    }
}
