//! Rare jobs of the writer thread, one transaction each: the start and end of a run, and the
//! resolution of a call in doubt.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::ledger::chain;
use crate::ledger::database::Database;
use crate::ledger::error::LedgerError;
use crate::ledger::index;
use crate::ledger::kind::Kind;
use crate::ledger::liveness::RunLiveness;
use crate::ledger::lock::{self, RunLock};
use crate::ledger::origin::RunOrigin;
use crate::ledger::run_sums;
use crate::ledger::send_decision::CallState;
use crate::ledger::store::{self, charge_number};
use crate::ledger::{file, open};
use crate::model::code::Charge;

/// A run that was started.
pub(super) struct StartedRun {
    pub(super) id: i64,
    pub(super) last_call: i64,
    pub(super) started: Timestamp,
    pub(super) lock: RunLock,
}

/// Starts a run: takes its lock first, then writes its row. The first run of a file stamps its kind.
pub(super) fn start_run(
    database: &mut Database,
    kind: Kind,
    origin: &RunOrigin,
) -> Result<StartedRun, LedgerError> {
    if let Some(error) = &database.stopped {
        return Err(error.clone());
    }
    let path = database.path.clone();
    file::create_reserve(&path)?;
    let lock = RunLock::take(&path).map_err(|error| LedgerError::of_io(&path, &error))?;
    // To the millisecond, as all times are kept: an answer that another run gets in this very one is
    // not from before this run, and `--fresh` must not pay for it again.
    let started = store::time(Timestamp::now().as_millisecond());
    // The first claim's sync takes this to the disk too, and without a claim it is not needed there.
    set_sync(database, Sync::Later)?;
    let begun = database.in_transaction(|transaction, liveness| {
        if !open::check_kind(&path, transaction, kind)? {
            let stamp = "UPDATE ledger SET kind = ?1";
            transaction.execute(stamp, [kind.word()]).map_err(|e| LedgerError::of(&path, &e))?;
        }
        let mut begin = || {
            mark_dead_runs(transaction, liveness)?;
            add_run(transaction, lock.token(), origin, started)?;
            Ok((transaction.last_insert_rowid(), store::last_call(transaction)?))
        };
        begin().map_err(|error: rusqlite::Error| LedgerError::of(&path, &error))
    });
    set_sync(database, Sync::Now)?;
    let (id, last_call) = begun?;
    database.read_index()?;
    database.runs.insert(id, last_call);
    Ok(StartedRun { id, last_call, started, lock })
}

fn add_run(
    connection: &Connection,
    token: &str,
    origin: &RunOrigin,
    started: Timestamp,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO runs (token, command, pid, started, operator, host, version, reference,
                                 purpose, arguments, first_call)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
                       ifnull((SELECT max(id) FROM calls), 0) + 1)";
    let row = params![
        token,
        origin.command,
        std::process::id(),
        started.as_millisecond(),
        origin.operator,
        origin.host,
        origin.version,
        origin.reference,
        origin.purpose,
        origin.arguments,
    ];
    connection.execute(sql, row).map(drop)
}

/// Whether a commit waits for the disk.
#[derive(Clone, Copy)]
enum Sync {
    /// It does. All claims and answers are written so.
    Now,
    /// It does not: the next commit that waits also writes this one.
    Later,
}

fn set_sync(database: &mut Database, sync: Sync) -> Result<(), LedgerError> {
    let path = database.path.clone();
    let word = match sync {
        Sync::Now => "FULL",
        Sync::Later => "NORMAL",
    };
    let set = database.connection()?.pragma_update(None, "synchronous", word);
    set.map_err(|error| LedgerError::of(&path, &error))
}

/// Notes the runs that died. Their open calls are in doubt whether or not this is noted.
fn mark_dead_runs(connection: &Connection, liveness: &mut RunLiveness) -> rusqlite::Result<()> {
    for (run, token) in open_runs(connection)? {
        if !liveness.is_alive(connection, run) {
            end_row(connection, run, "died")?;
            lock::clear(liveness.ledger(), &token);
        }
    }
    Ok(())
}

pub(super) fn open_runs(connection: &Connection) -> rusqlite::Result<Vec<(i64, String)>> {
    let mut statement = connection.prepare("SELECT id, token FROM runs WHERE ended IS NULL")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn end_row(connection: &Connection, run: i64, word: &str) -> rusqlite::Result<()> {
    let now = Timestamp::now().as_millisecond();
    let sql = "UPDATE runs SET ended = ?2, ending = ?3 WHERE id = ?1 AND ended IS NULL";
    match connection.execute(sql, params![run, now, word])? {
        0 => Ok(()),
        _ => run_sums::close(connection, run),
    }
}

/// Notes how a run ended, then frees its lock. The free lock already says that the run ended, so the
/// note need not be on disk.
pub(super) fn end_run(
    database: &mut Database,
    run: i64,
    word: &str,
    lock: Option<RunLock>,
) -> Result<(), LedgerError> {
    let path = database.path.clone();
    database.write_index(index::MAX_AT_RUN_END);
    set_sync(database, Sync::Later)?;
    let noted = end_row(database.connection()?, run, word);
    set_sync(database, Sync::Now)?;
    if let Some(lock) = lock {
        lock.remove();
    }
    noted.map_err(|error| LedgerError::of(&path, &error))
}

/// The charge that a person found on the invoice for a call in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It is on the invoice.
    Charged,
    /// It is not.
    NotCharged,
}

/// Settles a call in doubt. The last resolution of a call counts.
pub(super) fn resolve(
    database: &mut Database,
    number: i64,
    found: Resolution,
) -> Result<(), LedgerError> {
    let path = database.path.clone();
    let fail = |error: rusqlite::Error| LedgerError::of(&path, &error);
    database.in_transaction(|transaction, liveness| {
        let call = store::call(transaction, number).map_err(fail)?;
        let call = call.ok_or(LedgerError::NoSuchCall(number))?;
        if call.charged != Charge::Unknown {
            return Err(LedgerError::NotInDoubt(number));
        }
        if call.state == CallState::Open && liveness.is_alive(transaction, call.run) {
            return Err(LedgerError::LivingRun(call.run));
        }
        let charged = match found {
            Resolution::Charged => Charge::Yes,
            Resolution::NotCharged => Charge::No,
        };
        let row = params![number, Timestamp::now().as_millisecond(), charge_number(charged)];
        let sql = "INSERT INTO resolutions (call, at, charged) VALUES (?1, ?2, ?3)";
        transaction.execute(sql, row).map_err(fail)?;
        let resolution = transaction.last_insert_rowid();
        chain::append_resolution(transaction, number, resolution).map_err(fail)?;
        run_sums::refresh(transaction, call.run).map_err(fail)
    })
}
