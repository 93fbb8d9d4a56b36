//! The one thread that writes: it takes whatever waits, writes it in one transaction with one
//! fsync, and answers everybody. It never waits for more: while the disk works, more gathers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::call::{Asking, End, Known};
use super::error::LedgerError;
use super::store::{self, Closed, Ending, Liveness};
use super::{file, open};
use crate::code::Charge;
use crate::outcome::Outcome;
use crate::record::RecordKey;

/// No transaction holds more than this, so that another process gets its turn.
const LARGEST_BATCH: usize = 1024;

/// When the write-ahead log is copied into the database: seldom, because pages of the index that
/// changed many times are then copied once.
const CHECKPOINT_BYTES: u64 = 64 << 20;

/// How often the log's size is looked at, in transactions.
const CHECKPOINT_LOOK: u32 = 64;

/// How long an answer that could not be written waits for the next try.
const RETRY: Duration = Duration::from_secs(1);

/// A reply to one who asked.
pub(super) type Reply<T> = oneshot::Sender<Result<T, LedgerError>>;

/// What the thread is asked to do.
pub(super) enum Op {
    /// Look a record up and, if nothing stands against it, write the intent.
    Claim(ClaimOp),
    /// Write the end of a call.
    Close(CloseOp),
    /// Say when a call has ended; `None` where another process has to tell.
    Watch(i64, Reply<Option<Closed>>),
    /// Anything rarer.
    Job(Box<dyn FnOnce(&mut Writer) + Send>),
}

/// A claim, as it is asked.
pub(super) struct ClaimOp {
    pub(super) run: i64,
    pub(super) spent: Arc<Mutex<Spent>>,
    pub(super) key: RecordKey,
    pub(super) asking: Asking,
    pub(super) reply: Reply<Claiming>,
}

/// What a claim came to.
#[derive(Debug)]
pub(super) enum Claiming {
    /// The intent is on disk, as the call of this number.
    Intent(i64),
    /// The record is not to be sent now.
    Known(Known),
}

/// The end of a call, as it is told.
pub(super) struct CloseOp {
    pub(super) call: i64,
    pub(super) run: i64,
    pub(super) spent: Arc<Mutex<Spent>>,
    pub(super) ending: Ending,
    pub(super) reply: Option<Reply<Settled>>,
}

