//! Look-ups in a team's ledger that claim nothing, for plans.

use std::sync::{Arc, Mutex, PoisonError};

use crate::ledger::error::LedgerError;
use crate::ledger::kind::Kind;
use crate::ledger::send_decision::{LookUpResult, RunRules};
use crate::ledger::team::address::TeamAddress;
use crate::ledger::team::calls::{self, TeamCall};
use crate::ledger::team::opened::TeamLedger;
use crate::ledger::team::session::Session;
use crate::model::record::RecordKey;

/// A team's ledger opened for queries, with a connection of its own.
pub(crate) struct TeamReader {
    pub(super) ledger: Arc<TeamLedger>,
    pub(super) session: Arc<Mutex<Option<Session>>>,
}

impl TeamReader {
    /// Connects.
    pub(crate) fn open(address: &TeamAddress, kind: Option<Kind>) -> Result<Self, LedgerError> {
        let ledger = Arc::new(TeamLedger::open(address, kind, false)?);
        let session = Arc::new(Mutex::new(ledger.take_session()));
        Ok(Self { ledger, session })
    }

    /// Opens the same ledger once more, for another thread.
    pub(crate) fn reopen(&self) -> Self {
        Self { ledger: Arc::clone(&self.ledger), session: Arc::default() }
    }

    /// Returns the kind.
    pub(crate) fn kind(&self) -> Kind {
        self.ledger.kind()
    }

    /// Returns the secret under which records are named.
    pub(crate) fn secret(&self) -> [u8; 32] {
        self.ledger.secret()
    }

    /// Looks the records of these keys up. The answers' texts are left out where only the status is
    /// wanted.
    pub(crate) fn look_up_all(
        &self,
        rules: RunRules,
        keys: &[RecordKey],
        with_answer: bool,
    ) -> Result<Vec<LookUpResult>, LedgerError> {
        let (keys, slot) = (keys.to_vec(), Arc::clone(&self.session));
        let address = Arc::clone(&self.ledger.address);
        self.ledger.runtime.wait(async move {
            let session = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            let session = match session {
                Some(session) => session,
                None => Session::open(&address).await?,
            };
            let found = calls::histories(&session, &[], &keys, with_answer).await?;
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
            let decide = |key| {
                let calls = found.get(key).map_or(&[] as &[TeamCall], Vec::as_slice);
                calls::decide(&rules, calls)
            };
            Ok(keys.iter().map(decide).collect())
        })
    }
}
