//! Where a ledger is: a file of this machine, or the database of a team.

use std::path::{Path, PathBuf};

use crate::ledger::error::LedgerError;
use crate::ledger::file::files_of;
use crate::ledger::handle::Ledger;
use crate::ledger::kind::Kind;
use crate::ledger::origin::RunOrigin;
use crate::ledger::query::Reader;
use crate::ledger::run::RunEnd;
use crate::ledger::team::address::is_address;
use crate::ledger::team::{self, TeamAddress, TeamError, journals};

/// Where a ledger is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LedgerPlace {
    /// A file.
    File(PathBuf),
    /// A team's database.
    Team(Box<TeamAddress>),
}

impl LedgerPlace {
    /// Reads the value of a flag: `postgres://…` without a password, or a file.
    pub(crate) fn of_flag(value: &Path) -> Result<Self, TeamError> {
        match value.to_str().filter(|text| is_address(text)) {
            Some(text) => Ok(Self::Team(Box::new(TeamAddress::of_flag(text)?))),
            None => Ok(Self::File(value.to_owned())),
        }
    }

    /// Reads the value of a setting: `postgres://…`, or a file.
    pub(crate) fn of_setting(value: &str) -> Result<Self, TeamError> {
        if is_address(value.trim()) {
            return Ok(Self::Team(Box::new(TeamAddress::of_setting(value.trim())?)));
        }
        Ok(Self::File(PathBuf::from(value)))
    }

    /// The files of the ledger, whether they exist or not. A team's has journals instead.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.file().map(files_of).unwrap_or_default()
    }

    /// How the paths of this machine's journals of team ledgers begin. Only the database knows which one
    /// is its own. `None` for a file.
    pub(crate) fn journals(&self) -> Option<PathBuf> {
        self.team().and_then(|_| journals())
    }

    /// Opens the ledger for runs of a kind. A file is made where there is none, a team's ledger never.
    pub(crate) fn open(&self, kind: Kind) -> Result<Ledger, LedgerError> {
        match self {
            Self::File(file) => Ledger::open(file, kind),
            Self::Team(address) => Ledger::open_team(address, Some(kind)),
        }
    }

    /// Notes a query as a run that is over.
    pub(crate) async fn note(&self, kind: Kind, origin: RunOrigin) -> Result<(), LedgerError> {
        match self {
            Self::File(file) => {
                let run = Ledger::open(file, kind)?.start_run(origin, "").await?;
                run.finish(RunEnd::Done).await
            }
            Self::Team(address) => team::note(address, origin).await,
        }
    }

    /// Opens the ledger for queries; with a kind, only one of that kind or of none yet.
    pub(crate) fn read(&self, kind: Option<Kind>) -> Result<Reader, LedgerError> {
        match self {
            Self::File(file) => Reader::open(file, kind),
            Self::Team(address) => Reader::open_team(address, kind),
        }
    }

    /// Returns the file, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            Self::Team(_) => None,
        }
    }

    /// Returns the address, if it is a team's.
    pub(crate) fn team(&self) -> Option<&TeamAddress> {
        match self {
            Self::File(_) => None,
            Self::Team(address) => Some(address),
        }
    }
}

/// Shows no password.
impl std::fmt::Display for LedgerPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Team(address) => address.fmt(f),
        }
    }
}