/// How an answer got to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Settled {
    /// It is on disk.
    Written,
    /// It is on disk, but the disk is in trouble: no more claims are given.
    ThenStop,
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

    fn close(&mut self, charged: Charge) {
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

/// The thread's state.
pub(super) struct Writer {
    path: PathBuf,
    /// `None` between a failure and a reopening that works.
    connection: Option<Connection>,
    lives: Liveness,
    /// The calls of this process that go on, and who waits for their end.
    in_flight: HashMap<i64, Vec<Reply<Option<Closed>>>>,
    /// The runs of this process, and the last call before each.
    runs: HashMap<i64, i64>,
    /// What the thread itself has to write next.
    own: Vec<Op>,
    /// Answers that are not on disk yet.
    kept: Vec<CloseOp>,
    /// Why no claim is given any more.
    stopped: Option<LedgerError>,
    transactions: u32,
}

/// What one operation came to, not yet committed.
enum Done {
    Claim(Claiming),
    Close,
    Watch(Option<Closed>),
}

impl Writer {
    pub(super) fn new(path: &Path, connection: Connection) -> Self {
        Self {
            path: path.to_owned(),
            connection: Some(connection),
            lives: Liveness::new(path),
            in_flight: HashMap::new(),
            runs: HashMap::new(),
            own: Vec::new(),
            kept: Vec::new(),
            stopped: None,
            transactions: 0,
        }
    }

    /// Works until nobody can ask any more.
    pub(super) fn work(mut self, ops: &Receiver<Op>) {
        let mut batch = Vec::new();
        while let Some(job) = self.gather(ops, &mut batch) {
            self.write(&mut batch);
            if let Some(job) = job {
                job(&mut self);
            }
        }
        self.write(&mut batch);
        self.write_kept();
    }

    /// Takes what waits, up to the first job; `None` at the end.
    #[expect(clippy::type_complexity, reason = "the job is named once, in Op")]
    fn gather(
        &mut self,
        ops: &Receiver<Op>,
        batch: &mut Vec<Op>,
    ) -> Option<Option<Box<dyn FnOnce(&mut Self) + Send>>> {
        batch.append(&mut self.own);
        if batch.is_empty() {
            match self.wait(ops)? {
                None => return Some(None),
                Some(Op::Job(job)) => return Some(Some(job)),
                Some(op) => batch.push(op),
            }
        }
        while batch.len() < LARGEST_BATCH {
            match ops.try_recv() {
                Ok(Op::Job(job)) => return Some(Some(job)),
                Ok(op) => batch.push(op),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        Some(None)
    }

    /// The next operation; nothing when a retry is due; `None` when nobody can ask any more.
    fn wait(&mut self, ops: &Receiver<Op>) -> Option<Option<Op>> {
        if self.kept.is_empty() {
            return ops.recv().ok().map(Some);
        }
        match ops.recv_timeout(RETRY) {
            Ok(op) => Some(Some(op)),
            Err(RecvTimeoutError::Timeout) => {
                self.write_kept();
                Some(None)
            }
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    /// One transaction for all of them, then the replies.
    fn write(&mut self, batch: &mut Vec<Op>) {
        if let Some(stopped) = &self.stopped {
            refuse_claims(batch, stopped);
        }
        if batch.is_empty() {
            return;
        }
        match self.attempt(batch) {
            Ok(done) => {
                for (op, done) in batch.drain(..).zip(done) {
                    self.deliver(op, done);
                }
                self.checkpoint_when_due();
            }
            Err(error) => self.suffer(batch, error),
        }
    }

    fn attempt(&mut self, batch: &[Op]) -> Result<Vec<Done>, LedgerError> {
        let failed = || LedgerError::Disk { path: self.path.clone(), what: "not open".to_owned() };
        let connection = self.connection.as_ref().ok_or_else(failed)?;
        carry_out(connection, &mut self.lives, &self.in_flight, batch).map_err(|error| {
            // Where the transaction is over already, there is nothing to roll back.
            let _ = connection.execute_batch("ROLLBACK");
            LedgerError::of(&self.path, &error)
        })
    }

    /// Tells what is on disk now.
    fn deliver(&mut self, op: Op, done: Done) {
        match (op, done) {
            (Op::Claim(claim), Done::Claim(Claiming::Intent(call))) => self.hand_out(claim, call),
            (Op::Claim(claim), Done::Claim(known)) => {
                counted(&claim.spent, |spent| spent.in_flight -= 1);
                let _ = claim.reply.send(Ok(known));
            }
            (Op::Close(close), _) => self.close(close),
            (Op::Watch(call, reply), Done::Watch(None)) => match self.in_flight.get_mut(&call) {
                Some(waiting) => waiting.push(reply),
                None => drop(reply.send(Ok(None))),
            },
            (Op::Watch(_, reply), Done::Watch(closed)) => drop(reply.send(Ok(closed))),
            (Op::Claim(_) | Op::Watch(..) | Op::Job(_), _) => {}
        }
    }

    /// Gives a claim to who asked for it; if nobody is there any more, nothing was sent.
    fn hand_out(&mut self, claim: ClaimOp, call: i64) {
        self.in_flight.insert(call, Vec::new());
        let ClaimOp { run, spent, reply, .. } = claim;
        if reply.send(Ok(Claiming::Intent(call))).is_err() {
            self.own.push(Op::Close(unsent(call, run, spent)));
        }
    }

    fn close(&mut self, close: CloseOp) {
        let CloseOp { call, run, spent, ending, reply } = close;
        counted(&spent, |spent| spent.close(ending.charged));
        for waiting in self.in_flight.remove(&call).unwrap_or_default() {
            let _ = waiting.send(Ok(Some(Closed { call, run, ending: ending.clone() })));
        }
        if let Some(reply) = reply {
            let stop = self.stopped.is_some();
            let _ = reply.send(Ok(if stop { Settled::ThenStop } else { Settled::Written }));
        }
    }

    /// Nothing of the batch is on disk: nothing may be sent, and no answer may be lost.
    fn suffer(&mut self, batch: &mut Vec<Op>, error: LedgerError) {
        refuse_claims(batch, &error);
        for op in batch.drain(..) {
            match op {
                Op::Close(close) => self.kept.push(close),
                Op::Watch(_, reply) => drop(reply.send(Err(error.clone()))),
                Op::Claim(_) | Op::Job(_) => {}
            }
        }
        self.stop(error);
        self.write_kept();
    }

    /// Gives no more claims. An fsync that failed once is never trusted again: the database is
    /// opened anew and read over. A busy one is no trouble of the disk.
    fn stop(&mut self, error: LedgerError) {
        if matches!(error, LedgerError::Busy(_)) {
            return;
        }
        file::give_reserve_back(&self.path);
        if matches!(error, LedgerError::Disk { .. }) {
            self.reopen();
        }
        self.stopped.get_or_insert(error);
    }

    fn reopen(&mut self) {
        self.connection = None;
        let opened = open::for_writing(&self.path);
        let checked = opened.and_then(|connection| {
            open::check_whole(&self.path, &connection)?;
            Ok(connection)
        });
        match checked {
            Ok(connection) => self.connection = Some(connection),
            Err(error) => self.stopped = Some(error),
        }
        self.release_strays();
    }

    /// A transaction whose fsync failed may be on disk all the same: its intents were refused, so
    /// they were not sent.
    fn release_strays(&mut self) {
        let Some(connection) = &self.connection else { return };
        for (run, last_call) in &self.runs {
            let strays = store::open_calls(connection, *run, *last_call).unwrap_or_default();
            let known = |call: &i64| self.in_flight.contains_key(call);
            self.own.extend(strays.into_iter().filter(|call| !known(call)).map(|call| {
                let spent = Arc::new(Mutex::new(Spent::default()));
                Op::Close(unsent(call, *run, spent))
            }));
        }
    }

    /// Tries to get the kept answers to the disk, in a transaction of their own.
    fn write_kept(&mut self) {
        if self.kept.is_empty() {
            return;
        }
        if self.connection.is_none() {
            self.reopen();
        }
        let ops: Vec<_> = std::mem::take(&mut self.kept).into_iter().map(Op::Close).collect();
        match self.attempt(&ops) {
            Ok(_) => ops.into_iter().for_each(|op| self.deliver(op, Done::Close)),
            Err(error) => self.keep(ops, &error),
        }
    }

    fn keep(&mut self, ops: Vec<Op>, error: &LedgerError) {
        for op in ops {
            if let Op::Close(mut close) = op {
                if let Some(reply) = close.reply.take() {
                    let _ = reply.send(Err(LedgerError::NotWritten(Box::new(error.clone()))));
                }
                self.kept.push(close);
            }
        }
    }

    /// Copies the log into the database when it has grown long. Not left to SQLite, which would
    /// not tell of an error there.
    fn checkpoint_when_due(&mut self) {
        self.transactions += 1;
        if !self.transactions.is_multiple_of(CHECKPOINT_LOOK) {
            return;
        }
        let log = std::fs::metadata(file::beside(&self.path, "-wal"));
        if log.is_ok_and(|log| log.len() < CHECKPOINT_BYTES) {
            return;
        }
        let Some(connection) = &self.connection else { return };
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            self.stop(LedgerError::of(&self.path, &error));
        }
    }

    /// For jobs: the database, or why there is none.
    pub(super) fn connection(&mut self) -> Result<&mut Connection, LedgerError> {
        self.connection.as_mut().ok_or(LedgerError::Closed)
    }

    /// For jobs: the database, and who lives.
    pub(super) fn parts(&mut self) -> Result<(&mut Connection, &mut Liveness), LedgerError> {
        let connection = self.connection.as_mut().ok_or(LedgerError::Closed)?;
        Ok((connection, &mut self.lives))
    }

    /// For jobs: the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// For jobs: why nothing new may begin.
    pub(super) fn refusal(&self) -> Option<LedgerError> {
        self.stopped.clone()
    }

    /// For jobs: a run of this process has begun.
    pub(super) fn adopt(&mut self, run: i64, last_call: i64) {
        self.runs.insert(run, last_call);
    }
}

/// The end of a call that was never sent.
pub(super) fn unsent(call: i64, run: i64, spent: Arc<Mutex<Spent>>) -> CloseOp {
    let ending = Ending {
        at: Timestamp::now(),
        outcome: Outcome::Unavailable,
        charged: Charge::No,
        end: End::Without(Some("not sent".to_owned())),
        attempts: 0,
    };
    CloseOp { call, run, spent, ending, reply: None }
}

fn refuse_claims(batch: &mut Vec<Op>, error: &LedgerError) {
    for claim in batch.extract_if(.., |op| matches!(op, Op::Claim(_))) {
        if let Op::Claim(claim) = claim {
            counted(&claim.spent, |spent| spent.in_flight -= 1);
            let _ = claim.reply.send(Err(error.clone()));
        }
    }
}

fn carry_out(
    connection: &Connection,
    lives: &mut Liveness,
    in_flight: &HashMap<i64, Vec<Reply<Option<Closed>>>>,
    batch: &[Op],
) -> rusqlite::Result<Vec<Done>> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut last_call = store::last_call(connection)?;
    let mut all = Vec::with_capacity(batch.len());
    for op in batch {
        all.push(match op {
            Op::Claim(claim) => {
                Done::Claim(carry_out_claim(connection, lives, claim, &mut last_call)?)
            }
            Op::Close(close) => {
                store::add_answer(connection, close.call, &close.ending)?;
                Done::Close
            }
            Op::Watch(call, _) if in_flight.contains_key(call) => Done::Watch(None),
            Op::Watch(call, _) => Done::Watch(store::closed(connection, lives, *call)?),
            Op::Job(_) => Done::Close,
        });
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(all)
}

fn carry_out_claim(
    connection: &Connection,
    lives: &mut Liveness,
    claim: &ClaimOp,
    last_call: &mut i64,
) -> rusqlite::Result<Claiming> {
    match store::look_up(connection, lives, &claim.key, &claim.asking)? {
        Known::Unasked => {
            *last_call += 1;
            store::add_call(connection, *last_call, claim.run, &claim.key)?;
            Ok(Claiming::Intent(*last_call))
        }
        known => Ok(Claiming::Known(known)),
    }
}
