//! The requests to the writer thread and their replies.

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use crate::ledger::database::Database;
use crate::ledger::error::LedgerError;
use crate::ledger::person::PersonHash;
use crate::ledger::send_decision::{CallState, LookUpResult, RunRules};
use crate::ledger::store::{CallEnd, ClosedCall};
use crate::model::code::Charge;
use crate::model::outcome::Outcome;
use crate::model::record::RecordKey;

/// Where a reply goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, LedgerError>>;

/// Something rare, done between two transactions.
pub(super) type Job = Box<dyn FnOnce(&mut Database) + Send>;

/// A request to the writer thread.
pub(super) enum Request {
    /// Look a record up and, if it may be sent, write the intent.
    Claim(ClaimRequest),
    /// Write the end of a call.
    Close(CloseRequest),
    /// Reply when a call has ended; `None` for a call of another process that goes on.
    Watch(i64, Reply<Option<Box<ClosedCall>>>),
    /// Look a record up, and write nothing.
    LookUp(LookUpRequest),
    /// Do a job.
    Job(Job),
}

/// A request for a claim.
pub(super) struct ClaimRequest {
    pub(super) run: i64,
    pub(super) key: RecordKey,
    pub(super) person: PersonHash,
    pub(super) rules: RunRules,
    /// The claim that a team's ledger gave: then the intent is written without a look-up.
    pub(super) team: Option<TeamClaim>,
    pub(super) reply: Reply<ClaimDecision>,
}

/// A request for a look-up.
pub(super) struct LookUpRequest {
    pub(super) key: RecordKey,
    pub(super) rules: RunRules,
    pub(super) reply: Reply<LookUpResult>,
}

/// A claim that a team's ledger gave.
#[derive(Debug, Clone)]
pub(crate) struct TeamClaim {
    /// Its number in the team's ledger.
    pub(super) call: i64,
    /// Counts the claims of the run.
    pub(super) claim: i64,
    /// The epoch in which it holds.
    pub(super) epoch: u64,
    /// Where its end goes once it is on disk.
    pub(super) ends: UnboundedSender<EndedCall>,
}

/// The end of a call that is on disk, for a team's ledger.
#[derive(Debug, Clone)]
pub(crate) struct EndedCall {
    pub(super) call: i64,
    pub(super) claim: i64,
    pub(super) end: CallEnd,
}

/// The decision about a claim.
#[derive(Debug)]
pub(super) enum ClaimDecision {
    /// The intent is on disk, as the call of this number.
    Intent(i64),
    /// The record is not to be sent now.
    Known(LookUpResult),
}

/// A request to write the end of a call.
pub(super) struct CloseRequest {
    pub(super) call: i64,
    pub(super) run: i64,
    pub(super) end: CallEnd,
    /// The team's claim of this call.
    pub(super) team: Option<TeamClaim>,
    pub(super) reply: Option<Reply<WriteStatus>>,
}

impl CloseRequest {
    /// The end of a call that was never sent.
    pub(super) fn unsent(call: i64, run: i64, team: Option<TeamClaim>) -> Self {
        let end = CallEnd {
            at: Timestamp::now(),
            outcome: Outcome::Unavailable,
            charged: Charge::No,
            state: CallState::Without(Some("not sent".to_owned())),
            attempts: 0,
        };
        Self { call, run, end, team, reply: None }
    }
}

/// How an answer got to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum WriteStatus {
    /// It is on disk.
    Written,
    /// It is on disk, but the disk is in trouble: no more claims are given.
    DiskTrouble,
}
