//! Resolves the settings: flag, then an explicit `--env-file`, then the environment, then `.env` in
//! the working directory, then the default. No message shows a value that was read from a file.

mod client_identity;
mod connection;
mod error;
mod key_command;
mod lang;
mod origin;
mod pace;
mod plan_settings;
mod retention;
mod sources;
mod variables;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use reqwest::Url;
use secrecy::SecretString;

use crate::client;
use crate::client::endpoint_url;
use crate::ledger::{Kind, LedgerPlace, RunOrigin};
use crate::model::limits::MaxInFlight;
use crate::model::price::Price;
use crate::platform;
use crate::settings::client_identity::read_identity;
use crate::settings::connection::{find_proxy, read_certificates};

pub use crate::settings::error::SettingsError;
pub(crate) use crate::settings::lang::lang;
pub use crate::settings::origin::OriginOptions;
pub(crate) use crate::settings::origin::origin;
pub use crate::settings::plan_settings::PlanSettings;
use crate::settings::sources::SettingSources;
pub(crate) use crate::settings::variables::*;

/// Partner code of calls to the built-in sandbox.
pub(crate) const SANDBOX_PARTNER_CODE: &str = "sandbox";

/// What the command line says about the endpoint, the account and the ledger. `None` leaves a value
/// to the settings files, the environment, or the default.
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
    /// A file with the client's certificate, and the file of its key.
    pub client_identity: Option<(PathBuf, PathBuf)>,
    /// A settings file that goes before the environment.
    pub env_file: Option<PathBuf>,
    /// A file with the partner key.
    pub partner_key_file: Option<PathBuf>,
    /// A command that prints the partner key.
    pub partner_key_command: Option<String>,
    /// The ledger's file.
    pub ledger: Option<PathBuf>,
    /// Requests in flight at most.
    pub concurrency: Option<MaxInFlight>,
    /// Requests a second at most.
    pub rate: Option<f64>,
    /// The origin of the run.
    pub origin: OriginOptions,
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
            client_identity: None,
            env_file: None,
            partner_key_file: None,
            partner_key_command: None,
            ledger: None,
            concurrency: None,
            rate: None,
            origin: OriginOptions::default(),
        }
    }
}

/// The settings of a run that sends.
pub struct Settings {
    /// Options of the HTTP client. The URL in them holds the credentials.
    pub client: client::Options,
    /// The endpoint without its query, so without credentials: messages may show it.
    pub shown_endpoint: String,
    /// Requests in flight.
    pub concurrency: MaxInFlight,
    /// Requests a second.
    pub rate: Option<f64>,
    /// Partner code, which is part of a record's key in the ledger.
    pub partner_code: String,
    /// Live or sandbox.
    pub kind: Kind,
    /// Where the ledger is.
    pub(crate) ledger: LedgerPlace,
    /// The price of a call, if it is known.
    pub price: Option<Price>,
    /// The origin of the run, still without its command.
    pub(crate) origin: RunOrigin,
    /// The age at which calls are purged after a run.
    pub(crate) retention: Option<SignedDuration>,
}

/// Shows the endpoint only, never credentials.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("endpoint", &self.shown_endpoint).finish_non_exhaustive()
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
        let built_in_sandbox = sandbox.is_some();
        let (endpoint, partner_code, key) = match sandbox {
            Some(url) => (url, SANDBOX_PARTNER_CODE.to_owned(), SecretString::from("sandbox")),
            None => sources.account(options)?,
        };
        let shown_endpoint = endpoint_url::shown(&endpoint);
        let kind = Kind::of_endpoint(endpoint_url::is_loopback(&endpoint));
        let ledger = sources.ledger(options.ledger.as_deref(), built_in_sandbox, kind)?;
        let is_loopback = kind == Kind::Sandbox;
        let proxy = find_proxy(options.proxy.as_deref(), &endpoint, is_loopback)?;
        let roots = options.ca_cert.as_deref().map(read_certificates).transpose()?;
        let identity = options.client_identity.as_ref();
        let identity = identity.map(|(cert, key)| read_identity(cert, key)).transpose()?;
        let client = client::Options {
            url: endpoint_url::with_credentials(endpoint, &partner_code, &key),
            loopback: kind == Kind::Sandbox,
            proxy,
            environment_proxy: false,
            roots,
            identity,
            timeout: options.timeout,
            connect_timeout: options
                .connect_timeout
                .min(options.timeout)
                .max(Duration::from_millis(1)),
            connections: usize::from(concurrency.most()),
        };
        let (price, origin) = (sources.price()?, sources.origin(&options.origin)?);
        Ok(Self {
            client,
            shown_endpoint,
            concurrency,
            rate,
            partner_code,
            kind,
            ledger,
            price,
            origin,
            retention: sources.retention()?,
        })
    }
}

