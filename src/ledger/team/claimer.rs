//! The task that claims: it gathers what was asked for, claims it in one transaction, and looks up what
//! others have. It never waits for more requests: while the database works, more gather.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio_postgres::types::Type;
use tracing::debug;

use crate::ledger::error::LedgerError;
use crate::ledger::requests::TeamClaim;
use crate::ledger::send_decision::LookUpResult;
use crate::ledger::team::asked::{Asked, ClaimSender, LookUpSender, TeamRequest};
use crate::ledger::team::calls::{self, Histories, Taken, TeamCall, Wanted};
use crate::ledger::team::error::TeamError;
use crate::ledger::team::session::Link;
use crate::ledger::team::shared::{Decision, Held, Shared};
use crate::ledger::team::standing::{self, Standing};
use crate::model::record::RecordKey;
use crate::platform;

/// Records of one transaction at most.
const LARGEST_BATCH: usize = 1024;

/// So often is a record claimed that other runs claim at the same time.
const ROUNDS: usize = 8;

/// The task's state.
pub(super) struct Claimer {
    shared: Arc<Shared>,
    link: Link,
    requests: UnboundedReceiver<TeamRequest>,
    /// Since when the database is away.
    away: Option<Instant>,
}

/// One record of a batch, with those who want it.
struct Want {
    asked: Asked,
    senders: Vec<ClaimSender>,
    claim: i64,
    decision: Option<Decision>,
}

impl Claimer {
    pub(super) fn new(
        shared: Arc<Shared>,
        link: Link,
        requests: UnboundedReceiver<TeamRequest>,
    ) -> Self {
        Self { shared, link, requests, away: None }
    }

    /// Works until the run is over.
    pub(super) async fn work(mut self) {
        let mut again = Vec::new();
        loop {
            let mut batch = std::mem::take(&mut again);
            if batch.is_empty() {
                let next = tokio::select! {
                    next = self.requests.recv() => next,
                    () = self.shared.ended() => None,
                };
                let Some(next) = next else { return };
                batch.push(next);
            }
            while batch.len() < LARGEST_BATCH
                && let Ok(next) = self.requests.try_recv()
            {
                batch.push(next);
            }
            again = self.carry_out(batch).await;
            if self.shared.is_over() {
                return;
            }
        }
    }

    /// Carries requests out. Returns those that have to be asked again.
    async fn carry_out(&mut self, batch: Vec<TeamRequest>) -> Vec<TeamRequest> {
        let (wants, look_ups) = self.sort(batch);
        let again = if wants.is_empty() { Vec::new() } else { self.claim_all(wants).await };
        if !look_ups.is_empty() {
            self.look_up_all(look_ups).await;
        }
        again
    }

    /// Sorts requests by record, in the order in which they came. What was decided ahead is told at once.
    fn sort(&self, batch: Vec<TeamRequest>) -> (Vec<Want>, Vec<(Asked, LookUpSender)>) {
        let (mut wants, mut look_ups) = (Vec::<Want>::new(), Vec::new());
        let mut places = HashMap::new();
        for request in batch {
            let (asked, sender) = match request {
                TeamRequest::LookUp(asked, sender) => {
                    look_ups.push((asked, sender));
                    continue;
                }
                TeamRequest::Announce(asked) => (asked, None),
                TeamRequest::Claim(asked, sender) => match self.shared.take(&asked.key) {
                    Some(decision) => {
                        self.tell(asked, sender, decision);
                        continue;
                    }
                    None => (asked, Some(sender)),
                },
            };
            let place = *places.entry(asked.key).or_insert_with(|| {
                wants.push(Want { asked, senders: Vec::new(), claim: 0, decision: None });
                wants.len() - 1
            });
            wants[place].senders.extend(sender);
        }
        let is_decided =
            |want: &Want| matches!(self.shared.held().get(&want.asked.key), Some(Held::Decided(_)));
        wants.retain(|want| !want.senders.is_empty() || !is_decided(want));
        (wants, look_ups)
    }

    /// Tells a decision; a claim whose caller is gone is kept for the next one.
    fn tell(&self, asked: Asked, sender: ClaimSender, decision: Decision) {
        if let Err(Ok(won @ Decision::Won(_))) = sender.send(Ok(decision)) {
            self.shared.held().insert(asked.key, Held::Decided(won));
        }
    }

