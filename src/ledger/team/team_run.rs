//! A run of a team's ledger: what the run of the journal asks before it writes an intent.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tracing::debug;

use crate::ledger::error::LedgerError;
use crate::ledger::journal;
use crate::ledger::maintenance::StartedRun;
use crate::ledger::origin::RunOrigin;
use crate::ledger::requests::TeamClaim;
use crate::ledger::send_decision::{InFlightCall, LookUpResult, PastCall};
use crate::ledger::shared_rate::SharedRate;
use crate::ledger::team::asked::{Asked, TeamRequest};
use crate::ledger::team::claimer::Claimer;
use crate::ledger::team::heartbeat;
use crate::ledger::team::identity;
use crate::ledger::team::keeper::{Keeper, KeeperRequest};
use crate::ledger::team::opened::TeamLedger;
use crate::ledger::team::recovery;
use crate::ledger::team::registration::{self, Registered};
use crate::ledger::team::session::{Link, Session};
use crate::ledger::team::shared::{Decision, Held, Shared};
use crate::ledger::thread::WriterThread;
use crate::model::record::RecordKey;

/// So often is a run registered over a connection that breaks.
const TRIES: usize = 10;

/// A living run.
pub(crate) struct TeamRun {
    shared: Arc<Shared>,
    claims: mpsc::UnboundedSender<TeamRequest>,
    keeper: mpsc::UnboundedSender<KeeperRequest>,
    /// Keeps the thread of the tasks alive.
    ledger: Arc<TeamLedger>,
    id: i64,
    last_call: i64,
    started: Timestamp,
}

impl TeamRun {
    /// Brings the database up to date from the journal, then registers the run and starts its tasks.
    pub(crate) async fn start(
        ledger: &Arc<TeamLedger>,
        thread: &Arc<WriterThread>,
        begun: &StartedRun,
        origin: RunOrigin,
    ) -> Result<Self, LedgerError> {
        let (number, token) = (begun.id, journal::token(begun.lock.token()));
        thread.job(move |database| journal::begin(database, number)).await?;
        let (ends, ended) = mpsc::unbounded_channel();
        let shared = Shared::new(ledger, Arc::clone(thread), number, token, origin, ends);
        let shared = Arc::new(shared);
        let (claims, claim_requests) = mpsc::unbounded_channel();
        let (keeper, keeper_requests) = mpsc::unbounded_channel();
        let session = ledger.take_session();
        let own = Arc::clone(&shared);
        let registered = ledger.runtime.run(async move {
            let mut link = match session {
                Some(session) => Link::with(Arc::clone(&own.address), session),
                None => Link::new(Arc::clone(&own.address)),
            };
            let registered = begin(&own, &mut link).await?;
            tokio::spawn(Claimer::new(Arc::clone(&own), link, claim_requests).work());
            let link = Link::new(Arc::clone(&own.address));
            tokio::spawn(Keeper::new(own, link, keeper_requests, ended).work());
            Ok(registered)
        });
        let Registered { id, last_call, started } = registered.await?;
        let ledger = Arc::clone(ledger);
        Ok(Self { shared, claims, keeper, ledger, id, last_call, started })
    }

    /// Returns the run's number in the team's ledger.
    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    /// Returns the last call there was when the run started.
    pub(crate) fn last_call(&self) -> i64 {
        self.last_call
    }

    /// Returns when the run started, by the database's clock.
    pub(crate) fn started(&self) -> Timestamp {
        self.started
    }

    /// Sets how long the run goes on without its database.
    pub(crate) fn set_patience(&self, patience: Duration) {
        self.shared.set_patience(patience);
    }

    /// Returns the part of the team's rate that the run has.
    pub(crate) fn rate(&self) -> SharedRate {
        self.shared.rate.clone()
    }

    /// Says that a record will be claimed soon.
    pub(crate) fn announce(&self, asked: Asked) {
        if self.shared.failure().is_some() {
            return;
        }
        let mut held = self.shared.held();
        if held.contains_key(&asked.key) {
            return;
        }
        held.insert(asked.key, Held::Asked);
        drop(held);
        let _ = self.claims.send(TeamRequest::Announce(asked));
    }

