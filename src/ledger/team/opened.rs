//! A team's ledger that was opened: its connection was tried, and it is of the right kind.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::ledger::error::LedgerError;
use crate::ledger::kind::Kind;
use crate::ledger::team::address::TeamAddress;
use crate::ledger::team::error::TeamError;
use crate::ledger::team::identity::{Identity, Server};
use crate::ledger::team::runtime::TeamRuntime;
use crate::ledger::team::session::Session;
use crate::platform;

/// A team's ledger.
pub(crate) struct TeamLedger {
    pub(super) address: Arc<TeamAddress>,
    pub(super) identity: Identity,
    pub(super) runtime: TeamRuntime,
    /// The connection that was tried, for whoever needs one first.
    session: Mutex<Option<Session>>,
}

impl TeamLedger {
    /// Connects, and refuses a database in which a claim would not hold, unless it is only read.
    pub(crate) fn open(
        address: &TeamAddress,
        kind: Option<Kind>,
        writes: bool,
    ) -> Result<Self, LedgerError> {
        let address = Arc::new(address.clone());
        let failed = |error: io::Error| TeamError::Failed(error.to_string());
        let runtime = TeamRuntime::start().map_err(failed)?;
        let target = Arc::clone(&address);
        let (session, identity) = runtime.wait(async move {
            let session = Session::open(&target).await?;
            let server = Server::ask(&session).await?;
            if writes {
                server.ensure_durable()?;
            }
            let identity = Identity::read(&session, &target, &server, kind).await?;
            Ok((session, identity))
        })?;
        Ok(Self { address, identity, runtime, session: Mutex::new(Some(session)) })
    }

    /// Takes the connection that was tried.
    pub(super) fn take_session(&self) -> Option<Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Returns the kind.
    pub(crate) fn kind(&self) -> Kind {
        self.identity.kind
    }

    /// Returns the secret under which records are named.
    pub(crate) fn secret(&self) -> [u8; 32] {
        self.identity.secret
    }

    /// Returns the file of this machine's journal, beside its own ledgers.
    pub(crate) fn journal(&self) -> Result<PathBuf, LedgerError> {
        let beginning = journals().ok_or(TeamError::Unsupported(
            "no home folder is known for the journal: set XDG_STATE_HOME",
        ))?;
        let mut journal = beginning.into_os_string();
        journal.push(format!("{}.db", self.identity.id));
        Ok(journal.into())
    }
}

/// How the paths of all journals of this machine begin, and those of the files beside them.
pub(crate) fn journals() -> Option<PathBuf> {
    Some(platform::state_folder()?.join("idv").join("team-"))
}
