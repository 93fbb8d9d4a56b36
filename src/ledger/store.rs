//! The SQL statements of a call: its intent, its end, and the calls of a record.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use crate::ledger::chain::{ChainEnd, hexadecimal};
use crate::ledger::index::{Index, split};
use crate::ledger::liveness::RunLiveness;
use crate::ledger::person::PersonHash;
use crate::ledger::send_decision::{CallState, LookUpResult, PastCall, RunRules};
use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::outcome::Outcome;
use crate::model::record::RecordKey;

/// The end of a call, for those who wait for it.
#[derive(Debug, Clone)]
pub(super) struct ClosedCall {
    pub(super) call: i64,
    pub(super) run: i64,
    pub(super) end: CallEnd,
}

/// The end of a call, ready to be written: masked, without `extra`.
#[derive(Debug, Clone)]
pub(super) struct CallEnd {
    pub(super) at: Timestamp,
    pub(super) outcome: Outcome,
    pub(super) charged: Charge,
    pub(super) state: CallState,
    pub(super) attempts: u32,
}

/// The columns of a call, in the order in which [`past_call`] and [`record_key`] read them.
macro_rules! select_calls {
    ($which:literal) => {
        select_calls!("", $which)
    };
    ($more:literal, $which:literal) => {
        concat!(
            "SELECT c.id, c.run, c.started, c.slot, c.rest, a.ended, a.outcome, a.charged, a.code,
                    a.message, a.sequence_id, a.result, a.id_phone_match, a.id_name_match,
                    a.reason, a.attempts, (SELECT r.charged FROM resolutions r
                                           WHERE r.call = c.id ORDER BY r.id DESC LIMIT 1)",
            $more,
            " FROM calls c LEFT JOIN answers a ON a.call = c.id ",
            $which
        )
    };
}
pub(super) use select_calls;

/// The number of the columns of [`past_call`].
pub(super) const PAST_CALL_COLUMNS: usize = 17;

const ADD_CALL: &str = "INSERT INTO calls (id, run, started, slot, rest, person, claim)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// A retry after trouble with the disk may find the same answer there.
const ADD_ANSWER: &str = "
    INSERT INTO answers (call, ended, outcome, charged, code, message, sequence_id, result,
                         id_phone_match, id_name_match, reason, attempts)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (call) DO NOTHING";

/// Reads the calls of a record, newest first.
fn history(
    connection: &Connection,
    index: &Index,
    key: &RecordKey,
) -> rusqlite::Result<Vec<PastCall>> {
    let (slot, rest) = split(key.as_bytes());
    let mut calls = Vec::new();
    for number in index.calls(connection, slot)? {
        let mut statement =
            connection.prepare_cached(select_calls!("WHERE c.id = ?1 AND c.slot = ?2"))?;
        let mut rows = statement.query([number, slot])?;
        if let Some(row) = rows.next()?
            && row.get_ref(4)?.as_blob()? == rest
        {
            calls.push(past_call(row)?);
        }
    }
    Ok(calls)
}

/// Reads one call.
pub(super) fn call(connection: &Connection, call: i64) -> rusqlite::Result<Option<PastCall>> {
    let mut statement = connection.prepare_cached(select_calls!("WHERE c.id = ?1"))?;
    statement.query_row([call], past_call).optional()
}

/// Looks a record up by the rules of a run.
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

/// Writes the intent to send a record.
pub(super) fn add_call(
    connection: &Connection,
    call: i64,
    run: i64,
    key: &RecordKey,
    person: &PersonHash,
    claim: Option<i64>,
) -> rusqlite::Result<()> {
    let (slot, rest) = split(key.as_bytes());
    let now = Timestamp::now().as_millisecond();
    let row = params![call, run, now, slot, rest, person, claim];
    connection.prepare_cached(ADD_CALL)?.execute(row).map(drop)
}

