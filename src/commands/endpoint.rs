//! Whom `verify` and `batch` ask: a real endpoint, or a sandbox inside this process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use reqwest::Url;

use crate::cli::{EndpointArgs, LedgerArgs, Suspect, Unknown};
use crate::client::Client;
use crate::commands::plan::{self, Past};
use crate::ledger::{Kind, Ledger, LedgerError, ReuseRules, Run};
use crate::model::price::Price;
use crate::output::progress::Progress;
use crate::output::text::quoted;
use crate::run::SendOptions;
use crate::run::retry::RetryPolicy;
use crate::sandbox::Sandbox;
use crate::settings::{self, Settings};

/// A run without a clean answer ends after this, unless another time is named.
const GIVE_UP_AFTER: Duration = Duration::from_secs(300);

/// A client for the endpoint, and where its calls are remembered.
pub(crate) struct Endpoint {
    /// Sends the records.
    pub client: Client,
    /// Requests in flight.
    pub concurrency: u16,
    /// What one call costs, by the settings.
    pub price: Option<Price>,
    /// Requests a second.
    rate: Option<f64>,
    /// How long a request may take.
    timeout: Duration,
    partner_code: String,
    kind: Kind,
    ledger: PathBuf,
    sandbox: Option<Sandbox>,
    shown: String,
}

impl Endpoint {
    /// Resolves the settings, and starts the sandbox if it is wanted.
    pub(crate) fn open(
        args: &EndpointArgs,
        ledger: &LedgerArgs,
        concurrency: Option<u16>,
        rate: Option<f64>,
    ) -> anyhow::Result<Self> {
        let sandbox = args.sandbox.then(Sandbox::start).transpose();
        let sandbox = sandbox.context("can't open a port on 127.0.0.1 for the sandbox")?;
        let url = sandbox.as_ref().map(|sandbox| Url::parse(&sandbox.url())).transpose()?;
        let settings = Settings::resolve(args, concurrency, rate, ledger.ledger.as_deref(), url)?;
        let client = Client::new(settings.client).context("can't set up the connection")?;
        Ok(Self {
            client,
            concurrency: settings.concurrency,
            price: settings.price,
            rate: settings.rate,
            timeout: args.timeout,
            partner_code: settings.partner_code,
            kind: settings.kind,
            ledger: settings.ledger,
            sandbox,
            shown: settings.shown,
        })
    }

    /// Opens the ledger and begins a run in it.
    pub(crate) async fn begin(&self, command: &str) -> anyhow::Result<Run> {
        let ledger = Ledger::open(&self.ledger, self.kind)?;
        Ok(ledger.start_run(command, &self.partner_code).await?)
    }

    /// What the ledger says of records, on the terms of a run that began now.
    pub(crate) fn past(&self, args: &LedgerArgs) -> Result<Past, LedgerError> {
        let options = plan::claim_options(args);
        Past::open(self.ledger.clone(), self.kind, Some(&self.partner_code), options)
    }

    /// Whether what is asked there is paid.
    pub(crate) fn is_live(&self) -> bool {
        self.kind == Kind::Live
    }

    /// The terms of a run.
    pub(crate) fn terms(
        &self,
        args: &LedgerArgs,
        run: &Run,
        policy: RetryPolicy,
        suspect: Suspect,
    ) -> SendOptions {
        let fresh_since = if args.fresh { Some(run.started()) } else { args.max_age };
        let resend_unknown = args.unknown == Unknown::Resend;
        SendOptions {
            policy,
            reuse: ReuseRules { fresh_since, resend_unknown },
            patience: self.timeout * 2,
            concurrency: usize::from(self.concurrency),
            max_charges: None,
            rate: self.rate,
            give_up_after: GIVE_UP_AFTER,
            hold: plan::hold(suspect),
        }
    }

    /// The flag that leads `idv ledger` to this run's file; empty where it needs none.
    pub(crate) fn ledger_flag(&self, args: &LedgerArgs) -> String {
        match &args.ledger {
            Some(file) => format!(" --ledger {}", quoted(&file.to_string_lossy())),
            None if settings::ledger(None, true).is_ok_and(|file| file == self.ledger) => {
                " --sandbox".to_owned()
            }
            None => String::new(),
        }
    }

    /// Whether it is a sandbox: nothing is checked there, and nothing charged.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.kind == Kind::Sandbox
    }

    /// Says whom the run asks.
    pub(crate) fn announce(&self, progress: &Progress) {
        if self.sandbox.is_some() {
            progress.say("sandbox: made-up answers from this machine, no real check, no charge");
        } else {
            progress.say(&format!("endpoint: {}", self.shown));
        }
    }

    /// Says what the sandbox would have charged, which a person can compare with the summary.
    pub(crate) fn conclude(&self, progress: &Progress) {
        if let Some(sandbox) = &self.sandbox {
            progress.say(&format!(
                "sandbox: got {} requests and would have charged {}",
                sandbox.requests(),
                sandbox.charged()
            ));
        }
    }
}

/// The URL of a server at this address.
pub(crate) fn url_of(address: SocketAddr) -> anyhow::Result<Url> {
    Url::parse(&format!("http://{address}/")).context("an address makes no URL")
}
