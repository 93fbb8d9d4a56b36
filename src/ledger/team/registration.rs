//! Writes a run into the team's ledger: who runs what, where and why.

use jiff::Timestamp;
use tokio_postgres::types::Type;

use crate::ledger::origin::RunOrigin;
use crate::ledger::store::time;
use crate::ledger::team::error::TeamError;
use crate::ledger::team::session::Session;
use crate::ledger::team::shared::Shared;
use crate::platform;

/// A run as the database knows it.
pub(super) struct Registered {
    pub(super) id: i64,
    pub(super) last_call: i64,
    pub(super) started: Timestamp,
}

/// Registers a run.
pub(super) async fn register(session: &Session, shared: &Shared) -> Result<Registered, TeamError> {
    let sql = "INSERT INTO idv.runs (token, command, pid, os_user, host, version, operator, reference, purpose,
                                     arguments)
               SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM idv.ledger WHERE id = $11
               ON CONFLICT (token) DO UPDATE SET heartbeat = now()
               RETURNING id, (extract(epoch FROM started) * 1000)::int8,
                         (SELECT coalesce(max(id), 0) FROM idv.calls)";
    let rows =
        insert(session, sql, &shared.token, &shared.origin, Some(&shared.identity.id)).await?;
    let row = rows.first().ok_or(TeamError::Unsupported(
        "the team ledger was replaced just now: run the same command again",
    ))?;
    Ok(Registered { id: row.get(0), started: time(row.get(1)), last_call: row.get(2) })
}

/// Notes a query as a run that is over. A reader may do it.
pub(super) async fn note(
    session: &Session,
    token: &[u8; 8],
    origin: &RunOrigin,
) -> Result<(), TeamError> {
    let sql = "INSERT INTO idv.runs (token, command, pid, os_user, host, version, operator, reference, purpose,
                                     arguments, ended, ending)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now(), 'done')";
    insert(session, sql, token, origin, None).await.map(drop)
}

async fn insert(
    session: &Session,
    sql: &str,
    token: &[u8; 8],
    origin: &RunOrigin,
    ledger: Option<&String>,
) -> Result<Vec<tokio_postgres::Row>, TeamError> {
    let RunOrigin { command, arguments, operator, host, version, reference, purpose } = origin;
    let (token, process, user) =
        (token.as_slice(), i64::from(std::process::id()), platform::user_name());
    let mut parameters = vec![
        (&token as _, Type::BYTEA),
        (command as _, Type::TEXT),
        (&process as _, Type::INT8),
        (&user as _, Type::TEXT),
        (host as _, Type::TEXT),
        (version as _, Type::TEXT),
        (operator as _, Type::TEXT),
        (reference as _, Type::TEXT),
        (purpose as _, Type::TEXT),
        (arguments as _, Type::TEXT),
    ];
    parameters.extend(ledger.iter().map(|ledger| (*ledger as _, Type::TEXT)));
    session.durably(sql, &parameters).await
}
