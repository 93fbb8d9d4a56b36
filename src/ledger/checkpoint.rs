//! Checkpoints the write-ahead log and writes the index, so that commits and look-ups stay fast.

use rusqlite::TransactionBehavior::Immediate;

use crate::ledger::database::Database;
use crate::ledger::error::LedgerError;
use crate::ledger::{file, index, store};

/// A write-ahead log of this length is copied into the database, and written over from its
/// beginning after that: syncing a file that grows takes twice as long.
const CHECKPOINT_BYTES: u64 = 4 << 20;

/// The log is looked at once in so many transactions.
const CHECKPOINT_EVERY: u32 = 256;

impl Database {
    /// Copies the log into the database when it has grown long. `SQLite` would do so by itself, but
    /// would not report an error.
    pub(super) fn checkpoint_when_due(&mut self) {
        self.transactions += 1;
        if !self.transactions.is_multiple_of(CHECKPOINT_EVERY) {
            return;
        }
        let log = std::fs::metadata(file::companion(&self.path, "-wal"));
        if log.is_ok_and(|log| log.len() < CHECKPOINT_BYTES) {
            return;
        }
        let Some(connection) = &self.connection else { return };
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            self.stop(LedgerError::of(&self.path, &error));
        }
    }

    /// Writes the index of the latest calls into the file when it holds more than `most` calls.
    pub(super) fn write_index(&mut self, most: usize) {
        let Self { connection: Some(connection), index, .. } = self else { return };
        if index.len() <= most {
            return;
        }
        let mut write = || {
            let transaction = connection.transaction_with_behavior(Immediate)?;
            index.catch_up(&transaction, store::last_call(&transaction)?)?;
            index.write(&transaction)?;
            transaction.commit()
        };
        match write() {
            Ok(()) => index.clear(),
            Err(error) => {
                index.reset();
                self.stop(LedgerError::of(&self.path, &error));
            }
        }
    }

    /// Reads the calls that are not in the table of slots yet, and writes them there if there are
    /// many.
    pub(super) fn read_index(&mut self) -> Result<(), LedgerError> {
        let Self { connection: Some(connection), index, path, .. } = self else {
            return Err(LedgerError::Closed);
        };
        let read = store::last_call(connection)
            .and_then(|last_call| index.catch_up(connection, last_call));
        read.map_err(|error| LedgerError::of(path, &error))?;
        self.write_index(index::MAX_AT_RUN_END);
        Ok(())
    }
}
