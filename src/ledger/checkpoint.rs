//! What keeps the file quick: its log is copied into it in time, and which records the latest calls
//! are about is written down in time.

use rusqlite::TransactionBehavior::Immediate;

use crate::ledger::error::LedgerError;
use crate::ledger::writer::Writer;
use crate::ledger::{file, index, store};

/// A write-ahead log of this length is copied into the database, and written over from its
/// beginning after that: syncing a file that grows takes twice as long.
const CHECKPOINT_BYTES: u64 = 4 << 20;

/// How often that is done at most, in transactions.
const CHECKPOINT_EVERY: u32 = 256;

impl Writer {
    /// Copies the log into the database when it has grown long. Not left to the
    /// database, which would not tell of an error there.
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

    /// Writes down which records the latest calls are about, when there are more of them than so
    /// many.
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
            Ok(()) => index.written(),
            Err(error) => {
                index.forget();
                self.stop(LedgerError::of(&self.path, &error));
            }
        }
    }

    /// For jobs: reads what former runs have left to be read, and writes it down if it is much.
    pub(super) fn read_index(&mut self) -> Result<(), LedgerError> {
        let Self { connection: Some(connection), index, path, .. } = self else {
            return Err(LedgerError::Closed);
        };
        let read = store::last_call(connection)
            .and_then(|last_call| index.catch_up(connection, last_call));
        read.map_err(|error| LedgerError::of(path, &error))?;
        self.write_index(index::LEFT);
        Ok(())
    }

    /// For jobs: what is in memory of the latest calls is not true any more.
    pub(super) fn forget_index(&mut self) {
        self.index.forget();
    }
}
