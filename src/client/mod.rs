//! Makes exactly one HTTP exchange: sends a record, and returns the answer, or the reason why there
//! is none together with the proof whether the request can have been sent. Never retries.

mod body;
mod connect;
mod content_encoding;
mod deadline;
pub(crate) mod endpoint_url;
pub(crate) mod proxy;
mod redact;
mod response;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Certificate, Identity, Proxy, Url};
use secrecy::SecretString;

use crate::client::body::{ExchangeTrace, SendPermission, TrackedBody};
use crate::client::connect::EXCHANGE;
use crate::client::endpoint_url::EndpointError;
use crate::client::redact::KeyRedactor;
use crate::client::response::ReceivedResponse;
use crate::model::answer::Answer;
use crate::model::record::Record;
use crate::model::send_error::{SendError, Trouble};
use crate::model::warning::Warning;

/// How to reach the endpoint.
pub struct Options {
    /// The endpoint with the credentials in its query. Never printed.
    pub url: Url,
    /// Whether the endpoint is on this machine. Then `http` is allowed, and the environment's proxy
    /// is not used.
    pub loopback: bool,
    /// The proxy of every connection.
    pub proxy: Option<Proxy>,
    /// Whether the environment's proxy is used where `proxy` is `None`.
    pub environment_proxy: bool,
    /// The only certificates that are trusted. `None` trusts those of the system.
    pub roots: Option<Vec<Certificate>>,
    /// The certificate with which the client proves who it is, with its key.
    pub identity: Option<Identity>,
    /// Time from the first byte sent to the last byte received.
    pub timeout: Duration,
    /// Time to open a connection, with its TLS handshake.
    pub connect_timeout: Duration,
    /// Idle connections that are kept for reuse.
    pub connections: usize,
}

impl Options {
    /// Options for one request at a time to this endpoint, 30 seconds each.
    pub fn new(endpoint: &str, code: &str, key: &SecretString) -> Result<Self, EndpointError> {
        let url = endpoint_url::parse(endpoint)?;
        Ok(Self {
            loopback: endpoint_url::is_loopback(&url),
            url: endpoint_url::with_credentials(url, code, key),
            proxy: None,
            environment_proxy: true,
            roots: None,
            identity: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            connections: 1,
        })
    }
}

/// Sends records to one endpoint. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    options: Options,
    /// Keeps idle connections for reuse.
    pooled: reqwest::Client,
    /// Opens a connection for each call. Made when reuse has ended.
    fresh: OnceLock<reqwest::Client>,
    reuse: AtomicBool,
    key_redactor: KeyRedactor,
}

/// Shows nothing of the URL, since it holds the key.
impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client(..)")
    }
}

impl Client {
    /// Makes a client that never resends, never follows redirects, and never shows the key.
    pub fn new(mut options: Options) -> Result<Self, SendError> {
        if options.environment_proxy && !options.loopback && options.proxy.is_none() {
            let found = proxy::of_environment();
            options.proxy =
                found.map_err(|error| SendError::Proxy(Trouble::Said(error.to_string())))?;
        }
        let pooled = connect::client(&options, options.connections)
            .map_err(|error| SendError::Tls(response::innermost_cause(&error)))?;
        let (fresh, reuse) = (OnceLock::new(), AtomicBool::new(true));
        let key_redactor = KeyRedactor::new(&options.url);
        Ok(Self(Arc::new(Inner { options, pooled, fresh, reuse, key_redactor })))
    }

    /// Sends one record, once.
    pub async fn exchange(&self, record: &Record) -> Result<Answer, SendError> {
        self.exchange_if(record, Box::new(|| true)).await
    }

    /// Sends one record, once, if that is permitted at the very moment when its bytes go out.
    pub(crate) async fn exchange_if(
        &self,
        record: &Record,
        permission: SendPermission,
    ) -> Result<Answer, SendError> {
        let body = serde_json::to_vec(record)
            .map_err(|_| SendError::NotSent(Trouble::RecordUnwritable))?;
        let trace = Arc::new(ExchangeTrace::default());
        let body = reqwest::Body::wrap(TrackedBody::new(body, Arc::clone(&trace), permission));
        let request = self.http().post(self.0.options.url.clone()).body(body);
        let mut received = ReceivedResponse::default();
        let filling = EXCHANGE.scope(Arc::clone(&trace), received.fill(request));
        let timeout = self.0.options.timeout;
        let end = deadline::within(timeout, filling).await;
        let was_sent = trace.is_polled();
        if was_sent && received.is_closed_unanswered(&end) && trace.is_on_reused_connection() {
            self.end_reuse();
        }
        let mut answer = received.read(end, trace.is_polled())?;
        self.0.key_redactor.redact(&mut answer);
        Ok(answer)
    }

    /// The HTTP client that sends now. If the second one can't be made, the first one goes on.
    fn http(&self) -> &reqwest::Client {
        let inner = &*self.0;
        if inner.reuse.load(Ordering::Relaxed) {
            return &inner.pooled;
        }
        inner.fresh.get_or_init(|| {
            connect::client(&inner.options, 0).unwrap_or_else(|_| inner.pooled.clone())
        })
    }

    /// Ends the reuse of connections. A server that closes a connection just as it is used again
    /// breaks a call that may be charged, and it will do so again.
    fn end_reuse(&self) {
        if self.0.reuse.swap(false, Ordering::Relaxed) {
            Warning::ReuseEnded.tell();
        }
    }
}
