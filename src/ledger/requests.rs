//! What callers ask of the ledger's thread, and what they are told.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::ledger::call::{CallState, LookUpResult, RunRules};
use crate::ledger::error::LedgerError;
use crate::ledger::store::{CallEnd, ClosedCall};
use crate::ledger::writer::Writer;
use crate::model::code::Charge;
use crate::model::outcome::Outcome;
use crate::model::record::RecordKey;

/// A reply to one who asked.
pub(super) type Reply<T> = oneshot::Sender<Result<T, LedgerError>>;

/// Something rare, done between two transactions.
pub(super) type Job = Box<dyn FnOnce(&mut Writer) + Send>;

/// What the thread is asked to do.
pub(super) enum Request {
    /// Look a record up and, if nothing stands against it, write the intent.
    Claim(ClaimRequest),
    /// Write the end of a call.
    Close(CloseRequest),
    /// Say when a call has ended; `None` where another process has to tell.
    Watch(i64, Reply<Option<Box<ClosedCall>>>),
    /// Anything rarer.
    Job(Job),
}

/// A claim, as it is asked.
pub(super) struct ClaimRequest {
    pub(super) run: i64,
    pub(super) spent: Arc<Mutex<Spent>>,
    pub(super) key: RecordKey,
    pub(super) rules: RunRules,
    pub(super) reply: Reply<ClaimDecision>,
}

/// What a claim came to.
#[derive(Debug)]
pub(super) enum ClaimDecision {
    /// The intent is on disk, as the call of this number.
    Intent(i64),
    /// The record is not to be sent now.
    Known(LookUpResult),
}

/// The end of a call, as it is told.
pub(super) struct CloseRequest {
    pub(super) call: i64,
    pub(super) run: i64,
    pub(super) spent: Arc<Mutex<Spent>>,
    pub(super) ending: CallEnd,
    pub(super) reply: Option<Reply<WriteStatus>>,
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

/// What a run has cost so far, in calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Certainly charged.
    pub charged: u64,
    /// Possibly charged: in doubt.
    pub unknown: u64,
    /// Claimed, or being claimed, and not over: may yet be charged.
    pub in_flight: u64,
}

impl Spent {
    /// What may have been or may yet be charged, at most.
    pub const fn at_most(self) -> u64 {
        self.charged + self.unknown + self.in_flight
    }

    pub(super) fn close(&mut self, charged: Charge) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match charged {
            Charge::Yes => self.charged += 1,
            Charge::Unknown => self.unknown += 1,
            Charge::No => {}
        }
    }
}

/// Counts, whatever happened to another thread that counted.
pub(super) fn counted<T>(spent: &Mutex<Spent>, count: impl FnOnce(&mut Spent) -> T) -> T {
    count(&mut spent.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The end of a call that was never sent.
pub(super) fn unsent(call: i64, run: i64, spent: Arc<Mutex<Spent>>) -> CloseRequest {
    let ending = CallEnd {
        at: Timestamp::now(),
        outcome: Outcome::Unavailable,
        charged: Charge::No,
        end: CallState::Without(Some("not sent".to_owned())),
        attempts: 0,
    };
    CloseRequest { call, run, spent, ending, reply: None }
}
