//! The requests to the writer thread and their replies.

use jiff::Timestamp;
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
    /// Do a job.
    Job(Job),
}

/// A request for a claim.
pub(super) struct ClaimRequest {
    pub(super) run: i64,
    pub(super) key: RecordKey,
    pub(super) person: PersonHash,
    pub(super) rules: RunRules,
    pub(super) reply: Reply<ClaimDecision>,
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
    pub(super) reply: Option<Reply<WriteStatus>>,
}

impl CloseRequest {
    /// The end of a call that was never sent.
    pub(super) fn unsent(call: i64, run: i64) -> Self {
        let end = CallEnd {
            at: Timestamp::now(),
            outcome: Outcome::Unavailable,
            charged: Charge::No,
            state: CallState::Without(Some("not sent".to_owned())),
            attempts: 0,
        };
        Self { call, run, end, reply: None }
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
