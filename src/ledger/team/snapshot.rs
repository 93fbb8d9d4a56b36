//! A copy of a team's ledger in a file of this machine, for the commands that read its history: so one
//! code reads both. It is of one moment, private, and gone with its reader.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, params};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::ledger::error::LedgerError;
use crate::ledger::index::split;
use crate::ledger::open;
use crate::ledger::team::error::TeamError;
use crate::ledger::team::reader::TeamReader;
use crate::ledger::team::session::Session;

/// Rows of one statement.
const CHUNK: i64 = 10_000;

const RUNS: &str = "
    SELECT id, command, pid, (extract(epoch FROM started) * 1000)::int8,
           CASE WHEN idv.is_alive(r) THEN NULL
                ELSE (extract(epoch FROM coalesce(ended, died, fenced, heartbeat)) * 1000)::int8 END,
           CASE WHEN idv.is_alive(r) THEN NULL ELSE coalesce(ending, 'died') END,
           operator, host, version, reference, purpose, arguments
    FROM idv.runs r WHERE id > $1 ORDER BY id LIMIT $2";

const CALLS: &str = "
    SELECT c.id, c.run, (extract(epoch FROM c.started) * 1000)::int8, c.key, c.person,
           (extract(epoch FROM a.ended) * 1000)::int8, a.outcome, a.charged::int8, a.code, a.message,
           a.sequence_id, a.result, a.id_phone_match, a.id_name_match, a.reason, a.attempts
    FROM idv.calls c LEFT JOIN idv.answers a ON a.call = c.id WHERE c.id > $1 ORDER BY c.id LIMIT $2";

/// An answer that came late goes before what a person resolved.
const RESOLUTIONS: &str = "
    SELECT s.id, s.call, (extract(epoch FROM s.at) * 1000)::int8, s.charged::int8
    FROM idv.resolutions s LEFT JOIN idv.answers a ON a.call = s.call
    WHERE s.id > $1 AND coalesce(a.charged, 2) = 2 ORDER BY s.id LIMIT $2";

/// A copy of a team's ledger.
pub(crate) struct Snapshot {
    /// Takes the file away when it is dropped.
    pub(crate) folder: tempfile::TempDir,
    /// The open file.
    pub(crate) connection: Connection,
    /// The runs that were alive.
    pub(crate) alive: HashSet<i64>,
}

impl TeamReader {
    /// Copies the ledger.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, LedgerError> {
        let failed = |error: std::io::Error| TeamError::Failed(error.to_string());
        let folder = tempfile::tempdir().map_err(failed)?;
        let path = folder.path().join("copy.db");
        let connection = open::for_writing(&path)?;
        let alive = self.fill(&path, &connection)?;
        Ok(Snapshot { folder, connection, alive })
    }

    /// Fills the copy, as of one moment. Returns the runs that are alive.
    fn fill(&self, path: &Path, connection: &Connection) -> Result<HashSet<i64>, LedgerError> {
        let of = |error: rusqlite::Error| LedgerError::of(path, &error);
        let address = Arc::clone(&self.ledger.address);
        let session = self.ledger.runtime.wait(async move {
            let session = Session::open(&address).await?;
            session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
            Ok(Arc::new(session))
        })?;
        connection.execute_batch("PRAGMA synchronous = OFF; BEGIN").map_err(of)?;
        let sql = "UPDATE ledger SET secret = ?1, kind = ?2";
        connection.execute(sql, params![self.secret(), self.kind().word()]).map_err(of)?;
        let mut alive = HashSet::new();
        self.copy(&session, RUNS, |row| {
            if row.get::<_, Option<i64>>(4).is_none() {
                alive.insert(row.get(0));
            }
            add_run(connection, row).map_err(of)
        })?;
        self.copy(&session, CALLS, |row| add_call(connection, row).map_err(of))?;
        self.copy(&session, RESOLUTIONS, |row| add_resolution(connection, row).map_err(of))?;
        connection.execute_batch("COMMIT").map_err(of)?;
        Ok(alive)
    }

    fn copy(
        &self,
        session: &Arc<Session>,
        sql: &'static str,
        mut add: impl FnMut(&Row) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let mut after = 0_i64;
        loop {
            let session = Arc::clone(session);
            let rows = self.ledger.runtime.wait(async move {
                let parameters = [(&after as _, Type::INT8), (&CHUNK as _, Type::INT8)];
                Ok(session.query(sql, &parameters).await?)
            })?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.get(0);
            rows.iter().try_for_each(&mut add)?;
        }
    }
}

fn add_run(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
    let text = |at: usize| row.get::<_, Option<String>>(at);
    let number = |at: usize| row.get::<_, Option<i64>>(at);
    connection
        .prepare_cached(
            "INSERT INTO runs (id, token, command, pid, started, ended, ending, operator, host, version,
                               reference, purpose, arguments)
             VALUES (?1, '', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            number(0),
            text(1),
            number(2),
            number(3),
            number(4),
            text(5),
            text(6),
            text(7),
            text(8),
            text(9),
            text(10),
            text(11)
        ])
        .map(drop)
}

fn add_call(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
    let text = |at: usize| row.get::<_, Option<&str>>(at);
    let number = |at: usize| row.get::<_, Option<i64>>(at);
    let key = row.get::<_, Option<&[u8]>>(3);
    let (slot, rest) = key.map_or((0, &[] as &[u8]), split);
    let person = row.get::<_, Option<&[u8]>>(4);
    let sql =
        "INSERT INTO calls (id, run, started, slot, rest, person) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = params![number(0), number(1), number(2), slot, rest, person];
    connection.prepare_cached(sql)?.execute(values)?;
    if number(5).is_none() {
        return Ok(());
    }
    let sql = "INSERT INTO answers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let values = params![
        number(0),
        number(5),
        text(6),
        number(7),
        number(8),
        text(9),
        text(10),
        text(11),
        text(12),
        text(13),
        text(14),
        number(15)
    ];
    connection.prepare_cached(sql)?.execute(values).map(drop)
}

fn add_resolution(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
    let number = |at: usize| row.get::<_, i64>(at);
    let sql = "INSERT INTO resolutions (id, call, at, charged) VALUES (?1, ?2, ?3, ?4)";
    let values = params![number(0), number(1), number(2), number(3)];
    connection.prepare_cached(sql)?.execute(values).map(drop)
}
