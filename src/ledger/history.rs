//! Reads the history of a ledger for `idv ledger`: its runs, its calls and its bill.

use std::ops::ControlFlow;

use jiff::Timestamp;
use jiff::tz::Offset;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::ledger::bill_sums::BillSums;
use crate::ledger::error::LedgerError;
use crate::ledger::history_rows::{BillLine, BillSum, CallRow, PaidTwice, RunRow};
use crate::ledger::liveness::RunLiveness;
use crate::ledger::query::Reader;
use crate::ledger::send_decision::{CallState, PastCall};
use crate::ledger::store::{
    PAST_CALL_COLUMNS, charge_of, past_call, record_key, select_calls, time,
};
use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::outcome::Outcome;

impl Reader {
    /// Reads all runs, oldest first.
    pub fn runs(&mut self) -> Result<Vec<RunRow>, LedgerError> {
        let Self { path, connection, liveness, team, .. } = self;
        if let Some(team) = team {
            return team.runs();
        }
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
        let Self { path, connection, liveness, team, .. } = self;
        if let Some(team) = team {
            return team.each_call(filter, show);
        }
        let mut read = || {
            let (sql, values) = filter.select(CALLS, "ORDER BY c.id");
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
        if let Some(team) = &self.team {
            return team.bill(filter, offset);
        }
        let shift = i64::from(offset.seconds()) * 1000;
        let columns = format!("SELECT (coalesce(a.ended, c.started) + {shift}{BILL}");
        let (sql, values) = filter.select(&format!("{columns} {FROM}"), "");
        let read = || {
            let mut statement = self.connection.prepare(&sql)?;
            let mut rows = statement.query(params_from_iter(values))?;
            let mut sums = BillSums::default();
            while let Some(row) = rows.next()? {
                sums.add((row.get(0)?, row.get(1)?), charge_of(row.get(2)?));
            }
            Ok(sums.lines())
        };
        read().map_err(|error: rusqlite::Error| LedgerError::of(&self.path, &error))
    }

    /// Sums the calls up by one key.
    pub fn bill_by(
        &mut self,
        filter: &CallFilter,
        offset: Offset,
        key: &str,
    ) -> Result<Vec<BillSum>, LedgerError> {
        if let Some(team) = &self.team {
            return team.bill_by(filter, offset, key);
        }
        let at = format!(
            "(coalesce(a.ended, c.started) / 1000 + {}), 'unixepoch'",
            i64::from(offset.seconds())
        );
        let key = match key {
            "month" => format!("strftime('%Y-%m', {at})"),
            "day" => format!("strftime('%Y-%m-%d', {at})"),
            "code" => "CAST(a.code AS TEXT)".to_owned(),
            "operator" => "u.operator".to_owned(),
            _ => "u.reference".to_owned(),
        };
        let select = format!("SELECT {key}{BILL_SUMS} {FROM} LEFT JOIN runs u ON u.id = c.run");
        let (sql, values) = filter.select(&select, "GROUP BY 1 ORDER BY 1");
        let read = || {
            let mut statement = self.connection.prepare(&sql)?;
            statement.query_map(params_from_iter(values), bill_sum)?.collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|error: rusqlite::Error| LedgerError::of(&self.path, &error))
    }
}

impl Reader {
    /// Records that were paid twice because an answer came late. A file has none: its runs read each
    /// answer in time, or never.
    pub fn paid_twice(&self, filter: &CallFilter) -> Result<Vec<PaidTwice>, LedgerError> {
        self.team.as_ref().map_or(Ok(Vec::new()), |team| team.paid_twice(filter))
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

    pub(super) fn passes(&self, call: &CallRow) -> bool {
        self.outcome.is_none_or(|outcome| call.outcome == Some(outcome))
            && self.charged.is_none_or(|charged| call.charged == charged)
    }
}

const FROM: &str = "
    FROM calls c LEFT JOIN answers a ON a.call = c.id
    LEFT JOIN (SELECT call, charged, max(id) FROM resolutions GROUP BY call) r ON r.call = c.id";

const CALLS: &str =
    select_calls!(", u.operator, u.reference, u.purpose", "LEFT JOIN runs u ON u.id = c.run");

const BILL: &str = ") / 86400000, a.code, coalesce(r.charged, a.charged, 2)";

const BILL_SUMS: &str = ",
    sum(coalesce(r.charged, a.charged, 2) = 1), sum(coalesce(r.charged, a.charged, 2) = 2),
    sum(coalesce(r.charged, a.charged, 2) = 0)";

const RUNS: &str = "
    WITH open AS (
        SELECT u.id, count(c.id) AS calls,
               ifnull(sum(coalesce(r.charged, a.charged, 2) = 1 AND c.id IS NOT NULL), 0) AS charged,
               ifnull(sum(coalesce(r.charged, a.charged, 2) = 2 AND c.id IS NOT NULL), 0) AS unknown
        FROM runs u LEFT JOIN calls c ON c.id >= u.first_call AND c.run = u.id
        LEFT JOIN answers a ON a.call = c.id
        LEFT JOIN (SELECT call, charged, max(id) FROM resolutions GROUP BY call) r ON r.call = c.id
        WHERE u.calls IS NULL GROUP BY u.id)
    SELECT u.id, u.command, u.pid, u.started, u.ended, u.ending, coalesce(u.calls, o.calls),
           coalesce(u.charged, o.charged), coalesce(u.unknown, o.unknown),
           u.operator, u.host, u.version, u.reference, u.purpose, u.arguments
    FROM runs u LEFT JOIN open o ON o.id = u.id ORDER BY u.id";

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
        operator: row.get(9)?,
        host: row.get(10)?,
        version: row.get(11)?,
        reference: row.get(12)?,
        purpose: row.get(13)?,
        arguments: row.get(14)?,
        db_user: None,
        os_user: None,
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
    let record = record_key(row)?;
    let erased = record.is_empty();
    Ok(CallRow {
        call,
        run,
        record,
        started,
        ended,
        outcome: (!in_flight && !erased).then_some(outcome),
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
        erased,
        operator: row.get(PAST_CALL_COLUMNS)?,
        reference: row.get(PAST_CALL_COLUMNS + 1)?,
        purpose: row.get(PAST_CALL_COLUMNS + 2)?,
        db_user: None,
        os_user: None,
    })
}

fn bill_sum(row: &Row<'_>) -> rusqlite::Result<BillSum> {
    Ok(BillSum {
        key: row.get(0)?,
        charged: row.get(1)?,
        unknown: row.get(2)?,
        not_charged: row.get(3)?,
    })
}
