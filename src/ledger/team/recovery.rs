//! Brings a team's database up to date from this machine's journal: releases what dead runs claimed and
//! never sent, delivers answers, and puts back what a restored or failed-over database has lost.

use std::collections::HashMap;
use std::sync::Arc;

use tokio_postgres::types::Type;

use crate::ledger::error::LedgerError;
use crate::ledger::journal::{self, JournalCall, JournalRun};
use crate::ledger::requests::EndedCall;
use crate::ledger::store;
use crate::ledger::team::calls::add_ends;
use crate::ledger::team::error::TeamError;
use crate::ledger::team::identity;
use crate::ledger::team::session::Session;
use crate::ledger::team::shared::unsent;
use crate::ledger::thread::WriterThread;
use crate::model::warning::Warning;

/// Calls of one statement.
const CHUNK: u32 = 1000;

/// What was brought up to date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Recovered {
    /// Claims that were never sent, and are free again.
    pub released: u64,
    /// Answers that the database did not have.
    pub delivered: u64,
    /// Calls that the database had lost.
    pub put_back: u64,
}

/// A run of the journal as the database knows it.
struct KnownRun {
    id: i64,
    claimed: i64,
    is_over: bool,
}

/// Brings the database up to date with all runs of this machine that are over, and with the run of
/// `own`, which goes on. With `moved` it may lack any call, as it may where the journal finds it on another
/// server.
pub(super) async fn recover(
    session: &Session,
    journal: &Arc<WriterThread>,
    own: Option<[u8; 8]>,
    moved: bool,
) -> Result<Recovered, LedgerError> {
    let mut recovered = Recovered::default();
    follow(session, journal).await?;
    let server = identity::server_name(session).await?;
    let has_moved = moved || has_moved(journal, server.as_deref()).await?;
    let runs = journal.job(journal::runs).await?;
    let known = known_runs(session, &runs).await?;
    for run in &runs {
        let is_own = own == Some(run.token);
        if run.is_alive && !is_own {
            continue;
        }
        let work = Recovery { session, journal, run, is_own, has_moved };
        work.run(known.get(&run.token), &mut recovered).await?;
    }
    if has_moved {
        Warning::OtherServer.tell();
    }
    if recovered.put_back > 0 {
        Warning::CallsPutBack { calls: recovered.put_back }.tell();
    }
    if let Some(server) = server {
        journal.job(move |database| journal::note_server(database, &server)).await?;
    }
    Ok(recovered)
}

/// Whether the database is on another server than the journal has seen, or was recovered.
async fn has_moved(journal: &Arc<WriterThread>, server: Option<&str>) -> Result<bool, LedgerError> {
    let known = journal.job(journal::server).await?;
    Ok(known.as_deref().zip(server).is_some_and(|(known, server)| known != server))
}

/// Lets the journal follow what was purged and erased in the database.
async fn follow(session: &Session, journal: &Arc<WriterThread>) -> Result<(), LedgerError> {
    let known = journal.job(journal::newest_erasure).await?;
    let sql = "SELECT (extract(epoch FROM purged_before) * 1000)::int8 FROM idv.ledger";
    let purged = session.query(sql, &[]).await?;
    let purged = purged.first().and_then(|row| row.get::<_, Option<i64>>(0)).map(store::time);
    let sql = "SELECT id, encode(token, 'hex'), claim FROM idv.erased WHERE id > $1 ORDER BY id";
    let rows = session.query(sql, &[(&known as _, Type::INT8)]).await?;
    let newest = rows.last().map_or(known, |row| row.get(0));
    let erased: Vec<(String, i64)> = rows.iter().map(|row| (row.get(1), row.get(2))).collect();
    journal.job(move |database| journal::follow(database, purged, &erased, newest)).await
}

