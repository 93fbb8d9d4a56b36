//! Reads the ledger: look-ups of records, and the history for `idv ledger`.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use serde::{Serialize, Serializer};

use crate::ledger::error::LedgerError;
use crate::ledger::index::Index;
use crate::ledger::kind::Kind;
use crate::ledger::liveness::RunLiveness;
use crate::ledger::look_up::LookUpParameters;
use crate::ledger::open;
use crate::ledger::send_decision::{
    CallState, DoubtReason, LookUpResult, PastCall, ReuseRules, RunRules,
};
use crate::ledger::store::{self, past_call, record_key, select_calls, time};
use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::outcome::Outcome;
use crate::model::record::{KeyMaker, Record, RecordKey};

/// A ledger opened for queries. Makes no ledger, and changes nothing in one.
pub struct Reader {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
    pub(super) secret: [u8; 32],
    pub(super) liveness: RunLiveness,
    pub(super) index: Index,
}

impl Reader {
    /// Opens a ledger that exists; with a kind, only one of that kind or of none yet.
    pub fn open(path: &Path, kind: Option<Kind>) -> Result<Self, LedgerError> {
        let connection = open::for_reading(path)?;
        if let Some(kind) = kind {
            open::check_kind(path, &connection, kind)?;
        }
        let secret = open::secret(path, &connection)?;
        let (liveness, index) = (RunLiveness::new(path), Index::default());
        Ok(Self { path: path.to_owned(), connection, secret, liveness, index })
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the kind that the first run stamped; `None` before it.
    pub fn kind(&self) -> Result<Option<Kind>, LedgerError> {
        open::kind(&self.path, &self.connection)
    }

    /// Returns the parameters for a plan that sends nothing: what a run that starts now would find.
    pub fn look_up_parameters(
        &self,
        kind: Kind,
        partner_code: &str,
        reuse: ReuseRules,
    ) -> LookUpParameters {
        let keys = KeyMaker::new(&self.secret, kind.word(), partner_code);
        LookUpParameters { keys, rules: RunRules { run: None, last_call: i64::MAX, reuse } }
    }

    /// Looks a record up.
    pub fn look_up(
        &mut self,
        parameters: &LookUpParameters,
        record: &Record,
    ) -> Result<LookUpResult, LedgerError> {
        let known = self.look_up_all(parameters, std::slice::from_ref(record))?.pop();
        Ok(known.unwrap_or(LookUpResult::MaySend))
    }

    /// Looks these records up, in one reading transaction.
    pub fn look_up_all(
        &mut self,
        parameters: &LookUpParameters,
        records: &[Record],
    ) -> Result<Vec<LookUpResult>, LedgerError> {
        let keys: Vec<_> = records.iter().map(|record| parameters.keys().key(record)).collect();
        let mut known = self.read(parameters, &keys)?;
        // A run may have written its answer and ended between our view of the file and our look at
        // its lock; what is read after that look holds.
        for (known, key) in known.iter_mut().zip(&keys) {
            if matches!(known, LookUpResult::InDoubt(doubt) if doubt.reason == DoubtReason::RunEnded)
            {
                *known = self.read(parameters, &[*key])?.pop().unwrap_or(LookUpResult::MaySend);
            }
        }
        Ok(known)
    }

    fn read(
        &mut self,
        parameters: &LookUpParameters,
        keys: &[RecordKey],
    ) -> Result<Vec<LookUpResult>, LedgerError> {
        let Self { path, connection, liveness, index, .. } = self;
        let mut read = || {
            let transaction = connection.transaction()?;
            index.catch_up(&transaction, store::last_call(&transaction)?)?;
            keys.iter()
                .map(|key| store::look_up(&transaction, index, liveness, key, &parameters.rules))
                .collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|error| LedgerError::of(path, &error))
    }

    /// Reads all runs, oldest first.
    pub fn runs(&mut self) -> Result<Vec<RunRow>, LedgerError> {
        let Self { path, connection, liveness, .. } = self;
        let mut read = || {
            let mut statement = connection.prepare(RUNS)?;
            let rows = statement.query_map([], |row| run_row(row, connection, liveness))?;
            rows.collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|error: rusqlite::Error| LedgerError::of(path, &error))
    }

    /// Reads the calls that pass the filter, oldest first.
    pub fn calls(&mut self, filter: &CallFilter) -> Result<Vec<CallRow>, LedgerError> {
        let mut calls = Vec::new();
        self.each_call(filter, |call| {
            calls.push(call);
            ControlFlow::Continue(())
        })?;
        Ok(calls)
    }

    /// Shows each call that passes the filter, oldest first, in flat memory.
    pub fn each_call(
        &mut self,
        filter: &CallFilter,
        mut show: impl FnMut(CallRow) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let Self { path, connection, liveness, .. } = self;
        let mut read = || {
            let (sql, values) = filter.select(select_calls!(""), "ORDER BY c.id");
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query(params_from_iter(values))?;
            while let Some(row) = rows.next()? {
                let call = call_row(row, connection, liveness)?;
                if filter.passes(&call) && show(call).is_break() {
                    break;
                }
            }
            Ok(())
        };
        read().map_err(|error: rusqlite::Error| LedgerError::of(path, &error))
    }

    /// The calls by day and code, as an invoice counts them: by the clock of `offset`. What is
    /// resolved counts as resolved; what is in doubt or in flight is unknown.
    pub fn bill(
        &mut self,
        filter: &CallFilter,
        offset: Offset,
    ) -> Result<Vec<BillLine>, LedgerError> {
        let shift = i64::from(offset.seconds()) * 1000;
        let columns = format!("{}{shift}{BILL}", "SELECT (coalesce(a.ended, c.started) + ");
        let (sql, values) =
            filter.select(&format!("{columns} {FROM}"), "GROUP BY 1, 2 ORDER BY 1, 2");
        let read = || {
            let mut statement = self.connection.prepare(&sql)?;
            statement.query_map(params_from_iter(values), bill_line)?.collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|error: rusqlite::Error| LedgerError::of(&self.path, &error))
    }
}

/// Which calls a query is about.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    /// Not over before this moment.
    pub since: Option<Timestamp>,
    /// Over before this moment.
    pub until: Option<Timestamp>,
    /// Of this run.
    pub run: Option<i64>,
    /// With this outcome; what a dead run left open is `unknown`. Not for the bill.
    pub outcome: Option<Outcome>,
    /// With this charge. Not for the bill.
    pub charged: Option<Charge>,
}

