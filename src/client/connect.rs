//! Builds the HTTP client: all settings that prevent resending, redirects and leaks are here.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use reqwest::Certificate;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::tls::Version;
use tower_layer::Layer;
use tower_service::Service;
use tracing::info;

use crate::client::Options;
use crate::client::body::ExchangeTrace;
use crate::platform;

/// Time after which an idle connection is closed. Servers close idle connections after 5 seconds or
/// more (Node and Apache 5, nginx 75). If a server closes one just as it is used again, the call
/// breaks and may be charged.
const IDLE: Duration = Duration::from_secs(4);

tokio::task_local! {
    /// The exchange for which a connection is opened.
    pub(super) static EXCHANGE: Arc<ExchangeTrace>;
}

/// Builds a client that keeps so many idle connections. Certificates in the program are used where
/// the system has none.
pub(super) fn client(options: &Options, kept: usize) -> reqwest::Result<reqwest::Client> {
    let built = with_roots(options, kept, options.roots.as_deref());
    if built.is_ok() || options.roots.is_some() {
        return built;
    }
    let built_in = built_in_certificates();
    if built_in.is_empty() {
        return built;
    }
    info!("this system has no certificates: those in the program are used");
    with_roots(options, kept, Some(&built_in))
}

fn built_in_certificates() -> Vec<Certificate> {
    platform::built_in_certificates().filter_map(|it| Certificate::from_der(it).ok()).collect()
}

fn with_roots(
    options: &Options,
    kept: usize,
    roots: Option<&[Certificate]>,
) -> reqwest::Result<reqwest::Client> {
    // Fails only if a provider is installed already, which is fine too.
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
        .connector_layer(ConnectionTracker)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(kept);
    // An illegible proxy variable would mean a direct connection, so they are read elsewhere.
    let builder = match &options.proxy {
        Some(proxy) => builder.no_proxy().proxy(proxy.clone()),
        None => builder.no_proxy(),
    };
    // http needs no certificates, and loading those of the system takes longer than a request.
    let plain = options.url.scheme() == "http";
    let builder = match roots {
        Some(roots) => builder.tls_certs_only(roots.iter().cloned()),
        None if plain => builder.tls_certs_only([]),
        None => builder,
    };
    let builder = match &options.identity {
        Some(identity) => builder.identity(identity.clone()),
        None => builder,
    };
    builder.build().map_err(reqwest::Error::without_url)
}

/// Records in an exchange's trace that a new connection is opened for it.
#[derive(Clone, Copy)]
struct ConnectionTracker;

impl<S> Layer<S> for ConnectionTracker {
    type Service = TrackedConnector<S>;

    fn layer(&self, connector: S) -> TrackedConnector<S> {
        TrackedConnector(connector)
    }
}

#[derive(Clone)]
struct TrackedConnector<S>(S);

impl<S: Service<R>, R> Service<R> for TrackedConnector<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, to: R) -> S::Future {
        // A connection opened in the background belongs to no exchange.
        let _ = EXCHANGE.try_with(|trace| trace.note_new_connection());
        self.0.call(to)
    }
}
