//! The history of a team's ledger: runs, calls, bill and persons, each asked of the database as it is
//! wanted.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::tz::Offset;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::ledger::chain::hexadecimal;
use crate::ledger::error::LedgerError;
use crate::ledger::find::FoundCall;
use crate::ledger::history::CallFilter;
use crate::ledger::history_rows::{BillLine, BillSum, CallRow, PaidTwice, RunRow};
use crate::ledger::person::PersonQuery;
use crate::ledger::store::{charge_number, charge_of, outcome_of, time};
use crate::ledger::team::error::TeamError;
use crate::ledger::team::reader::TeamReader;
use crate::ledger::team::session::{Parameter, Session};
use crate::model::outcome::Outcome;

/// Calls of one statement.
const PAGE: i64 = 10_000;

/// What a call cost, as far as is known: its answer says it, else a person who looked at the invoice.
const CHARGED: &str =
    "CASE WHEN a.charged IN (0, 1) THEN a.charged ELSE coalesce(s.charged, a.charged, 2) END";

/// Calls with their answers, runs, and the last word about each call in doubt.
const FROM: &str = "
    FROM idv.calls c LEFT JOIN idv.answers a ON a.call = c.id LEFT JOIN idv.runs r ON r.id = c.run
    LEFT JOIN (SELECT DISTINCT ON (call) call, charged FROM idv.resolutions ORDER BY call, id DESC) s
        ON s.call = c.id";

/// The calls of a filter: $1 its run, $2 since and $3 until, in seconds.
const WHICH: &str = "
    ($1::int8 IS NULL OR c.run = $1)
    AND ($2::float8 IS NULL OR coalesce(a.ended, c.started) >= to_timestamp($2))
    AND ($3::float8 IS NULL OR coalesce(a.ended, c.started) < to_timestamp($3))";

const CALL: &str = "
    SELECT c.id, c.run, c.key, (extract(epoch FROM c.started) * 1000)::int8,
           (extract(epoch FROM a.ended) * 1000)::int8, a.outcome, a.charged::int8, a.code, a.message,
           a.sequence_id, a.result, a.id_phone_match, a.id_name_match, a.reason, a.attempts,
           CASE WHEN a.charged IN (0, 1) THEN NULL ELSE s.charged::int8 END,
           a.call IS NULL AND idv.is_alive(r), r.operator, r.reference, r.purpose, r.db_user, r.os_user";

const RUNS: &str = "
    SELECT r.id, r.command, r.pid, (extract(epoch FROM r.started) * 1000)::int8,
           CASE WHEN idv.is_alive(r) THEN NULL
                ELSE (extract(epoch FROM coalesce(r.ended, r.died, r.fenced, r.heartbeat)) * 1000)::int8 END,
           CASE WHEN idv.is_alive(r) THEN 'running' ELSE coalesce(r.ending, 'died') END,
           r.operator, r.host, r.version, r.reference, r.purpose, r.arguments, r.db_user, r.os_user,
           coalesce(n.charged, 0), coalesce(n.unknown, 0), coalesce(n.not_charged, 0)
    FROM idv.runs r LEFT JOIN";

impl TeamReader {
    /// Reads all runs, oldest first.
    pub(crate) fn runs(&self) -> Result<Vec<RunRow>, LedgerError> {
        let sql = format!(
            "{RUNS} (SELECT c.run, {} {FROM} GROUP BY c.run) n ON n.run = r.id ORDER BY r.id",
            sums()
        );
        Ok(self.ask(sql, &CallFilter::default(), false)?.iter().map(run_row).collect())
    }

