//! Opens the database: schema, versions, the stamp of its kind.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior, params};

use crate::ledger::error::LedgerError;
use crate::ledger::file;
use crate::ledger::kind::Kind;

/// The mark of our files in the database's header: "idvl".
const APPLICATION: i64 = 0x6964_766C;

/// The newest schema known here; `schema.sql` is version 1, each later one is a step in `migrate`.
const SCHEMA: i64 = 5;

/// How long another process may hold the database.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens the ledger for writing; makes its folders and its file where they are missing.
pub(super) fn for_writing(path: &Path) -> Result<Connection, LedgerError> {
    file::prepare(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = connect(path, flags)?;
    if version(path, &connection)? < SCHEMA {
        migrate(&mut connection).map_err(|error| LedgerError::of(path, &error))?;
    }
    Ok(connection)
}

/// Opens the ledger for queries; makes nothing.
pub(super) fn for_reading(path: &Path) -> Result<Connection, LedgerError> {
    if !path.exists() {
        return Err(LedgerError::Missing(path.to_owned()));
    }
    // A connection that may write cleans up after a run that was killed; one that may not suffices.
    let writing = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reading = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = match connect(path, writing) {
        Err(LedgerError::Forbidden { .. }) => connect(path, reading)?,
        other => other?,
    };
    match version(path, &connection)? {
        0 => return Err(LedgerError::Missing(path.to_owned())),
        SCHEMA => {}
        _ => migrate(&mut connection).map_err(|error| LedgerError::of(path, &error))?,
    }
    connection
        .pragma_update(None, "query_only", true)
        .map_err(|error| LedgerError::of(path, &error))?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, LedgerError> {
    // SQLite takes `:memory:` and `file:...` for something else than the name of a file.
    let file = if path.is_relative() { Path::new(".").join(path) } else { path.to_owned() };
    let set_up = || {
        let connection = Connection::open_with_flags(&file, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(32);
        // Without it SQLite plans a statement anew each time its values change: 5 times slower.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.execute_batch(
            "PRAGMA synchronous = FULL;
             PRAGMA fullfsync = ON; -- macOS: through the disk's own cache
             PRAGMA checkpoint_fullfsync = ON;
             PRAGMA foreign_keys = OFF;
             PRAGMA trusted_schema = OFF;
             PRAGMA secure_delete = ON;
             PRAGMA cache_size = -8192;
             PRAGMA wal_autocheckpoint = 0;",
        )?;
        Ok(connection)
    };
    set_up().map_err(|error: rusqlite::Error| LedgerError::of(path, &error))
}

/// The version of the file's schema: 0 is an empty file.
fn version(path: &Path, connection: &Connection) -> Result<i64, LedgerError> {
    let number = |pragma| {
        connection
            .pragma_query_value(None, pragma, |row| row.get::<_, i64>(0))
            .map_err(|error| LedgerError::of(path, &error))
    };
    let (found, tables) = (number("user_version")?, number("schema_version")?);
    match number("application_id")? {
        APPLICATION if found > SCHEMA => {
            Err(LedgerError::Newer { path: path.to_owned(), found, known: SCHEMA })
        }
        APPLICATION => Ok(found),
        0 if found == 0 && tables == 0 => Ok(0),
        _ => Err(LedgerError::NotALedger(path.to_owned())),
    }
}

/// Brings a file to the newest schema, in one transaction.
fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    keep_a_log(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == 0 {
        transaction.execute_batch(include_str!("schema.sql"))?;
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        transaction.execute(
            "INSERT INTO ledger (one, secret, created) VALUES (1, ?1, ?2)",
            params![secret, Timestamp::now().as_millisecond()],
        )?;
    }
    if found < 2 {
        transaction.execute_batch(include_str!("schema-2.sql"))?;
    }
    if found < 3 {
        transaction.execute_batch(include_str!("schema-3.sql"))?;
    }
    if found < 4 {
        transaction.execute_batch(include_str!("schema-4.sql"))?;
    }
    if found < 5 {
        transaction.execute_batch(include_str!("schema-5.sql"))?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", SCHEMA)?;
    transaction.commit()
}

/// Several runs may make one file at the same time. For this change `SQLite` waits for none of the
/// others, however patient the connection is, so it is asked again.
fn keep_a_log(connection: &Connection) -> rusqlite::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < end =>
            {
                thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

/// The secret under which this ledger names records.
pub(super) fn secret(path: &Path, connection: &Connection) -> Result<[u8; 32], LedgerError> {
    let found = connection
        .query_row("SELECT secret FROM ledger", [], |row| row.get(0))
        .optional()
        .map_err(|error| LedgerError::of(path, &error))?;
    found.ok_or_else(|| LedgerError::Corrupt(path.to_owned()))
}

/// The kind that the first run stamped; none before it.
pub(super) fn kind(path: &Path, connection: &Connection) -> Result<Option<Kind>, LedgerError> {
    let word = stamp(path, connection)?;
    Ok(word.map(|word| if word == Kind::Live.word() { Kind::Live } else { Kind::Sandbox }))
}

fn stamp(path: &Path, connection: &Connection) -> Result<Option<String>, LedgerError> {
    connection
        .query_row("SELECT kind FROM ledger", [], |row| row.get(0))
        .map_err(|error| LedgerError::of(path, &error))
}

/// Refuses a ledger that another kind of run has stamped; says whether it is stamped at all.
pub(super) fn check_kind(
    path: &Path,
    connection: &Connection,
    kind: Kind,
) -> Result<bool, LedgerError> {
    match stamp(path, connection)? {
        Some(stamped) if stamped != kind.word() => {
            Err(LedgerError::OtherKind { path: path.to_owned(), stamped, asked: kind.word() })
        }
        stamped => Ok(stamped.is_some()),
    }
}

/// Reads the whole file over; for use after trouble with the disk.
pub(super) fn check_whole(path: &Path, connection: &Connection) -> Result<(), LedgerError> {
    let word: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| LedgerError::of(path, &error))?;
    if word == "ok" { Ok(()) } else { Err(LedgerError::Corrupt(path.to_owned())) }
}
