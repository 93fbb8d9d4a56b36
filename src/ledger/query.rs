//! A ledger opened for reading, and its look-ups of records.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::ledger::chain::{self, ChainReport};
use crate::ledger::error::LedgerError;
use crate::ledger::index::Index;
use crate::ledger::kind::Kind;
use crate::ledger::liveness::RunLiveness;
use crate::ledger::look_up::LookUpParameters;
use crate::ledger::open;
use crate::ledger::send_decision::{LookUpResult, ReuseRules, RunRules};
use crate::ledger::store;
use crate::ledger::team::{TeamAddress, TeamError, TeamReader};
use crate::model::explanation::DoubtReason;
use crate::model::record::{KeyMaker, Record, RecordKey};

/// A ledger opened for queries. Makes no ledger, and changes nothing in one.
pub struct Reader {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
    pub(super) secret: [u8; 32],
    pub(super) liveness: RunLiveness,
    pub(super) index: Index,
    /// The team's ledger, where this is one. The connection above is then to an empty database.
    pub(super) team: Option<TeamReader>,
}

impl Reader {
    /// Opens a ledger that exists; with a kind, only one of that kind or of none yet.
    pub fn open(path: &Path, kind: Option<Kind>) -> Result<Self, LedgerError> {
        let connection = open::for_reading(path)?;
        if let Some(kind) = kind {
            open::check_kind(path, &connection, kind)?;
        }
        let secret = open::secret(path, &connection)?;
        let (liveness, index) = (RunLiveness::new(path), Index::default());
        Ok(Self { path: path.to_owned(), connection, secret, liveness, index, team: None })
    }

    /// Opens a team's ledger; with a kind, only one of that kind.
    pub(crate) fn open_team(
        address: &TeamAddress,
        kind: Option<Kind>,
    ) -> Result<Self, LedgerError> {
        Self::of_team(TeamReader::open(address, kind)?)
    }

    pub(super) fn of_team(team: TeamReader) -> Result<Self, LedgerError> {
        let path = PathBuf::new();
        let connection = Connection::open_in_memory();
        let connection = connection.map_err(|error| LedgerError::of(&path, &error))?;
        let (secret, liveness, index) = (team.secret(), RunLiveness::new(&path), Index::default());
        Ok(Self { path, connection, secret, liveness, index, team: Some(team) })
    }

    /// Verifies the chain of calls.
    pub(crate) fn verify_chain(&mut self) -> Result<ChainReport, LedgerError> {
        if self.team.is_some() {
            return Err(LedgerError::Team(TeamError::Unsupported(
                "a team's ledger has no chain: each machine's journal has one, and `idv ledger path` says \
                 where it is",
            )));
        }
        let path = &self.path;
        let verified = self.connection.transaction().and_then(|open| chain::verify(&open));
        verified.map_err(|error| LedgerError::of(path, &error))
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the kind that the first run stamped; `None` before it.
    pub fn kind(&self) -> Result<Option<Kind>, LedgerError> {
        match &self.team {
            Some(team) => Ok(Some(team.kind())),
            None => open::kind(&self.path, &self.connection),
        }
    }

    /// Returns the parameters for a plan that sends nothing: what a run that starts now would find.
    pub fn look_up_parameters(
        &self,
        kind: Kind,
        partner_code: &str,
        reuse: ReuseRules,
    ) -> LookUpParameters {
        let keys = KeyMaker::new(&self.secret, kind.word(), partner_code);
        LookUpParameters { keys, rules: RunRules { run: None, last_call: i64::MAX, reuse } }
    }

    /// Looks a record up.
    pub fn look_up(
        &mut self,
        parameters: &LookUpParameters,
        record: &Record,
    ) -> Result<LookUpResult, LedgerError> {
        let known = self.look_up_all(parameters, std::slice::from_ref(record))?.pop();
        Ok(known.unwrap_or(LookUpResult::MaySend))
    }

    /// Looks these records up, in one reading transaction.
    pub fn look_up_all(
        &mut self,
        parameters: &LookUpParameters,
        records: &[Record],
    ) -> Result<Vec<LookUpResult>, LedgerError> {
        let keys: Vec<_> = records.iter().map(|record| parameters.keys().key(record)).collect();
        self.look_up_keys(parameters, &keys)
    }

    /// Looks the records of these keys up, in one reading transaction.
    pub(super) fn look_up_keys(
        &mut self,
        parameters: &LookUpParameters,
        keys: &[RecordKey],
    ) -> Result<Vec<LookUpResult>, LedgerError> {
        if let Some(team) = &self.team {
            return team.look_up_all(parameters.rules, keys, true);
        }
        let mut known = self.read(parameters, keys)?;
        // A run may have written its answer and ended between our view of the file and our look at
        // its lock; what is read after that look holds.
        for (known, key) in known.iter_mut().zip(keys) {
            if matches!(known, LookUpResult::InDoubt(doubt) if doubt.reason == DoubtReason::RunEnded)
            {
                *known = self.read(parameters, &[*key])?.pop().unwrap_or(LookUpResult::MaySend);
            }
        }
        Ok(known)
    }

    fn read(
        &mut self,
        parameters: &LookUpParameters,
        keys: &[RecordKey],
    ) -> Result<Vec<LookUpResult>, LedgerError> {
        let Self { path, connection, liveness, index, .. } = self;
        let mut read = || {
            let transaction = connection.transaction()?;
            index.catch_up(&transaction, store::last_call(&transaction)?)?;
            keys.iter()
                .map(|key| store::look_up(&transaction, index, liveness, key, &parameters.rules))
                .collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|error| LedgerError::of(path, &error))
    }
}
