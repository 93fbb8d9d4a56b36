//! Which team's ledger a database holds, and whether calls may be claimed in it.

use std::time::Duration;

use crate::ledger::kind::Kind;
use crate::ledger::team::address::TeamAddress;
use crate::ledger::team::error::TeamError;
use crate::ledger::team::session::Session;

/// The newest schema known here: that of `schema.sql`.
pub(super) const SCHEMA: i32 = 2;

/// The oldest server that is known to work.
const OLDEST_SERVER: i32 = 14;

/// What a server says about itself.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Server {
    pub(super) version: i32,
    pub(super) is_standby: bool,
    pub(super) is_read_only: bool,
    pub(super) fsync: bool,
    pub(super) full_page_writes: bool,
    pub(super) has_ledger: bool,
}

const SERVER: &str = "SELECT current_setting('server_version_num')::int4 / 10000,
    pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',
    current_setting('fsync') = 'on', current_setting('full_page_writes') = 'on',
    to_regclass('idv.ledger') IS NOT NULL";

impl Server {
    /// Asks a server.
    pub(super) async fn ask(session: &Session) -> Result<Self, TeamError> {
        let rows = session.query(SERVER, &[]).await?;
        let row = rows.first().ok_or_else(|| TeamError::Failed("no answer".to_owned()))?;
        Ok(Self {
            version: row.get(0),
            is_standby: row.get(1),
            is_read_only: row.get(2),
            fsync: row.get(3),
            full_page_writes: row.get(4),
            has_ledger: row.get(5),
        })
    }

    /// Refuses a server that does not keep what it commits, or can't write.
    pub(super) fn ensure_durable(&self) -> Result<(), TeamError> {
        match self {
            Self { version, .. } if *version < OLDEST_SERVER => Err(TeamError::OldServer(*version)),
            Self { is_standby: true, .. } => Err(TeamError::ReadOnly("a standby")),
            Self { is_read_only: true, .. } => Err(TeamError::ReadOnly("read-only")),
            Self { fsync: false, .. } => Err(TeamError::Fsync),
            _ => Ok(()),
        }
    }
}

/// The schema of the ledger; `None` if there is none.
pub(super) async fn schema(session: &Session) -> Result<Option<i32>, TeamError> {
    let rows = session.query("SELECT version FROM idv.ledger", &[]).await?;
    Ok(rows.first().map(|row| row.get(0)))
}

/// Names the server's history: the identifier that its data have had since they were made, and the
/// timeline, which a recovery or a failover changes. `None` where the server does not tell.
pub(super) async fn server_name(session: &Session) -> Result<Option<String>, TeamError> {
    let sql = "SELECT system_identifier::text || '/' || CASE WHEN pg_is_in_recovery() THEN ''
                   ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END FROM pg_control_system()";
    match session.query(sql, &[]).await {
        Ok(rows) => Ok(rows.first().map(|row| row.get(0))),
        Err(TeamError::Rights(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Which ledger it is.
#[derive(Clone)]
pub(super) struct Identity {
    /// Names the journal's file.
    pub(super) id: String,
    pub(super) kind: Kind,
    /// The secret under which records are named. Never shown.
    pub(super) secret: [u8; 32],
    /// A run that is silent for so long is dead.
    pub(super) dead_after: Duration,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({})", self.id)
    }
}

impl Identity {
    /// Reads which ledger it is; refuses one that is missing, newer, older or of the other kind.
    pub(super) async fn read(
        session: &Session,
        address: &TeamAddress,
        server: &Server,
        kind: Option<Kind>,
    ) -> Result<Self, TeamError> {
        let missing = || TeamError::NotInitialised(address.to_string());
        if !server.has_ledger {
            return Err(missing());
        }
        match schema(session).await?.ok_or_else(missing)? {
            found if found > SCHEMA => return Err(TeamError::Newer { found, known: SCHEMA }),
            found if found < SCHEMA => return Err(TeamError::Older(found)),
            _ => {}
        }
        let sql =
            "SELECT id, kind, secret, extract(epoch FROM idv.dead_after())::float8 FROM idv.ledger";
        let rows = session.query(sql, &[]).await?;
        let row = rows.first().ok_or_else(missing)?;
        let stamped: String = row.get(1);
        if let Some(asked) = kind.map(Kind::word).filter(|asked| *asked != stamped) {
            return Err(TeamError::OtherKind { stamped, asked });
        }
        let damaged = |_| TeamError::Failed("the ledger's secret is damaged".to_owned());
        let kind = if stamped == Kind::Live.word() { Kind::Live } else { Kind::Sandbox };
        let secret = row.get::<_, &[u8]>(2).try_into().map_err(damaged)?;
        let dead_after = Duration::from_secs_f64(row.get::<_, f64>(3).max(1.0));
        Ok(Self { id: row.get(0), kind, secret, dead_after })
    }
}
