//! The statements of a call's life: what is known of a record, the intent, the end.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::ledger::call::{CallState, LookUpResult, PastCall, RunRules};
use crate::ledger::index::{Index, split};
use crate::ledger::lock;
use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::outcome::Outcome;
use crate::model::record::RecordKey;

/// How a call ended, for those who waited.
#[derive(Debug, Clone)]
pub(super) struct ClosedCall {
    pub(super) call: i64,
    pub(super) run: i64,
    pub(super) ending: CallEnd,
}

/// The end of a call, ready to be written: masked, without `extra`.
#[derive(Debug, Clone)]
pub(super) struct CallEnd {
    pub(super) at: Timestamp,
    pub(super) outcome: Outcome,
    pub(super) charged: Charge,
    pub(super) end: CallState,
    pub(super) attempts: u32,
}

macro_rules! calls {
    ($which:literal) => {
        concat!(
            "SELECT c.id, c.run, c.started, c.rest, a.ended, a.outcome, a.charged, a.code,
                    a.message, a.sequence_id, a.result, a.id_phone_match, a.id_name_match,
                    a.reason, a.attempts, (SELECT r.charged FROM resolutions r
                                           WHERE r.call = c.id ORDER BY r.id DESC LIMIT 1)
             FROM calls c LEFT JOIN answers a ON a.call = c.id ",
            $which
        )
    };
}

const ADD_CALL: &str =
    "INSERT INTO calls (id, run, started, slot, rest) VALUES (?1, ?2, ?3, ?4, ?5)";

/// What is written twice is the same: a retry after trouble with the disk may find it there.
const ADD_ANSWER: &str = "
    INSERT INTO answers (call, ended, outcome, charged, code, message, sequence_id, result,
                         id_phone_match, id_name_match, reason, attempts)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (call) DO NOTHING";

/// The calls of a record, newest first.
fn history(
    connection: &Connection,
    index: &Index,
    key: &RecordKey,
) -> rusqlite::Result<Vec<PastCall>> {
    let (slot, rest) = split(key.as_bytes());
    let mut calls = Vec::new();
    for number in index.calls(connection, slot)? {
        let mut statement = connection.prepare_cached(calls!("WHERE c.id = ?1 AND c.slot = ?2"))?;
        let mut rows = statement.query([number, slot])?;
        if let Some(row) = rows.next()?
            && row.get_ref(3)?.as_blob()? == rest
        {
            calls.push(past(row)?);
        }
    }
    Ok(calls)
}

/// One call.
pub(super) fn call(connection: &Connection, call: i64) -> rusqlite::Result<Option<PastCall>> {
    let mut statement = connection.prepare_cached(calls!("WHERE c.id = ?1"))?;
    statement.query_row([call], past).optional()
}

/// What is known of a record, on the terms of who asks.
pub(super) fn look_up(
    connection: &Connection,
    index: &Index,
    liveness: &mut RunLiveness,
    key: &RecordKey,
    rules: &RunRules,
) -> rusqlite::Result<LookUpResult> {
    let calls = history(connection, index, key)?;
    Ok(rules.decide(calls, |run| liveness.is_alive(connection, run)))
}

/// Writes down that a record is about to be sent.
pub(super) fn add_call(
    connection: &Connection,
    call: i64,
    run: i64,
    key: &RecordKey,
) -> rusqlite::Result<()> {
    let (slot, rest) = split(key.as_bytes());
    let now = Timestamp::now().as_millisecond();
    connection.prepare_cached(ADD_CALL)?.execute(params![call, run, now, slot, rest])?;
    Ok(())
}

/// Writes down how a call ended.
pub(super) fn add_answer(
    connection: &Connection,
    call: i64,
    ending: &CallEnd,
) -> rusqlite::Result<()> {
    let none = Answer::default();
    let (code, message, answer) = match &ending.end {
        CallState::Answered(answer) => (Some(answer.code), &answer.message, answer),
        CallState::Without(words) => (None, words, &none),
        CallState::Open => (None, &None, &none),
    };
    connection.prepare_cached(ADD_ANSWER)?.execute(params![
        call,
        ending.at.as_millisecond(),
        ending.outcome.word(),
        charge_number(ending.charged),
        code,
        message,
        answer.sequence_id,
        answer.result,
        answer.id_phone_match,
        answer.id_name_match,
        answer.reason,
        ending.attempts,
    ])?;
    Ok(())
}

