//! Imports a machine's own ledger into a team's ledger without any call: its secret, so that its records
//! stay known, and its runs and calls under their numbers. All in one transaction.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, Row};
use serde_json::{Value, json};
use tokio_postgres::types::Type;

use crate::ledger::chain::hexadecimal;
use crate::ledger::error::LedgerError;
use crate::ledger::liveness::RunLiveness;
use crate::ledger::team::error::TeamError;
use crate::ledger::team::opened::TeamLedger;
use crate::ledger::team::session::{BEGIN, Session};
use crate::ledger::{maintenance, open};

/// Rows of one statement.
const CHUNK: u32 = 2000;

/// What was imported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Imported {
    /// Runs.
    pub runs: u64,
    /// Calls.
    pub calls: u64,
}

const BEGIN_IMPORT: &str =
    "LOCK TABLE idv.runs, idv.calls IN EXCLUSIVE MODE; SET LOCAL statement_timeout = 0";

const IS_FREE: &str = "SELECT NOT EXISTS (SELECT FROM idv.calls)
    AND NOT EXISTS (SELECT FROM idv.runs r WHERE idv.is_alive(r))";

/// A new identity goes with the new secret: a run that knows the old one is not registered any more.
const ADOPT: &str =
    "UPDATE idv.ledger SET secret = $1, id = substr(md5(random()::text || id), 1, 8)";

const ADD_RUNS: &str = "
    INSERT INTO idv.runs (id, token, command, pid, operator, host, version, reference, purpose, arguments,
                          started, heartbeat, claimed, ended, ending)
    SELECT id, decode(token, 'hex'), command, pid, operator, host, version, reference, purpose, arguments,
           to_timestamp(started), to_timestamp(started), 0, to_timestamp(coalesce(ended, started)),
           coalesce(ending, 'died')
    FROM json_to_recordset($1::text::json) AS x (id int8, token text, command text, pid int8, operator text,
        host text, version text, reference text, purpose text, arguments text, started float8, ended float8,
        ending text)";

const ADD_CALLS: &str = "
    INSERT INTO idv.calls (id, key, n, run, claim, person, started)
    SELECT id, decode(key, 'hex'), n, run, id, decode(person, 'hex'), to_timestamp(started)
    FROM json_to_recordset($1::text::json)
         AS x (id int8, key text, n int4, run int8, person text, started float8)";

const ADD_ANSWERS: &str = "
    INSERT INTO idv.answers
    SELECT call, to_timestamp(ended), outcome, charged, code, message, sequence_id, result, id_phone_match,
           id_name_match, reason, attempts
    FROM json_to_recordset($1::text::json) AS x (call int8, ended float8, outcome text, charged int2,
        code int8, message text, sequence_id text, result text, id_phone_match text, id_name_match text,
        reason text, attempts int8)";

const ADD_RESOLUTIONS: &str = "
    INSERT INTO idv.resolutions (call, at, charged)
    SELECT call, to_timestamp(at), charged
    FROM json_to_recordset($1::text::json) AS x (call int8, at float8, charged int2)";

const SET_NUMBERS: &str = "
    SELECT setval(pg_get_serial_sequence('idv.runs', 'id'), coalesce((SELECT max(id) FROM idv.runs), 0) + 1),
           setval(pg_get_serial_sequence('idv.calls', 'id'), coalesce((SELECT max(id) FROM idv.calls), 0) + 1)";

const FILE_RUNS: &str =
    "SELECT id, token, command, pid, started / 1000.0, ended / 1000.0, ending, operator,
    host, version, reference, purpose, arguments FROM runs WHERE id > ?1 ORDER BY id LIMIT ?2";

const FILE_CALLS: &str = "SELECT id, run, started / 1000.0, slot, rest, person FROM calls
    WHERE id > ?1 ORDER BY id LIMIT ?2";

const FILE_ANSWERS: &str = "SELECT call, ended / 1000.0, outcome, charged, code, message, sequence_id, result,
    id_phone_match, id_name_match, reason, attempts FROM answers WHERE call > ?1 ORDER BY call LIMIT ?2";

const FILE_RESOLUTIONS: &str =
    "SELECT id, call, at / 1000.0, charged FROM resolutions WHERE id > ?1 ORDER BY id LIMIT ?2";

