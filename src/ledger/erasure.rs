//! Erases calls for good: old ones, and those about one person. `secure_delete` overwrites the freed
//! bytes, and the write-ahead log is emptied.

use std::ops::Range;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::ledger::chain;
use crate::ledger::database::Database;
use crate::ledger::error::LedgerError;
use crate::ledger::liveness::RunLiveness;
use crate::ledger::maintenance::open_runs;
use crate::ledger::person::PersonQuery;
use crate::ledger::run_sums;

/// A purge erases so many calls in one transaction, so that its memory stays flat.
const CHUNK: i64 = 250_000;

/// Which old calls a purge erases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurgeScope {
    /// All but those in doubt, and the file gets as small as it can.
    Settled,
    /// Also those in doubt.
    All,
    /// After a run: all but those in doubt. Younger calls are not looked at, and the file is made
    /// smaller only if a quarter of it is free.
    Retention,
}

/// The result of a purge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PurgeResult {
    /// Calls erased.
    pub calls: usize,
    /// Calls as old that stay, because they are in doubt.
    pub kept_in_doubt: usize,
}

/// The result of erasing a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ForgetResult {
    /// Calls whose content was erased.
    pub calls: usize,
    /// Calls that stay, because they are in doubt.
    pub kept_in_doubt: usize,
}

const IN_DOUBT: &str = "coalesce((SELECT r.charged FROM resolutions r WHERE r.call = c.id
                                  ORDER BY r.id DESC LIMIT 1), a.charged, 2) = 2";

