//! A run and its claims. A request is sent to the writer thread when the function is called, not
//! when its future is polled: so the end of one call and the claim of the next share one commit
//! when neither is awaited in between.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::ledger::error::LedgerError;
use crate::ledger::lock::RunLock;
use crate::ledger::look_up::LookUpParameters;
use crate::ledger::maintenance::{self, StartedRun};
use crate::ledger::person::PersonHasher;
use crate::ledger::query::Reader;
use crate::ledger::redaction::{cut, masked};
use crate::ledger::requests::{
    ClaimDecision, ClaimRequest, CloseRequest, Reply, Request, WriteStatus,
};
use crate::ledger::send_decision::{
    CallState, InDoubtCall, LookUpResult, ReuseRules, RunRules, StoredAnswer,
};
use crate::ledger::store::CallEnd;
use crate::ledger::thread::WriterThread;
use crate::ledger::waiter::Waiter;
use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::outcome::Outcome;
use crate::model::record::{KeyMaker, Record};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// Every row had its turn.
    Done,
    /// It was stopped: account, quota, budget, endpoint in trouble, disk.
    Stopped,
    /// Somebody stopped it.
    Interrupted,
}

impl RunEnd {
    /// The word in the ledger.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A living run. Cheap to clone; it lives until `finish`, or until the last clone and the last of
/// its claims are dropped.
#[derive(Clone)]
pub struct Run(pub(super) Arc<RunInner>);

pub(super) struct RunInner {
    pub(super) thread: Arc<WriterThread>,
    id: i64,
    /// The last call there was when it started.
    last_call: i64,
    started: Timestamp,
    keys: KeyMaker,
    persons: PersonHasher,
    lock: Mutex<Option<RunLock>>,
}

impl Run {
    pub(super) fn new(thread: Arc<WriterThread>, started: StartedRun, partner_code: &str) -> Self {
        let StartedRun { id, last_call, started, lock } = started;
        let keys = KeyMaker::new(&thread.secret, thread.kind.word(), partner_code);
        let persons = PersonHasher::new(&thread.secret);
        let lock = Mutex::new(Some(lock));
        Self(Arc::new(RunInner { thread, id, last_call, started, keys, persons, lock }))
    }

    /// Returns its number.
    pub fn id(&self) -> i64 {
        self.0.id
    }

    /// Returns when it started: `--fresh` goes by this moment.
    pub fn started(&self) -> Timestamp {
        self.0.started
    }

    /// Opens a reader of the same ledger.
    pub fn reader(&self) -> Result<Reader, LedgerError> {
        Reader::open(&self.0.thread.path, Some(self.0.thread.kind))
    }

    /// Returns the parameters of look-ups for this run: a record that the run may send by these
    /// rules is `MaySend`.
    pub fn look_up_parameters(&self, reuse: ReuseRules) -> LookUpParameters {
        LookUpParameters { keys: self.0.keys.clone(), rules: self.rules(reuse) }
    }

    fn rules(&self, reuse: ReuseRules) -> RunRules {
        RunRules { run: Some(self.0.id), last_call: self.0.last_call, reuse }
    }

    /// Requests the right to send a record. When the future is ready, the intent is on disk.
    pub fn claim(&self, record: &Record, reuse: ReuseRules) -> PendingClaim {
        let (reply, answer) = oneshot::channel();
        let claim = ClaimRequest {
            run: self.0.id,
            key: self.0.keys.key(record),
            person: self.0.persons.person(record),
            rules: self.rules(reuse),
            reply,
        };
        // Without a thread the reply is dropped, and the future says that the ledger is closed.
        let _ = self.0.thread.send(Request::Claim(claim));
        PendingClaim { run: self.clone(), answer }
    }

    /// Notes the end of the run. Claims that still exist may be settled afterwards.
    pub async fn finish(&self, end: RunEnd) -> Result<(), LedgerError> {
        let (id, lock) = (self.0.id, self.0.take_lock());
        let end = move |database: &mut _| maintenance::end_run(database, id, end.word(), lock);
        self.0.thread.job(end).await
    }