async fn known_runs(
    session: &Session,
    runs: &[JournalRun],
) -> Result<HashMap<[u8; 8], KnownRun>, LedgerError> {
    if runs.is_empty() {
        return Ok(HashMap::new());
    }
    let tokens: Vec<&[u8]> = runs.iter().map(|run| run.token.as_slice()).collect();
    let sql = "SELECT token, id, claimed, ended IS NOT NULL OR died IS NOT NULL FROM idv.runs
               WHERE token = ANY($1)";
    let rows = session.query(sql, &[(&tokens as _, Type::BYTEA_ARRAY)]).await?;
    let known = |row: &tokio_postgres::Row| {
        let token = row.get::<_, &[u8]>(0).try_into().unwrap_or_default();
        (token, KnownRun { id: row.get(1), claimed: row.get(2), is_over: row.get(3) })
    };
    Ok(rows.iter().map(known).collect())
}

/// The recovery of one run.
struct Recovery<'a> {
    session: &'a Session,
    journal: &'a Arc<WriterThread>,
    run: &'a JournalRun,
    /// Whether it is the run that goes on.
    is_own: bool,
    /// Whether the database is on another server: it may lack any call.
    has_moved: bool,
}

impl Recovery<'_> {
    async fn run(
        &self,
        known: Option<&KnownRun>,
        recovered: &mut Recovered,
    ) -> Result<(), LedgerError> {
        let Self { run, is_own, .. } = self;
        let is_lost = self.has_moved || known.is_none_or(|known| known.claimed < run.newest_claim);
        let is_behind = known.is_some_and(|known| run.is_delivered && !known.is_over);
        let id = match known {
            // A run that never claimed left nothing.
            None if run.newest_claim == 0 && !is_own => None,
            Some(known) if !is_lost => Some(known.id),
            _ => Some(self.put_back(recovered).await?),
        };
        let is_due = *is_own || is_lost || is_behind || !run.is_delivered;
        if let Some(id) = id.filter(|_| is_due) {
            if !is_own {
                self.declare_dead().await?;
            }
            settle(self.session, self.journal, run.id, run.token, id, !is_own, recovered).await?;
        }
        if !is_own && !run.is_delivered {
            let (number, claims) = (run.id, run.newest_claim);
            self.journal
                .job(move |database| journal::mark_delivered(database, number, claims))
                .await?;
        }
        Ok(())
    }

    /// Notes that the run is dead. Its row is locked by each of its claims, so a claim that is still on
    /// its way is over after this, and none follows.
    async fn declare_dead(&self) -> Result<(), TeamError> {
        let sql =
            "UPDATE idv.runs SET died = now() WHERE token = $1 AND ended IS NULL AND died IS NULL";
        let token = self.run.token.as_slice();
        self.session.durably(sql, &[(&token as _, Type::BYTEA)]).await.map(drop)
    }

    /// Puts the run and its calls back. Returns the run's number.
    async fn put_back(&self, recovered: &mut Recovered) -> Result<i64, LedgerError> {
        let (id, number) = (self.put_back_run().await?, self.run.id);
        let mut after = 0;
        loop {
            let read = move |database: &mut _| journal::calls(database, number, after, CHUNK);
            let calls = self.journal.job(read).await?;
            let Some(last) = calls.last() else { return Ok(id) };
            after = last.call;
            recovered.put_back += put_back_calls(self.session, id, &calls).await?;
        }
    }

    async fn put_back_run(&self) -> Result<i64, TeamError> {
        let JournalRun { token, origin, started, newest_claim, .. } = self.run;
        let (token, started) = (token.as_slice(), started.as_millisecond());
        let sql = "INSERT INTO idv.runs (token, command, pid, operator, host, version, reference, purpose,
                                         arguments, started, claimed, sent)
                   VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, to_timestamp($9::float8 / 1000), $10, now())
                   ON CONFLICT (token) DO UPDATE SET claimed = greatest(idv.runs.claimed, excluded.claimed),
                       heartbeat = now()
                   RETURNING id";
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in it")]
        let started = started as f64;
        let parameters = [
            (&token as _, Type::BYTEA),
            (&origin.command as _, Type::TEXT),
            (&origin.operator as _, Type::TEXT),
            (&origin.host as _, Type::TEXT),
            (&origin.version as _, Type::TEXT),
            (&origin.reference as _, Type::TEXT),
            (&origin.purpose as _, Type::TEXT),
            (&origin.arguments as _, Type::TEXT),
            (&started as _, Type::FLOAT8),
            (newest_claim as _, Type::INT8),
        ];
        let rows = self.session.durably(sql, &parameters).await?;
        rows.first().map(|row| row.get(0)).ok_or_else(|| TeamError::Failed("no run".to_owned()))
    }
}

