//! The writer thread: it writes all waiting requests in one transaction with one fsync, then
//! replies. It never waits for more requests: while the disk works, more gather.

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use rusqlite::Connection;

use crate::ledger::chain::ChainEnd;
use crate::ledger::database::Database;
use crate::ledger::error::LedgerError;
use crate::ledger::index::{self, Index};
use crate::ledger::liveness::RunLiveness;
use crate::ledger::requests::{
    ClaimDecision, ClaimRequest, CloseRequest, EndedCall, Job, LookUpRequest, Reply, Request,
    TeamClaim, WriteStatus,
};
use crate::ledger::send_decision::LookUpResult;
use crate::ledger::store::{self, ClosedCall};

/// No transaction holds more requests than this, so that another process gets its turn.
const LARGEST_BATCH: usize = 1024;

/// How long an answer that could not be written waits for the next try.
const RETRY: Duration = Duration::from_secs(1);

/// The thread's state.
pub(super) struct Writer {
    database: Database,
    /// The calls of this process that go on, each with those who wait for its end.
    in_flight: InFlight,
    /// Requests that the thread makes itself.
    own: Vec<Request>,
    /// Answers that are not on disk yet.
    unwritten: Vec<CloseRequest>,
    /// Those whose answers are on disk and who are not told yet.
    written: Vec<Reply<WriteStatus>>,
}

type InFlight = HashMap<i64, Vec<Reply<Option<Box<ClosedCall>>>>>;

/// The result of one request, not yet committed.
enum RequestResult {
    Claim(ClaimDecision),
    Close,
    Watch(Option<Box<ClosedCall>>),
    LookUp(Box<LookUpResult>),
}

impl Writer {
    pub(super) fn new(path: &Path, connection: Connection) -> Self {
        Self {
            database: Database::new(path, connection),
            in_flight: HashMap::new(),
            own: Vec::new(),
            unwritten: Vec::new(),
            written: Vec::new(),
        }
    }

    /// Works until no caller is left.
    pub(super) fn work(mut self, requests: &Receiver<Request>) {
        let mut batch = Vec::new();
        while self.wait(requests, &mut batch) {
            let job = gather(requests, &mut batch);
            self.write(&mut batch);
            if let Some(job) = job {
                self.do_job(job);
            }
        }
        self.write_unwritten();
    }

