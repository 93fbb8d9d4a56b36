//! A run and its claims: what a caller holds while it asks. Every request is sent to the ledger's
//! thread when the function is called, not when its future is polled: so the end of one call and
//! the claim of the next share one commit when neither is awaited in between.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::ledger::call::{
    CallState, InDoubtCall, InFlightCall, LookUpResult, PastCall, ReuseRules, RunRules,
    StoredAnswer,
};
use crate::ledger::error::LedgerError;
use crate::ledger::lock::RunLock;
use crate::ledger::redaction::{cut, masked};
use crate::ledger::requests::{
    self, ClaimDecision, ClaimRequest, CloseRequest, Reply, Request, Spent, WriteStatus, counted,
};
use crate::ledger::store::{CallEnd, ClosedCall};
use crate::ledger::writer::Writer;
use crate::ledger::{Ledger, maintenance};
use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::outcome::Outcome;
use crate::model::record::{KeyMaker, Record};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// Every row had its turn.
    Done,
    /// It stopped: account, quota, budget, brake, disk.
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
/// its claims are gone.
#[derive(Clone)]
pub struct Run(Arc<Shared>);

struct Shared {
    ledger: Ledger,
    id: i64,
    /// The last call there was when it started.
    last_call: i64,
    started: Timestamp,
    keys: KeyMaker,
    spent: Arc<Mutex<Spent>>,
    lock: Mutex<Option<RunLock>>,
}

impl Run {
    pub(super) fn new(ledger: Ledger, begun: maintenance::StartedRun, keys: KeyMaker) -> Self {
        let maintenance::StartedRun { id, last_call, started, lock } = begun;
        let spent = Arc::default();
        let lock = Mutex::new(Some(lock));
        Self(Arc::new(Shared { ledger, id, last_call, started, keys, spent, lock }))
    }

    /// Its number.
    pub fn id(&self) -> i64 {
        self.0.id
    }

    /// The ledger it is written in.
    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    /// When it started: what `--fresh` goes by.
    pub fn started(&self) -> Timestamp {
        self.0.started
    }

    /// What it has cost so far.
    pub fn spent(&self) -> Spent {
        counted(&self.0.spent, |spent| *spent)
    }

    /// Asks for the right to send a record. When the future is ready, the intent is on disk.
    pub fn claim(&self, record: &Record, options: ReuseRules) -> PendingClaim {
        counted(&self.0.spent, |spent| spent.in_flight += 1);
        let (reply, answer) = oneshot::channel();
        let sent = self.0.ledger.send(Request::Claim(ClaimRequest {
            run: self.0.id,
            spent: Arc::clone(&self.0.spent),
            key: self.0.keys.key(record),
            rules: self.rules(options),
            reply,
        }));
        if sent.is_err() {
            counted(&self.0.spent, |spent| spent.in_flight -= 1);
        }
        PendingClaim { run: self.clone(), answer }
    }

    pub(super) fn rules(&self, options: ReuseRules) -> RunRules {
        RunRules { run: Some(self.0.id), last_call: self.0.last_call, options }
    }

    pub(super) fn keys(&self) -> &KeyMaker {
        &self.0.keys
    }

    /// Notes the end of the run. Claims that still exist may be settled afterwards.
    pub async fn finish(&self, end: RunEnd) -> Result<(), LedgerError> {
        let lock = self.0.take_lock();
        let id = self.0.id;
        let word = end.word();
        self.0.ledger.job(move |writer| maintenance::end_run(writer, id, word, lock)).await
    }

    /// Ends as kill -9 would end it: its lock is free, and nothing is written.
    #[cfg(test)]
    pub(super) fn crash(&self) {
        drop(self.0.take_lock());
    }
}

impl Shared {
    fn take_lock(&self) -> Option<RunLock> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A run that is given up notes its end too; its lock goes with the note.
impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(lock) = self.take_lock() {
            let id = self.id;
            let job = move |writer: &mut Writer| {
                // Nobody is left to tell; the free lock says the same.
                let _ = maintenance::end_run(writer, id, "given up", Some(lock));
            };
            let _ = self.ledger.send(Request::Job(Box::new(job)));
        }
    }
}

