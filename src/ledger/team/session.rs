//! One connection to a team's database. Only unnamed statements, no settings of the session: a
//! pooler may give each transaction to another server process.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::ledger::team::address::{Protection, TeamAddress};
use crate::ledger::team::error::TeamError;
use crate::ledger::team::tls;

/// A statement that takes longer is given up with its connection.
const PATIENCE: Duration = Duration::from_secs(20);

/// So long may a query take that sums a whole ledger up.
const READING: Duration = Duration::from_secs(600);

/// Time to connect and log in.
const CONNECT: Duration = Duration::from_secs(15);

/// Begins a transaction whose commit waits for the disk and the synchronous replicas. What a
/// connection that broke has locked is free again after a while.
pub(super) const BEGIN: &str = "BEGIN; SET LOCAL synchronous_commit = on; \
     SET LOCAL statement_timeout = '20s'; SET LOCAL idle_in_transaction_session_timeout = '20s'";

/// A parameter of a statement, with its type.
pub(super) type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// A connection.
pub(super) struct Session {
    client: Client,
    /// Warnings of the server so far. A commit that did not wait for its replicas warns.
    warnings: Arc<AtomicU64>,
}

impl Session {
    /// Connects and logs in.
    pub(super) async fn open(address: &TeamAddress) -> Result<Self, TeamError> {
        let connecting = async {
            if address.protection == Protection::None {
                let (client, connection) =
                    address.config.connect(NoTls).await.map_err(|error| TeamError::of(&error))?;
                return Ok(Self::start(client, connection));
            }
            let tls = MakeRustlsConnect::new(tls::config(address)?);
            let (client, connection) =
                address.config.connect(tls).await.map_err(|error| TeamError::of(&error))?;
            Ok(Self::start(client, connection))
        };
        match tokio::time::timeout(CONNECT, connecting).await {
            Ok(opened) => opened,
            Err(_) => Err(TeamError::Away(format!("no connection within {} s", CONNECT.as_secs()))),
        }
    }

    fn start<S, T>(client: Client, mut connection: Connection<S, T>) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let warnings = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&warnings);
        tokio::spawn(async move {
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await
            {
                if let AsyncMessage::Notice(notice) = message
                    && notice.severity() == "WARNING"
                {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        Self { client, warnings }
    }

    /// Whether it has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs one statement and returns its rows.
    pub(super) async fn query(
        &self,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, TeamError> {
        let rows = self.client.query_typed(sql, parameters);
        within(rows).await
    }

    /// Runs a statement that may read a whole ledger.
    pub(super) async fn query_slowly(
        &self,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, TeamError> {
        let rows = tokio::time::timeout(READING, self.client.query_typed(sql, parameters)).await;
        let late = |_| TeamError::Away(format!("no answer within {} s", READING.as_secs()));
        rows.map_err(late)?.map_err(|error| TeamError::of(&error))
    }

    /// Runs statements without parameters.
    pub(super) async fn execute(&self, sql: &str) -> Result<(), TeamError> {
        within(self.client.batch_execute(sql)).await
    }

    /// Runs one statement in a transaction of its own, and returns its rows when they are durable: the
    /// commit was answered, without a warning. All is sent at once.
    pub(super) async fn durably(
        &self,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, TeamError> {
        let before = self.warnings.load(Ordering::SeqCst);
        let work = async {
            tokio::join!(
                self.client.batch_execute(BEGIN),
                self.client.query_typed(sql, parameters),
                self.client.batch_execute("COMMIT"),
            )
        };
        let (begun, rows, committed) = deadline(work).await?;
        // The statement's own error first: after it the commit is a rollback.
        let rows = rows.map_err(|error| TeamError::of(&error))?;
        begun.and(committed).map_err(|error| TeamError::of(&error))?;
        self.ensure_without_warning(before)?;
        Ok(rows)
    }

    /// Does the same with a beginning of several statements and three with rows.
    pub(super) async fn three_durably(
        &self,
        begin: &str,
        [first, second, third]: [(&str, &[Parameter<'_>]); 3],
    ) -> Result<[Vec<Row>; 3], TeamError> {
        let before = self.warnings.load(Ordering::SeqCst);
        let work = async {
            tokio::join!(
                self.client.batch_execute(begin),
                self.client.query_typed(first.0, first.1),
                self.client.query_typed(second.0, second.1),
                self.client.query_typed(third.0, third.1),
                self.client.batch_execute("COMMIT"),
            )
        };
        let (begun, first, second, third, committed) = deadline(work).await?;
        // The first error is the cause of those after it.
        let of = |error: tokio_postgres::Error| TeamError::of(&error);
        begun.map_err(of)?;
        let rows = [first.map_err(of)?, second.map_err(of)?, third.map_err(of)?];
        committed.map_err(of)?;
        self.ensure_without_warning(before)?;
        Ok(rows)
    }

    /// Commits what was begun, and returns when it is durable.
    pub(super) async fn commit(&self) -> Result<(), TeamError> {
        let before = self.warnings.load(Ordering::SeqCst);
        self.execute("COMMIT").await?;
        self.ensure_without_warning(before)
    }

    fn ensure_without_warning(&self, before: u64) -> Result<(), TeamError> {
        if self.warnings.load(Ordering::SeqCst) == before {
            return Ok(());
        }
        Err(TeamError::Away("a commit was answered with a warning".to_owned()))
    }
}

async fn within<T>(
    work: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, TeamError> {
    deadline(work).await?.map_err(|error| TeamError::of(&error))
}

async fn deadline<T>(work: impl Future<Output = T>) -> Result<T, TeamError> {
    let late = |_| TeamError::Away(format!("no answer within {} s", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, work).await.map_err(late)
}

/// A connection that is opened when it is needed, and anew after it broke.
pub(super) struct Link {
    address: Arc<TeamAddress>,
    session: Option<Session>,
}

impl Link {
    pub(super) fn new(address: Arc<TeamAddress>) -> Self {
        Self { address, session: None }
    }

    /// With a connection that is there already.
    pub(super) fn with(address: Arc<TeamAddress>, session: Session) -> Self {
        Self { address, session: Some(session) }
    }

    /// The connection.
    pub(super) async fn session(&mut self) -> Result<&Session, TeamError> {
        if self.session.as_ref().is_none_or(Session::is_closed) {
            self.session = None;
            self.session = Some(Session::open(&self.address).await?);
        }
        self.session.as_ref().ok_or_else(|| TeamError::Away("not connected".to_owned()))
    }

    /// Drops the connection: its last statement has failed, or was not answered.
    pub(super) fn drop_session(&mut self) {
        self.session = None;
    }
}
