//! Whom `verify` and `batch` ask: a real endpoint, or a sandbox inside this process.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use reqwest::Url;
use tokio::net::TcpListener;

use crate::cli::EndpointArgs;
use crate::client::Client;
use crate::progress::Progress;
use crate::sandbox::{Charges, Config, serve};
use crate::settings::Settings;

/// A client for the endpoint, and how many requests it may have in flight.
pub struct Endpoint {
    /// Sends the records.
    pub client: Client,
    /// Requests in flight.
    pub concurrency: u16,
    sandbox: Option<Charges>,
    shown: String,
}

impl Endpoint {
    /// Resolves the settings, and starts the sandbox if it is wanted.
    pub fn open(args: &EndpointArgs, concurrency: Option<u16>) -> anyhow::Result<Self> {
        let sandbox = if args.sandbox { Some(start_sandbox()?) } else { None };
        let (url, charges) = sandbox.unzip();
        let settings = Settings::resolve(args, concurrency, url)?;
        let client = Client::new(settings.client).context("can't set up the connection")?;
        Ok(Self {
            client,
            concurrency: settings.concurrency,
            sandbox: charges,
            shown: settings.shown,
        })
    }

    /// Says whom the run asks.
    pub fn announce(&self, progress: &Progress) {
        if self.sandbox.is_some() {
            progress.say("sandbox: made-up answers from this machine, no real check, no charge");
        } else {
            progress.say(&format!("endpoint: {}", self.shown));
        }
    }

    /// Says what the sandbox would have charged, which a person can compare with the summary.
    pub fn conclude(&self, progress: &Progress) {
        if let Some(charges) = &self.sandbox {
            progress.say(&format!(
                "sandbox: got {} requests and would have charged {}",
                charges.requests(),
                charges.charged()
            ));
        }
    }
}

/// A sandbox on a thread of its own, so that its work does not count as the endpoint's latency.
fn start_sandbox() -> anyhow::Result<(Url, Charges)> {
    let charges = Charges::default();
    let counted = charges.clone();
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .context("can't open a port on 127.0.0.1 for the sandbox")?;
    listener.set_nonblocking(true)?;
    let url = url_of(listener.local_addr()?)?;
    std::thread::spawn(move || -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener)?;
            serve(listener, Config::default(), counted, std::future::pending()).await
        })
    });
    Ok((url, charges))
}

/// The URL of a server at this address.
pub fn url_of(address: SocketAddr) -> anyhow::Result<Url> {
    Url::parse(&format!("http://{address}/")).context("an address makes no URL")
}