    /// Waits until there is something to do; returns false when no caller is left.
    fn wait(&mut self, requests: &Receiver<Request>, batch: &mut Vec<Request>) -> bool {
        batch.append(&mut self.own);
        if !batch.is_empty() {
            return true;
        }
        let next = if self.unwritten.is_empty() {
            requests.recv().map_err(RecvTimeoutError::from)
        } else {
            requests.recv_timeout(RETRY)
        };
        match next {
            Ok(Request::Job(job)) => self.do_job(job),
            Ok(request) => batch.push(request),
            Err(RecvTimeoutError::Timeout) => self.write_unwritten(),
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        true
    }

    fn do_job(&mut self, job: Job) {
        job(&mut self.database);
        self.release_after_reopening();
    }

    /// Writes all requests in one transaction, then replies.
    fn write(&mut self, batch: &mut Vec<Request>) {
        self.stop_before_size_limit(batch);
        if let Some(stopped) = &self.database.stopped {
            refuse_claims(batch, stopped);
        }
        if batch.is_empty() {
            return;
        }
        match self.attempt(batch) {
            Ok(results) => {
                for (request, result) in batch.drain(..).zip(results) {
                    self.deliver(request, result);
                }
                self.tell_written();
                self.database.write_index(index::MAX_IN_MEMORY);
                self.database.checkpoint_when_due();
            }
            Err(error) => self.handle_failure(batch, error),
        }
        self.release_after_reopening();
    }

    /// Gives no more claims if their answers might not fit below the limit on the size of files.
    fn stop_before_size_limit(&mut self, batch: &[Request]) {
        let claims = batch.iter().filter(|request| matches!(request, Request::Claim(_))).count();
        if claims > 0
            && self.database.stopped.is_none()
            && let Err(error) = self.database.check_size_limit(self.in_flight.len() + claims)
        {
            self.database.stop(error);
        }
    }

    fn attempt(&mut self, batch: &[Request]) -> Result<Vec<RequestResult>, LedgerError> {
        let Database { path, connection, liveness, index, .. } = &mut self.database;
        let failed = || LedgerError::Disk { path: path.clone(), what: "not open".to_owned() };
        let connection = connection.as_ref().ok_or_else(failed)?;
        carry_out(connection, liveness, index, &self.in_flight, batch).map_err(|error| {
            index.reset();
            // Where the transaction is over already, there is nothing to roll back.
            let _ = connection.execute_batch("ROLLBACK");
            LedgerError::of(path, &error)
        })
    }

    /// Replies to one request, whose result is on disk now.
    fn deliver(&mut self, request: Request, result: RequestResult) {
        match (request, result) {
            (Request::Claim(claim), RequestResult::Claim(ClaimDecision::Intent(call))) => {
                self.hand_out(claim, call);
            }
            (Request::Claim(claim), RequestResult::Claim(known)) => {
                let _ = claim.reply.send(Ok(known));
            }
            (Request::Close(close), _) => self.close(close),
            (Request::Watch(call, reply), RequestResult::Watch(None)) => {
                match self.in_flight.get_mut(&call) {
                    Some(waiting) => waiting.push(reply),
                    None => drop(reply.send(Ok(None))),
                }
            }
            (Request::Watch(_, reply), RequestResult::Watch(closed)) => {
                drop(reply.send(Ok(closed)));
            }
            (Request::LookUp(look_up), RequestResult::LookUp(known)) => {
                let _ = look_up.reply.send(Ok(*known));
            }
            (Request::Claim(_) | Request::Watch(..) | Request::LookUp(_) | Request::Job(_), _) => {}
        }
    }

    /// Gives a claim to its caller; if the caller is gone, nothing was sent.
    fn hand_out(&mut self, claim: ClaimRequest, call: i64) {
        self.in_flight.insert(call, Vec::new());
        if claim.reply.send(Ok(ClaimDecision::Intent(call))).is_err() {
            let close = CloseRequest::unsent(call, claim.run, claim.team);
            self.own.push(Request::Close(close));
        }
    }

    fn close(&mut self, close: CloseRequest) {
        let CloseRequest { call, run, end, team, reply } = close;
        for waiting in self.in_flight.remove(&call).unwrap_or_default() {
            let _ = waiting.send(Ok(Some(Box::new(ClosedCall { call, run, end: end.clone() }))));
        }
        if let Some(TeamClaim { call, claim, ends, .. }) = team {
            // Nobody listens any more when the run was dropped: the next one delivers it.
            let _ = ends.send(EndedCall { call, claim, end });
        }
        self.written.extend(reply);
    }

    /// Replies to those whose answers were written, the last first: the results wait for the oldest
    /// row, so that the thread which writes them wakes up once, when all of them are there.
    fn tell_written(&mut self) {
        let stopped = self.database.stopped.is_some();
        let status = if stopped { WriteStatus::DiskTrouble } else { WriteStatus::Written };
        for reply in self.written.drain(..).rev() {
            let _ = reply.send(Ok(status));
        }
    }

    /// Nothing of the batch is on disk: nothing may be sent, and no answer may be lost.
    fn handle_failure(&mut self, batch: &mut Vec<Request>, error: LedgerError) {
        refuse_claims(batch, &error);
        for request in batch.drain(..) {
            match request {
                Request::Close(close) => self.unwritten.push(close),
                Request::Watch(_, reply) => drop(reply.send(Err(error.clone()))),
                Request::LookUp(look_up) => drop(look_up.reply.send(Err(error.clone()))),
                Request::Claim(_) | Request::Job(_) => {}
            }
        }
        self.database.stop(error);
        self.release_after_reopening();
        self.write_unwritten();
    }

    /// A transaction whose fsync failed may be on disk all the same: its intents were refused, so
    /// they were not sent.
    fn release_after_reopening(&mut self) {
        if !self.database.take_reopened() {
            return;
        }
        let Some(connection) = &self.database.connection else { return };
        for (run, last_call) in &self.database.runs {
            let open = store::open_calls(connection, *run, *last_call).unwrap_or_default();
            let refused = open.into_iter().filter(|call| !self.in_flight.contains_key(call));
            let close = |call| Request::Close(CloseRequest::unsent(call, *run, None));
            self.own.extend(refused.map(close));
        }
    }

    /// Tries to write the answers that are not on disk yet, in a transaction of their own.
    fn write_unwritten(&mut self) {
        if self.unwritten.is_empty() {
            return;
        }
        if self.database.connection.is_none() {
            self.database.reopen();
            self.release_after_reopening();
        }
        let requests: Vec<_> =
            std::mem::take(&mut self.unwritten).into_iter().map(Request::Close).collect();
        match self.attempt(&requests) {
            Ok(_) => self.deliver_closed(requests),
            Err(LedgerError::Full(_)) => self.write_after_checkpoint(requests),
            Err(error) => self.keep(requests, &error),
        }
    }

    /// A log that is copied into the database needs no room any more.
    fn write_after_checkpoint(&mut self, requests: Vec<Request>) {
        if let Some(connection) = &self.database.connection {
            let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
        match self.attempt(&requests) {
            Ok(_) => self.deliver_closed(requests),
            Err(error) => self.keep(requests, &error),
        }
    }

    fn deliver_closed(&mut self, requests: Vec<Request>) {
        for request in requests {
            self.deliver(request, RequestResult::Close);
        }
        self.tell_written();
    }

    fn keep(&mut self, requests: Vec<Request>, error: &LedgerError) {
        for request in requests {
            if let Request::Close(mut close) = request {
                if let Some(reply) = close.reply.take() {
                    let _ = reply.send(Err(LedgerError::NotWritten(Box::new(error.clone()))));
                }
                self.unwritten.push(close);
            }
        }
    }
}

/// Takes the waiting requests, up to the first job.
fn gather(requests: &Receiver<Request>, batch: &mut Vec<Request>) -> Option<Job> {
    while batch.len() < LARGEST_BATCH {
        match requests.try_recv() {
            Ok(Request::Job(job)) => return Some(job),
            Ok(request) => batch.push(request),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
        }
    }
    None
}

fn refuse_claims(batch: &mut Vec<Request>, error: &LedgerError) {
    for claim in batch.extract_if(.., |request| matches!(request, Request::Claim(_))) {
        if let Request::Claim(claim) = claim {
            let _ = claim.reply.send(Err(error.clone()));
        }
    }
}

fn carry_out(
    connection: &Connection,
    liveness: &mut RunLiveness,
    index: &mut Index,
    in_flight: &InFlight,
    batch: &[Request],
) -> rusqlite::Result<Vec<RequestResult>> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut last_call = store::last_call(connection)?;
    index.catch_up(connection, last_call)?;
    let mut results = Vec::with_capacity(batch.len());
    let mut chain = ChainEnd::default();
    for request in batch {
        results.push(match request {
            Request::Claim(claim) => RequestResult::Claim(carry_out_claim(
                connection,
                liveness,
                index,
                claim,
                &mut last_call,
            )?),
            Request::Close(close) => {
                store::add_answer(connection, &mut chain, close.call, &close.end)?;
                RequestResult::Close
            }
            Request::Watch(call, _) if in_flight.contains_key(call) => RequestResult::Watch(None),
            Request::Watch(call, _) => {
                RequestResult::Watch(store::closed(connection, liveness, *call)?.map(Box::new))
            }
            Request::LookUp(LookUpRequest { key, rules, .. }) => RequestResult::LookUp(Box::new(
                store::look_up(connection, index, liveness, key, rules)?,
            )),
            Request::Job(_) => RequestResult::Close,
        });
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    index.commit(last_call);
    Ok(results)
}

fn carry_out_claim(
    connection: &Connection,
    liveness: &mut RunLiveness,
    index: &mut Index,
    claim: &ClaimRequest,
    last_call: &mut i64,
) -> rusqlite::Result<ClaimDecision> {
    let known = match claim.team {
        // The team's ledger has decided, for all machines.
        Some(_) => LookUpResult::MaySend,
        None => store::look_up(connection, index, liveness, &claim.key, &claim.rules)?,
    };
    match known {
        LookUpResult::MaySend => {
            *last_call += 1;
            let ClaimRequest { run, key, person, team, .. } = claim;
            let team = team.as_ref().map(|team| team.claim);
            store::add_call(connection, *last_call, *run, key, person, team)?;
            index.insert(&claim.key, *last_call);
            Ok(ClaimDecision::Intent(*last_call))
        }
        known => Ok(ClaimDecision::Known(known)),
    }
}
