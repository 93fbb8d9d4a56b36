//! A ledger opened for writing: starts runs, resolves calls in doubt, purges old calls.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::ledger::erasure::{self, ForgetResult, PurgeResult, PurgeScope};
use crate::ledger::error::LedgerError;
use crate::ledger::kind::Kind;
use crate::ledger::maintenance::{self, Resolution};
use crate::ledger::origin::RunOrigin;
use crate::ledger::person::PersonQuery;
use crate::ledger::query::Reader;
use crate::ledger::run::Run;
use crate::ledger::team::{TeamAddress, TeamLedger, TeamRun};
use crate::ledger::thread::WriterThread;

/// A ledger opened for writing. Cheap to clone; the last clone's drop waits until all is written.
#[derive(Clone)]
pub struct Ledger(pub(super) Arc<WriterThread>, pub(super) Option<Arc<TeamLedger>>);

impl Ledger {
    /// Opens a ledger, and makes it where there is none. Refuses a file of the other kind, of a
    /// newer schema, a damaged one, and one on a network file system.
    pub fn open(path: &Path, kind: Kind) -> Result<Self, LedgerError> {
        WriterThread::start(path, kind).map(|thread| Self(Arc::new(thread), None))
    }

    /// Opens a team's ledger, with the journal of this machine. Refuses a database of the other kind, and
    /// one in which a claim would not hold.
    pub(crate) fn open_team(
        address: &TeamAddress,
        kind: Option<Kind>,
    ) -> Result<Self, LedgerError> {
        let team = TeamLedger::open(address, kind, true)?;
        let thread = WriterThread::start_journal(&team.journal()?, team.kind(), team.secret())?;
        Ok(Self(Arc::new(thread), Some(Arc::new(team))))
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Opens a reader of the same file.
    pub fn reader(&self) -> Result<Reader, LedgerError> {
        Reader::open(&self.0.path, Some(self.0.kind))
    }

    /// Starts a run. The first run of a file stamps its kind.
    pub async fn start_run(
        &self,
        origin: impl Into<RunOrigin>,
        partner_code: &str,
    ) -> Result<Run, LedgerError> {
        let (kind, origin) = (self.0.kind, origin.into());
        let own = origin.clone();
        let start = move |database: &mut _| maintenance::start_run(database, kind, &origin);
        let started = self.0.job(start).await?;
        let team = match &self.1 {
            Some(team) => Some(TeamRun::start(team, &self.0, &started, own).await?),
            None => None,
        };
        Ok(Run::new(Arc::clone(&self.0), started, team, partner_code))
    }

    /// Settles a call in doubt by what a person found on the invoice. One found not charged may be
    /// sent again; one found charged is sent again only by `--unknown resend`, `--fresh` or
    /// `--max-age`.
    pub async fn resolve(&self, call: i64, found: Resolution) -> Result<(), LedgerError> {
        match &self.1 {
            Some(team) => team.resolve(call, found).await,
            None => self.0.job(move |database| maintenance::resolve(database, call, found)).await,
        }
    }

    /// Erases for good the calls that ended before a moment. Refused while a run is alive.
    pub async fn purge(
        &self,
        before: Timestamp,
        scope: PurgeScope,
    ) -> Result<PurgeResult, LedgerError> {
        let own = self.0.job(move |database| erasure::purge(database, before, scope));
        match &self.1 {
            None => own.await,
            Some(team) => {
                let purged = team.purge(before, scope == PurgeScope::All).await?;
                // The journals of other machines follow at their next start.
                own.await?;
                Ok(purged)
            }
        }
    }

    /// Erases outcome, answer, keys and sequence id of the calls about one person, for good. Calls in
    /// doubt stay.
    pub async fn forget(&self, person: PersonQuery) -> Result<ForgetResult, LedgerError> {
        let forgotten = match &self.1 {
            Some(team) => Some(team.forget(person.clone()).await?),
            None => None,
        };
        // The journals of other machines follow at their next start.
        let own = self.0.job(move |database| erasure::forget(database, &person)).await?;
        Ok(forgotten.unwrap_or(own))
    }
}