    /// Ends as kill -9 would end it: its lock is free, and nothing is written.
    #[cfg(test)]
    pub(super) fn crash(&self) {
        drop(self.0.take_lock());
    }
}

impl RunInner {
    fn take_lock(&self) -> Option<RunLock> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Notes the end of a run that is given up, then frees its lock.
impl Drop for RunInner {
    fn drop(&mut self) {
        if let Some(lock) = self.take_lock() {
            let id = self.id;
            let end = move |database: &mut _| {
                // No caller is left; the free lock says the same.
                let _ = maintenance::end_run(database, id, "given up", Some(lock));
            };
            let _ = self.thread.send(Request::Job(Box::new(end)));
        }
    }
}

/// A requested claim. Dropped, nothing is sent and nothing is in doubt.
#[must_use = "a claim does nothing until it is awaited"]
pub struct PendingClaim {
    run: Run,
    answer: oneshot::Receiver<Result<ClaimDecision, LedgerError>>,
}

/// The reply to a claim.
#[derive(Debug)]
pub enum ClaimReply {
    /// The record may be sent, once.
    Claim(Claim),
    /// It was answered before: this costs nothing.
    Answered(Box<StoredAnswer>),
    /// It may have been paid for already: it is not sent.
    InDoubt(InDoubtCall),
    /// This run, or another living one, is sending it right now.
    Busy(Waiter),
}

impl Future for PendingClaim {
    type Output = Result<ClaimReply, LedgerError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = std::task::ready!(Pin::new(&mut self.answer).poll(context));
        Poll::Ready(match answer {
            Err(_) => Err(LedgerError::Closed),
            Ok(Err(error)) => Err(error),
            Ok(Ok(decision)) => Ok(self.reply(decision)),
        })
    }
}

impl PendingClaim {
    fn reply(&self, decision: ClaimDecision) -> ClaimReply {
        match decision {
            ClaimDecision::Known(LookUpResult::Answered(stored)) => ClaimReply::Answered(stored),
            ClaimDecision::Known(LookUpResult::InDoubt(call)) => ClaimReply::InDoubt(call),
            ClaimDecision::Known(LookUpResult::Busy(in_flight)) => {
                let is_own = in_flight.run == self.run.id();
                ClaimReply::Busy(Waiter::new(Arc::clone(&self.run.0.thread), in_flight, is_own))
            }
            ClaimDecision::Intent(call) => {
                ClaimReply::Claim(Claim { run: self.run.clone(), call, is_over: false })
            }
            ClaimDecision::Known(LookUpResult::MaySend) => {
                unreachable!("a record that may be sent gets an intent")
            }
        }
    }
}

/// An intent that came too late for its caller was not sent.
impl Drop for PendingClaim {
    fn drop(&mut self) {
        self.answer.close();
        if let Ok(Ok(ClaimDecision::Intent(call))) = self.answer.try_recv() {
            let close = CloseRequest::unsent(call, self.run.id());
            let _ = self.run.0.thread.send(Request::Close(close));
        }
    }
}

/// The right to send one record once. Settling, releasing or doubting uses it up; dropped without
/// that, its call is in doubt at once.
#[must_use = "a claim that is dropped leaves its record in doubt"]
pub struct Claim {
    run: Run,
    call: i64,
    is_over: bool,
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Claim({})", self.call)
    }
}

impl Claim {
    /// Returns the call's number in the ledger.
    pub fn call(&self) -> i64 {
        self.call
    }

    /// Notes an answer with a legible code; an undocumented code leaves the record in doubt.
    pub fn settle(self, answer: &Answer, attempts: u32) -> PendingWrite {
        let state = CallState::Answered(stored_form(answer));
        self.end(answer.outcome(), answer.charge(), state, attempts)
    }

    /// Notes that the call was proved not sent, or not charged, without a legible code. `words`
    /// are ours, and name no person.
    pub fn release(self, words: &str, attempts: u32) -> PendingWrite {
        let state = CallState::Without(Some(masked(words)));
        self.end(Outcome::Unavailable, Charge::No, state, attempts)
    }

    /// Notes that the call may have been charged and has no usable answer. `words` are ours, and
    /// name no person.
    pub fn doubt(self, words: &str, attempts: u32) -> PendingWrite {
        let state = CallState::Without(Some(masked(words)));
        self.end(Outcome::Unknown, Charge::Unknown, state, attempts)
    }

    /// Ends as kill -9 would end it: nothing is written.
    #[cfg(test)]
    pub(super) fn crash(mut self) {
        self.is_over = true;
    }

    fn end(
        mut self,
        outcome: Outcome,
        charged: Charge,
        state: CallState,
        attempts: u32,
    ) -> PendingWrite {
        let (reply, answer) = oneshot::channel();
        let end = CallEnd { at: Timestamp::now(), outcome, charged, state, attempts };
        self.close(end, Some(reply));
        PendingWrite { answer }
    }

    fn close(&mut self, end: CallEnd, reply: Option<Reply<WriteStatus>>) {
        self.is_over = true;
        let close = CloseRequest { call: self.call, run: self.run.id(), end, reply };
        // Without a thread nothing can be written: the open intent is in doubt too.
        let _ = self.run.0.thread.send(Request::Close(close));
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.is_over {
            let state = CallState::Without(Some("given up before an answer came".to_owned()));
            let (at, outcome, charged) = (Timestamp::now(), Outcome::Unknown, Charge::Unknown);
            self.close(CallEnd { at, outcome, charged, state, attempts: 0 }, None);
        }
    }
}

/// The answer as it may be stored: masked, without `extra`.
fn stored_form(answer: &Answer) -> Answer {
    let text = |text: &Option<String>| text.as_deref().map(masked);
    Answer {
        code: answer.code,
        message: text(&answer.message),
        sequence_id: answer.sequence_id.clone().map(cut),
        result: text(&answer.result),
        id_phone_match: text(&answer.id_phone_match),
        id_name_match: text(&answer.id_name_match),
        reason: text(&answer.reason),
        extra: serde_json::Map::new(),
    }
}

/// The write of a call's end. It happens whether or not anyone waits for it.
#[must_use = "an answer may be shown only when it is on disk"]
pub struct PendingWrite {
    answer: oneshot::Receiver<Result<WriteStatus, LedgerError>>,
}

impl PendingWrite {
    /// Blocks the thread until the end is on disk.
    pub fn wait(self) -> Result<WriteStatus, LedgerError> {
        self.answer.blocking_recv().unwrap_or(Err(LedgerError::Closed))
    }
}

impl Future for PendingWrite {
    type Output = Result<WriteStatus, LedgerError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(context).map(|got| got.unwrap_or(Err(LedgerError::Closed)))
    }
}
