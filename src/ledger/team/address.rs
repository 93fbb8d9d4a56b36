//! The address of a team's database: its URL, what the environment and `~/.pgpass` add, and how its
//! connection is protected.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::ledger::team::error::TeamError;
use crate::ledger::team::password_file;

/// How a connection is protected, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protection {
    /// Nothing: a Unix socket, or this machine.
    None,
    /// Encrypted, to whoever answers.
    Encrypted,
    /// Encrypted, and the certificate is of a trusted authority.
    Authority,
    /// That, and it is the host's.
    Host,
}

/// The address of a team's database. Shown without its password.
#[derive(Clone)]
pub(crate) struct TeamAddress {
    pub(super) config: Config,
    pub(super) protection: Protection,
    /// The only authorities that are trusted; those of the system otherwise.
    pub(super) authorities: Option<PathBuf>,
    shown: String,
}

impl std::fmt::Debug for TeamAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

impl std::fmt::Display for TeamAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

impl PartialEq for TeamAddress {
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown
    }
}

/// Whether a setting is the address of a team's ledger, not a file.
pub(crate) fn is_address(text: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme))
}

/// A URL, cut into what is shown, the password and the parameters.
struct Parts {
    /// Scheme, user, host and database.
    base: String,
    has_password: bool,
    parameters: Vec<(String, String)>,
}

impl Parts {
    fn of(text: &str) -> Self {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
        // A password may hold a slash that nobody encoded, so the last @ counts.
        let (user, place) = rest.rsplit_once('@').map_or((None, rest), |(u, p)| (Some(u), p));
        let (name, password) = match user.map(|user| user.split_once(':')) {
            Some(Some((name, password))) => (Some(name), Some(password)),
            Some(None) => (user, None),
            None => (None, None),
        };
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        };
        let parameters: Vec<_> =
            query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
        let has_parameter = parameters.iter().any(|(name, _)| is_password(name));
        let base = match name {
            Some(name) => format!("{scheme}://{name}@{place}"),
            None => format!("{scheme}://{place}"),
        };
        Self { base, has_password: password.is_some() || has_parameter, parameters }
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.parameters.iter().position(|(known, _)| known == name)?;
        let (_, value) = self.parameters.remove(at);
        Some(percent_decode_str(&value).decode_utf8_lossy().into_owned())
    }

    /// What may be shown: no password.
    fn shown(&self) -> String {
        let shown = |(name, value): &(String, String)| format!("{name}={value}");
        let given = self.parameters.iter().filter(|(name, _)| !is_password(name));
        let query: Vec<_> = given.map(shown).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{mark}{}", self.base, query.join("&"))
    }
}

fn is_password(name: &str) -> bool {
    name.eq_ignore_ascii_case("password")
}

impl TeamAddress {
    /// Reads the address of a flag: without a password, since others see the command line.
    pub(crate) fn of_flag(text: &str) -> Result<Self, TeamError> {
        if Parts::of(text).has_password {
            return Err(TeamError::PasswordInFlag);
        }
        Self::of_setting(text)
    }

    /// Reads the address of a setting.
    pub(crate) fn of_setting(text: &str) -> Result<Self, TeamError> {
        let mut parts = Parts::of(text);
        let shown = parts.shown();
        let environment = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mode = parts.take("sslmode").or_else(|| environment("PGSSLMODE"));
        let authorities = parts.take("sslrootcert").or_else(|| environment("PGSSLROOTCERT"));
        if parts.take("options").is_some() {
            return Err(TeamError::Address(
                "may hold no options: a pooler refuses them".to_owned(),
            ));
        }
        let mut config = Config::from_str(&without(text, &["sslmode", "sslrootcert"]))
            .map_err(|_| TeamError::Address("is not understood".to_owned()))?;
        if config.get_hosts().is_empty() {
            return Err(TeamError::Address("names no host".to_owned()));
        }
        let local = config.get_hosts().iter().all(is_local);
        let protection = protection(mode.as_deref(), local)?;
        complete(&mut config, protection);
        let authorities = authorities.filter(|file| file != "system").map(PathBuf::from);
        Ok(Self { config, protection, authorities, shown })
    }
}

