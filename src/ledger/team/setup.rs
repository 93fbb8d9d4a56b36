//! `idv ledger init` and `idv ledger doctor`: makes a team's ledger, and looks whether its server keeps
//! what the promise rests on.

use tokio_postgres::types::Type;

use crate::ledger::chain::hexadecimal;
use crate::ledger::kind::Kind;
use crate::ledger::team::address::{Protection, TeamAddress};
use crate::ledger::team::error::TeamError;
use crate::ledger::team::identity::{self, Identity, SCHEMA, Server};
use crate::ledger::team::session::{BEGIN, Session};

/// What `init` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InitResult {
    /// A ledger was made.
    Made,
    /// It was there already, and is as it was.
    Kept,
    /// It was of an earlier idv, and is up to date now.
    Upgraded,
}

/// Makes the ledger where there is none, in one transaction; with the roles if they are wanted.
pub(super) async fn init(
    address: &TeamAddress,
    kind: Kind,
    roles: bool,
) -> Result<InitResult, TeamError> {
    match try_init(address, kind, roles).await {
        // Another one made it at the same time.
        Err(TeamError::Failed(why)) if SAME_TIME.iter().any(|code| why.contains(code)) => {
            try_init(address, kind, roles).await
        }
        done => done,
    }
}

/// Codes of what exists already: a key, a schema, a table.
const SAME_TIME: [&str; 3] = ["(23505)", "(42P06)", "(42P07)"];

async fn try_init(address: &TeamAddress, kind: Kind, roles: bool) -> Result<InitResult, TeamError> {
    let session = Session::open(address).await?;
    session.execute(BEGIN).await?;
    let server = Server::ask(&session).await?;
    server.ensure_durable()?;
    let made = if server.has_ledger {
        let upgraded = upgrade(&session).await?;
        Identity::read(&session, address, &server, Some(kind)).await?;
        if upgraded { InitResult::Upgraded } else { InitResult::Kept }
    } else {
        make(&session, kind).await?;
        InitResult::Made
    };
    if roles {
        session.execute(include_str!("roles.sql")).await?;
    }
    session.commit().await?;
    Ok(made)
}

/// The step from each older schema to the next.
const STEPS: [&str; 1] = [include_str!("upgrade_1_to_2.sql")];

/// Brings an older schema up to date, in the transaction that was begun. Returns whether it was older.
async fn upgrade(session: &Session) -> Result<bool, TeamError> {
    let Some(found) = identity::schema(session).await? else { return Ok(false) };
    let known = usize::try_from(found - 1).unwrap_or(STEPS.len());
    let steps = STEPS.get(known..).unwrap_or_default();
    for step in steps {
        session.execute(step).await?;
    }
    Ok(!steps.is_empty())
}

async fn make(session: &Session, kind: Kind) -> Result<(), TeamError> {
    session.execute("CREATE SCHEMA IF NOT EXISTS idv").await?;
    session.execute(include_str!("schema.sql")).await?;
    let mut random = [0_u8; 36];
    getrandom::fill(&mut random).map_err(|error| TeamError::Failed(error.to_string()))?;
    let (secret, id) = random.split_at(32);
    let id = hexadecimal(id);
    let sql = "INSERT INTO idv.ledger (version, id, kind, secret) VALUES ($1, $2, $3, $4)";
    let parameters = [
        (&SCHEMA as _, Type::INT4),
        (&id as _, Type::TEXT),
        (&kind.word() as _, Type::TEXT),
        (&secret as _, Type::BYTEA),
    ];
    session.query(sql, &parameters).await.map(drop)
}

/// How grave a finding of `doctor` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// As it must be.
    Ok,
    /// The promise holds, with an exception that is named.
    Warning,
    /// A promise would be broken.
    Broken,
    /// It can't be reached.
    Away,
}

/// One line of `doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// How grave it is.
    pub health: Health,
    /// What was found, and what to do.
    pub text: String,
}

fn finding(health: Health, text: impl Into<String>) -> Finding {
    Finding { health, text: text.into() }
}

impl From<TeamError> for Finding {
    fn from(error: TeamError) -> Self {
        let health = if error.is_away() { Health::Away } else { Health::Broken };
        finding(health, error.to_string().replace("\n\n  hint:", ";"))
    }
}

