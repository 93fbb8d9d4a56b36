//! Maintenance of a team's ledger: calls in doubt are resolved, old calls purged, persons erased, and the
//! budget set. Each is one transaction.

use jiff::Timestamp;
use tokio_postgres::types::Type;

use crate::ledger::erasure::{ForgetResult, PurgeResult};
use crate::ledger::error::LedgerError;
use crate::ledger::maintenance::Resolution;
use crate::ledger::person::PersonQuery;
use crate::ledger::send_decision::CallState;
use crate::ledger::team::calls;
use crate::ledger::team::error::TeamError;
use crate::ledger::team::opened::TeamLedger;
use crate::ledger::team::session::Session;
use crate::model::code::Charge;

/// What an in-doubt call is: no answer says, and no person has said, what it cost.
const IN_DOUBT: &str = "
    coalesce(CASE WHEN a.charged IN (0, 1) THEN a.charged ELSE
        (SELECT s.charged FROM idv.resolutions s WHERE s.call = c.id ORDER BY s.id DESC LIMIT 1) END, 2) = 2";

/// What a team allows its runs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct TeamLimits {
    /// Calls a day at most.
    pub per_day: Option<u64>,
    /// Calls a month at most.
    pub per_month: Option<u64>,
    /// Calls a second of all runs together.
    pub rate: Option<f64>,
}

/// The budget of a team.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct TeamBudget {
    /// What is allowed.
    pub limits: TeamLimits,
    /// Calls of today that were charged, may have been, or are claimed.
    pub day_used: u64,
    /// Such calls of this month.
    pub month_used: u64,
}

impl TeamLedger {
    /// Settles a call in doubt. A run that is silent and may wake up is fenced by that.
    pub(crate) async fn resolve(&self, call: i64, found: Resolution) -> Result<(), LedgerError> {
        let address = self.address.clone();
        self.runtime
            .run(async move {
                let session = Session::open(&address).await?;
                resolve(&session, call, found).await
            })
            .await
    }

    /// Erases the calls that ended before a moment.
    pub(crate) async fn purge(
        &self,
        before: Timestamp,
        include_unknown: bool,
    ) -> Result<PurgeResult, LedgerError> {
        let address = self.address.clone();
        self.runtime
            .run(async move {
                let session = Session::open(&address).await?;
                purge(&session, before, include_unknown).await
            })
            .await
    }

    /// Erases the calls about one person. The journals follow at the next start of each machine.
    pub(crate) async fn forget(&self, person: PersonQuery) -> Result<ForgetResult, LedgerError> {
        let address = self.address.clone();
        self.runtime
            .run(async move {
                let session = Session::open(&address).await?;
                Ok(forget(&session, &person).await?)
            })
            .await
    }
}

async fn resolve(session: &Session, number: i64, found: Resolution) -> Result<(), LedgerError> {
    let calls = calls::calls(session, &[], &[number]).await?;
    let call = calls.first().ok_or(LedgerError::NoSuchCall(number))?;
    if call.past.charged != Charge::Unknown {
        return Err(LedgerError::NotInDoubt(number));
    }
    let is_open = call.past.state == CallState::Open;
    if is_open && call.is_run_alive {
        return Err(LedgerError::LivingRun(call.past.run));
    }
    if call.may_wake_up() {
        let sql = "UPDATE idv.runs r SET fenced = now() WHERE id = $1 AND NOT idv.is_alive(r)
                   AND ended IS NULL AND died IS NULL RETURNING id";
        let fenced = session.durably(sql, &[(&call.past.run as _, Type::INT8)]).await?;
        if fenced.is_empty() {
            return Err(LedgerError::LivingRun(call.past.run));
        }
    }
    let charged: i16 = match found {
        Resolution::Charged => 1,
        Resolution::NotCharged => 0,
    };
    let sql = "INSERT INTO idv.resolutions (call, charged) VALUES ($1, $2)";
    session.durably(sql, &[(&number as _, Type::INT8), (&charged as _, Type::INT2)]).await?;
    Ok(())
}

async fn purge(
    session: &Session,
    before: Timestamp,
    include_unknown: bool,
) -> Result<PurgeResult, LedgerError> {
    let alive =
        "SELECT id FROM idv.runs r WHERE idv.is_alive(r) AND claimed > 0 ORDER BY id LIMIT 1";
    if let Some(row) = session.query(alive, &[]).await?.first() {
        return Err(LedgerError::LivingRun(row.get(0)));
    }
    let sql = format!(
        "WITH old AS (
             SELECT c.id, {IN_DOUBT} AS in_doubt FROM idv.calls c LEFT JOIN idv.answers a ON a.call = c.id
             WHERE coalesce(a.ended, c.started) < to_timestamp($1)),
         gone AS (SELECT id FROM old WHERE $2 OR NOT in_doubt),
         calls AS (DELETE FROM idv.calls WHERE id IN (SELECT id FROM gone)),
         answers AS (DELETE FROM idv.answers WHERE call IN (SELECT id FROM gone)),
         resolutions AS (DELETE FROM idv.resolutions WHERE call IN (SELECT id FROM gone)),
         marked AS (UPDATE idv.ledger SET purged_before =
                        greatest(coalesce(purged_before, to_timestamp($1)), to_timestamp($1)))
         SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM old) - (SELECT count(*) FROM gone)"
    );
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in it")]
    let before = before.as_millisecond() as f64 / 1000.0;
    let parameters = [(&before as _, Type::FLOAT8), (&include_unknown as _, Type::BOOL)];
    let rows = session.durably(&sql, &parameters).await?;
    let (calls, kept_in_doubt) = counts(&rows)?;
    Ok(PurgeResult { calls, kept_in_doubt })
}