    async fn claim_all(&mut self, mut wants: Vec<Want>) -> Vec<TeamRequest> {
        for want in &mut wants {
            want.claim = self.shared.next_claim();
        }
        let decided = self.decide_all(&mut wants).await;
        let mut again = Vec::new();
        for want in wants {
            let Want { asked, senders, decision, .. } = want;
            let announced = senders.is_empty();
            let mut senders = senders.into_iter();
            match (decision, &decided) {
                (Some(decision), _) if announced => self.hold(asked.key, decision),
                (Some(decision), _) => {
                    self.shared.held().remove(&asked.key);
                    senders
                        .next()
                        .into_iter()
                        .for_each(|sender| self.tell(asked, sender, decision.clone()));
                }
                (None, Err(error)) => {
                    self.shared.held().remove(&asked.key);
                    senders.by_ref().for_each(|sender| drop(sender.send(Err(error.clone()))));
                }
                (None, Ok(())) => drop(self.shared.held().remove(&asked.key)),
            }
            // The others find the first one's call.
            again.extend(senders.map(|sender| TeamRequest::Claim(asked, sender)));
        }
        again
    }

    /// Keeps a decision for the record's turn. What may change until then is asked again.
    fn hold(&self, key: RecordKey, decision: Decision) {
        let lasts = match &decision {
            Decision::Won(_) => true,
            Decision::Known(known) => matches!(known, LookUpResult::Answered(_)),
        };
        let mut held = self.shared.held();
        if lasts {
            held.insert(key, Held::Decided(decision))
        } else {
            held.remove(&key)
        };
    }

    /// Claims the records of a batch, and decides about those that others have.
    async fn decide_all(&mut self, wants: &mut [Want]) -> Result<(), LedgerError> {
        let mut wanted: Vec<_> = wants.iter().map(|want| want.wanted(1)).collect();
        let budget_patience = Instant::now() + Duration::from_secs(2);
        for _ in 0..ROUNDS {
            let taken = self.claim(&wanted).await?;
            let epoch = self.shared.epoch();
            for want in wants.iter_mut().filter(|want| want.decision.is_none()) {
                if let Some(call) = taken.calls.get(&want.claim) {
                    want.decision = Some(self.won(*call, want.claim, epoch));
                }
            }
            let open: Vec<_> = wants
                .iter()
                .filter(|want| want.decision.is_none())
                .map(|want| want.asked.key)
                .collect();
            if open.is_empty() {
                return Ok(());
            }
            let histories = self.histories(&open).await?;
            wanted = self.decide_known(wants, &histories).await?;
            if wanted.is_empty() {
                return Ok(());
            }
            if taken.left == Some(0) {
                if wants.iter().all(|want| want.senders.is_empty() || want.decision.is_some()) {
                    return Ok(());
                }
                self.await_budget(budget_patience).await?;
            }
        }
        Ok(())
    }

    fn won(&self, call: i64, claim: i64, epoch: u64) -> Decision {
        self.shared.open.fetch_add(1, Ordering::Relaxed);
        Decision::Won(TeamClaim { call, claim, epoch, ends: self.shared.ends.clone() })
    }

    /// Decides about records with calls. Returns those that may be claimed all the same.
    async fn decide_known(
        &mut self,
        wants: &mut [Want],
        histories: &Histories,
    ) -> Result<Vec<Wanted>, LedgerError> {
        let (mut wanted, mut silent) = (Vec::new(), Vec::new());
        let epoch = self.shared.epoch();
        for want in wants.iter_mut().filter(|want| want.decision.is_none()) {
            let calls = histories.get(&want.asked.key).map_or(&[] as &[TeamCall], Vec::as_slice);
            if let Some(own) = calls.iter().find(|call| call.is_own && call.claim == want.claim) {
                // Its commit was done, and its answer lost.
                debug!(call = own.past.call, "claimed, though the commit was not answered");
                want.decision = Some(self.won(own.past.call, own.claim, epoch));
                continue;
            }
            match calls::decide(&want.asked.rules, calls) {
                LookUpResult::MaySend => {
                    silent.extend(
                        calls.iter().filter(|call| call.may_wake_up()).map(|call| call.past.run),
                    );
                    wanted.push(want.wanted(calls.first().map_or(0, |call| call.n) + 1));
                }
                known => want.decision = Some(Decision::Known(known)),
            }
        }
        if !silent.is_empty() && !self.fence(&silent).await? {
            // One of them is alive again: its calls are its own.
            return Ok(Vec::new());
        }
        Ok(wanted)
    }

