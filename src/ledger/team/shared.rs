//! What the parts of a team run share: who it is, which claims it holds, and whether it may send.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Mutex as AsyncMutex, watch};

use crate::ledger::error::LedgerError;
use crate::ledger::origin::RunOrigin;
use crate::ledger::requests::{EndedCall, TeamClaim};
use crate::ledger::send_decision::{CallState, LookUpResult};
use crate::ledger::shared_rate::SharedRate;
use crate::ledger::store::CallEnd;
use crate::ledger::team::address::TeamAddress;
use crate::ledger::team::identity::Identity;
use crate::ledger::team::opened::TeamLedger;
use crate::ledger::thread::WriterThread;
use crate::model::code::Charge;
use crate::model::outcome::Outcome;
use crate::model::record::RecordKey;
use crate::platform;

/// The decision about a record that is to be sent.
#[derive(Debug, Clone)]
pub(crate) enum Decision {
    /// The record may be sent, under this claim.
    Won(TeamClaim),
    /// It is not to be sent now.
    Known(LookUpResult),
}

/// A record that was announced.
#[derive(Debug)]
pub(super) enum Held {
    /// The database is being asked.
    Asked,
    /// It was decided, and nobody has taken the decision yet.
    Decided(Decision),
}

/// The state of a run.
pub(super) struct Shared {
    pub(super) address: Arc<TeamAddress>,
    /// Which ledger it is.
    pub(super) identity: Identity,
    pub(super) journal: Arc<WriterThread>,
    /// The number of the run in the journal.
    pub(super) journal_run: i64,
    /// Made by the run: how the database knows it.
    pub(super) token: [u8; 8],
    pub(super) origin: RunOrigin,
    pub(super) claims: AtomicI64,
    /// The newest claim that the database has acknowledged.
    pub(super) acknowledged: AtomicI64,
    /// Claims without an end in the database.
    pub(super) open: AtomicI64,
    pub(super) held: Mutex<HashMap<RecordKey, Held>>,
    /// The part of the team's rate that the run has.
    pub(super) rate: SharedRate,
    /// When the newest acknowledged heartbeat was sent, by a clock that counts sleep; 0 is never.
    heartbeat: AtomicU64,
    /// Claims of an earlier number are void: the database has lost them.
    epoch: AtomicU64,
    /// The server on which the database was last.
    server: Mutex<Option<String>>,
    failed: Mutex<Option<LedgerError>>,
    patience: AtomicU64,
    pub(super) ends: UnboundedSender<EndedCall>,
    /// Held while what the database has lost is put back.
    pub(super) repairing: AsyncMutex<()>,
    /// Whether the run is over: its tasks end.
    over: watch::Sender<bool>,
}

impl Shared {
    pub(super) fn new(
        ledger: &TeamLedger,
        journal: Arc<WriterThread>,
        journal_run: i64,
        token: [u8; 8],
        origin: RunOrigin,
        ends: UnboundedSender<EndedCall>,
    ) -> Self {
        Self {
            address: Arc::clone(&ledger.address),
            identity: ledger.identity.clone(),
            journal,
            journal_run,
            token,
            origin,
            claims: AtomicI64::new(0),
            acknowledged: AtomicI64::new(0),
            open: AtomicI64::new(0),
            held: Mutex::default(),
            rate: SharedRate::default(),
            heartbeat: AtomicU64::new(0),
            epoch: AtomicU64::new(0),
            server: Mutex::default(),
            failed: Mutex::default(),
            patience: AtomicU64::new(60_000),
            ends,
            repairing: AsyncMutex::default(),
            over: watch::Sender::new(false),
        }
    }

    /// Ends the tasks of the run.
    pub(super) fn end(&self) {
        self.over.send_replace(true);
    }

    pub(super) fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Returns when the run is over.
    pub(super) async fn ended(&self) {
        // It can't fail: the sender lives as long as this.
        let _ = self.over.subscribe().wait_for(|over| *over).await;
    }

    /// How long the run goes on without its database.
    pub(super) fn patience(&self) -> Duration {
        Duration::from_millis(self.patience.load(Ordering::Relaxed))
    }

    pub(super) fn set_patience(&self, patience: Duration) {
        let milliseconds = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        self.patience.store(milliseconds, Ordering::Relaxed);
    }

    /// Notes that the database acknowledged a heartbeat that was sent at this uptime.
    pub(super) fn acknowledge_heartbeat(&self, sent: Duration) {
        let sent = u64::try_from(sent.as_millis()).unwrap_or(u64::MAX);
        self.heartbeat.fetch_max(sent, Ordering::SeqCst);
    }

    /// The age of the newest acknowledged heartbeat.
    pub(super) fn silence(&self) -> Duration {
        let newest = Duration::from_millis(self.heartbeat.load(Ordering::SeqCst));
        platform::uptime().saturating_sub(newest)
    }

    /// Whether a request of this epoch may go out now: no other run takes its call for dead, which they
    /// do after twice this silence.
    pub(super) fn may_send(&self, epoch: u64) -> bool {
        let is_silent = self.silence() >= self.identity.dead_after / 2;
        self.epoch() == epoch && !is_silent && self.failure().is_none()
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// Voids all claims that are held: the database has lost them.
    pub(super) fn begin_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        self.held().clear();
    }

    pub(super) fn server(&self) -> MutexGuard<'_, Option<String>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn held(&self) -> MutexGuard<'_, HashMap<RecordKey, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a decision that was made ahead.
    pub(super) fn take(&self, key: &RecordKey) -> Option<Decision> {
        let mut held = self.held();
        if !matches!(held.get(key), Some(Held::Decided(_))) {
            return None;
        }
        match held.remove(key) {
            Some(Held::Decided(decision)) => Some(decision),
            _ => None,
        }
    }

    /// Gives no claim any more.
    pub(super) fn fail(&self, error: LedgerError) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    pub(super) fn failure(&self) -> Option<LedgerError> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn next_claim(&self) -> i64 {
        self.claims.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Gives a claim back that was not sent.
    pub(super) fn give_back(&self, claim: &TeamClaim) {
        let _ = self.ends.send(unsent(claim.call, claim.claim));
    }
}

/// The end of a claim that was never sent.
pub(super) fn unsent(call: i64, claim: i64) -> EndedCall {
    let end = CallEnd {
        at: jiff::Timestamp::now(),
        outcome: Outcome::Unavailable,
        charged: Charge::No,
        state: CallState::Without(Some("not sent".to_owned())),
        attempts: 0,
    };
    EndedCall { call, claim, end }
}