impl CallFilter {
    fn select(&self, select: &str, order: &str) -> (String, Vec<Value>) {
        let milliseconds = |at: Option<Timestamp>| at.map(jiff::Timestamp::as_millisecond);
        let conditions = [
            ("coalesce(a.ended, c.started) >= ?", milliseconds(self.since)),
            ("coalesce(a.ended, c.started) < ?", milliseconds(self.until)),
            ("c.run = ?", self.run),
        ];
        let given = || conditions.iter().filter_map(|(sql, value)| Some((*sql, (*value)?)));
        let wanted: Vec<_> = std::iter::once("TRUE").chain(given().map(|(sql, _)| sql)).collect();
        let sql = format!("{select} WHERE {} {order}", wanted.join(" AND "));
        (sql, given().map(|(_, value)| Value::Integer(value)).collect())
    }

    fn passes(&self, call: &CallRow) -> bool {
        self.outcome.is_none_or(|outcome| call.outcome == Some(outcome))
            && self.charged.is_none_or(|charged| call.charged == charged)
    }
}

const FROM: &str = "
    FROM calls c LEFT JOIN answers a ON a.call = c.id
    LEFT JOIN (SELECT call, charged, max(id) FROM resolutions GROUP BY call) r ON r.call = c.id";

const BILL: &str = ") / 86400000, a.code,
    sum(coalesce(r.charged, a.charged, 2) = 1), sum(coalesce(r.charged, a.charged, 2) = 2),
    sum(coalesce(r.charged, a.charged, 2) = 0)";

const RUNS: &str = "
    SELECT u.id, u.command, u.pid, u.started, u.ended, u.ending, count(c.id),
           ifnull(sum(coalesce(r.charged, a.charged, 2) = 1 AND c.id IS NOT NULL), 0),
           ifnull(sum(coalesce(r.charged, a.charged, 2) = 2 AND c.id IS NOT NULL), 0)
    FROM runs u LEFT JOIN calls c ON c.run = u.id LEFT JOIN answers a ON a.call = c.id
    LEFT JOIN (SELECT call, charged, max(id) FROM resolutions GROUP BY call) r ON r.call = c.id
    GROUP BY u.id ORDER BY u.id";

