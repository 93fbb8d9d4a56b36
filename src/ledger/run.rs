//! A run. A request is sent to the writer thread when the function is called, not when its future is
//! polled: so the end of one call and the claim of the next share one commit when neither is awaited in
//! between.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::ledger::claim::{self, PendingClaim};
use crate::ledger::error::LedgerError;
use crate::ledger::look_ahead::LookAhead;
use crate::ledger::look_up::LookUpParameters;
use crate::ledger::maintenance::{self, StartedRun};
use crate::ledger::person::PersonHasher;
use crate::ledger::query::Reader;
use crate::ledger::run_state::RunInner;
use crate::ledger::send_decision::{LookUpResult, ReuseRules};
use crate::ledger::shared_rate::SharedRate;
use crate::ledger::team::TeamRun;
use crate::ledger::thread::WriterThread;
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

impl Run {
    pub(super) fn new(
        thread: Arc<WriterThread>,
        started: StartedRun,
        team: Option<TeamRun>,
        partner_code: &str,
    ) -> Self {
        let StartedRun { id, last_call, started, lock } = started;
        let keys = KeyMaker::new(&thread.secret, thread.kind.word(), partner_code);
        let persons = PersonHasher::new(&thread.secret);
        let (lock, reader) = (Mutex::new(Some(lock)), Mutex::default());
        let team = team.map(Arc::new);
        let inner = RunInner { thread, team, reader, id, last_call, started, keys, persons, lock };
        Self(Arc::new(inner))
    }

    /// Returns its number.
    pub fn id(&self) -> i64 {
        self.0.team.as_ref().map_or(self.0.id, |team| team.id())
    }

    /// Returns when it started: `--fresh` goes by this moment.
    pub fn started(&self) -> Timestamp {
        self.0.team.as_ref().map_or(self.0.started, |team| team.started())
    }

    /// Sets how long the run goes on while its ledger is away. A file never is.
    pub fn set_patience(&self, patience: Duration) {
        if let Some(team) = &self.0.team {
            team.set_patience(patience);
        }
    }

    /// Returns the part of the team's rate that the run has. A file has none.
    pub(crate) fn rate(&self) -> SharedRate {
        self.0.team.as_ref().map(|team| team.rate()).unwrap_or_default()
    }

    /// Opens a reader of the same ledger.
    pub fn reader(&self) -> Result<Reader, LedgerError> {
        Reader::open(&self.0.thread.path, Some(self.0.thread.kind))
    }

    /// Returns the parameters of look-ups for this run: a record that the run may send by these
    /// rules is `MaySend`.
    pub fn look_up_parameters(&self, reuse: ReuseRules) -> LookUpParameters {
        LookUpParameters { keys: self.0.keys.clone(), rules: self.0.rules(reuse) }
    }

    /// Says that a record will be claimed soon, so that the claim need not wait.
    pub fn announce(&self, record: &Record, reuse: ReuseRules) {
        if let Some(team) = &self.0.team {
            team.announce(self.0.asked(record, reuse));
        }
    }

    /// Looks records up before their turn. `None` for a team's ledger, whose claims are made ahead.
    pub(crate) fn look_ahead(&self, reuse: ReuseRules) -> Option<LookAhead> {
        let reader = if self.0.team.is_none() { self.reader().ok()? } else { return None };
        reader.enlarge_cache().ok()?;
        Some(LookAhead::new(reader, self.look_up_parameters(reuse)))
    }

    /// Looks a record up without claiming it.
    pub async fn look_up(
        &self,
        record: &Record,
        reuse: ReuseRules,
    ) -> Result<LookUpResult, LedgerError> {
        if let Some(team) = &self.0.team {
            return team.look_up(self.0.asked(record, reuse)).await;
        }
        let mut reader = self.0.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = match reader.take() {
            Some(opened) => opened,
            None => self.reader()?,
        };
        reader.insert(opened).look_up(&self.look_up_parameters(reuse), record)
    }

    /// Requests the right to send a record. When the future is ready, the intent is on disk.
    pub fn claim(&self, record: &Record, reuse: ReuseRules) -> PendingClaim {
        claim::claim(&self.0, self.0.asked(record, reuse))
    }

    /// Notes the end of the run. Claims that still exist may be settled afterwards. A team's ledger has
    /// all its answers after that, unless it stays away.
    pub async fn finish(&self, end: RunEnd) -> Result<(), LedgerError> {
        let delivered = match &self.0.team {
            Some(team) => team.finish(end.word()).await,
            None => Ok(()),
        };
        let (id, lock) = (self.0.id, self.0.take_lock());
        let end = move |database: &mut _| maintenance::end_run(database, id, end.word(), lock);
        delivered.and(self.0.thread.job(end).await)
    }

    /// Ends as kill -9 would end it: its lock is free, and nothing is written.
    #[cfg(test)]
    pub(super) fn crash(&self) {
        drop(self.0.take_lock());
    }
}
