//! The task that keeps a run alive in the database: heartbeats, answers on their way there, and the
//! calls of other runs that somebody waits for.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tokio_postgres::types::Type;

use crate::ledger::error::LedgerError;
use crate::ledger::requests::EndedCall;
use crate::ledger::team::calls::{self, TeamCall, add_ends};
use crate::ledger::team::error::TeamError;
use crate::ledger::team::heartbeat;
use crate::ledger::team::recovery::{self, Recovered};
use crate::ledger::team::session::Link;
use crate::ledger::team::shared::Shared;
use crate::ledger::team::standing::{self, Standing};

/// Answers wait so long for others.
const TICK: Duration = Duration::from_millis(100);

/// Calls of others are looked at so often.
const WATCH: Duration = Duration::from_millis(250);

/// Answers of one transaction at most.
const LARGEST_BATCH: usize = 1000;

/// Where the end of a watched call goes: `None` while it goes on.
pub(super) type WatchSender = oneshot::Sender<Result<Box<TeamCall>, LedgerError>>;

/// A request to the task.
pub(super) enum KeeperRequest {
    /// Reply when this call, or its run, has ended.
    Watch(i64, WatchSender),
    /// Deliver all answers, then note this end of the run.
    Finish(&'static str, oneshot::Sender<Result<(), LedgerError>>),
}

/// The task's state.
pub(super) struct Keeper {
    shared: Arc<Shared>,
    link: Link,
    requests: UnboundedReceiver<KeeperRequest>,
    ended: UnboundedReceiver<EndedCall>,
    /// Answers that the database does not have yet.
    waiting: VecDeque<EndedCall>,
    watched: Vec<(i64, WatchSender)>,
    looked: Instant,
    beaten: Instant,
    checked: Instant,
    /// Not before this moment is the database asked again.
    not_before: Instant,
    /// Since when it is away.
    away: Option<Instant>,
}

impl Keeper {
    pub(super) fn new(
        shared: Arc<Shared>,
        link: Link,
        requests: UnboundedReceiver<KeeperRequest>,
        ended: UnboundedReceiver<EndedCall>,
    ) -> Self {
        let now = Instant::now();
        Self {
            shared,
            link,
            requests,
            ended,
            waiting: VecDeque::new(),
            watched: Vec::new(),
            looked: now,
            beaten: now,
            checked: now,
            not_before: now,
            away: None,
        }
    }

