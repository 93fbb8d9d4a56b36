//! Settings: flag, then an explicit `--env-file`, then the environment, then `.env` in the working
//! directory, then the default. Nothing here ever shows a value it read from a file.

mod connection;
mod pace;
mod plan_settings;
mod sources;

use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::{BaseStrategy as _, choose_base_strategy};
use reqwest::Url;
use secrecy::SecretString;

use crate::cli::InFlight;
use crate::client;
use crate::client::endpoint_url::{self, EndpointError};
use crate::ledger::Kind;
use crate::model::price::{Price, PriceError};
use crate::settings::connection::{proxy, read_certificates};

pub(crate) use crate::settings::pace::{CONCURRENCY, RATE};
pub use crate::settings::plan_settings::PlanSettings;
use crate::settings::sources::SettingSources;

/// Where the endpoint's URL is read from.
pub(crate) const ENDPOINT: &str = "IDV_ENDPOINT";
/// Where the partner code is read from.
pub(crate) const PARTNER_CODE: &str = "IDV_PARTNER_CODE";
/// Where the partner key is read from.
pub(crate) const PARTNER_KEY: &str = "IDV_PARTNER_KEY";
/// Where the name of a file with the partner key is read from.
pub(crate) const PARTNER_KEY_FILE: &str = "IDV_PARTNER_KEY_FILE";
/// Where the ledger's file is named.
pub(crate) const LEDGER: &str = "IDV_LEDGER";
/// Where the price of a call is read from.
pub(crate) const PRICE: &str = "IDV_PRICE";

/// Whose calls those of the built-in sandbox are.
const SANDBOX_CODE: &str = "sandbox";

/// A setting that is missing or can't be used. Its text shows no value.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Required settings that were found nowhere.
    #[error(
        "missing: {}\n\n  \
         hint: copy .env.example to .env and fill it in, or set the variables;\n  \
         to try idv without an account, add --sandbox", .0.join(", ")
    )]
    Missing(Vec<&'static str>),
    /// A settings file that can't be read.
    #[error(
        "can't read {}: {why}\n\n  hint: check its name, and that you may read it",
        file.display()
    )]
    File {
        /// The file.
        file: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The file that should hold the key can't be read. What stands for its name may be the key.
    #[error(
        "can't read the file that {PARTNER_KEY_FILE} names: {0}\n\n  \
         hint: write the name of a file there; the key itself goes into {PARTNER_KEY}"
    )]
    KeyFile(String),
    /// A settings file whose text can't be understood. The library's own message quotes the line,
    /// and with it the key; so the last variable that was understood is named instead.
    #[error(
        "{}: can't read the line {after}\n\n  \
         hint: write NAME='value', with single quotes: an unquoted space, $ or # is misread",
        file.display()
    )]
    Syntax {
        /// The file.
        file: PathBuf,
        /// Which line it is, as far as can be said.
        after: String,
    },
    /// The key stands in two places of one source.
    #[error("both {PARTNER_KEY} and {PARTNER_KEY_FILE} are set in {0}: keep one of them")]
    TwoKeys(String),
    /// An endpoint that can't be used.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// A proxy that can't be used. Its URL may hold a password, so it is not shown.
    #[error("--proxy {0}\n\n  hint: write it as in --proxy http://proxy.example:3128")]
    Proxy(&'static str),
    /// A file of certificates that can't be used.
    #[error(
        "--ca-cert {}: {why}\n\n  \
         hint: it must hold certificates in PEM form, each from -----BEGIN CERTIFICATE----- to \
         -----END CERTIFICATE-----",
        file.display()
    )]
    Certificates {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// No place for the ledger.
    #[error("no home folder is known for the ledger: name a file with --ledger")]
    NoHome,
    /// A number that is none.
    #[error("{name} must be {wanted}")]
    Number {
        /// The variable.
        name: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
    /// A price that is none.
    #[error("{PRICE} is no price: {0}")]
    Price(PriceError),
}

/// What the command line says about the endpoint, the account and the ledger. `None` leaves a value to
/// the settings files, the environment, or the default.
#[derive(Debug, Clone)]
pub struct EndpointOptions {
    /// Whether the built-in sandbox takes the place of endpoint and account.
    pub sandbox: bool,
    /// The endpoint's URL.
    pub endpoint: Option<String>,
    /// Time from the first byte sent to the last byte received.
    pub timeout: Duration,
    /// Time to open a connection.
    pub connect_timeout: Duration,
    /// The URL of a proxy.
    pub proxy: Option<String>,
    /// A file with the only certificates that are trusted.
    pub ca_cert: Option<PathBuf>,
    /// A settings file that goes before the environment.
    pub env_file: Option<PathBuf>,
    /// A file with the partner key.
    pub partner_key_file: Option<PathBuf>,
    /// The ledger's file.
    pub ledger: Option<PathBuf>,
    /// Requests in flight at most.
    pub concurrency: Option<InFlight>,
    /// Requests a second at most.
    pub rate: Option<f64>,
}

impl Default for EndpointOptions {
    fn default() -> Self {
        Self {
            sandbox: false,
            endpoint: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            proxy: None,
            ca_cert: None,
            env_file: None,
            partner_key_file: None,
            ledger: None,
            concurrency: None,
            rate: None,
        }
    }
}

/// All that a run needs to know to reach its endpoint.
pub struct Settings {
    /// How to reach it; the credentials are in the URL.
    pub client: client::Options,
    /// What may be shown of the endpoint: no query, so no credentials.
    pub shown: String,
    /// Requests in flight.
    pub concurrency: InFlight,
    /// Requests a second.
    pub rate: Option<f64>,
    /// Whose calls these are: a record is known by it too.
    pub partner_code: String,
    /// What is behind the endpoint.
    pub kind: Kind,
    /// The file that remembers the calls.
    pub ledger: PathBuf,
    /// What one call costs, where that is known.
    pub price: Option<Price>,
}

/// Shows neither the URL with its credentials nor anything else that was read.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("endpoint", &self.shown).finish_non_exhaustive()
    }
}

