//! Where a run stands in the database: good, fenced, or lost with a database that was restored.

use std::sync::atomic::Ordering;

use tokio_postgres::types::Type;

use crate::ledger::error::LedgerError;
use crate::ledger::team::recovery;
use crate::ledger::team::session::Link;
use crate::ledger::team::shared::Shared;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It may go on.
    Good,
    /// Its calls were given to others while it was silent.
    Fenced,
    /// The database had lost some of it, which was put back.
    PutBack,
}

/// Finds out where a run stands, and puts back what the database has lost: until that is done, nothing is
/// claimed, and what was claimed and not sent is void.
pub(super) async fn find_out(shared: &Shared, link: &mut Link) -> Result<Standing, LedgerError> {
    let _alone = shared.repairing.lock().await;
    let sql = "SELECT fenced IS NOT NULL OR died IS NOT NULL OR ended IS NOT NULL, claimed
               FROM idv.runs WHERE token = $1";
    let token = shared.token.as_slice();
    let session = link.session().await?;
    let rows = session.query(sql, &[(&token as _, Type::BYTEA)]).await?;
    let acknowledged = shared.acknowledged.load(Ordering::SeqCst);
    match rows.first() {
        Some(row) if row.get::<_, i64>(1) >= acknowledged => {
            Ok(if row.get(0) { Standing::Fenced } else { Standing::Good })
        }
        _ => {
            shared.begin_epoch();
            recovery::recover(session, &shared.journal, Some(shared.token)).await?;
            shared.acknowledged.store(0, Ordering::SeqCst);
            Ok(Standing::PutBack)
        }
    }
}