    /// Takes a decision that was made ahead.
    pub(crate) fn take(&self, key: &RecordKey) -> Option<Result<Decision, LedgerError>> {
        match self.shared.failure() {
            Some(error) => Some(Err(error)),
            None => self.shared.take(key).map(Ok),
        }
    }

    /// Requests a claim.
    pub(crate) fn claim(&self, asked: Asked) -> oneshot::Receiver<Result<Decision, LedgerError>> {
        let (sender, decision) = oneshot::channel();
        // Without the task the reply is dropped, and the receiver says that the ledger is closed.
        let _ = self.claims.send(TeamRequest::Claim(asked, sender));
        decision
    }

    /// Looks a record up.
    pub(crate) async fn look_up(&self, asked: Asked) -> Result<LookUpResult, LedgerError> {
        if let Some(Held::Decided(decision)) = self.shared.held().get(&asked.key) {
            return Ok(match decision {
                Decision::Won(_) => LookUpResult::MaySend,
                Decision::Known(known) => known.clone(),
            });
        }
        let (sender, known) = oneshot::channel();
        let _ = self.claims.send(TeamRequest::LookUp(asked, sender));
        known.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// Waits for the end of a call of another run. `None` if the call is gone.
    pub(crate) async fn watch(&self, call: InFlightCall) -> Result<Option<PastCall>, LedgerError> {
        let (sender, ended) = oneshot::channel();
        let _ = self.keeper.send(KeeperRequest::Watch(call.call, sender));
        match ended.await {
            Ok(ended) => Ok(Some(ended?.past)),
            Err(_) => Ok(None),
        }
    }

    /// Whether the request of a claim may go out now.
    pub(crate) fn may_send(&self, claim: &TeamClaim) -> bool {
        self.shared.may_send(claim.epoch)
    }

    /// Gives a claim back that was not sent.
    pub(crate) fn give_back(&self, claim: &TeamClaim) {
        self.shared.give_back(claim);
    }

    /// Gives all claims back that were not used, delivers all answers and notes the end of the run.
    pub(crate) async fn finish(&self, word: &'static str) -> Result<(), LedgerError> {
        self.shared.fail(LedgerError::Closed);
        for (_, held) in self.shared.held().drain() {
            if let Held::Decided(Decision::Won(claim)) = held {
                self.shared.give_back(&claim);
            }
        }
        // All ends that were asked for are on disk, and on their way, after this.
        self.shared.journal.job(|_| Ok(())).await?;
        let (sender, finished) = oneshot::channel();
        let _ = self.keeper.send(KeeperRequest::Finish(word, sender));
        let finished = finished.await.unwrap_or(Err(LedgerError::Closed));
        self.shared.end();
        finished?;
        let number = self.shared.journal_run;
        let claims = self.shared.claims.load(std::sync::atomic::Ordering::Relaxed);
        self.shared
            .journal
            .job(move |database| journal::mark_delivered(database, number, claims))
            .await
    }
}

/// Ends the tasks; what they have not delivered is delivered by the next run.
impl Drop for TeamRun {
    fn drop(&mut self) {
        debug!("the tasks of run {} end, by {}", self.id, self.ledger.address);
        self.shared.end();
    }
}

/// Brings the database up to date, and registers the run. A connection that breaks meanwhile is opened
/// again, a few times.
async fn begin(shared: &Shared, link: &mut Link) -> Result<Registered, LedgerError> {
    let (mut tries, mut registered) = (0, None);
    loop {
        tries += 1;
        let done = match link.session().await {
            Ok(session) => try_begin(shared, session, &mut registered).await,
            Err(error) => return Err(error.into()),
        };
        match (done, registered.take()) {
            (Ok(()), Some(registered)) => return Ok(registered),
            (Err(LedgerError::Team(error)), done) if error.is_away() && tries < TRIES => {
                link.drop_session();
                registered = done;
            }
            (done, _) => return Err(done.err().unwrap_or(LedgerError::Closed)),
        }
    }
}

async fn try_begin(
    shared: &Shared,
    session: &Session,
    registered: &mut Option<Registered>,
) -> Result<(), LedgerError> {
    if registered.is_none() {
        recovery::recover(session, &shared.journal, None, false).await?;
        *shared.server() = identity::server_name(session).await?;
        *registered = Some(registration::register(session, shared).await?);
    }
    // It says which part of the team's rate the run has.
    heartbeat::beat(session, shared).await?;
    Ok(())
}
