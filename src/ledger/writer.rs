//! The one thread that writes: it takes whatever waits, writes it in one transaction with one
//! fsync, and answers everybody. It never waits for more: while the disk works, more gathers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::Connection;

use crate::ledger::call::LookUpResult;
use crate::ledger::error::LedgerError;
use crate::ledger::index::{self, Index};
use crate::ledger::requests::{
    ClaimDecision, ClaimRequest, CloseRequest, Job, Reply, Request, Spent, WriteStatus, counted,
    unsent,
};
use crate::ledger::store::{self, ClosedCall, RunLiveness};
use crate::ledger::{file, open};

/// No transaction holds more than this, so that another process gets its turn.
const LARGEST_BATCH: usize = 1024;

/// How long an answer that could not be written waits for the next try.
const RETRY: Duration = Duration::from_secs(1);

/// The thread's state.
pub(super) struct Writer {
    pub(super) path: PathBuf,
    /// `None` between a failure and a reopening that works.
    pub(super) connection: Option<Connection>,
    liveness: RunLiveness,
    pub(super) index: Index,
    /// The calls of this process that go on, and who waits for their end.
    in_flight: HashMap<i64, Vec<Reply<Option<Box<ClosedCall>>>>>,
    /// The runs of this process, and the last call before each.
    runs: HashMap<i64, i64>,
    /// What the thread itself has to write next.
    own: Vec<Request>,
    /// Answers that are not on disk yet.
    kept: Vec<CloseRequest>,
    /// Why no claim is given any more.
    stopped: Option<LedgerError>,
    pub(super) transactions: u32,
}

/// What one operation came to, not yet committed.
enum Done {
    Claim(ClaimDecision),
    Close,
    Watch(Option<Box<ClosedCall>>),
}

impl Writer {
    pub(super) fn new(path: &Path, connection: Connection) -> Self {
        Self {
            path: path.to_owned(),
            connection: Some(connection),
            liveness: RunLiveness::new(path),
            index: Index::default(),
            in_flight: HashMap::new(),
            runs: HashMap::new(),
            own: Vec::new(),
            kept: Vec::new(),
            stopped: None,
            transactions: 0,
        }
    }

    /// Works until nobody can ask any more.
    pub(super) fn work(mut self, ops: &Receiver<Request>) {
        let mut batch = Vec::new();
        while self.wait(ops, &mut batch) {
            let job = gather(ops, &mut batch);
            self.write(&mut batch);
            if let Some(job) = job {
                job(&mut self);
            }
        }
        self.write_kept();
    }