/// Erases the calls that ended before a moment.
pub(super) fn purge(
    database: &mut Database,
    before: Timestamp,
    scope: PurgeScope,
) -> Result<PurgeResult, LedgerError> {
    let path = database.path.clone();
    let fail = |error: rusqlite::Error| LedgerError::of(&path, &error);
    let until = match scope {
        PurgeScope::Settled | PurgeScope::All => i64::MAX,
        PurgeScope::Retention => last_old_call(database.connection()?, before).map_err(fail)?,
    };
    let mut purged = PurgeResult::default();
    if until == 0 {
        return Ok(purged);
    }
    begin(database)?;
    let mut after = 0;
    loop {
        let last = database.in_transaction(|transaction, liveness| {
            refuse_during_a_run(transaction, liveness)?;
            let calls = after..until;
            purge_chunk(transaction, before, calls, scope, &mut purged).map_err(fail)
        })?;
        if last.is_some() {
            empty_log(database)?;
        }
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    if purged.calls > 0 {
        database.in_transaction(|transaction, _| {
            run_sums::refresh_up_to(transaction, after).map_err(fail)
        })?;
        if scope != PurgeScope::Retention || is_quarter_free(database)? {
            shrink(database)?;
        }
    }
    end(database)?;
    Ok(purged)
}

/// Finds the last call of those that may be older than a moment: after it a whole chunk of calls was
/// started later.
fn last_old_call(connection: &Connection, before: Timestamp) -> rusqlite::Result<i64> {
    let sql = format!(
        "SELECT max(id), min(started) FROM
             (SELECT id, started FROM calls WHERE id > ?1 ORDER BY id LIMIT {CHUNK})"
    );
    let mut statement = connection.prepare(&sql)?;
    let mut last = 0;
    loop {
        let row = statement.query_row([last], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (Some(id), Some(started)): (Option<i64>, Option<i64>) = row else { return Ok(last) };
        if started >= before.as_millisecond() {
            return Ok(last);
        }
        last = id;
    }
}

/// Erases the next calls of a range of numbers. Returns the last call that it looked at.
fn purge_chunk(
    connection: &Connection,
    before: Timestamp,
    calls: Range<i64>,
    scope: PurgeScope,
    purged: &mut PurgeResult,
) -> rusqlite::Result<Option<i64>> {
    let select = format!(
        "INSERT INTO erased SELECT c.id, {IN_DOUBT}
         FROM calls c LEFT JOIN answers a ON a.call = c.id
         WHERE c.id > ?2 AND c.id <= ?3 AND coalesce(a.ended, c.started) < ?1
         ORDER BY c.id LIMIT {CHUNK}"
    );
    connection.execute("DELETE FROM erased", [])?;
    connection.execute(&select, [before.as_millisecond(), calls.start, calls.end])?;
    let last = connection.query_row("SELECT max(id) FROM erased", [], |row| row.get(0))?;
    if scope != PurgeScope::All {
        purged.kept_in_doubt += connection.execute("DELETE FROM erased WHERE in_doubt", [])?;
    }
    connection.execute_batch(
        "UPDATE ledger SET last_purged_call =
             max(last_purged_call, ifnull((SELECT max(id) FROM calls), 0));
         DELETE FROM answers WHERE call IN (SELECT id FROM erased);
         DELETE FROM resolutions WHERE call IN (SELECT id FROM erased);",
    )?;
    erase_from_index(connection)?;
    purged.calls +=
        connection.execute("DELETE FROM calls WHERE id IN (SELECT id FROM erased)", [])?;
    Ok(last)
}

/// Erases outcome, answer, keys and sequence id of the calls about one person. Time, code and charge
/// stay for the bill.
pub(super) fn forget(
    database: &mut Database,
    person: &PersonQuery,
) -> Result<ForgetResult, LedgerError> {
    let path = database.path.clone();
    begin(database)?;
    let forgotten = database.in_transaction(|transaction, _| {
        forget_person(transaction, person).map_err(|error| LedgerError::of(&path, &error))
    })?;
    end(database)?;
    Ok(forgotten)
}

/// Follows the erasures of a team's ledger: the calls of these runs and claims, up to this erasure.
pub(super) fn follow(
    database: &mut Database,
    erased: &[(String, i64)],
    newest: i64,
) -> Result<(), LedgerError> {
    let path = database.path.clone();
    let fail = |error: rusqlite::Error| LedgerError::of(&path, &error);
    begin(database)?;
    database.in_transaction(|transaction, _| {
        let select =
            "INSERT OR IGNORE INTO erased SELECT c.id, 0 FROM calls c JOIN runs u ON u.id = c.run
                      WHERE u.token = ?1 AND c.claim = ?2";
        for (token, claim) in erased {
            transaction.execute(select, params![token, claim]).map_err(fail)?;
        }
        forget_selected(transaction).map_err(fail)?;
        let sql = "UPDATE ledger SET erased = ?1";
        transaction.execute(sql, [newest]).map(drop).map_err(fail)
    })?;
    end(database)
}

fn forget_person(connection: &Connection, person: &PersonQuery) -> rusqlite::Result<ForgetResult> {
    let select = format!(
        "INSERT INTO erased SELECT c.id, {IN_DOUBT}
         FROM calls c LEFT JOIN answers a ON a.call = c.id WHERE {}",
        PersonQuery::CONDITION
    );
    let (id_number, phone_number, slot, rest) = person.values();
    connection.execute(&select, params![id_number, phone_number, slot, rest])?;
    let kept_in_doubt = connection.execute("DELETE FROM erased WHERE in_doubt", [])?;
    let calls = forget_selected(connection)?;
    Ok(ForgetResult { calls, kept_in_doubt })
}

/// Erases the calls whose numbers are in the table `erased`.
fn forget_selected(connection: &Connection) -> rusqlite::Result<usize> {
    connection.execute_batch(
        "UPDATE answers SET outcome = 'erased', message = NULL, sequence_id = NULL, result = NULL,
             id_phone_match = NULL, id_name_match = NULL, reason = NULL, attempts = 0
         WHERE call IN (SELECT id FROM erased);",
    )?;
    erase_from_index(connection)?;
    let sql = "UPDATE calls SET slot = 0, rest = x'', person = NULL
               WHERE id IN (SELECT id FROM erased)";
    connection.execute(sql, [])
}

/// Erases the keys of these calls from the table of slots, and their links from the chain.
fn erase_from_index(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "DELETE FROM slots WHERE (slot, call) IN
             (SELECT slot, id FROM calls WHERE id IN (SELECT id FROM erased));",
    )?;
    chain::erase(connection)
}

/// Makes the table for the numbers of the calls to be erased, in memory.
fn begin(database: &mut Database) -> Result<(), LedgerError> {
    batch(
        database,
        "PRAGMA temp_store = MEMORY;
         CREATE TEMP TABLE IF NOT EXISTS erased (id INTEGER PRIMARY KEY, in_doubt INTEGER NOT NULL);
         DELETE FROM erased;",
    )
}

/// Drops that table and empties the log. The index in memory is not true any more.
fn end(database: &mut Database) -> Result<(), LedgerError> {
    batch(database, "DROP TABLE IF EXISTS temp.erased; PRAGMA temp_store = DEFAULT;")?;
    database.index.reset();
    empty_log(database)
}

/// Whether a quarter of the file is free.
fn is_quarter_free(database: &mut Database) -> Result<bool, LedgerError> {
    let path = database.path.clone();
    let connection = database.connection()?;
    let pages = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get(0));
    let count = || Ok((pages("freelist_count")?, pages("page_count")?));
    let (free, all): (i64, i64) =
        count().map_err(|error: rusqlite::Error| LedgerError::of(&path, &error))?;
    Ok(free * 4 >= all)
}

/// Gives the freed pages back to the disk.
fn shrink(database: &mut Database) -> Result<(), LedgerError> {
    batch(database, "DROP TABLE IF EXISTS temp.erased; PRAGMA temp_store = DEFAULT; VACUUM;")
}

fn batch(database: &mut Database, sql: &str) -> Result<(), LedgerError> {
    let path = database.path.clone();
    let done = database.connection()?.execute_batch(sql);
    done.map_err(|error| LedgerError::of(&path, &error))
}

fn empty_log(database: &mut Database) -> Result<(), LedgerError> {
    let path = database.path.clone();
    let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
    match database.connection()?.query_row(sql, [], |row| row.get(0)) {
        Ok(0_i64) => Ok(()),
        Ok(_) => Err(LedgerError::Busy(path)),
        Err(error) => Err(LedgerError::of(&path, &error)),
    }
}

fn refuse_during_a_run(
    connection: &Connection,
    liveness: &mut RunLiveness,
) -> Result<(), LedgerError> {
    let runs = open_runs(connection);
    let runs = runs.map_err(|error| LedgerError::of(liveness.ledger(), &error))?;
    match runs.into_iter().find(|(run, _)| liveness.is_alive(connection, *run)) {
        Some((run, _)) => Err(LedgerError::LivingRun(run)),
        None => Ok(()),
    }
}
