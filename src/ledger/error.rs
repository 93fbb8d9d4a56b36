//! What the ledger can refuse, and what to do next. No message holds personal data.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::ledger::team::TeamError;

/// Why the ledger refuses or fails. Cheap to clone: one trouble may concern many rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// There is no such file, and this use of it makes none.
    #[error("there is no ledger at {}: it is made by the first verify or batch", .0.display())]
    Missing(PathBuf),
    /// The folder or the file can't be made, read or written.
    #[error("the ledger {} cannot be written ({what}): give write access to the file and its folder, or name another with --ledger", .path.display())]
    Forbidden {
        /// The file.
        path: PathBuf,
        /// The system's words.
        what: String,
    },
    /// Locks and shared memory don't hold there.
    #[error("the ledger {} is on a network file system ({file_system}), where two runs could pay twice: name a file on a local disk with --ledger", .path.display())]
    Network {
        /// The file.
        path: PathBuf,
        /// The file system's name.
        file_system: &'static str,
    },
    /// A database, but not ours.
    #[error("{} is not a ledger of idv: name another file with --ledger", .0.display())]
    NotALedger(PathBuf),
    /// The file is damaged.
    #[error("the ledger {} is damaged (or no ledger at all), so nothing is sent: copy it and its -wal file aside, then `sqlite3 COPY .recover | sqlite3 NEW` and use --ledger NEW, or restore a backup; an empty ledger would pay for every record again", .0.display())]
    Corrupt(PathBuf),
    /// A later idv wrote it.
    #[error("the ledger {} has schema {found}, this idv knows {known}: install the newer idv that wrote it", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The file's schema.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// Live and sandbox never share a file.
    #[error("the ledger {} is of kind {stamped}, this run is {asked}: name another file with --ledger", .path.display())]
    OtherKind {
        /// The file.
        path: PathBuf,
        /// What its first run was.
        stamped: String,
        /// What this run is.
        asked: &'static str,
    },
    /// No space for what has to be written.
    #[error("the disk of the ledger {} is full, so nothing more is sent: make room and run the same command again", .0.display())]
    Full(PathBuf),
    /// The limit on the size of files leaves no room for the answers of further calls.
    #[error(
        "the ledger {} may not grow: the limit on the size of files is too near; raise it (ulimit -f) \
         and run the same command again",
        .0.display()
    )]
    SizeLimit(PathBuf),
    /// Reading or writing failed.
    #[error("the ledger {} cannot be trusted with more ({what}), so nothing more is sent: check the disk and run the same command again", .path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// The database's words.
        what: String,
    },
    /// Another process holds it for too long.
    #[error("the ledger {} is held by another process: end that process or let it go on, then run the same command again", .0.display())]
    Busy(PathBuf),
    /// An answer could not be written; it is kept in memory and tried again until the run ends.
    #[error("an answer is not on disk yet: {0}")]
    NotWritten(Box<LedgerError>),
    /// Not beside a run that goes on.
    #[error("run {0} is going on: try again when it has ended")]
    LivingRun(i64),
    /// No call has this number.
    #[error("the ledger has no call {0}: `idv ledger show` lists them")]
    NoSuchCall(i64),
    /// What a call cost is known already.
    #[error("call {0} is not in doubt: `idv ledger show --outcome unknown` lists those that are")]
    NotInDoubt(i64),
    /// A team's ledger refuses or fails.
    #[error(transparent)]
    Team(#[from] TeamError),
    /// The ledger's thread is gone.
    #[error("the ledger is closed: run the same command again")]
    Closed,
}

impl LedgerError {
    /// Whether the ledger can't be reached, which may pass.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Team(TeamError::Away(_) | TeamError::Undelivered(_)))
    }

    /// What an error of the database means for this file.
    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(path),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(path),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(path),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::Forbidden { path, what: error.to_string() }
            }
            _ => Self::Disk { path, what: error.to_string() },
        }
    }

    /// What an error of the system means for this file.
    pub(super) fn of_io(path: &Path, error: &std::io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full(path),
            _ => Self::Forbidden { path, what: error.to_string() },
        }
    }
}
