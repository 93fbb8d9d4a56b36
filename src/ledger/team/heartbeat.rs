//! The heartbeat of a run: it says that the run is alive, and learns the run's part of the team's rate.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio_postgres::types::Type;

use crate::ledger::team::error::TeamError;
use crate::ledger::team::session::Session;
use crate::ledger::team::shared::Shared;
use crate::platform;

/// So often within the time after which a silent run is dead: every 5 s of 60.
const BEATS: u32 = 12;

/// Runs that share a rate learn so often how many they are.
const SHARING: Duration = Duration::from_secs(1);

/// A run's part is the rate divided by the runs that sent, or hold claims, within 15 s, and never more
/// than what the parts of the others leave: who joins waits until they have learned of it.
const BEAT: &str = "
    WITH others AS (
        SELECT count(*) AS runs, coalesce(sum(part), 0) AS parts FROM idv.runs r
        WHERE r.ended IS NULL AND r.token <> $1 AND r.sent > clock_timestamp() - interval '15 seconds'
          AND idv.is_alive(r))
    UPDATE idv.runs SET heartbeat = clock_timestamp(),
        sent = CASE WHEN $3 THEN clock_timestamp() ELSE sent END,
        part = CASE WHEN l.rate IS NOT NULL
               THEN greatest(least(l.rate / (others.runs + 1), l.rate - others.parts), 0) END
    FROM idv.ledger l, others
    WHERE token = $1 AND claimed >= $2 AND fenced IS NULL AND died IS NULL AND idv.runs.ended IS NULL
    RETURNING part";

/// The time from one heartbeat to the next.
pub(super) fn interval(shared: &Shared) -> Duration {
    let interval = shared.identity.dead_after / BEATS;
    if shared.rate.get().is_finite() { interval.min(SHARING) } else { interval }
}

/// Sends a heartbeat. Returns false if the database takes none of this run: it was fenced, or the
/// database has lost its claims.
pub(super) async fn beat(session: &Session, shared: &Shared) -> Result<bool, TeamError> {
    let token = shared.token.as_slice();
    let acknowledged = shared.acknowledged.load(Ordering::SeqCst);
    let has_claims = shared.open.load(Ordering::Relaxed) > 0;
    let parameters = [
        (&token as _, Type::BYTEA),
        (&acknowledged as _, Type::INT8),
        (&has_claims as _, Type::BOOL),
    ];
    let sent = platform::uptime();
    let rows = session.durably(BEAT, &parameters).await?;
    let Some(row) = rows.first() else { return Ok(false) };
    shared.acknowledge_heartbeat(sent);
    shared.rate.set(row.get::<_, Option<f64>>(0).unwrap_or(f64::INFINITY));
    Ok(true)
}
