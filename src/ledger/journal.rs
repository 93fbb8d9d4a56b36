//! A file as the journal of this machine before a team's ledger: its runs and calls, for whoever brings
//! the team's ledger up to date.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::ledger::database::Database;
use crate::ledger::erasure::{self, PurgeScope};
use crate::ledger::error::LedgerError;
use crate::ledger::origin::RunOrigin;
use crate::ledger::send_decision::CallState;
use crate::ledger::store::{self, CallEnd, PAST_CALL_COLUMNS, past_call, select_calls};
use crate::model::record::RecordKey;

/// A run of the journal.
#[derive(Debug, Clone)]
pub(super) struct JournalRun {
    pub(super) id: i64,
    pub(super) token: [u8; 8],
    pub(super) is_alive: bool,
    /// Whether the team's ledger had all its answers once.
    pub(super) is_delivered: bool,
    /// Its newest claim with an intent; 0 is none.
    pub(super) newest_claim: i64,
    pub(super) started: Timestamp,
    pub(super) origin: RunOrigin,
}

/// A call of the journal.
#[derive(Debug, Clone)]
pub(super) struct JournalCall {
    pub(super) call: i64,
    pub(super) claim: i64,
    pub(super) key: RecordKey,
    pub(super) person: Option<Vec<u8>>,
    pub(super) started: Timestamp,
    /// `None` while it goes on, and for good if its run died.
    pub(super) end: Option<CallEnd>,
}

/// The runs that are looked at, newest first: all that are not delivered, and the newest others, which a
/// database that was restored lacks first.
const RUNS: &str = "
    SELECT u.id, u.token, u.delivered >= 0, u.started, u.command, u.arguments, u.operator, u.host,
           u.version, u.reference, u.purpose,
           CASE WHEN u.delivered >= 0 THEN u.delivered
                ELSE ifnull((SELECT max(c.claim) FROM calls c WHERE c.run = u.id), 0) END
    FROM runs u
    WHERE u.delivered = -1
       OR u.id IN (SELECT id FROM runs WHERE delivered > 0 ORDER BY id DESC LIMIT 1000)
    ORDER BY u.id DESC";

/// Marks a run as one of a team's ledger.
pub(super) fn begin(database: &mut Database, run: i64) -> Result<(), LedgerError> {
    mark(database, run, -1)
}

/// Notes that the team's ledger has all answers of a run that claimed so often.
pub(super) fn mark_delivered(
    database: &mut Database,
    run: i64,
    newest_claim: i64,
) -> Result<(), LedgerError> {
    mark(database, run, newest_claim)
}

fn mark(database: &mut Database, run: i64, delivered: i64) -> Result<(), LedgerError> {
    with(database, |connection| {
        let sql = "UPDATE runs SET delivered = ?2 WHERE id = ?1";
        connection.execute(sql, params![run, delivered]).map(drop)
    })
}

/// Reads the runs, newest first.
pub(super) fn runs(database: &mut Database) -> Result<Vec<JournalRun>, LedgerError> {
    let mut found = with(database, |connection| {
        let mut statement = connection.prepare(RUNS)?;
        statement.query_map([], journal_run)?.collect::<Result<Vec<_>, _>>()
    })?;
    let Database { connection, liveness, .. } = database;
    if let Some(connection) = connection {
        for run in &mut found {
            run.is_alive = liveness.is_alive(connection, run.id);
        }
    }
    Ok(found)
}

fn journal_run(row: &Row<'_>) -> rusqlite::Result<JournalRun> {
    Ok(JournalRun {
        id: row.get(0)?,
        token: token(&row.get::<_, String>(1)?),
        is_alive: true,
        is_delivered: row.get(2)?,
        newest_claim: row.get(11)?,
        started: store::time(row.get(3)?),
        origin: RunOrigin {
            command: row.get(4)?,
            arguments: row.get(5)?,
            operator: row.get(6)?,
            host: row.get(7)?,
            version: row.get(8)?,
            reference: row.get(9)?,
            purpose: row.get(10)?,
        },
    })
}

/// The token of a run as bytes.
pub(super) fn token(digits: &str) -> [u8; 8] {
    u64::from_str_radix(digits, 16).unwrap_or_default().to_be_bytes()
}

const CALLS: &str = select_calls!(
    ", c.claim, c.person",
    "WHERE c.run = ?1 AND c.claim IS NOT NULL AND c.rest <> x'' AND c.id > ?2 ORDER BY c.id LIMIT ?3"
);