async fn forget(session: &Session, person: &PersonQuery) -> Result<ForgetResult, TeamError> {
    let sql = format!(
        "WITH found AS (
             SELECT c.id, c.run, c.claim, {IN_DOUBT} AS in_doubt
             FROM idv.calls c LEFT JOIN idv.answers a ON a.call = c.id
             WHERE substr(c.person, 1, 12) = $1 OR substr(c.person, 13, 12) = $2 OR c.key = $3),
         gone AS (SELECT * FROM found WHERE NOT in_doubt),
         calls AS (UPDATE idv.calls SET key = NULL, person = NULL WHERE id IN (SELECT id FROM gone)),
         answers AS (UPDATE idv.answers SET outcome = 'erased', message = NULL, sequence_id = NULL,
             result = NULL, id_phone_match = NULL, id_name_match = NULL, reason = NULL, attempts = 0
             WHERE call IN (SELECT id FROM gone)),
         noted AS (INSERT INTO idv.erased (token, claim)
                   SELECT r.token, gone.claim FROM gone JOIN idv.runs r ON r.id = gone.run)
         SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM found) - (SELECT count(*) FROM gone)"
    );
    let (id_number, phone_number, slot, rest) = person.values();
    let key = slot.zip(rest).map(|(slot, rest)| [&slot.to_be_bytes()[..], rest].concat());
    let parameters = [
        (&id_number as _, Type::BYTEA),
        (&phone_number as _, Type::BYTEA),
        (&key as _, Type::BYTEA),
    ];
    let rows = session.durably(&sql, &parameters).await?;
    let (calls, kept_in_doubt) = counts(&rows)?;
    Ok(ForgetResult { calls, kept_in_doubt })
}

fn counts(rows: &[tokio_postgres::Row]) -> Result<(usize, usize), TeamError> {
    let row = rows.first().ok_or_else(|| TeamError::Failed("no answer".to_owned()))?;
    let number = |at: usize| usize::try_from(row.get::<_, i64>(at)).unwrap_or_default();
    Ok((number(0), number(1)))
}

/// Sets the budget, if it is given; counts the calls of today and of this month. Returns the budget.
pub(super) async fn budget(
    session: &Session,
    set: Option<TeamLimits>,
) -> Result<TeamBudget, TeamError> {
    if let Some(TeamLimits { per_day, per_month, rate }) = set {
        let most = |calls: Option<u64>| calls.map(|calls| i64::try_from(calls).unwrap_or(i64::MAX));
        let (per_day, per_month) = (most(per_day), most(per_month));
        // No run claims while what was claimed is counted.
        session
            .execute("BEGIN; SET LOCAL synchronous_commit = on; LOCK TABLE idv.calls, idv.answers IN EXCLUSIVE MODE")
            .await?;
        let sql = "
            UPDATE idv.budget SET per_day = $1, per_month = $2, day = today.day,
                day_used = today.calls, month_used = today.month_calls
            FROM (SELECT (now() AT TIME ZONE 'Asia/Jakarta')::date AS day,
                         count(*) FILTER (WHERE (c.started AT TIME ZONE 'Asia/Jakarta')::date
                                                = (now() AT TIME ZONE 'Asia/Jakarta')::date) AS calls,
                         count(*) AS month_calls
                  FROM idv.calls c LEFT JOIN idv.answers a ON a.call = c.id
                  WHERE coalesce(a.charged, 2) <> 0
                    AND c.started >= date_trunc('month', now() AT TIME ZONE 'Asia/Jakarta') AT TIME ZONE 'Asia/Jakarta') today";
        session.query(sql, &[(&per_day as _, Type::INT8), (&per_month as _, Type::INT8)]).await?;
        let sql = "UPDATE idv.ledger SET rate = $1";
        session.query(sql, &[(&rate as _, Type::FLOAT8)]).await?;
        session.commit().await?;
    }
    let sql = "SELECT per_day, per_month,
                      CASE WHEN day = (now() AT TIME ZONE 'Asia/Jakarta')::date THEN day_used ELSE 0 END,
                      CASE WHEN date_trunc('month', day) = date_trunc('month', now() AT TIME ZONE 'Asia/Jakarta')
                           THEN month_used ELSE 0 END, rate FROM idv.budget, idv.ledger";
    let rows = session.query(sql, &[]).await?;
    let row = rows.first().ok_or_else(|| TeamError::Failed("no budget".to_owned()))?;
    let number = |at: usize| row.get::<_, Option<i64>>(at).map(i64::cast_unsigned);
    Ok(TeamBudget {
        limits: TeamLimits { per_day: number(0), per_month: number(1), rate: row.get(4) },
        day_used: number(2).unwrap_or_default(),
        month_used: number(3).unwrap_or_default(),
    })
}
