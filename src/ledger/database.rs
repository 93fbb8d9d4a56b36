//! The database of the writer thread, with the index of calls and the liveness of runs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::ledger::error::LedgerError;
use crate::ledger::index::Index;
use crate::ledger::liveness::RunLiveness;
use crate::ledger::{file, open};

/// The open file and the state that belongs to it.
pub(super) struct Database {
    pub(super) path: PathBuf,
    /// `None` between a failure and a reopening that works.
    pub(super) connection: Option<Connection>,
    pub(super) liveness: RunLiveness,
    pub(super) index: Index,
    /// The runs of this process, each with the last call before it.
    pub(super) runs: HashMap<i64, i64>,
    /// Why no claim is given any more.
    pub(super) stopped: Option<LedgerError>,
    /// The transactions since the file was opened.
    pub(super) transactions: u32,
    reopened: bool,
}

impl Database {
    pub(super) fn new(path: &Path, connection: Connection) -> Self {
        Self {
            path: path.to_owned(),
            connection: Some(connection),
            liveness: RunLiveness::new(path),
            index: Index::default(),
            runs: HashMap::new(),
            stopped: None,
            transactions: 0,
            reopened: false,
        }
    }

    /// Returns the connection, or an error while there is none.
    pub(super) fn connection(&mut self) -> Result<&mut Connection, LedgerError> {
        self.connection.as_mut().ok_or(LedgerError::Closed)
    }

    /// Does work in one transaction: all of it or nothing.
    pub(super) fn in_transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &mut RunLiveness) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let Self { path, connection, liveness, .. } = self;
        let fail = |error: rusqlite::Error| LedgerError::of(path, &error);
        let connection = connection.as_mut().ok_or(LedgerError::Closed)?;
        let immediate = TransactionBehavior::Immediate;
        let transaction = connection.transaction_with_behavior(immediate).map_err(fail)?;
        let done = work(&transaction, liveness)?;
        transaction.commit().map_err(fail)?;
        Ok(done)
    }

    /// Gives no more claims. An fsync that failed once is never trusted again: the file is opened
    /// anew and read over. A busy file is no trouble of the disk.
    pub(super) fn stop(&mut self, error: LedgerError) {
        if matches!(error, LedgerError::Busy(_)) {
            return;
        }
        file::release_reserve(&self.path);
        if matches!(error, LedgerError::Disk { .. }) {
            self.reopen();
        }
        self.stopped.get_or_insert(error);
    }

    /// Opens the file anew and checks it.
    pub(super) fn reopen(&mut self) {
        self.connection = None;
        let opened = open::for_writing(&self.path);
        let checked = opened.and_then(|connection| {
            open::check_whole(&self.path, &connection)?;
            Ok(connection)
        });
        match checked {
            Ok(connection) => self.connection = Some(connection),
            Err(error) => self.stopped = Some(error),
        }
        self.reopened = true;
    }

    /// Says once whether the file was opened anew.
    pub(super) fn take_reopened(&mut self) -> bool {
        std::mem::take(&mut self.reopened)
    }
}
