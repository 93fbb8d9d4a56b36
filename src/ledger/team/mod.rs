//! A ledger that a team shares: one `PostgreSQL` database before each machine's own file. The only
//! module that knows `PostgreSQL`. A record is sent by the run whose claim the database took; the file
//! stays this machine's journal.

pub(super) mod address;
mod asked;
mod calls;
mod claimer;
mod error;
mod heartbeat;
mod history;
mod identity;
mod import;
mod keeper;
mod maintenance;
mod opened;
mod password_file;
mod reader;
mod recovery;
mod registration;
mod runtime;
mod session;
mod setup;
mod shared;
mod standing;
mod team_run;
mod tls;

pub(crate) use crate::ledger::team::address::TeamAddress;
pub(super) use crate::ledger::team::asked::Asked;
pub use crate::ledger::team::error::TeamError;
pub(crate) use crate::ledger::team::import::Imported;
pub(crate) use crate::ledger::team::maintenance::{TeamBudget, TeamLimits};
pub(super) use crate::ledger::team::opened::{TeamLedger, journals};
pub(super) use crate::ledger::team::reader::TeamReader;
pub(crate) use crate::ledger::team::setup::{Finding, Health, InitResult};
pub(super) use crate::ledger::team::shared::Decision;
pub(super) use crate::ledger::team::team_run::TeamRun;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::ledger::error::LedgerError;
use crate::ledger::kind::Kind;
use crate::ledger::origin::RunOrigin;
pub(crate) use crate::ledger::team::recovery::Recovered;
use crate::ledger::thread::WriterThread;

/// Makes a team's ledger where there is none.
pub(crate) async fn init(
    address: &TeamAddress,
    kind: Kind,
    roles: bool,
) -> Result<InitResult, LedgerError> {
    Ok(setup::init(address, kind, roles).await?)
}

/// Looks at everything that the promise rests on.
pub(crate) async fn doctor(address: &TeamAddress) -> Vec<Finding> {
    setup::doctor(address).await
}

/// Returns the file of this machine's journal.
pub(crate) fn journal(address: &TeamAddress) -> Result<PathBuf, LedgerError> {
    TeamLedger::open(address, None, false)?.journal()
}

/// Notes a query as a run that is over. The machine's journal knows nothing of it.
pub(crate) async fn note(address: &TeamAddress, origin: RunOrigin) -> Result<(), LedgerError> {
    let team = TeamLedger::open(address, None, true)?;
    let address = address.clone();
    team.runtime
        .run(async move {
            let session = session::Session::open(&address).await?;
            let mut token = [0; 8];
            getrandom::fill(&mut token).map_err(|error| TeamError::Failed(error.to_string()))?;
            Ok(registration::note(&session, &token, &origin).await?)
        })
        .await
}

/// Brings the database up to date from the journal of this machine.
pub(crate) async fn push(address: &TeamAddress) -> Result<Recovered, LedgerError> {
    let team = TeamLedger::open(address, None, true)?;
    let journal = WriterThread::start_journal(&team.journal()?, team.kind(), team.secret())?;
    let (journal, address) = (Arc::new(journal), address.clone());
    team.runtime
        .run(async move {
            let session = session::Session::open(&address).await?;
            recovery::recover(&session, &journal, None, false).await
        })
        .await
}

/// Imports a machine's own ledger into a team's ledger without any call.
pub(crate) fn import(address: &TeamAddress, file: &Path) -> Result<Imported, LedgerError> {
    import::import(&TeamLedger::open(address, None, true)?, file)
}

/// Sets the budget, if it is given. Returns it, and what is used of it.
pub(crate) async fn budget(
    address: &TeamAddress,
    set: Option<TeamLimits>,
) -> Result<TeamBudget, LedgerError> {
    let team = TeamLedger::open(address, None, true)?;
    let address = address.clone();
    team.runtime
        .run(async move {
            let session = session::Session::open(&address).await?;
            Ok(maintenance::budget(&session, set).await?)
        })
        .await
}