    /// Shows each call that passes the filter, oldest first, in flat memory and as of one moment.
    pub(crate) fn each_call(
        &self,
        filter: &CallFilter,
        mut show: impl FnMut(CallRow) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let session = Arc::new(self.connect("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?);
        let sql = Arc::new(format!(
            "{CALL} {FROM} WHERE {WHICH} AND c.id > $4 AND ($6::int2 IS NULL OR {CHARGED} = $6)
             AND ($7::text IS NULL OR a.outcome = $7) ORDER BY c.id LIMIT $5"
        ));
        let mut after = 0;
        loop {
            let (session, sql, filter) = (Arc::clone(&session), Arc::clone(&sql), filter.clone());
            let rows = self
                .ledger
                .runtime
                .wait(async move { Ok(page(&session, &sql, &filter, after).await?) })?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.get(0);
            for call in rows.iter().map(call_row) {
                if show(call).is_break() {
                    return Ok(());
                }
            }
        }
    }

    /// The calls by day and code, by the clock of `offset`.
    pub(crate) fn bill(
        &self,
        filter: &CallFilter,
        offset: Offset,
    ) -> Result<Vec<BillLine>, LedgerError> {
        let sql = format!(
            "SELECT {}, floor(({}) / 86400)::int8, a.code {FROM} WHERE {WHICH}
             GROUP BY 4, 5 ORDER BY 4, 5 NULLS FIRST",
            sums(),
            local(offset)
        );
        let rows = self.ask(sql, filter, true)?;
        Ok(rows.iter().map(|row| BillLine::of(row.get(3), row.get(4), counts(row, 0))).collect())
    }

    /// Sums the calls up by one key.
    pub(crate) fn bill_by(
        &self,
        filter: &CallFilter,
        offset: Offset,
        key: &str,
    ) -> Result<Vec<BillSum>, LedgerError> {
        let at = format!("to_timestamp({}) AT TIME ZONE 'UTC'", local(offset));
        let key = match key {
            "month" => format!("to_char({at}, 'YYYY-MM')"),
            "day" => format!("to_char({at}, 'YYYY-MM-DD')"),
            "code" => "a.code::text".to_owned(),
            "operator" => "r.operator".to_owned(),
            _ => "r.reference".to_owned(),
        };
        let sql = format!(
            "SELECT {}, ({key}) COLLATE \"C\" {FROM} WHERE {WHICH} GROUP BY 4 ORDER BY 4 NULLS FIRST",
            sums()
        );
        let sum = |row: &Row| {
            let [charged, unknown, not_charged] = counts(row, 0);
            BillSum { key: row.get(3), charged, unknown, not_charged }
        };
        Ok(self.ask(sql, filter, true)?.iter().map(sum).collect())
    }

    /// Records that were paid twice: a call was charged that had no answer yet when the next one of its
    /// record began, and so was that.
    pub(crate) fn paid_twice(&self, filter: &CallFilter) -> Result<Vec<PaidTwice>, LedgerError> {
        let sql = format!(
            "WITH paid AS (
                 SELECT c.id, c.key, c.n, c.started, a.ended {FROM}
                 WHERE {CHARGED} = 1 AND c.key IN (SELECT key FROM idv.calls WHERE n > 1))
             SELECT c.id, min(o.id) FROM paid c JOIN paid o ON o.key = c.key AND o.n > c.n
                 LEFT JOIN idv.answers a ON a.call = c.id
             WHERE (c.ended IS NULL OR o.started < c.ended) AND c.id IN (SELECT c.id {FROM} WHERE {WHICH})
             GROUP BY c.id ORDER BY c.id"
        );
        let twice = |row: &Row| PaidTwice { call: row.get(0), other: row.get(1) };
        Ok(self.ask(sql, filter, true)?.iter().map(twice).collect())
    }

    /// Finds the calls about a person, oldest first.
    pub(crate) fn find(&self, person: &PersonQuery) -> Result<Vec<FoundCall>, LedgerError> {
        let sql = format!(
            "{CALL} {FROM} WHERE substr(c.person, 1, 12) = $1 OR substr(c.person, 13, 12) = $2
             OR c.key = $3 ORDER BY c.id"
        );
        let (id_number, phone_number, slot, rest) = person.values();
        let key = slot.zip(rest).map(|(slot, rest)| [&slot.to_be_bytes()[..], rest].concat());
        let (id_number, phone_number) =
            (id_number.map(<[u8]>::to_vec), phone_number.map(<[u8]>::to_vec));
        let session = self.connect("")?;
        let rows = self.ledger.runtime.wait(async move {
            let parameters = [&id_number, &phone_number, &key].map(|part| (part as _, Type::BYTEA));
            Ok(session.query_slowly(&sql, &parameters).await?)
        })?;
        Ok(rows.iter().map(call_row).map(found).collect())
    }

    /// Counts the calls of an earlier version, which are found by the whole record only.
    pub(crate) fn calls_without_person(&self) -> Result<u64, LedgerError> {
        let sql = "SELECT count(*) FROM idv.calls WHERE person IS NULL AND key IS NOT NULL";
        let rows = self.ask(sql.to_owned(), &CallFilter::default(), false)?;
        Ok(rows.first().map_or(0, |row| row.get::<_, i64>(0).unsigned_abs()))
    }

    fn connect(&self, begin: &'static str) -> Result<Session, LedgerError> {
        let address = Arc::clone(&self.ledger.address);
        self.ledger.runtime.wait(async move {
            let session = Session::open(&address).await?;
            session.execute(begin).await?;
            Ok(session)
        })
    }

    /// Runs one query, whose parameters are those of the filter, if it has some.
    fn ask(
        &self,
        sql: String,
        filter: &CallFilter,
        filtered: bool,
    ) -> Result<Vec<Row>, LedgerError> {
        let (session, filter) = (self.connect("")?, filter.clone());
        self.ledger.runtime.wait(async move {
            let which = Which::of(&filter);
            let parameters = if filtered { which.parameters() } else { Vec::new() };
            Ok(session.query_slowly(&sql, &parameters).await?)
        })
    }
}

async fn page(
    session: &Session,
    sql: &str,
    filter: &CallFilter,
    after: i64,
) -> Result<Vec<Row>, TeamError> {
    let which = Which::of(filter);
    let charged = filter.charged.map(|charge| i16::try_from(charge_number(charge)).unwrap_or(2));
    let outcome = filter.outcome.map(Outcome::word);
    let mut parameters = which.parameters();
    parameters.extend([
        (&after as _, Type::INT8),
        (&PAGE as _, Type::INT8),
        (&charged as _, Type::INT2),
        (&outcome as _, Type::TEXT),
    ]);
    session.query_slowly(sql, &parameters).await
}

/// The values of a filter, as [`WHICH`] takes them.
struct Which {
    run: Option<i64>,
    since: Option<f64>,
    until: Option<f64>,
}

impl Which {
    fn of(filter: &CallFilter) -> Self {
        let [since, until] = [filter.since, filter.until].map(seconds);
        Self { run: filter.run, since, until }
    }