/// A claim being asked for. Dropped, nothing is sent and nothing is in doubt.
#[must_use = "a claim does nothing until it is awaited"]
pub struct PendingClaim {
    run: Run,
    answer: oneshot::Receiver<Result<ClaimDecision, LedgerError>>,
}

/// What a claim came to.
#[derive(Debug)]
pub enum ClaimReply {
    /// The record may be sent, once.
    Claim(Claim),
    /// It was answered before: this costs nothing.
    Answered(Box<StoredAnswer>),
    /// It may have been paid for already: it is not sent.
    InDoubt(InDoubtCall),
    /// It is being asked right now, by this run or another living one.
    Busy(Waiter),
}

impl Future for PendingClaim {
    type Output = Result<ClaimReply, LedgerError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = std::task::ready!(Pin::new(&mut self.answer).poll(context));
        Poll::Ready(match answer {
            Err(_) => Err(LedgerError::Closed),
            Ok(Err(error)) => Err(error),
            Ok(Ok(claimable)) => Ok(self.claimed(claimable)),
        })
    }
}

impl PendingClaim {
    fn claimed(&self, claimable: ClaimDecision) -> ClaimReply {
        match claimable {
            ClaimDecision::Known(LookUpResult::Answered(stored)) => ClaimReply::Answered(stored),
            ClaimDecision::Known(LookUpResult::InDoubt(doubt)) => ClaimReply::InDoubt(doubt),
            ClaimDecision::Known(LookUpResult::Busy(in_flight)) => {
                let ours = in_flight.run == self.run.id();
                ClaimReply::Busy(Waiter { ledger: self.run.0.ledger.clone(), in_flight, ours })
            }
            ClaimDecision::Intent(call) => ClaimReply::Claim(Claim::new(self.run.clone(), call)),
            ClaimDecision::Known(LookUpResult::MaySend) => {
                unreachable!("an unasked record gets an intent")
            }
        }
    }
}

/// An intent that came too late for its caller was not sent.
impl Drop for PendingClaim {
    fn drop(&mut self) {
        self.answer.close();
        if let Ok(Ok(ClaimDecision::Intent(call))) = self.answer.try_recv() {
            let close = requests::unsent(call, self.run.id(), Arc::clone(&self.run.0.spent));
            let _ = self.run.0.ledger.send(Request::Close(close));
        }
    }
}

/// The right to send one record once. Used up by telling how it ended; dropped without that, the
/// call is in doubt at once.
#[must_use = "a claim that is dropped leaves its record in doubt"]
pub struct Claim {
    run: Run,
    call: i64,
    over: bool,
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Claim({})", self.call)
    }
}

impl Claim {
    fn new(run: Run, call: i64) -> Self {
        Self { run, call, over: false }
    }

    /// The call's number in the ledger.
    pub fn call(&self) -> i64 {
        self.call
    }

    /// Notes an answer with a legible code; an undocumented code leaves the record in doubt.
    pub fn settle(self, answer: &Answer, attempts: u32) -> PendingWrite {
        let end = CallState::Answered(stored_form(answer));
        self.end(answer.outcome(), answer.charge(), end, attempts)
    }

    /// Notes that the call was proved not sent, or not charged, without a legible code. `words`
    /// are ours, and name no person.
    pub fn release(self, words: &str, attempts: u32) -> PendingWrite {
        let end = CallState::Without(Some(masked(words)));
        self.end(Outcome::Unavailable, Charge::No, end, attempts)
    }

    /// Notes that the call may have been charged and has no usable answer. `words` are ours, and
    /// name no person.
    pub fn doubt(self, words: &str, attempts: u32) -> PendingWrite {
        let end = CallState::Without(Some(masked(words)));
        self.end(Outcome::Unknown, Charge::Unknown, end, attempts)
    }