/// The same URL without these parameters.
fn without(text: &str, names: &[&str]) -> String {
    let Some((base, query)) = text.split_once('?') else { return text.to_owned() };
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let kept: Vec<_> =
        query.split('&').filter(|pair| !names.contains(&name(pair).as_str())).collect();
    if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            let address = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn protection(mode: Option<&str>, local: bool) -> Result<Protection, TeamError> {
    let refused = |why: &str| Err(TeamError::Address(why.to_owned()));
    match mode {
        None | Some("disable" | "allow" | "prefer") if local => Ok(Protection::None),
        None | Some("verify-full") => Ok(Protection::Host),
        Some("verify-ca") => Ok(Protection::Authority),
        Some("require") => Ok(Protection::Encrypted),
        Some("disable" | "allow" | "prefer") => refused(
            "has an sslmode that lets the secret and the answers be read on the way: use verify-full",
        ),
        Some(_) => {
            refused("has an sslmode that is not known: use verify-full, verify-ca or require")
        }
    }
}

/// Adds what the address leaves open: user, password, time-outs.
fn complete(config: &mut Config, protection: Protection) {
    let user = crate::platform::user_name().unwrap_or_default();
    let user = config.get_user().map_or(user, str::to_owned);
    config.user(&user);
    let database = config.get_dbname().map_or_else(|| user.clone(), str::to_owned);
    config.dbname(&database);
    if config.get_application_name().is_none() {
        config.application_name("idv");
    }
    if config.get_password().is_none()
        && let Some(password) = password_file::password(config, &database, &user)
    {
        config.password(password);
    }
    config.ssl_mode(match protection {
        Protection::None => SslMode::Disable,
        _ => SslMode::Require,
    });
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(10));
    }
    config.keepalives_idle(Duration::from_secs(10)).tcp_user_timeout(Duration::from_secs(20));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_flag_is_refused_wherever_it_stands() {
        for flag in [
            "postgres://idv:geheim@db.example.id/idv",
            "postgresql://idv@db.example.id/idv?password=geheim",
            "postgres://idv:ge@he/im@db.example.id/idv",
        ] {
            assert_eq!(TeamAddress::of_flag(flag).err(), Some(TeamError::PasswordInFlag), "{flag}");
        }
        assert!(TeamAddress::of_flag("postgres://idv@db.example.id/idv").is_ok());
    }

    #[test]
    fn a_password_is_never_shown() {
        let address = "postgres://idv:geheim@localhost/idv?password=geheim&connect_timeout=3";
        let address = TeamAddress::of_setting(address).unwrap();
        let shown = format!("{address} {address:?} {:?}", address.config);
        assert!(!shown.contains("geheim"), "{shown}");
        assert_eq!(address.to_string(), "postgres://idv@localhost/idv?connect_timeout=3");
    }

    #[test]
    fn what_leaves_this_machine_is_protected() {
        let of = |text: &str| TeamAddress::of_setting(text).map(|address| address.protection);
        assert_eq!(of("postgres://a@db.example.id/idv"), Ok(Protection::Host));
        assert_eq!(of("postgres://a@127.0.0.1:5433/idv"), Ok(Protection::None));
        assert_eq!(of("postgres://a@%2Ftmp%2Fpg/idv"), Ok(Protection::None));
        assert_eq!(of("postgres:///idv?host=/tmp/pg"), Ok(Protection::None));
        assert_eq!(of("postgres://a@db.example.id/idv?sslmode=require"), Ok(Protection::Encrypted));
        assert_eq!(of("postgres://a@localhost/idv?sslmode=verify-full"), Ok(Protection::Host));
        for weak in ["disable", "allow", "prefer", "whatever"] {
            let text = format!("postgres://a@db.example.id/idv?sslmode={weak}");
            assert!(matches!(of(&text), Err(TeamError::Address(_))), "{weak}");
        }
    }
}