/// How a call ended; `None` while it goes on.
pub(super) fn closed(
    connection: &Connection,
    liveness: &mut RunLiveness,
    number: i64,
) -> rusqlite::Result<Option<ClosedCall>> {
    let Some(past) = call(connection, number)? else { return Ok(None) };
    if past.end == CallState::Open && liveness.is_alive(connection, past.run) {
        return Ok(None);
    }
    let PastCall { call, run, ended, started, outcome, charged, end, attempts, .. } = past;
    let at = ended.unwrap_or(started);
    Ok(Some(ClosedCall { call, run, ending: CallEnd { at, outcome, charged, end, attempts } }))
}

/// The calls of a run that have no end, in the order of their numbers.
pub(super) fn open_calls(
    connection: &Connection,
    run: i64,
    after: i64,
) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT c.id FROM calls c LEFT JOIN answers a ON a.call = c.id
               WHERE c.run = ?1 AND c.id > ?2 AND a.call IS NULL ORDER BY c.id";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map([run, after], |row| row.get(0))?.collect()
}

/// The highest number a call ever had: numbers of purged calls are not used again.
pub(super) fn last_call(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT max(last_purged_call, ifnull((SELECT max(id) FROM calls), 0)) FROM ledger";
    connection.prepare_cached(sql)?.query_row([], |row| row.get(0))
}

/// Which runs live, asked from their locks; a dead one stays dead.
#[derive(Debug)]
pub(super) struct RunLiveness {
    ledger: PathBuf,
    tokens: HashMap<i64, Option<String>>,
}

impl RunLiveness {
    pub(super) fn new(ledger: &Path) -> Self {
        Self { ledger: ledger.to_owned(), tokens: HashMap::new() }
    }

    /// The ledger's file.
    pub(super) fn ledger(&self) -> &Path {
        &self.ledger
    }

    /// Whether the run goes on. When that can't be found out, yes: then nothing is sent.
    pub(super) fn is_alive(&mut self, connection: &Connection, run: i64) -> bool {
        match self.tokens.get(&run) {
            Some(None) => false,
            Some(Some(token)) if lock::is_held(&self.ledger, token) => true,
            Some(Some(_)) => self.mark_dead(run),
            None => self.read_token(connection, run),
        }
    }

    fn read_token(&mut self, connection: &Connection, run: i64) -> bool {
        let sql = "SELECT token FROM runs WHERE id = ?1 AND ended IS NULL";
        let found = connection.prepare_cached(sql).and_then(|mut statement| {
            statement.query_row([run], |row| row.get::<_, String>(0)).optional()
        });
        match found {
            Err(_) => true,
            Ok(Some(token)) if lock::is_held(&self.ledger, &token) => {
                self.tokens.insert(run, Some(token));
                true
            }
            Ok(_) => self.mark_dead(run),
        }
    }

    fn mark_dead(&mut self, run: i64) -> bool {
        self.tokens.insert(run, None);
        false
    }
}

fn past(row: &Row<'_>) -> rusqlite::Result<PastCall> {
    let end = end(row)?;
    let outcome =
        row.get_ref(5)?.as_str_or_null()?.and_then(outcome_of).unwrap_or(Outcome::Unknown);
    Ok(PastCall {
        call: row.get(0)?,
        run: row.get(1)?,
        started: time(row.get(2)?),
        ended: row.get::<_, Option<i64>>(4)?.map(time),
        end,
        outcome,
        charged: charge_of(row.get(6)?),
        attempts: row.get::<_, Option<u32>>(14)?.unwrap_or_default(),
        resolved: row.get::<_, Option<i64>>(15)?.map(|number| charge_of(Some(number))),
    })
}

fn end(row: &Row<'_>) -> rusqlite::Result<CallState> {
    let ended: Option<i64> = row.get(4)?;
    let code: Option<i64> = row.get(7)?;
    Ok(match (ended, code) {
        (None, _) => CallState::Open,
        (Some(_), None) => CallState::Without(row.get(8)?),
        (Some(_), Some(code)) => CallState::Answered(Answer {
            code,
            message: row.get(8)?,
            sequence_id: row.get(9)?,
            result: row.get(10)?,
            id_phone_match: row.get(11)?,
            id_name_match: row.get(12)?,
            reason: row.get(13)?,
            ..Answer::default()
        }),
    })
}

/// A time as it stands in the tables.
pub(super) fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The outcome that a word in the tables means.
pub(super) fn outcome_of(word: &str) -> Option<Outcome> {
    Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)
}

/// A charge as it stands in the tables.
pub(super) const fn charge_number(charge: Charge) -> i64 {
    match charge {
        Charge::No => 0,
        Charge::Yes => 1,
        Charge::Unknown => 2,
    }
}

/// The charge that a number in the tables means; none is an open call's.
pub(super) const fn charge_of(number: Option<i64>) -> Charge {
    match number {
        Some(0) => Charge::No,
        Some(1) => Charge::Yes,
        Some(_) | None => Charge::Unknown,
    }
}