/// A run, for people and for export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunRow {
    /// Its number.
    pub run: i64,
    /// What was run: `verify` or `batch`.
    pub command: String,
    /// The process.
    pub pid: u32,
    /// When it started.
    #[serde(serialize_with = "instant")]
    pub started: Timestamp,
    /// When it ended, or was found dead.
    #[serde(serialize_with = "instant_or_null")]
    pub ended: Option<Timestamp>,
    /// `running`, `done`, `stopped`, `interrupted`, `given up` or `died`.
    pub state: String,
    /// Its calls.
    pub calls: u32,
    /// Those that were charged.
    pub charged: u32,
    /// Those that may have been charged, or are in flight.
    pub unknown: u32,
}

/// A call, for people and for export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallRow {
    /// Its number.
    pub call: i64,
    /// The run that asked.
    pub run: i64,
    /// The record's key, in hexadecimal.
    pub record: String,
    /// When the intent was written.
    #[serde(serialize_with = "instant")]
    pub started: Timestamp,
    /// When its end was written.
    #[serde(serialize_with = "instant_or_null")]
    pub ended: Option<Timestamp>,
    /// What became of it; none while it is in flight.
    pub outcome: Option<Outcome>,
    /// What it cost, as far as is known now.
    pub charged: Charge,
    /// What a person found on the invoice.
    pub resolved: Option<Charge>,
    /// The answer's code.
    pub code: Option<i64>,
    /// The provider's message, masked; without an answer our own words.
    pub message: Option<String>,
    /// The provider's name for the call.
    pub sequence_id: Option<String>,
    /// The verdict.
    pub result: Option<String>,
    /// Whether number and phone belong together.
    pub id_phone_match: Option<String>,
    /// Whether number and name belong together.
    pub id_name_match: Option<String>,
    /// The older shape's sentence.
    pub reason: Option<String>,
    /// How many requests the record had taken by then.
    pub attempts: u32,
}

/// A line of the bill: the calls of one day with one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BillLine {
    /// The month, as 2026-11.
    pub month: String,
    /// The day.
    #[serde(serialize_with = "shown")]
    pub day: Date,
    /// The code; none where no answer came.
    pub code: Option<i64>,
    /// Calls that were charged.
    pub charged: u32,
    /// Calls that may have been charged.
    pub unknown: u32,
    /// Calls that were not.
    pub not_charged: u32,
}

fn run_row(
    row: &Row<'_>,
    connection: &Connection,
    liveness: &mut RunLiveness,
) -> rusqlite::Result<RunRow> {
    let run = row.get(0)?;
    let ending: Option<String> = row.get(5)?;
    let mut open = || if liveness.is_alive(connection, run) { "running" } else { "died" };
    Ok(RunRow {
        run,
        command: row.get(1)?,
        pid: row.get(2)?,
        started: time(row.get(3)?),
        ended: row.get::<_, Option<i64>>(4)?.map(time),
        state: ending.unwrap_or_else(|| open().to_owned()),
        calls: row.get(6)?,
        charged: row.get(7)?,
        unknown: row.get(8)?,
    })
}

fn call_row(
    row: &Row<'_>,
    connection: &Connection,
    liveness: &mut RunLiveness,
) -> rusqlite::Result<CallRow> {
    let PastCall { call, run, started, ended, state, outcome, charged, attempts, resolved } =
        past_call(row)?;
    let in_flight = state == CallState::Open && liveness.is_alive(connection, run);
    let (code, answer) = match state {
        CallState::Answered(answer) => (Some(answer.code), answer),
        CallState::Without(message) => (None, Answer { message, ..Answer::default() }),
        CallState::Open => (None, Answer::default()),
    };
    Ok(CallRow {
        call,
        run,
        record: record_key(row)?,
        started,
        ended,
        outcome: (!in_flight).then_some(outcome),
        charged: resolved.unwrap_or(charged),
        resolved,
        code,
        message: answer.message,
        sequence_id: answer.sequence_id,
        result: answer.result,
        id_phone_match: answer.id_phone_match,
        id_name_match: answer.id_name_match,
        reason: answer.reason,
        attempts,
    })
}

fn bill_line(row: &Row<'_>) -> rusqlite::Result<BillLine> {
    let seconds = row.get::<_, i64>(0)? * 86_400;
    let day = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    let day = Offset::UTC.to_datetime(day).date();
    Ok(BillLine {
        month: format!("{:04}-{:02}", day.year(), day.month()),
        day,
        code: row.get(1)?,
        charged: row.get(2)?,
        unknown: row.get(3)?,
        not_charged: row.get(4)?,
    })
}

fn instant<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

#[expect(clippy::ref_option, reason = "serde hands over the field")]
fn instant_or_null<S: Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.serialize_some(&at.to_string()),
        None => serializer.serialize_none(),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn shown<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}