/// Imports a file.
pub(super) fn import(team: &TeamLedger, file: &Path) -> Result<Imported, LedgerError> {
    let of = |error: rusqlite::Error| LedgerError::of(file, &error);
    let connection = open::for_reading(file)?;
    open::check_kind(file, &connection, team.kind())?;
    let secret = open::secret(file, &connection)?;
    let mut liveness = RunLiveness::new(file);
    let runs = maintenance::open_runs(&connection).map_err(of)?;
    if let Some((run, _)) = runs.iter().find(|(run, _)| liveness.is_alive(&connection, *run)) {
        return Err(LedgerError::LivingRun(*run));
    }
    let session = begin(team, secret)?;
    let import = Import { team, session, file, connection: &connection };
    let mut calls_of = HashMap::<Vec<u8>, i32>::new();
    let runs = import.table(FILE_RUNS, ADD_RUNS, run)?;
    let calls = import.table(FILE_CALLS, ADD_CALLS, |row| call(row, &mut calls_of))?;
    import.table(FILE_ANSWERS, ADD_ANSWERS, answer)?;
    import.table(FILE_RESOLUTIONS, ADD_RESOLUTIONS, resolution)?;
    let session = import.session;
    team.runtime.wait(async move {
        session.query(SET_NUMBERS, &[]).await?;
        Ok(session.commit().await?)
    })?;
    Ok(Imported { runs, calls })
}

fn begin(team: &TeamLedger, secret: [u8; 32]) -> Result<Arc<Session>, LedgerError> {
    let address = Arc::clone(&team.address);
    team.runtime.wait(async move {
        let session = Session::open(&address).await?;
        session.execute(&format!("{BEGIN}; {BEGIN_IMPORT}")).await?;
        let free = session.query(IS_FREE, &[]).await?;
        if !free.first().is_some_and(|row| row.get(0)) {
            return Err(LedgerError::Team(TeamError::Unsupported(
                "the team ledger has calls already, or a run goes on: only an empty one takes a file",
            )));
        }
        session.query(ADOPT, &[(&secret.as_slice() as _, Type::BYTEA)]).await?;
        Ok(Arc::new(session))
    })
}

struct Import<'a> {
    team: &'a TeamLedger,
    session: Arc<Session>,
    file: &'a Path,
    connection: &'a Connection,
}

impl Import<'_> {
    /// Copies a table, many rows at a time. The first column of a row is its number.
    fn table(
        &self,
        select: &str,
        add: &'static str,
        mut value: impl FnMut(&Row<'_>) -> rusqlite::Result<Value>,
    ) -> Result<u64, LedgerError> {
        let of = |error: rusqlite::Error| LedgerError::of(self.file, &error);
        let (mut after, mut copied) = (0_i64, 0);
        loop {
            let mut statement = self.connection.prepare_cached(select).map_err(of)?;
            let mut read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, value(row)?));
            let rows = statement.query_map((after, CHUNK), &mut read).map_err(of)?;
            let rows: Vec<_> = rows.collect::<Result<_, _>>().map_err(of)?;
            let Some((last, _)) = rows.last() else { return Ok(copied) };
            (after, copied) = (*last, copied + rows.len() as u64);
            let text = rows.into_iter().map(|(_, value)| value).collect::<Value>().to_string();
            let session = Arc::clone(&self.session);
            self.team.runtime.wait(async move {
                session.query(add, &[(&text as _, Type::TEXT)]).await?;
                Ok(())
            })?;
        }
    }
}

fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<String>> {
    row.get(at)
}

fn run(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "id": row.get::<_, i64>(0)?, "token": text(row, 1)?, "command": text(row, 2)?,
        "pid": row.get::<_, i64>(3)?, "started": row.get::<_, f64>(4)?,
        "ended": row.get::<_, Option<f64>>(5)?, "ending": text(row, 6)?, "operator": text(row, 7)?,
        "host": text(row, 8)?, "version": text(row, 9)?, "reference": text(row, 10)?,
        "purpose": text(row, 11)?, "arguments": text(row, 12)?,
    }))
}

fn call(row: &Row<'_>, calls_of: &mut HashMap<Vec<u8>, i32>) -> rusqlite::Result<Value> {
    let (slot, rest): (i64, Vec<u8>) = (row.get(3)?, row.get(4)?);
    let key = (!rest.is_empty()).then(|| [&slot.to_be_bytes()[..], &rest].concat());
    let n = key.as_ref().map_or(1, |key| {
        let n = calls_of.entry(key.clone()).or_default();
        *n += 1;
        *n
    });
    let person = row.get::<_, Option<Vec<u8>>>(5)?.map(|person| hexadecimal(&person));
    Ok(json!({
        "id": row.get::<_, i64>(0)?, "run": row.get::<_, i64>(1)?, "started": row.get::<_, f64>(2)?,
        "key": key.map(|key| hexadecimal(&key)), "n": n, "person": person,
    }))
}

fn answer(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "call": row.get::<_, i64>(0)?, "ended": row.get::<_, f64>(1)?, "outcome": text(row, 2)?,
        "charged": row.get::<_, i64>(3)?, "code": row.get::<_, Option<i64>>(4)?,
        "message": text(row, 5)?, "sequence_id": text(row, 6)?, "result": text(row, 7)?,
        "id_phone_match": text(row, 8)?, "id_name_match": text(row, 9)?, "reason": text(row, 10)?,
        "attempts": row.get::<_, i64>(11)?,
    }))
}

fn resolution(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "call": row.get::<_, i64>(1)?, "at": row.get::<_, f64>(2)?, "charged": row.get::<_, i64>(3)?,
    }))
}