    fn parameters(&self) -> Vec<Parameter<'_>> {
        let Self { run, since, until } = self;
        vec![(run as _, Type::INT8), (since as _, Type::FLOAT8), (until as _, Type::FLOAT8)]
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in it")]
fn seconds(at: Option<jiff::Timestamp>) -> Option<f64> {
    at.map(|at| at.as_millisecond() as f64 / 1000.0)
}

/// The sums of calls: charged, unknown, not charged.
fn sums() -> String {
    let [charged, unknown, not] = [("charged", 1), ("unknown", 2), ("not_charged", 0)]
        .map(|(name, charge)| format!("count(*) FILTER (WHERE {CHARGED} = {charge}) AS {name}"));
    format!("{charged}, {unknown}, {not}")
}

/// The moment at which a call counts, in seconds since 1970 by the clock of `offset`.
fn local(offset: Offset) -> String {
    format!("extract(epoch FROM coalesce(a.ended, c.started)) + {}", offset.seconds())
}

fn counts(row: &Row, first: usize) -> [u32; 3] {
    [0, 1, 2].map(|at| u32::try_from(row.get::<_, i64>(first + at)).unwrap_or(u32::MAX))
}

fn run_row(row: &Row) -> RunRow {
    let [charged, unknown, not_charged] = counts(row, 14);
    RunRow {
        run: row.get(0),
        command: row.get(1),
        pid: u32::try_from(row.get::<_, i64>(2)).unwrap_or_default(),
        started: time(row.get(3)),
        ended: row.get::<_, Option<i64>>(4).map(time),
        state: row.get(5),
        calls: charged + unknown + not_charged,
        charged,
        unknown,
        operator: row.get(6),
        host: row.get(7),
        version: row.get(8),
        reference: row.get(9),
        purpose: row.get(10),
        arguments: row.get(11),
        db_user: row.get(12),
        os_user: row.get(13),
    }
}

fn call_row(row: &Row) -> CallRow {
    let text = |at: usize| row.get::<_, Option<String>>(at);
    let key: Option<&[u8]> = row.get(2);
    let outcome = row.get::<_, Option<&str>>(5).and_then(outcome_of).unwrap_or(Outcome::Unknown);
    let in_flight: bool = row.get::<_, Option<bool>>(16).unwrap_or_default();
    let resolved = row.get::<_, Option<i64>>(15).map(|number| charge_of(Some(number)));
    let code: Option<i64> = row.get(7);
    CallRow {
        call: row.get(0),
        run: row.get(1),
        record: key.map(hexadecimal).unwrap_or_default(),
        started: time(row.get(3)),
        ended: row.get::<_, Option<i64>>(4).map(time),
        outcome: (!in_flight && key.is_some()).then_some(outcome),
        charged: resolved.unwrap_or(charge_of(row.get(6))),
        resolved,
        code,
        message: text(8),
        sequence_id: text(9),
        result: text(10),
        id_phone_match: text(11),
        id_name_match: text(12),
        reason: text(13),
        attempts: u32::try_from(row.get::<_, Option<i64>>(14).unwrap_or_default())
            .unwrap_or_default(),
        erased: key.is_none(),
        operator: text(17),
        reference: text(18),
        purpose: text(19),
        db_user: text(20),
        os_user: text(21),
    }
}

fn found(call: CallRow) -> FoundCall {
    FoundCall {
        call: call.call,
        run: call.run,
        at: call.ended.unwrap_or(call.started),
        operator: call.operator,
        reference: call.reference,
        purpose: call.purpose,
        outcome: call.outcome.unwrap_or(Outcome::Unknown).word().to_owned(),
        charged: call.charged,
        sequence_id: call.sequence_id,
    }
}