/// Writes the end of a call.
pub(super) fn add_answer(
    connection: &Connection,
    chain: &mut ChainEnd,
    call: i64,
    end: &CallEnd,
) -> rusqlite::Result<()> {
    let none = Answer::default();
    let (code, message, answer) = match &end.state {
        CallState::Answered(answer) => (Some(answer.code), &answer.message, answer),
        CallState::Without(words) => (None, words, &none),
        CallState::Open => (None, &None, &none),
    };
    let (at, charged) = (end.at.as_millisecond(), charge_number(end.charged));
    let outcome = end.outcome.word();
    let row: [&dyn ToSql; 12] = [
        &call,
        &at,
        &outcome,
        &charged,
        &code,
        message,
        &answer.sequence_id,
        &answer.result,
        &answer.id_phone_match,
        &answer.id_name_match,
        &answer.reason,
        &end.attempts,
    ];
    let added = connection.prepare_cached(ADD_ANSWER)?.execute(row)?;
    if added == 1 { chain.append(connection, call, &row[1..]) } else { Ok(()) }
}

/// Reads the end of a call; `None` while it goes on.
pub(super) fn closed(
    connection: &Connection,
    liveness: &mut RunLiveness,
    number: i64,
) -> rusqlite::Result<Option<ClosedCall>> {
    let Some(past) = call(connection, number)? else { return Ok(None) };
    if past.state == CallState::Open && liveness.is_alive(connection, past.run) {
        return Ok(None);
    }
    let PastCall { call, run, ended, started, outcome, charged, state, attempts, .. } = past;
    let at = ended.unwrap_or(started);
    Ok(Some(ClosedCall { call, run, end: CallEnd { at, outcome, charged, state, attempts } }))
}

/// Reads the calls of a run that have no end, in the order of their numbers.
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

/// Reads a row of `select_calls!`.
pub(super) fn past_call(row: &Row<'_>) -> rusqlite::Result<PastCall> {
    let outcome = row.get_ref(6)?.as_str_or_null()?.and_then(outcome_of);
    Ok(PastCall {
        call: row.get(0)?,
        run: row.get(1)?,
        started: time(row.get(2)?),
        ended: row.get::<_, Option<i64>>(5)?.map(time),
        state: state(row)?,
        outcome: outcome.unwrap_or(Outcome::Unknown),
        charged: charge_of(row.get(7)?),
        attempts: row.get::<_, Option<u32>>(15)?.unwrap_or_default(),
        resolved: row.get::<_, Option<i64>>(16)?.map(|number| charge_of(Some(number))),
    })
}

/// Reads the record's key from a row of `select_calls!`, as hexadecimal digits.
pub(super) fn record_key(row: &Row<'_>) -> rusqlite::Result<String> {
    let rest = row.get_ref(4)?.as_blob()?;
    if rest.is_empty() {
        return Ok(String::new());
    }
    Ok(format!("{:016x}{}", row.get::<_, i64>(3)?, hexadecimal(rest)))
}

fn state(row: &Row<'_>) -> rusqlite::Result<CallState> {
    let ended: Option<i64> = row.get(5)?;
    let code: Option<i64> = row.get(8)?;
    Ok(match (ended, code) {
        (None, _) => CallState::Open,
        (Some(_), None) => CallState::Without(row.get(9)?),
        (Some(_), Some(code)) => CallState::Answered(Answer {
            code,
            message: row.get(9)?,
            sequence_id: row.get(10)?,
            result: row.get(11)?,
            id_phone_match: row.get(12)?,
            id_name_match: row.get(13)?,
            reason: row.get(14)?,
            ..Answer::default()
        }),
    })
}

/// Reads a time of the tables.
pub(super) fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Reads an outcome of the tables.
pub(super) fn outcome_of(word: &str) -> Option<Outcome> {
    Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)
}

/// Returns the number of a charge in the tables.
pub(super) const fn charge_number(charge: Charge) -> i64 {
    match charge {
        Charge::No => 0,
        Charge::Yes => 1,
        Charge::Unknown => 2,
    }
}

/// Reads a charge of the tables; an open call has none.
pub(super) const fn charge_of(number: Option<i64>) -> Charge {
    match number {
        Some(0) => Charge::No,
        Some(1) => Charge::Yes,
        Some(_) | None => Charge::Unknown,
    }
}
