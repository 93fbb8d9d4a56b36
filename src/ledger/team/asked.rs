//! What a run asks of the task that claims.

use tokio::sync::oneshot;

use crate::ledger::error::LedgerError;
use crate::ledger::send_decision::{LookUpResult, RunRules};
use crate::ledger::team::shared::Decision;
use crate::model::record::RecordKey;

/// Where the decision about a claim goes.
pub(super) type ClaimSender = oneshot::Sender<Result<Decision, LedgerError>>;

/// Where the result of a look-up goes.
pub(super) type LookUpSender = oneshot::Sender<Result<LookUpResult, LedgerError>>;

/// A record that is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// Its key.
    pub(in crate::ledger) key: RecordKey,
    /// The hashes of its person.
    pub(in crate::ledger) person: [u8; 24],
    /// The rules of the run.
    pub(in crate::ledger) rules: RunRules,
}

/// A request to the task.
pub(super) enum TeamRequest {
    /// It will be claimed soon.
    Announce(Asked),
    /// It is to be sent now.
    Claim(Asked, ClaimSender),
    /// What is known about it.
    LookUp(Asked, LookUpSender),
}
