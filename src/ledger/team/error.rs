//! What a team's ledger can refuse, and what to do next. No message holds a password or personal
//! data.

use tokio_postgres::error::SqlState;

/// Why a team's ledger refuses or fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TeamError {
    /// The address can't be used.
    #[error(
        "the team ledger's address {0}\n\n  hint: write it as in postgres://idv@db.example.id/idv"
    )]
    Address(String),
    /// Other users see the command line in the process list.
    #[error(
        "--ledger holds a password, which others see in the process list\n\n  \
         hint: put the whole address into IDV_LEDGER, or the password into PGPASSWORD or ~/.pgpass"
    )]
    PasswordInFlag,
    /// It can't be reached.
    #[error("the team ledger is away: {0}")]
    Away(String),
    /// The login was refused.
    #[error(
        "the team ledger refuses the login: {0}\n\n  \
         hint: check the user in the address and the password in IDV_LEDGER, PGPASSWORD or ~/.pgpass"
    )]
    Login(String),
    /// No trusted TLS connection.
    #[error(
        "no trusted TLS connection to the team ledger: {0}\n\n  \
         hint: name its certificate authority with sslrootcert=FILE in the address, or PGSSLROOTCERT"
    )]
    Tls(String),
    /// The server has no such database.
    #[error(
        "the server of the team ledger has no such database: {0}\n\n  hint: check the name at the end of the address"
    )]
    NoDatabase(String),
    /// The database has lost the ledger's tables.
    #[error("the team ledger is not in its database: {0}")]
    Missing(String),
    /// No ledger was made in this database.
    #[error("this database holds no team ledger yet\n\n  hint: idv ledger init --ledger {0}")]
    NotInitialised(String),
    /// The database can't be written.
    #[error(
        "the team ledger's database is {0}, so no call can be claimed in it\n\n  hint: name the primary server"
    )]
    ReadOnly(&'static str),
    /// A crash of the server would lose claims.
    #[error(
        "the team ledger's database runs with fsync off: a crash would lose claims, and records would be paid twice\n\n  hint: set fsync = on and restart it"
    )]
    Fsync,
    /// The server is too old.
    #[error("the team ledger's server is PostgreSQL {0}, and 14 or newer is needed")]
    OldServer(i32),
    /// A later idv made it.
    #[error("the team ledger has schema {found}, this idv knows {known}: install the newer idv")]
    Newer {
        /// Its schema.
        found: i32,
        /// The newest schema known here.
        known: i32,
    },
    /// An earlier idv made it.
    #[error(
        "the team ledger has schema {0} of an earlier idv\n\n  hint: `idv ledger init` brings it up to date"
    )]
    Older(i32),
    /// Live and sandbox never share a ledger.
    #[error(
        "the team ledger is of kind {stamped}, this run is {asked}: name another with --ledger"
    )]
    OtherKind {
        /// Its kind.
        stamped: String,
        /// The kind of the run.
        asked: &'static str,
    },
    /// The user has no right to do this.
    #[error(
        "the team ledger's user may not do this: {0}\n\n  hint: an administrator grants it a role of `idv ledger init --roles`: GRANT idv_asker TO the user (runs), idv_reader (queries) or idv_keeper (resolve, forget, purge, budget)"
    )]
    Rights(String),
    /// Another run took over what this one left.
    #[error(
        "this run was silent for so long that its calls were given to others, so it sends nothing more; the answers that it has are kept"
    )]
    Fenced,
    /// The team's budget is used up.
    #[error("the team's budget is used up")]
    Budget,
    /// Answers that the database does not have yet.
    #[error(
        "the team ledger stays away: {0} answered calls wait in this machine's journal\n\n  hint: they are delivered by the next run, or by `idv ledger push`"
    )]
    Undelivered(u64),
    /// Something that a team's ledger does not do.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The database's own words.
    #[error("the team ledger's database says: {0}")]
    Failed(String),
}

impl TeamError {
    /// What an error of the database means.
    pub(super) fn of(error: &tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else { return Self::without_code(error) };
        let said = format!("{} ({})", db.message(), db.code().code());
        match db.code() {
            &SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
                Self::Login(said)
            }
            &SqlState::INVALID_CATALOG_NAME => Self::NoDatabase(said),
            &SqlState::UNDEFINED_TABLE
            | &SqlState::UNDEFINED_FUNCTION
            | &SqlState::INVALID_SCHEMA_NAME => Self::Missing(said),
            &SqlState::READ_ONLY_SQL_TRANSACTION => Self::ReadOnly("read-only"),
            &SqlState::INSUFFICIENT_PRIVILEGE => Self::Rights(said),
            code if is_passing(code.code()) => Self::Away(said),
            _ => Self::Failed(said),
        }
    }

    fn without_code(error: &tokio_postgres::Error) -> Self {
        let text = error.to_string();
        let why = innermost(error);
        if text.starts_with("error performing TLS handshake") {
            Self::Tls(why)
        } else if text.starts_with("authentication error") || why.contains("password missing") {
            Self::Login(why)
        } else if text.starts_with("invalid") {
            Self::Address(format!("is not understood: {why}"))
        } else {
            Self::Away(why)
        }
    }

    /// Whether it may pass by itself: the same is tried again on a new connection.
    pub(super) fn is_away(&self) -> bool {
        matches!(self, Self::Away(_))
    }

    /// Whether a run waits for its end: the database is away, is being restored, or is still the standby that
    /// becomes the primary.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::Away(_) | Self::NoDatabase(_) | Self::Missing(_) | Self::ReadOnly(_))
    }
}

/// Classes of codes that pass: connection, resources, shutdown, deadlock, serialization, time-outs.
fn is_passing(code: &str) -> bool {
    ["08", "53", "57", "40", "58"].contains(&&code[..2]) || ["25P03", "55P03"].contains(&code)
}

fn innermost(error: &tokio_postgres::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