impl Settings {
    /// Resolves command line, settings files and environment. `sandbox` is the URL of the built-in
    /// sandbox, if it takes the place of endpoint and account.
    pub fn resolve(options: &EndpointOptions, sandbox: Option<Url>) -> Result<Self, SettingsError> {
        let sources = SettingSources::read(options.env_file.as_deref())?;
        let concurrency = match options.concurrency {
            Some(concurrency) => concurrency,
            None => sources.concurrency()?,
        };
        let rate = options.rate.map_or_else(|| sources.rate(), |rate| Ok(Some(rate)))?;
        let built_in = sandbox.is_some();
        let (endpoint, code, key) = match sandbox {
            Some(url) => (url, SANDBOX_CODE.to_owned(), SecretString::from("sandbox")),
            None => sources.account(options)?,
        };
        let shown = endpoint_url::shown(&endpoint);
        let kind = Kind::of_endpoint(endpoint_url::is_loopback(&endpoint));
        let ledger = sources.ledger(options.ledger.as_deref(), built_in, kind)?;
        let proxy = options.proxy.as_deref().map(|text| proxy(text, &endpoint)).transpose()?;
        let roots = options.ca_cert.as_deref().map(read_certificates).transpose()?;
        let client = client::Options {
            url: endpoint_url::with_credentials(endpoint, &code, &key),
            loopback: kind == Kind::Sandbox,
            proxy,
            roots,
            timeout: options.timeout,
            connect_timeout: options
                .connect_timeout
                .min(options.timeout)
                .max(Duration::from_millis(1)),
            connections: usize::from(concurrency.most()),
        };
        let price = sources.price()?;
        Ok(Self { client, shown, concurrency, rate, partner_code: code, kind, ledger, price })
    }
}

/// The ledger that `idv ledger` is about: the flag's, the setting's, or the default one.
pub(crate) fn ledger(flag: Option<&Path>, sandbox: bool) -> Result<PathBuf, SettingsError> {
    if let Some(file) = flag {
        return Ok(file.to_owned());
    }
    if sandbox {
        return default_ledger(Kind::Sandbox);
    }
    match SettingSources::read(None)?.get(LEDGER) {
        Some(file) => Ok(PathBuf::from(file)),
        None => default_ledger(Kind::Live),
    }
}

/// What a charged call costs, where no flag says so.
pub(crate) fn price() -> Result<Option<Price>, SettingsError> {
    SettingSources::read(None)?.price()
}

fn default_ledger(kind: Kind) -> Result<PathBuf, SettingsError> {
    let base = choose_base_strategy().map_err(|_| SettingsError::NoHome)?;
    let folder = base.state_dir().unwrap_or_else(|| base.data_dir()).join("idv");
    Ok(folder.join(match kind {
        Kind::Live => "ledger.db",
        Kind::Sandbox => "ledger.sandbox.db",
    }))
}

impl SettingSources {
    /// The flag's ledger, the setting's, or the usual one. The built-in sandbox is beside all
    /// settings, but not beside a flag.
    fn ledger(
        &self,
        flag: Option<&Path>,
        built_in: bool,
        kind: Kind,
    ) -> Result<PathBuf, SettingsError> {
        let named = || self.get(LEDGER).filter(|_| !built_in).map(PathBuf::from);
        match flag.map(Path::to_owned).or_else(named) {
            Some(ledger) => Ok(ledger),
            None => default_ledger(kind),
        }
    }

    fn price(&self) -> Result<Option<Price>, SettingsError> {
        let price = self.get(PRICE).map(|text| text.trim().parse());
        price.transpose().map_err(SettingsError::Price)
    }

    fn account(
        &self,
        options: &EndpointOptions,
    ) -> Result<(Url, String, SecretString), SettingsError> {
        let endpoint = options.endpoint.as_deref().or_else(|| self.get(ENDPOINT));
        let code = self.get(PARTNER_CODE);
        let key = self.key(options.partner_key_file.as_deref())?;
        let mut missing = Vec::new();
        missing.extend(endpoint.is_none().then_some(ENDPOINT));
        missing.extend(code.is_none().then_some(PARTNER_CODE));
        missing.extend(key.is_none().then_some(PARTNER_KEY));
        match (endpoint, code, key) {
            (Some(endpoint), Some(code), Some(key)) => {
                Ok((endpoint_url::parse(endpoint)?, code.to_owned(), key))
            }
            _ => Err(SettingsError::Missing(missing)),
        }
    }
}