    /// Ends as kill -9 would end it: nothing is written.
    #[cfg(test)]
    pub(super) fn crash(mut self) {
        self.over = true;
    }

    fn end(
        mut self,
        outcome: Outcome,
        charged: Charge,
        end: CallState,
        attempts: u32,
    ) -> PendingWrite {
        let (reply, answer) = oneshot::channel();
        self.tell(CallEnd { at: Timestamp::now(), outcome, charged, end, attempts }, Some(reply));
        PendingWrite { answer }
    }

    fn tell(&mut self, ending: CallEnd, reply: Option<Reply<WriteStatus>>) {
        self.over = true;
        let spent = Arc::clone(&self.run.0.spent);
        let close = CloseRequest { call: self.call, run: self.run.id(), spent, ending, reply };
        // Without a thread nothing can be written: the open intent is a doubt too.
        let _ = self.run.0.ledger.send(Request::Close(close));
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.over {
            let (outcome, charged) = (Outcome::Unknown, Charge::Unknown);
            let end = CallState::Without(Some("given up before an answer came".to_owned()));
            self.tell(CallEnd { at: Timestamp::now(), outcome, charged, end, attempts: 0 }, None);
        }
    }
}

/// What may be stored of an answer.
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

/// An end on its way to the disk; it gets there whether or not somebody waits.
#[must_use = "an answer may be shown only when it is on disk"]
pub struct PendingWrite {
    answer: oneshot::Receiver<Result<WriteStatus, LedgerError>>,
}

impl PendingWrite {
    /// Waits for it on a thread that has nothing else to do.
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

/// Somebody who asks about the same record right now, and the way to their answer.
pub struct Waiter {
    ledger: Ledger,
    in_flight: InFlightCall,
    ours: bool,
}

impl std::fmt::Debug for Waiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Waiter({:?})", self.in_flight)
    }
}

/// What came of waiting.
#[derive(Debug, Clone, PartialEq)]
pub enum WaitResult {
    /// An answer with a legible code.
    Answered(Box<StoredAnswer>),
    /// Nothing was charged, and there is no answer: claim again.
    Released,
    /// The call ended, or its run did, without a usable answer.
    InDoubt(InDoubtCall),
    /// It still goes on.
    StillBusy(InFlightCall),
}

impl Waiter {
    /// The call that is waited for.
    pub fn in_flight(&self) -> InFlightCall {
        self.in_flight
    }

    /// Whether it is a call of the same run: a duplicate in its input.
    pub fn is_ours(&self) -> bool {
        self.ours
    }

    /// Waits for the end of that call, but no longer than this.
    pub async fn wait(&self, at_most: Duration) -> Result<WaitResult, LedgerError> {
        let end = Instant::now() + at_most;
        let mut pause = Duration::from_millis(10);
        loop {
            let Ok(closed) = tokio::time::timeout_at(end, self.watch()).await else {
                return Ok(WaitResult::StillBusy(self.in_flight));
            };
            if let Some(closed) = closed? {
                return Ok(WaitResult::of(*closed));
            }
            // A call of another process: its end shows in the file only.
            tokio::time::sleep_until(end.min(Instant::now() + pause)).await;
            pause = (pause * 3 / 2).min(Duration::from_millis(200));
        }
    }

    async fn watch(&self) -> Result<Option<Box<ClosedCall>>, LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.ledger.send(Request::Watch(self.in_flight.call, reply))?;
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }
}

impl WaitResult {
    fn of(closed: ClosedCall) -> Self {
        let ClosedCall { call, run, ending: CallEnd { at, outcome, charged, end, attempts } } =
            closed;
        let (started, ended) = (at, (end != CallState::Open).then_some(at));
        let past =
            PastCall { call, run, started, ended, end, outcome, charged, attempts, resolved: None };
        match (charged, past.stored()) {
            (Charge::Unknown, _) => Self::InDoubt(past.doubt()),
            (Charge::No | Charge::Yes, Some(stored)) => Self::Answered(Box::new(stored)),
            (Charge::No | Charge::Yes, None) => Self::Released,
        }
    }
}
