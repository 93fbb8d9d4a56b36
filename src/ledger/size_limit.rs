//! The limit on the size of files: no call is claimed whose answer could not be written below it. The
//! reserve does not help there, since it is the ledger itself that may not grow.

use crate::ledger::database::Database;
use crate::ledger::error::LedgerError;
use crate::ledger::file;
use crate::platform;

/// Bytes that are kept free for the end of a run and for what is written beside the calls.
const MARGIN: u64 = 256 * 1024;

/// Bytes that the claim and the answer of one call may add: a few pages each, and a commit of its own.
const OF_A_CALL: u64 = 32 * 1024;

impl Database {
    /// Returns an error if the answers of so many calls might not fit below the limit. Empties the log
    /// before that.
    pub(super) fn check_size_limit(&mut self, calls: usize) -> Result<(), LedgerError> {
        let Some(limit) = platform::file_size_limit() else { return Ok(()) };
        let needed = MARGIN + OF_A_CALL * calls as u64;
        if self.longest_file() + needed <= limit {
            return Ok(());
        }
        if let Some(connection) = &self.connection {
            let emptied = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            emptied.map_err(|error| LedgerError::of(&self.path, &error))?;
        }
        if self.longest_file() + needed <= limit {
            return Ok(());
        }
        Err(LedgerError::SizeLimit(self.path.clone()))
    }

    fn longest_file(&self) -> u64 {
        let length = |path| std::fs::metadata(path).map_or(0, |found| found.len());
        length(self.path.clone()).max(length(file::companion(&self.path, "-wal")))
    }
}
