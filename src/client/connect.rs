//! How connections are made: one place for all that must never resend, redirect or leak.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::tls::Version;
use tower_layer::Layer;
use tower_service::Service;

use crate::client::Options;
use crate::client::body::Trace;

/// An idle connection is closed after this. Servers close theirs after 5 seconds and more (Node and
/// Apache after 5, nginx after 75), and one that is closed from there just as it is used again
/// breaks a call that may be charged.
const IDLE: Duration = Duration::from_secs(4);

tokio::task_local! {
    /// The exchange that a connection is opened for.
    pub(super) static EXCHANGE: Arc<Trace>;
}

/// A client that keeps so many idle connections for reuse.
pub(super) fn client(options: &Options, kept: usize) -> reqwest::Result<reqwest::Client> {
    // Fails only when a provider is in place already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let builder = reqwest::Client::builder()
        .user_agent(concat!("idv/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .http1_only()
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .https_only(!options.loopback)
        .tls_version_min(Version::TLS_1_2)
        .connect_timeout(options.connect_timeout)
        .connector_layer(NoteConnecting)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(kept);
    // A proxy variable in the environment also catches this machine.
    let builder = match &options.proxy {
        Some(proxy) => builder.no_proxy().proxy(proxy.clone()),
        None if options.loopback => builder.no_proxy(),
        None => builder,
    };
    // Loading the system's certificates takes longer than a whole request; http needs none.
    let plain = options.url.scheme() == "http";
    let builder = match &options.roots {
        Some(roots) => builder.tls_certs_only(roots.iter().cloned()),
        None if plain => builder.tls_certs_only([]),
        None => builder,
    };
    builder.build().map_err(reqwest::Error::without_url)
}

/// Notes of the exchange that asked for it that a connection is opened.
#[derive(Clone, Copy)]
struct NoteConnecting;

impl<S> Layer<S> for NoteConnecting {
    type Service = Noting<S>;

    fn layer(&self, connector: S) -> Noting<S> {
        Noting(connector)
    }
}

#[derive(Clone)]
struct Noting<S>(S);

impl<S: Service<R>, R> Service<R> for Noting<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, to: R) -> S::Future {
        // A connection that is opened in the background belongs to no exchange yet.
        let _ = EXCHANGE.try_with(|trace| trace.note_connecting());
        self.0.call(to)
    }
}