    /// Waits until there is something to do; false when nobody can ask any more.
    fn wait(&mut self, ops: &Receiver<Request>, batch: &mut Vec<Request>) -> bool {
        batch.append(&mut self.own);
        if !batch.is_empty() {
            return true;
        }
        let next = if self.kept.is_empty() {
            ops.recv().map_err(RecvTimeoutError::from)
        } else {
            ops.recv_timeout(RETRY)
        };
        match next {
            Ok(Request::Job(job)) => job(self),
            Ok(op) => batch.push(op),
            Err(RecvTimeoutError::Timeout) => self.write_kept(),
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        true
    }

    /// One transaction for all of them, then the replies.
    fn write(&mut self, batch: &mut Vec<Request>) {
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
                self.write_index(index::MOST);
                self.checkpoint_when_due();
            }
            Err(error) => self.suffer(batch, error),
        }
    }

    fn attempt(&mut self, batch: &[Request]) -> Result<Vec<Done>, LedgerError> {
        let failed = || LedgerError::Disk { path: self.path.clone(), what: "not open".to_owned() };
        let connection = self.connection.as_ref().ok_or_else(failed)?;
        let Self { liveness, index, in_flight, .. } = self;
        carry_out(connection, liveness, index, in_flight, batch).map_err(|error| {
            index.forget();
            // Where the transaction is over already, there is nothing to roll back.
            let _ = connection.execute_batch("ROLLBACK");
            LedgerError::of(&self.path, &error)
        })
    }

    /// Tells what is on disk now.
    fn deliver(&mut self, op: Request, done: Done) {
        match (op, done) {
            (Request::Claim(claim), Done::Claim(ClaimDecision::Intent(call))) => {
                self.hand_out(claim, call);
            }
            (Request::Claim(claim), Done::Claim(known)) => {
                counted(&claim.spent, |spent| spent.in_flight -= 1);
                let _ = claim.reply.send(Ok(known));
            }
            (Request::Close(close), _) => self.close(close),
            (Request::Watch(call, reply), Done::Watch(None)) => match self.in_flight.get_mut(&call)
            {
                Some(waiting) => waiting.push(reply),
                None => drop(reply.send(Ok(None))),
            },
            (Request::Watch(_, reply), Done::Watch(closed)) => drop(reply.send(Ok(closed))),
            (Request::Claim(_) | Request::Watch(..) | Request::Job(_), _) => {}
        }
    }

    /// Gives a claim to who asked for it; if nobody is there any more, nothing was sent.
    fn hand_out(&mut self, claim: ClaimRequest, call: i64) {
        self.in_flight.insert(call, Vec::new());
        let ClaimRequest { run, spent, reply, .. } = claim;
        if reply.send(Ok(ClaimDecision::Intent(call))).is_err() {
            self.own.push(Request::Close(unsent(call, run, spent)));
        }
    }

    fn close(&mut self, close: CloseRequest) {
        let CloseRequest { call, run, spent, ending, reply } = close;
        counted(&spent, |spent| spent.close(ending.charged));
        for waiting in self.in_flight.remove(&call).unwrap_or_default() {
            let _ =
                waiting.send(Ok(Some(Box::new(ClosedCall { call, run, ending: ending.clone() }))));
        }
        if let Some(reply) = reply {
            let stop = self.stopped.is_some();
            let _ =
                reply.send(Ok(if stop { WriteStatus::DiskTrouble } else { WriteStatus::Written }));
        }
    }

    /// Nothing of the batch is on disk: nothing may be sent, and no answer may be lost.
    fn suffer(&mut self, batch: &mut Vec<Request>, error: LedgerError) {
        refuse_claims(batch, &error);
        for op in batch.drain(..) {
            match op {
                Request::Close(close) => self.kept.push(close),
                Request::Watch(_, reply) => drop(reply.send(Err(error.clone()))),
                Request::Claim(_) | Request::Job(_) => {}
            }
        }
        self.stop(error);
        self.write_kept();
    }

    /// Gives no more claims. An fsync that failed once is never trusted again: the database is
    /// opened anew and read over. A busy one is no trouble of the disk.
    pub(super) fn stop(&mut self, error: LedgerError) {
        if matches!(error, LedgerError::Busy(_)) {
            return;
        }
        file::release_reserve(&self.path);
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
                Request::Close(unsent(call, *run, spent))
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
        let ops: Vec<_> = std::mem::take(&mut self.kept).into_iter().map(Request::Close).collect();
        match self.attempt(&ops) {
            Ok(_) => ops.into_iter().for_each(|op| self.deliver(op, Done::Close)),
            Err(LedgerError::Full(_)) => self.write_after_checkpoint(ops),
            Err(error) => self.keep(ops, &error),
        }
    }

    /// A log that is copied into the database needs no room any more.
    fn write_after_checkpoint(&mut self, ops: Vec<Request>) {
        if let Some(connection) = &self.connection {
            let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
        match self.attempt(&ops) {
            Ok(_) => ops.into_iter().for_each(|op| self.deliver(op, Done::Close)),
            Err(error) => self.keep(ops, &error),
        }
    }

    fn keep(&mut self, ops: Vec<Request>, error: &LedgerError) {
        for op in ops {
            if let Request::Close(mut close) = op {
                if let Some(reply) = close.reply.take() {
                    let _ = reply.send(Err(LedgerError::NotWritten(Box::new(error.clone()))));
                }
                self.kept.push(close);
            }
        }
    }

    /// For jobs: the database, or why there is none.
    pub(super) fn connection(&mut self) -> Result<&mut Connection, LedgerError> {
        self.connection.as_mut().ok_or(LedgerError::Closed)
    }

    /// For jobs: the database, and who lives.
    pub(super) fn parts(&mut self) -> Result<(&mut Connection, &mut RunLiveness), LedgerError> {
        let connection = self.connection.as_mut().ok_or(LedgerError::Closed)?;
        Ok((connection, &mut self.liveness))
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

/// Takes what waits, up to the first job.
fn gather(ops: &Receiver<Request>, batch: &mut Vec<Request>) -> Option<Job> {
    while batch.len() < LARGEST_BATCH {
        match ops.try_recv() {
            Ok(Request::Job(job)) => return Some(job),
            Ok(op) => batch.push(op),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
        }
    }
    None
}

fn refuse_claims(batch: &mut Vec<Request>, error: &LedgerError) {
    for claim in batch.extract_if(.., |op| matches!(op, Request::Claim(_))) {
        if let Request::Claim(claim) = claim {
            counted(&claim.spent, |spent| spent.in_flight -= 1);
            let _ = claim.reply.send(Err(error.clone()));
        }
    }
}

fn carry_out(
    connection: &Connection,
    liveness: &mut RunLiveness,
    index: &mut Index,
    in_flight: &HashMap<i64, Vec<Reply<Option<Box<ClosedCall>>>>>,
    batch: &[Request],
) -> rusqlite::Result<Vec<Done>> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut last_call = store::last_call(connection)?;
    index.catch_up(connection, last_call)?;
    let mut all = Vec::with_capacity(batch.len());
    for op in batch {
        all.push(match op {
            Request::Claim(claim) => {
                Done::Claim(carry_out_claim(connection, liveness, index, claim, &mut last_call)?)
            }
            Request::Close(close) => {
                store::add_answer(connection, close.call, &close.ending)?;
                Done::Close
            }
            Request::Watch(call, _) if in_flight.contains_key(call) => Done::Watch(None),
            Request::Watch(call, _) => {
                Done::Watch(store::closed(connection, liveness, *call)?.map(Box::new))
            }
            Request::Job(_) => Done::Close,
        });
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    index.commit(last_call);
    Ok(all)
}

fn carry_out_claim(
    connection: &Connection,
    liveness: &mut RunLiveness,
    index: &mut Index,
    claim: &ClaimRequest,
    last_call: &mut i64,
) -> rusqlite::Result<ClaimDecision> {
    match store::look_up(connection, index, liveness, &claim.key, &claim.rules)? {
        LookUpResult::MaySend => {
            *last_call += 1;
            store::add_call(connection, *last_call, claim.run, &claim.key)?;
            index.note(&claim.key, *last_call);
            Ok(ClaimDecision::Intent(*last_call))
        }
        known => Ok(ClaimDecision::Known(known)),
    }
}