/// Reads the next calls of a run after one.
pub(super) fn calls(
    database: &mut Database,
    run: i64,
    after: i64,
    most: u32,
) -> Result<Vec<JournalCall>, LedgerError> {
    with(database, |connection| {
        let mut statement = connection.prepare_cached(CALLS)?;
        let rows = statement.query_map(params![run, after, most], journal_call)?;
        rows.collect::<Result<Vec<_>, _>>()
    })
}

fn journal_call(row: &Row<'_>) -> rusqlite::Result<JournalCall> {
    let past = past_call(row)?;
    let (slot, rest): (i64, Vec<u8>) = (row.get(3)?, row.get(4)?);
    let mut key = [0; 32];
    key[..8].copy_from_slice(&slot.to_be_bytes());
    if rest.len() == 24 {
        key[8..].copy_from_slice(&rest);
    }
    let end = past.ended.filter(|_| past.state != CallState::Open).map(|at| CallEnd {
        at,
        outcome: past.outcome,
        charged: past.charged,
        state: past.state,
        attempts: past.attempts,
    });
    Ok(JournalCall {
        call: past.call,
        claim: row.get(PAST_CALL_COLUMNS)?,
        key: RecordKey::from_bytes(key),
        person: row.get(PAST_CALL_COLUMNS + 1)?,
        started: past.started,
        end,
    })
}

/// The ends of a run's calls by their claims; `None` is an intent without an end.
pub(super) fn ends(
    database: &mut Database,
    run: i64,
) -> Result<HashMap<i64, Option<CallEnd>>, LedgerError> {
    let all = calls(database, run, 0, u32::MAX)?;
    Ok(all.into_iter().map(|call| (call.claim, call.end)).collect())
}

/// Takes over the secret and the kind of a team's ledger, while the journal is still empty; refuses a
/// journal of another one.
pub(super) fn adopt(database: &mut Database, secret: [u8; 32]) -> Result<(), LedgerError> {
    let path = database.path.clone();
    let adopted = with(database, |connection| {
        connection.execute(
            "UPDATE ledger SET secret = ?1 WHERE NOT EXISTS (SELECT 1 FROM calls)",
            [secret],
        )?;
        connection
            .query_row("SELECT secret = ?1 FROM ledger", [secret], |row| row.get::<_, bool>(0))
    })?;
    if adopted { Ok(()) } else { Err(LedgerError::NotALedger(path)) }
}

/// Follows what was purged and erased in the team's ledger since. A run of another process puts it off.
pub(super) fn follow(
    database: &mut Database,
    purged_before: Option<Timestamp>,
    erased: &[(String, i64)],
    newest: i64,
) -> Result<(), LedgerError> {
    if !erased.is_empty() {
        erasure::follow(database, erased, newest)?;
    }
    let Some(before) = purged_before else { return Ok(()) };
    let old = with(database, |connection| {
        let sql = "SELECT EXISTS (SELECT 1 FROM answers WHERE ended < ?1 AND charged <> 2)";
        connection.query_row(sql, [before.as_millisecond()], |row| row.get(0))
    })?;
    match if old { erasure::purge(database, before, PurgeScope::Settled).map(drop) } else { Ok(()) }
    {
        Err(LedgerError::LivingRun(_)) => Ok(()),
        done => done,
    }
}

/// The server on which the team's ledger was when it was last looked at.
pub(super) fn server(database: &mut Database) -> Result<Option<String>, LedgerError> {
    with(database, |connection| {
        connection.execute_batch(SERVER)?;
        connection.query_row("SELECT name FROM team_server", [], |row| row.get(0)).optional()
    })
}

/// Notes the server.
pub(super) fn note_server(database: &mut Database, name: &str) -> Result<(), LedgerError> {
    with(database, |connection| {
        let sql = "INSERT OR REPLACE INTO team_server (one, name) VALUES (1, ?1)";
        connection.execute(sql, [name]).map(drop)
    })
}

/// Only a journal has it.
const SERVER: &str = "CREATE TABLE IF NOT EXISTS team_server (
    one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL) STRICT";

/// The newest erasure that the journal has followed.
pub(super) fn newest_erasure(database: &mut Database) -> Result<i64, LedgerError> {
    with(database, |connection| {
        connection.query_row("SELECT erased FROM ledger", [], |row| row.get(0))
    })
}

fn with<T>(
    database: &mut Database,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, LedgerError> {
    let path = database.path.clone();
    work(database.connection()?).map_err(|error| LedgerError::of(&path, &error))
}