    /// Fences runs whose calls are sent again. Returns false if one of them has woken up.
    async fn fence(&mut self, runs: &[i64]) -> Result<bool, LedgerError> {
        let fenced = async {
            let sql =
                "UPDATE idv.runs r SET fenced = now() WHERE id = ANY($1) AND NOT idv.is_alive(r)
                       AND ended IS NULL AND died IS NULL AND fenced IS NULL";
            let runs = [(&runs as _, Type::INT8_ARRAY)];
            let session = self.link.session().await?;
            session.durably(sql, &runs).await?;
            let sql = "SELECT FROM idv.runs WHERE id = ANY($1)
                       AND ended IS NULL AND died IS NULL AND fenced IS NULL";
            Ok(session.query(sql, &runs).await?.is_empty())
        };
        match fenced.await {
            Err(error) if TeamError::may_pass(&error) => {
                self.wait_out(error).await?;
                Ok(false)
            }
            fenced => Ok(fenced?),
        }
    }

    /// Nothing is left of the team's budget: calls of this run in flight may give some back.
    async fn await_budget(&self, until: Instant) -> Result<(), LedgerError> {
        if self.shared.open.load(Ordering::Relaxed) == 0 || Instant::now() > until {
            let error = LedgerError::Team(TeamError::Budget);
            return Err(error);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(())
    }

    /// Claims in one transaction; the same again until the database has answered.
    async fn claim(&mut self, wanted: &[Wanted]) -> Result<Taken, LedgerError> {
        loop {
            if let Some(error) = self.shared.failure() {
                return Err(error);
            }
            let sent = platform::uptime();
            match self.try_claim(wanted).await {
                Ok(taken) if taken.accepted => {
                    let newest = wanted.iter().map(|one| one.claim).max().unwrap_or_default();
                    self.shared.acknowledged.fetch_max(newest, Ordering::SeqCst);
                    self.shared.acknowledge_heartbeat(sent);
                    self.away = None;
                    return Ok(taken);
                }
                Ok(_) => self.find_out().await?,
                Err(error) if error.may_pass() => self.wait_out(error).await?,
                Err(error) => return Err(self.fail(error)),
            }
        }
    }

    async fn try_claim(&mut self, wanted: &[Wanted]) -> Result<Taken, TeamError> {
        let acknowledged = self.shared.acknowledged.load(Ordering::SeqCst);
        let session = self.link.session().await?;
        calls::claim(session, &self.shared.token, acknowledged, wanted).await
    }

    /// The database takes no claim of this run: it was fenced, or the database has lost some.
    async fn find_out(&mut self) -> Result<(), LedgerError> {
        let found = standing::find_out(&self.shared, &mut self.link).await;
        match found {
            Ok(Standing::Fenced) => Err(self.fail(TeamError::Fenced)),
            Ok(Standing::Good | Standing::PutBack) => Ok(()),
            Err(LedgerError::Team(error)) if error.may_pass() => self.wait_out(error).await,
            Err(error) => {
                self.shared.fail(error.clone());
                Err(error)
            }
        }
    }

    fn fail(&self, error: TeamError) -> LedgerError {
        let error = LedgerError::Team(error);
        self.shared.fail(error.clone());
        error
    }

    /// Waits before the next try, unless the database is away for too long or the run is over.
    async fn wait_out(&mut self, error: TeamError) -> Result<(), LedgerError> {
        self.link.drop_session();
        let away = *self.away.get_or_insert_with(Instant::now);
        if away.elapsed() > self.shared.patience() {
            return Err(self.fail(error));
        }
        let pause = (away.elapsed() / 4).clamp(Duration::from_millis(20), Duration::from_secs(1));
        tokio::select! {
            () = self.shared.ended() => Err(LedgerError::Closed),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    async fn histories(&mut self, keys: &[RecordKey]) -> Result<Histories, LedgerError> {
        loop {
            let found = async {
                let session = self.link.session().await?;
                calls::histories(session, &self.shared.token, keys, true).await
            };
            match found.await {
                Err(error) if TeamError::may_pass(&error) => self.wait_out(error).await?,
                found => return found.map_err(|error| self.fail(error)),
            }
        }
    }

    async fn look_up_all(&mut self, look_ups: Vec<(Asked, LookUpSender)>) {
        let keys: Vec<_> = look_ups.iter().map(|(asked, _)| asked.key).collect();
        let found = self.histories(&keys).await;
        for (asked, sender) in look_ups {
            let known = match &found {
                Ok(found) => {
                    let calls = found.get(&asked.key).map_or(&[] as &[TeamCall], Vec::as_slice);
                    Ok(calls::decide(&asked.rules, calls))
                }
                Err(error) => Err(error.clone()),
            };
            let _ = sender.send(known);
        }
    }
}

impl Want {
    fn wanted(&self, n: i32) -> Wanted {
        let Asked { key, person, .. } = self.asked;
        Wanted { key, person, n, claim: self.claim }
    }
}
