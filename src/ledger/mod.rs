//! The ledger: what was asked and what it cost, on disk before anyone acts on it, so that nobody
//! pays twice unasked and no paid answer is lost.
//!
//! A call is an intent (`calls`) and an end (`answers`), both appended, never overwritten. A record
//! is sent only under a [`Claim`]; its intent is on disk when the claim is handed out, its answer
//! when the settling is over. One thread writes for all (`writer.rs`), in group commits. Whether a
//! run lives is told by the lock it holds (`lock.rs`); an intent without an end, of a run that is
//! dead, is in doubt. The rules are in `call.rs`, without any database around them.

mod bulk_look_up;
mod call;
mod checkpoint;
mod error;
mod file;
mod index;
mod lock;
mod look_up;
mod maintenance;
mod open;
mod query;
pub(crate) mod reconcile;
mod redaction;
mod requests;
mod run;
mod store;
mod writer;

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::model::record::KeyMaker;

pub(crate) use crate::ledger::bulk_look_up::RecordStatus;
pub(crate) use crate::ledger::call::{InDoubtCall, StoredAnswer};
pub use crate::ledger::call::{LookUpResult, ReuseRules};
pub use crate::ledger::error::LedgerError;
pub use crate::ledger::look_up::LookUpParameters;
pub(crate) use crate::ledger::maintenance::{PurgeResult, Resolution};
pub use crate::ledger::query::Reader;
pub(crate) use crate::ledger::query::{BillLine, CallFilter, CallRow, RunRow};
pub use crate::ledger::requests::WriteStatus;
pub use crate::ledger::run::{Claim, ClaimReply, PendingClaim, PendingWrite, Run, RunEnd};
pub(crate) use crate::ledger::run::{WaitResult, Waiter};

use crate::ledger::requests::Request;
use crate::ledger::writer::Writer;

/// What is behind the endpoint. Live and sandbox never share a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// On loopback: nothing is real, nothing is paid.
    Sandbox,
    /// Anything else.
    Live,
}

impl Kind {
    /// The kind of an endpoint: only a sandbox is on this machine.
    pub(crate) const fn of_endpoint(loopback: bool) -> Self {
        if loopback { Self::Sandbox } else { Self::Live }
    }

    /// The word in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Live => "live",
        }
    }
}

/// A ledger opened for writing. Cheap to clone; the last clone's end waits until all is written.
#[derive(Clone)]
pub struct Ledger(Arc<Handle>);

struct Handle {
    path: PathBuf,
    kind: Kind,
    secret: [u8; 32],
    /// Taken at the end, to tell the thread that nobody can ask any more.
    ops: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Ledger {
    /// Opens a ledger, and makes it where there is none. Refuses a file of the other kind, of a
    /// newer schema, a damaged one, and one on a network file system.
    pub fn open(path: &Path, kind: Kind) -> Result<Self, LedgerError> {
        let connection = open::for_writing(path)?;
        open::check_kind(path, &connection, kind)?;
        let secret = open::secret(path, &connection)?;
        let (ops, inbox) = mpsc::channel();
        let writer = Writer::new(path, connection);
        let thread = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || writer.work(&inbox))
            .map_err(|error| LedgerError::of_io(path, &error))?;
        let (ops, thread) = (Some(ops), Some(thread));
        Ok(Self(Arc::new(Handle { path: path.to_owned(), kind, secret, ops, thread })))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// For queries beside what is written.
    pub fn reader(&self) -> Result<Reader, LedgerError> {
        Reader::open(&self.0.path, Some(self.0.kind))
    }

    /// Begins a run; `command` is `verify` or `batch`. The first run of a file stamps its kind.
    pub async fn start_run(&self, command: &str, partner_code: &str) -> Result<Run, LedgerError> {
        let kind = self.0.kind;
        let command = command.to_owned();
        let begun = self.job(move |writer| maintenance::begin_run(writer, kind, &command)).await?;
        let keys = KeyMaker::new(&self.0.secret, kind.word(), partner_code);
        Ok(Run::new(self.clone(), begun, keys))
    }

    /// Settles a call in doubt by what a person found on the invoice. One found not charged may be
    /// sent again; one found charged is sent again only by `--unknown resend`, `--fresh` or
    /// `--max-age`.
    pub async fn resolve(&self, call: i64, found: Resolution) -> Result<(), LedgerError> {
        self.job(move |writer| maintenance::resolve(writer, call, found)).await
    }

    /// Erases for good the calls that were over before a moment; those in doubt stay unless told
    /// otherwise. Refused beside a living run.
    pub async fn purge(
        &self,
        before: Timestamp,
        include_unknown: bool,
    ) -> Result<PurgeResult, LedgerError> {
        self.job(move |writer| maintenance::purge(writer, before, include_unknown)).await
    }

    fn send(&self, op: Request) -> Result<(), LedgerError> {
        let ops = self.0.ops.as_ref().ok_or(LedgerError::Closed)?;
        ops.send(op).map_err(|_| LedgerError::Closed)
    }

    async fn job<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (reply, answer) = oneshot::channel();
        let job = move |writer: &mut Writer| drop(reply.send(work(writer)));
        self.send(Request::Job(Box::new(job)))?;
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.ops = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has left open intents, which are in doubt: nothing to add.
            let _ = thread.join();
        }
    }
}