/// Puts calls back that the database does not have. What was purged or erased there stays away. A record
/// that others asked meanwhile keeps their calls too.
async fn put_back_calls(
    session: &Session,
    run: i64,
    calls: &[JournalCall],
) -> Result<u64, TeamError> {
    let sql = "
        INSERT INTO idv.calls (key, n, run, claim, person, started)
        SELECT u.key, coalesce((SELECT max(c.n) FROM idv.calls c WHERE c.key = u.key), 0)
                      + row_number() OVER (PARTITION BY u.key ORDER BY u.claim),
               $1, u.claim, u.person, to_timestamp(u.started)
        FROM unnest($2::bytea[], $3::int8[], $4::bytea[], $5::float8[], $6::float8[])
             u (key, claim, person, started, ended), idv.ledger l
        WHERE NOT EXISTS (SELECT FROM idv.calls c WHERE c.run = $1 AND c.claim = u.claim)
          AND NOT EXISTS (SELECT FROM idv.erased e JOIN idv.runs r ON r.token = e.token
                          WHERE r.id = $1 AND e.claim = u.claim)
          AND (l.purged_before IS NULL OR to_timestamp(u.ended) >= l.purged_before)
        ON CONFLICT (key, n) DO NOTHING RETURNING 1";
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in it")]
    let seconds = |at: jiff::Timestamp| at.as_millisecond() as f64 / 1000.0;
    let keys: Vec<&[u8]> = calls.iter().map(|call| call.key.as_bytes().as_slice()).collect();
    let claims: Vec<_> = calls.iter().map(|call| call.claim).collect();
    let persons: Vec<_> = calls.iter().map(|call| call.person.as_deref()).collect();
    let started: Vec<_> = calls.iter().map(|call| seconds(call.started)).collect();
    let ended: Vec<_> = calls
        .iter()
        .map(|call| seconds(call.end.as_ref().map_or(call.started, |end| end.at)))
        .collect();
    let parameters = [
        (&run as _, Type::INT8),
        (&keys as _, Type::BYTEA_ARRAY),
        (&claims as _, Type::INT8_ARRAY),
        (&persons as _, Type::BYTEA_ARRAY),
        (&started as _, Type::FLOAT8_ARRAY),
        (&ended as _, Type::FLOAT8_ARRAY),
    ];
    let mut put_back = 0;
    loop {
        // A call of another run may take a place at the same moment: then once more.
        let rows = session.durably(sql, &parameters).await?;
        if rows.is_empty() {
            return Ok(put_back);
        }
        put_back += rows.len() as u64;
    }
}

/// Ends the open calls of a run: those with an answer in the journal get it; those without an intent
/// there were never sent, and are released if the run is over. The others stay in doubt.
pub(super) async fn settle(
    session: &Session,
    journal: &Arc<WriterThread>,
    journal_run: i64,
    token: [u8; 8],
    run: i64,
    is_over: bool,
    recovered: &mut Recovered,
) -> Result<(), LedgerError> {
    let sql = "SELECT c.id, c.claim FROM idv.calls c LEFT JOIN idv.answers a ON a.call = c.id
               WHERE c.run = $1 AND a.call IS NULL ORDER BY c.id";
    let rows = session.query(sql, &[(&run as _, Type::INT8)]).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut known = journal.job(move |database| journal::ends(database, journal_run)).await?;
    let mut ends = Vec::new();
    for row in &rows {
        let (call, claim) = (row.get(0), row.get(1));
        match known.remove(&claim) {
            Some(Some(end)) => {
                recovered.delivered += 1;
                ends.push(EndedCall { call, claim, end });
            }
            None if is_over => {
                recovered.released += 1;
                ends.push(unsent(call, claim));
            }
            Some(None) | None => {}
        }
    }
    for chunk in ends.chunks(CHUNK as usize) {
        add_ends(session, &token, chunk).await?;
    }
    Ok(())
}
