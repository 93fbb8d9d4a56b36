//! The state of a run, which its claims keep alive.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::ledger::lock::RunLock;
use crate::ledger::maintenance;
use crate::ledger::person::PersonHasher;
use crate::ledger::query::Reader;
use crate::ledger::requests::Request;
use crate::ledger::send_decision::{ReuseRules, RunRules};
use crate::ledger::team::{Asked, TeamRun};
use crate::ledger::thread::WriterThread;
use crate::model::record::{KeyMaker, Record};

/// The state of a run.
pub(super) struct RunInner {
    pub(super) thread: Arc<WriterThread>,
    /// The team's claims, where the file is a journal before them.
    pub(super) team: Option<Arc<TeamRun>>,
    /// Looks up without a claim; opened when it is first needed.
    pub(super) reader: Mutex<Option<Reader>>,
    /// Its number in the file.
    pub(super) id: i64,
    /// The last call there was when it started.
    pub(super) last_call: i64,
    pub(super) started: Timestamp,
    pub(super) keys: KeyMaker,
    pub(super) persons: PersonHasher,
    pub(super) lock: Mutex<Option<RunLock>>,
}

impl RunInner {
    /// Returns the number of the run, in the team's ledger where there is one.
    pub(super) fn shown_id(&self) -> i64 {
        self.team.as_ref().map_or(self.id, |team| team.id())
    }

    /// Returns the rules of the run.
    pub(super) fn rules(&self, reuse: ReuseRules) -> RunRules {
        let last_call = self.team.as_ref().map_or(self.last_call, |team| team.last_call());
        RunRules { run: Some(self.shown_id()), last_call, reuse }
    }

    /// Returns what is asked about a record.
    pub(super) fn asked(&self, record: &Record, reuse: ReuseRules) -> Asked {
        let (key, person) = (self.keys.key(record), self.persons.person(record));
        Asked { key, person, rules: self.rules(reuse) }
    }

    /// Takes the lock; none is left after that.
    pub(super) fn take_lock(&self) -> Option<RunLock> {
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
