//! Exactly one HTTP exchange: a record goes out, an answer comes back, or the reason why there is
//! none, with the proof whether the request can have been sent. No retry happens here.

mod body;
mod connect;
pub(crate) mod endpoint_url;
mod redact;
mod response;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Certificate, Proxy, Url};
use secrecy::SecretString;
use tracing::warn;

use crate::client::body::{Trace, Watched};
use crate::client::connect::EXCHANGE;
use crate::client::endpoint_url::EndpointError;
use crate::client::redact::Scrub;
use crate::client::response::{End, Received};
use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::record::Record;

/// How to reach the endpoint.
pub struct Options {
    /// The endpoint with the credentials in its query. Never printed.
    pub url: Url,
    /// The endpoint is on this machine: `http` is allowed, and a proxy that the environment names
    /// is not used.
    pub loopback: bool,
    /// Every connection goes through it; otherwise the environment's proxy is used, if any.
    pub proxy: Option<Proxy>,
    /// These certificates are trusted, and no others; otherwise those of the system are.
    pub roots: Option<Vec<Certificate>>,
    /// From the first byte sent to the last one received.
    pub timeout: Duration,
    /// For a connection, its TLS handshake included.
    pub connect_timeout: Duration,
    /// How many connections are kept for reuse.
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
            roots: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            connections: 1,
        })
    }
}

/// Why there is no answer. Its text names neither the URL nor the record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Proved not sent: no connection, or broken before the body was asked for.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The server's certificate or its TLS is in trouble: not sent.
    #[error("not sent: no trusted TLS connection: {0}")]
    Tls(String),
    /// The proxy does not let us through: not sent.
    #[error("not sent: the proxy refuses: {0}")]
    Proxy(String),
    /// The server or a gateway asks for patience, before the request was worked on.
    #[error("the server asks to wait (HTTP {status})")]
    Busy {
        /// 429 or 503.
        status: u16,
        /// Its `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// The server or a proxy does not let us in.
    #[error("the server refuses the request itself (HTTP {0})")]
    Denied(u16),
    /// The server points elsewhere. Never followed: the key would go with it.
    #[error("the server redirects elsewhere (HTTP {0}), which is never followed")]
    Redirected(u16),
    /// Sent, or perhaps sent, and no usable answer.
    #[error("no usable answer: {0}")]
    NoAnswer(String),
}

impl SendError {
    /// What the attempt may have cost.
    pub fn charge(&self) -> Charge {
        match self {
            Self::NotSent(_)
            | Self::Tls(_)
            | Self::Proxy(_)
            | Self::Busy { .. }
            | Self::Denied(_) => Charge::No,
            Self::Redirected(_) | Self::NoAnswer(_) => Charge::Unknown,
        }
    }
}

/// Sends records to one endpoint. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    options: Options,
    /// Keeps connections for reuse.
    keeping: reqwest::Client,
    /// A connection a call: made when reuse has ended.
    fresh: OnceLock<reqwest::Client>,
    reuse: AtomicBool,
    scrub: Scrub,
}

/// The URL holds the key, so nothing of it is shown.
impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client(..)")
    }
}

impl Client {
    /// A client whose settings never resend, never redirect and never leak.
    pub fn new(options: Options) -> Result<Self, SendError> {
        let keeping = connect::client(&options, options.connections)
            .map_err(|error| SendError::Tls(response::cause(&error)))?;
        let (fresh, reuse) = (OnceLock::new(), AtomicBool::new(true));
        let scrub = Scrub::of(&options.url);
        Ok(Self(Arc::new(Inner { options, keeping, fresh, reuse, scrub })))
    }

    /// Sends one record, once.
    pub async fn exchange(&self, record: &Record) -> Result<Answer, SendError> {
        let body = serde_json::to_vec(record)
            .map_err(|_| SendError::NotSent("the record can't be written as JSON".to_owned()))?;
        let trace = Arc::new(Trace::default());
        let body = reqwest::Body::wrap(Watched::new(body, Arc::clone(&trace)));
        let request = self.http().post(self.0.options.url.clone()).body(body);
        let mut received = Received::default();
        let filling = EXCHANGE.scope(Arc::clone(&trace), received.fill(request));
        let timeout = self.0.options.timeout;
        let end = tokio::time::timeout(timeout, filling).await.unwrap_or(End::TimedOut(timeout));
        if received.is_closed_unanswered(&end) && trace.is_on_reused_connection() {
            self.end_reuse();
        }
        let mut answer = received.read(end, trace.is_polled())?;
        self.0.scrub.clean(&mut answer);
        Ok(answer)
    }

    /// Which of the two clients sends now. If the second one can't be made, the first goes on: an
    /// old connection is better than none.
    fn http(&self) -> &reqwest::Client {
        let inner = &*self.0;
        if inner.reuse.load(Ordering::Relaxed) {
            return &inner.keeping;
        }
        inner.fresh.get_or_init(|| {
            connect::client(&inner.options, 0).unwrap_or_else(|_| inner.keeping.clone())
        })
    }

    /// A server that closes a connection just as it is used again breaks a call that may be
    /// charged. Where that happened once it will happen again.
    fn end_reuse(&self) {
        if self.0.reuse.swap(false, Ordering::Relaxed) {
            warn!(
                "the endpoint closed a connection just as it was used again; from now on each \
                 call opens one of its own, which is slower and safer"
            );
        }
    }
}