/// Looks at everything that the promise rests on. Ends early where nothing more can be seen.
pub(super) async fn doctor(address: &TeamAddress) -> Vec<Finding> {
    let session = match Session::open(address).await {
        Ok(session) => session,
        Err(error) => return vec![error.into()],
    };
    let mut findings = vec![finding(Health::Ok, format!("reached: {address}"))];
    findings.push(protection(address));
    if let Err(error) = examine(&session, address, &mut findings).await {
        findings.push(error.into());
    }
    findings
}

fn protection(address: &TeamAddress) -> Finding {
    match address.protection {
        Protection::None => finding(Health::Ok, "connection: on this machine, without TLS"),
        Protection::Encrypted => finding(
            Health::Warning,
            "TLS: encrypted, but to whoever answers; use sslmode=verify-full",
        ),
        Protection::Authority => finding(
            Health::Warning,
            "TLS: the authority is checked, the host's name is not; use sslmode=verify-full",
        ),
        Protection::Host => finding(Health::Ok, "TLS: certificate and name are checked"),
    }
}

async fn examine(
    session: &Session,
    address: &TeamAddress,
    findings: &mut Vec<Finding>,
) -> Result<(), TeamError> {
    let server = Server::ask(session).await?;
    server.ensure_durable()?;
    findings.push(finding(
        Health::Ok,
        format!("server: PostgreSQL {}, fsync on, writable", server.version),
    ));
    findings.push(if server.full_page_writes {
        finding(Health::Ok, "full_page_writes: on")
    } else {
        finding(
            Health::Warning,
            "full_page_writes is off: a power cut may damage the database; set it to on",
        )
    });
    findings.push(replicas(session).await?);
    let identity = Identity::read(session, address, &server, None).await?;
    findings.push(finding(
        Health::Ok,
        format!("ledger: {}, kind {}, schema {SCHEMA}", identity.id, identity.kind.word()),
    ));
    findings.push(rights(session).await?);
    clock(session).await.map(|found| findings.push(found))
}

/// Replicas that commits do not wait for may become the primary without the last claims.
async fn replicas(session: &Session) -> Result<Finding, TeamError> {
    let sql = "SELECT count(*)::int8, current_setting('synchronous_standby_names')
               FROM pg_stat_replication WHERE state = 'streaming'";
    let rows = session.query(sql, &[]).await?;
    let (count, names): (i64, String) =
        rows.first().map_or((0, String::new()), |row| (row.get(0), row.get(1)));
    Ok(match (count, names.is_empty()) {
        (_, false) => finding(Health::Ok, format!("replicas: commits wait for {names}")),
        (0, true) => finding(Health::Ok, "replicas: none is seen"),
        (_, true) => finding(
            Health::Warning,
            "replicas: commits wait for none, so a failover may lose claims, and their records be paid \
             twice; set synchronous_standby_names",
        ),
    })
}

async fn rights(session: &Session) -> Result<Finding, TeamError> {
    let sql = "SELECT has_table_privilege('idv.calls', 'INSERT') AND has_table_privilege('idv.answers', 'INSERT')
                      AND has_table_privilege('idv.runs', 'INSERT, UPDATE'),
                      has_table_privilege('idv.calls', 'DELETE')";
    let rows = session.query(sql, &[]).await?;
    let (asks, keeps): (bool, bool) =
        rows.first().map_or((false, false), |row| (row.get(0), row.get(1)));
    Ok(match (asks, keeps) {
        (true, true) => finding(Health::Ok, "rights: may run and maintain"),
        (true, false) => finding(
            Health::Ok,
            "rights: may run; resolve, forget, purge and budget need idv_keeper",
        ),
        (false, _) => finding(
            Health::Warning,
            "rights: may only query; runs need GRANT idv_asker TO this user",
        ),
    })
}

/// Clocks decide nothing, but times that differ confuse people.
async fn clock(session: &Session) -> Result<Finding, TeamError> {
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8";
    let rows = session.query(sql, &[]).await?;
    let theirs: i64 = rows.first().map_or(0, |row| row.get(0));
    let apart = (jiff::Timestamp::now().as_millisecond() - theirs).abs() / 1000;
    Ok(if apart < 5 {
        finding(Health::Ok, "clocks: this machine's and the server's agree")
    } else {
        finding(
            Health::Warning,
            format!(
                "clocks: this machine's is {apart} s off the server's; no decision rests on it"
            ),
        )
    })
}