/// Finds the ledger that `idv ledger` reads: the flag's, the setting's, or the default file.
pub(crate) fn ledger(flag: Option<&Path>, sandbox: bool) -> Result<LedgerPlace, SettingsError> {
    if let Some(value) = flag {
        return Ok(LedgerPlace::of_flag(value)?);
    }
    if sandbox {
        return Ok(LedgerPlace::File(default_ledger(Kind::Sandbox)?));
    }
    match SettingSources::read(None)?.get(LEDGER) {
        Some(value) => Ok(LedgerPlace::of_setting(value)?),
        None => Ok(LedgerPlace::File(default_ledger(Kind::Live)?)),
    }
}

/// Finds the ledger that `idv ledger init` makes: the flag's, or the setting's for the sandbox too.
pub(crate) fn ledger_to_make(flag: Option<&Path>) -> Result<LedgerPlace, SettingsError> {
    ledger(flag, false)
}

/// The folder of the ledgers of this machine.
pub(crate) fn ledger_folder() -> Result<PathBuf, SettingsError> {
    Ok(platform::state_folder().ok_or(SettingsError::NoHome)?.join("idv"))
}

/// Reads the partner code from the settings.
pub(crate) fn partner_code() -> Result<Option<String>, SettingsError> {
    Ok(SettingSources::read(None)?.get(PARTNER_CODE).map(str::to_owned))
}

/// Reads the price of a call from the settings.
pub(crate) fn price() -> Result<Option<Price>, SettingsError> {
    SettingSources::read(None)?.price()
}

fn default_ledger(kind: Kind) -> Result<PathBuf, SettingsError> {
    Ok(ledger_folder()?.join(match kind {
        Kind::Live => "ledger.db",
        Kind::Sandbox => "ledger.sandbox.db",
    }))
}

impl SettingSources {
    /// Finds the ledger: the flag's, the setting's, or the default one. The built-in sandbox
    /// ignores the setting, but not the flag.
    fn ledger(
        &self,
        flag: Option<&Path>,
        built_in_sandbox: bool,
        kind: Kind,
    ) -> Result<LedgerPlace, SettingsError> {
        let setting = self.get(LEDGER).filter(|_| !built_in_sandbox);
        match (flag, setting) {
            (Some(value), _) => Ok(LedgerPlace::of_flag(value)?),
            (None, Some(value)) => Ok(LedgerPlace::of_setting(value)?),
            (None, None) => Ok(LedgerPlace::File(default_ledger(kind)?)),
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
        let partner_code = self.get(PARTNER_CODE);
        let key = self.key(options)?;
        let mut missing = Vec::new();
        missing.extend(endpoint.is_none().then_some(ENDPOINT));
        missing.extend(partner_code.is_none().then_some(PARTNER_CODE));
        missing.extend(key.is_none().then_some(PARTNER_KEY));
        match (endpoint, partner_code, key) {
            (Some(endpoint), Some(partner_code), Some(key)) => {
                Ok((endpoint_url::parse(endpoint)?, partner_code.to_owned(), key))
            }
            _ => Err(SettingsError::Missing(missing)),
        }
    }
}
