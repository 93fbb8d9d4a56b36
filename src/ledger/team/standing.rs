//! Where a run stands in the database: good, fenced, or lost with a database that was restored.

use std::sync::atomic::Ordering;

use tokio_postgres::types::Type;

use crate::ledger::error::LedgerError;
use crate::ledger::team::identity;
use crate::ledger::team::recovery;
use crate::ledger::team::session::{Link, Session};
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

/// Finds out whether the database is still on the server where the run knows it. On another one all calls of
/// this machine are compared with it.
pub(super) async fn check_server(shared: &Shared, link: &mut Link) -> Result<(), LedgerError> {
    let _alone = shared.repairing.lock().await;
    let session = link.session().await?;
    let server = identity::server_name(session).await?;
    let known = std::mem::replace(&mut *shared.server(), server.clone());
    if known.zip(server).is_none_or(|(known, server)| known == server) {
        return Ok(());
    }
    if stand(shared, session).await? == Stand::Lost {
        return put_back(shared, session, true).await;
    }
    // What the run has claimed is there: it stays valid.
    recovery::recover(session, &shared.journal, Some(shared.token), true).await.map(drop)
}

async fn put_back(shared: &Shared, session: &Session, moved: bool) -> Result<(), LedgerError> {
    shared.begin_epoch();
    recovery::recover(session, &shared.journal, Some(shared.token), moved).await?;
    shared.acknowledged.store(0, Ordering::SeqCst);
    Ok(())
}

/// What the database has of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// All that it has acknowledged.
    Whole,
    /// The same, but it takes no more.
    Over,
    /// It has lost some of it.
    Lost,
}

async fn stand(shared: &Shared, session: &Session) -> Result<Stand, LedgerError> {
    let sql = "SELECT fenced IS NOT NULL OR died IS NOT NULL OR ended IS NOT NULL, claimed
               FROM idv.runs WHERE token = $1";
    let token = shared.token.as_slice();
    let rows = session.query(sql, &[(&token as _, Type::BYTEA)]).await?;
    let acknowledged = shared.acknowledged.load(Ordering::SeqCst);
    Ok(match rows.first() {
        Some(row) if row.get::<_, i64>(1) >= acknowledged && row.get(0) => Stand::Over,
        Some(row) if row.get::<_, i64>(1) >= acknowledged => Stand::Whole,
        _ => Stand::Lost,
    })
}

/// Finds out where a run stands, and puts back what the database has lost: until that is done, nothing is
/// claimed, and what was claimed and not sent is void.
pub(super) async fn find_out(shared: &Shared, link: &mut Link) -> Result<Standing, LedgerError> {
    let _alone = shared.repairing.lock().await;
    let session = link.session().await?;
    match stand(shared, session).await? {
        Stand::Whole => Ok(Standing::Good),
        Stand::Over => Ok(Standing::Fenced),
        Stand::Lost => {
            put_back(shared, session, false).await?;
            Ok(Standing::PutBack)
        }
    }
}
