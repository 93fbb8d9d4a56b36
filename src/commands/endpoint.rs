//! The endpoint that verify and batch send to: a URL, or a sandbox inside this process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;

use crate::client::Client;
use crate::commands::arguments;
use crate::commands::options::ReuseOptions;
use crate::commands::plan::PlanLedger;
use crate::ledger::{Kind, LedgerError, LedgerPlace, PurgeResult, PurgeScope, Run, RunOrigin};
use crate::model::limits::MaxInFlight;
use crate::model::price::Price;
use crate::model::problem::Level;
use crate::output::SummaryOrigin;
use crate::output::progress::Progress;
use crate::output::text::quoted;
use crate::run::SendOptions;
use crate::run::pacing::Concurrency;
use crate::run::retry::RetryPolicy;
use crate::sandbox::Sandbox;
use crate::settings::{self, EndpointOptions, Settings};

/// Time without a clean answer after which a run stops, by default.
const GIVE_UP_AFTER: Duration = Duration::from_secs(300);

/// The endpoint of a run, with its account and its ledger.
pub(crate) struct Endpoint {
    /// Sends the records.
    pub client: Client,
    /// Requests in flight.
    pub concurrency: MaxInFlight,
    /// What one call costs, by the settings.
    pub price: Option<Price>,
    /// Requests a second.
    rate: Option<f64>,
    /// How long a request may take.
    timeout: Duration,
    partner_code: String,
    kind: Kind,
    ledger: LedgerPlace,
    /// The ledger, if the command line names it.
    ledger_option: Option<PathBuf>,
    origin: RunOrigin,
    /// The age at which calls are purged after a run.
    retention: Option<SignedDuration>,
    sandbox: Option<Sandbox>,
    shown: String,
}

impl Endpoint {
    /// Resolves the settings, and starts the sandbox if it is wanted.
    pub(crate) fn open(options: &EndpointOptions) -> anyhow::Result<Self> {
        let sandbox = options.sandbox.then(Sandbox::start).transpose();
        let sandbox = sandbox.context("can't open a port on 127.0.0.1 for the sandbox")?;
        let url = sandbox.as_ref().map(|sandbox| Url::parse(&sandbox.url())).transpose()?;
        let settings = Settings::resolve(options, url)?;
        let client = Client::new(settings.client).context("can't set up the connection")?;
        Ok(Self {
            client,
            concurrency: settings.concurrency,
            price: settings.price,
            rate: settings.rate,
            timeout: options.timeout,
            partner_code: settings.partner_code,
            kind: settings.kind,
            ledger: settings.ledger,
            ledger_option: options.ledger.clone(),
            origin: settings.origin,
            retention: settings.retention,
            sandbox,
            shown: settings.shown_endpoint,
        })
    }

    /// Opens the ledger and begins a run in it.
    pub(crate) async fn begin(&self, command: &str) -> anyhow::Result<Run> {
        let ledger = self.ledger.open(self.kind)?;
        let origin = arguments::with_command(self.origin.clone(), command);
        Ok(ledger.start_run(origin, &self.partner_code).await?)
    }

    /// Who runs the command, and why.
    pub(crate) fn origin(&self) -> SummaryOrigin {
        let RunOrigin { operator, reference, purpose, .. } = self.origin.clone();
        SummaryOrigin { operator, reference, purpose }
    }

    /// Purges the calls that are older than the settings want, after a run has ended.
    pub(crate) async fn purge_old(&self, progress: &Progress) {
        let Some(retention) = self.retention else { return };
        let words = progress.words();
        if self.ledger.file().is_none() {
            progress.say(words.team_not_purged());
            return;
        }
        match self.purge_before(retention).await {
            Ok(purged) if purged.calls == 0 => {}
            Ok(purged) => progress.say(&words.purged(purged.calls, purged.kept_in_doubt)),
            Err(error) => progress.warn(&words.not_purged(&error.to_string())),
        }
    }

    async fn purge_before(&self, retention: SignedDuration) -> Result<PurgeResult, LedgerError> {
        let before = Timestamp::now().saturating_sub(retention).unwrap_or(Timestamp::MIN);
        self.ledger.open(self.kind)?.purge(before, PurgeScope::Retention).await
    }

    /// Opens the ledger for the plan of a run that would begin now.
    pub(crate) fn plan_ledger(&self, reuse: ReuseOptions) -> Result<PlanLedger, LedgerError> {
        let rules = reuse.rules(Timestamp::now());
        PlanLedger::open(self.ledger.clone(), self.kind, Some(&self.partner_code), rules)
    }

    /// The ledger.
    pub(crate) const fn ledger(&self) -> &LedgerPlace {
        &self.ledger
    }

    /// Whether its calls are paid for.
    pub(crate) fn is_live(&self) -> bool {
        self.kind == Kind::Live
    }

    /// The options of a run with this retry policy.
    pub(crate) fn send_options(
        &self,
        run: &Run,
        policy: RetryPolicy,
        reuse: ReuseOptions,
        hold: Level,
    ) -> SendOptions {
        SendOptions {
            policy,
            reuse: reuse.rules(run.started()),
            patience: self.timeout * 2,
            concurrency: concurrency(self.concurrency),
            max_charges: None,
            rate: self.rate,
            give_up_after: GIVE_UP_AFTER,
            hold,
            timeout: self.timeout,
            max_unknown: None,
        }
    }

    /// The flag with which `idv ledger` finds this ledger. Empty if none is needed.
    pub(crate) fn ledger_flag(&self) -> String {
        match &self.ledger_option {
            Some(file) => format!(" --ledger {}", quoted(&file.to_string_lossy())),
            None if settings::ledger(None, true).is_ok_and(|place| place == self.ledger) => {
                " --sandbox".to_owned()
            }
            None => String::new(),
        }
    }

    /// Whether it is a sandbox: it checks nobody and charges nothing.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.kind == Kind::Sandbox
    }

    /// Shows the endpoint.
    pub(crate) fn announce(&self, progress: &Progress) {
        if self.sandbox.is_some() {
            progress.say(progress.words().sandbox_answers());
        } else {
            progress.say(&progress.words().endpoint(&self.shown));
        }
    }

    /// Shows what the sandbox would have charged, so that a person can compare it with the summary.
    pub(crate) fn conclude(&self, progress: &Progress) {
        if let Some(sandbox) = &self.sandbox {
            let (requests, charged) = (sandbox.requests(), sandbox.charged());
            progress.say(&progress.words().sandbox_got(requests, charged));
        }
    }
}

/// The URL of a server at this address.
pub(crate) fn url_of(address: SocketAddr) -> anyhow::Result<Url> {
    Url::parse(&format!("http://{address}/")).context("an address makes no URL")
}

fn concurrency(in_flight: MaxInFlight) -> Concurrency {
    let most = usize::from(in_flight.most());
    match in_flight {
        MaxInFlight::Auto => Concurrency::Auto(most),
        MaxInFlight::Fixed(_) => Concurrency::Fixed(most),
    }
}