    /// Works until the run is over.
    pub(super) async fn work(mut self) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(ended) = self.ended.recv() => self.waiting.push_back(ended),
                Some(request) = self.requests.recv() => match request {
                    KeeperRequest::Watch(call, sender) => self.watched.push((call, sender)),
                    KeeperRequest::Finish(word, sender) => {
                        let _ = sender.send(self.finish(word).await);
                        return;
                    }
                },
                _ = ticks.tick() => self.tick().await,
                () = self.shared.ended() => return,
            }
        }
    }

    async fn tick(&mut self) {
        if Instant::now() < self.not_before {
            return;
        }
        if let Err(error) = self.keep().await {
            self.note(error);
        }
    }

    /// What a failure means: the database is away and is asked again later, or no claim is given any more.
    fn note(&mut self, error: LedgerError) {
        match error {
            LedgerError::Team(error) if error.may_pass() => {
                self.link.drop_session();
                let away = *self.away.get_or_insert_with(Instant::now);
                let pause = (away.elapsed() / 4).clamp(TICK, Duration::from_secs(1));
                self.not_before = Instant::now() + pause;
            }
            error => self.shared.fail(error),
        }
    }

    async fn keep(&mut self) -> Result<(), LedgerError> {
        if self.beaten.elapsed() >= heartbeat::interval(&self.shared) {
            self.beat().await?;
        }
        // Once a minute.
        if self.checked.elapsed() >= self.shared.identity.dead_after {
            standing::check_server(&self.shared, &mut self.link).await?;
            self.checked = Instant::now();
        }
        while !self.waiting.is_empty() {
            self.deliver().await?;
            // More gather for the next transaction.
            if self.waiting.len() < LARGEST_BATCH {
                break;
            }
        }
        if !self.watched.is_empty() && self.looked.elapsed() >= WATCH {
            self.look().await?;
        }
        self.away = None;
        Ok(())
    }

    async fn beat(&mut self) -> Result<(), LedgerError> {
        if !heartbeat::beat(self.link.session().await?, &self.shared).await? {
            self.find_out().await?;
        }
        self.beaten = Instant::now();
        Ok(())
    }

    async fn find_out(&mut self) -> Result<(), LedgerError> {
        match standing::find_out(&self.shared, &mut self.link).await? {
            Standing::Fenced => self.shared.fail(LedgerError::Team(TeamError::Fenced)),
            Standing::Good | Standing::PutBack => {}
        }
        Ok(())
    }

    /// Brings the oldest answers to the database.
    async fn deliver(&mut self) -> Result<(), LedgerError> {
        let count = self.waiting.len().min(LARGEST_BATCH);
        let batch: Vec<_> = self.waiting.iter().take(count).cloned().collect();
        let there = add_ends(self.link.session().await?, &self.shared.token, &batch).await?;
        let lost = batch.iter().any(|ended| !there.contains(&ended.call));
        self.waiting.drain(..count);
        let delivered = i64::try_from(there.len()).unwrap_or_default();
        self.shared.open.fetch_sub(delivered, Ordering::Relaxed);
        if lost {
            // The database has lost those calls; the journal has them.
            self.find_out().await?;
            self.settle(false).await?;
        }
        Ok(())
    }

    /// Delivers what the journal has and the database does not. Of a run that is over, it also releases
    /// what was never sent.
    async fn settle(&mut self, is_over: bool) -> Result<(), LedgerError> {
        let (journal, number, token) =
            (&self.shared.journal, self.shared.journal_run, self.shared.token);
        let session = self.link.session().await?;
        let sql = "SELECT id FROM idv.runs WHERE token = $1";
        let rows = session.query(sql, &[(&token.as_slice() as _, Type::BYTEA)]).await?;
        let Some(row) = rows.first() else { return Ok(()) };
        let mut recovered = Recovered::default();
        recovery::settle(session, journal, number, token, row.get(0), is_over, &mut recovered).await
    }

    /// Looks at the calls that somebody waits for, all in one query.
    async fn look(&mut self) -> Result<(), LedgerError> {
        self.looked = Instant::now();
        self.watched.retain(|(_, sender)| !sender.is_closed());
        let mut numbers: Vec<_> = self.watched.iter().map(|(call, _)| *call).collect();
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.is_empty() {
            return Ok(());
        }
        let session = self.link.session().await?;
        let found = calls::calls(session, &self.shared.token, &numbers).await?;
        for (number, sender) in std::mem::take(&mut self.watched) {
            match found.iter().find(|call| call.past.call == number) {
                Some(call) if call.past.ended.is_none() && call.is_run_alive => {
                    self.watched.push((number, sender));
                }
                Some(call) => drop(sender.send(Ok(Box::new(call.clone())))),
                // It was purged, or lost with its database: whoever waits asks again.
                None => drop(sender),
            }
        }
        Ok(())
    }

    /// Delivers all answers and notes the end of the run, unless the database stays away for too long.
    async fn finish(&mut self, word: &'static str) -> Result<(), LedgerError> {
        let begun = Instant::now();
        while let Ok(ended) = self.ended.try_recv() {
            self.waiting.push_back(ended);
        }
        loop {
            let error = match self.try_finish(word).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let stays = begun.elapsed() > self.shared.patience();
            match error {
                LedgerError::Team(error) if error.may_pass() && !stays => {
                    self.link.drop_session();
                    tokio::time::sleep(TICK).await;
                }
                LedgerError::Team(error) if error.may_pass() => {
                    let waiting = self.waiting.len() as u64;
                    return Err(LedgerError::Team(TeamError::Undelivered(waiting)));
                }
                error => return Err(error),
            }
        }
    }

    async fn try_finish(&mut self, word: &'static str) -> Result<(), LedgerError> {
        while !self.waiting.is_empty() {
            self.deliver().await?;
        }
        // First, so that no claim follows that is still on its way.
        let sql =
            "UPDATE idv.runs SET ended = now(), ending = $2 WHERE token = $1 AND ended IS NULL";
        let token = self.shared.token.as_slice();
        let parameters = [(&token as _, Type::BYTEA), (&word as _, Type::TEXT)];
        self.link.session().await?.durably(sql, &parameters).await?;
        if self.shared.open.load(Ordering::Relaxed) != 0 {
            self.settle(true).await?;
        }
        Ok(())
    }
}
