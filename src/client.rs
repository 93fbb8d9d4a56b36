//! Exactly one HTTP exchange: a record goes out, an answer comes back, or the reason why there is
//! none, with the proof whether the request can have been sent. No retry happens here.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{StatusCode, Url};

use crate::answer::{Answer, Unreadable};
use crate::code::Charge;
use crate::record::Record;

/// A longer body than this is no answer of this endpoint.
const LONGEST_BODY: usize = 1 << 20;

/// An idle connection is closed after this: a server that closes it first would break a request.
const IDLE: Duration = Duration::from_secs(15);

/// How to reach the endpoint.
pub struct Options {
    /// The endpoint with the credentials in its query. Never printed.
    pub url: Url,
    /// `http` is allowed, and no proxy is used: the endpoint is on this machine.
    pub loopback: bool,
    /// From the first byte sent to the last one received.
    pub timeout: Duration,
    /// For a connection, its TLS handshake included.
    pub connect_timeout: Duration,
    /// How many connections are kept for reuse.
    pub connections: usize,
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
            Self::NotSent(_) | Self::Tls(_) | Self::Busy { .. } | Self::Denied(_) => Charge::No,
            Self::Redirected(_) | Self::NoAnswer(_) => Charge::Unknown,
        }
    }
}

/// Sends records to one endpoint.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: Url,
    timeout: Duration,
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
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(options.connections);
        let builder = if options.loopback { builder.no_proxy() } else { builder };
        // Loading the system's certificates takes longer than a whole request; http needs none.
        let plain = options.url.scheme() == "http";
        let builder = if plain { builder.tls_certs_only([]) } else { builder };
        let http = builder.build().map_err(|error| SendError::Tls(cause(&error.without_url())))?;
        Ok(Self { http, url: options.url, timeout: options.timeout })
    }

    /// Sends one record, once.
    pub async fn exchange(&self, record: &Record) -> Result<Answer, SendError> {
        let body = serde_json::to_vec(record)
            .map_err(|_| SendError::NotSent("the record can't be written as JSON".to_owned()))?;
        let (body, polled) = Watched::new(body);
        let request = self.http.post(self.url.clone()).body(reqwest::Body::wrap(body));
        let mut received = Received::default();
        let end = match tokio::time::timeout(self.timeout, received.fill(request)).await {
            Ok(end) => end,
            Err(_) => End::Broken(format!("timed out after {:?}", self.timeout)),
        };
        received.read(end, polled.load(Ordering::Acquire))
    }
}

/// What arrived, kept outside of the deadline: a whole answer counts even if its end was cut off.
#[derive(Default)]
struct Received {
    head: Option<Head>,
    body: Vec<u8>,
}

struct Head {
    status: StatusCode,
    retry_after: Option<Duration>,
}

enum End {
    Whole,
    Unsent(SendError),
    Broken(String),
}

impl Received {
    async fn fill(&mut self, request: reqwest::RequestBuilder) -> End {
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return unsent_or_broken(error),
        };
        let retry_after = response.headers().get(RETRY_AFTER).and_then(wish);
        self.head = Some(Head { status: response.status(), retry_after });
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => self.body.extend_from_slice(&chunk),
                Ok(None) => return End::Whole,
                Err(error) => return End::Broken(cause(&error.without_url())),
            }
            if self.body.len() > LONGEST_BODY {
                return End::Broken("the answer is longer than 1 MiB".to_owned());
            }
        }
    }

    /// The code decides, whatever the HTTP status; without one, the status; without that, whether
    /// the body of the request was ever asked for.
    fn read(self, end: End, polled: bool) -> Result<Answer, SendError> {
        let Some(head) = self.head else {
            return Err(match end {
                End::Unsent(error) => error,
                End::Broken(why) if !polled => SendError::NotSent(why),
                End::Broken(why) => SendError::NoAnswer(why),
                End::Whole => SendError::NoAnswer("nothing came back".to_owned()),
            });
        };
        match Answer::read(&self.body) {
            Ok(answer) => Ok(answer),
            Err(unreadable) => Err(head.error(end, unreadable)),
        }
    }
}

impl Head {
    fn error(&self, end: End, unreadable: Unreadable) -> SendError {
        let status = self.status.as_u16();
        match status {
            300..=399 => SendError::Redirected(status),
            401 | 403 | 404 | 405 | 407 => SendError::Denied(status),
            429 => SendError::Busy { status, retry_after: self.retry_after },
            // A bare 503 is what a gateway says whose upstream broke after the request.
            503 if self.retry_after.is_some() => {
                SendError::Busy { status, retry_after: self.retry_after }
            }
            _ => SendError::NoAnswer(match end {
                End::Broken(why) => format!("HTTP {status}, {why}"),
                End::Whole | End::Unsent(_) => format!("HTTP {status}, {unreadable}"),
            }),
        }
    }
}

/// `Retry-After`: seconds, or a date.
fn wish(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// The one place where the library's errors enter: the URL, and the key in it, is taken off.
fn unsent_or_broken(error: reqwest::Error) -> End {
    let error = error.without_url();
    if is_tls(&error) {
        return End::Unsent(SendError::Tls(cause(&error)));
    }
    if error.is_connect() {
        let why =
            if error.is_timeout() { "the connection timed out".into() } else { cause(&error) };
        return End::Unsent(SendError::NotSent(why));
    }
    End::Broken(cause(&error))
}

fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // An io::Error that wraps another one does not name it as its source.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        wrapped.map(|inner| inner as &(dyn StdError + 'static)).or_else(|| error.source())
    })
}

fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(<dyn StdError>::is::<rustls::Error>)
}

/// The innermost cause, in its own words.
fn cause(error: &(dyn StdError + 'static)) -> String {
    chain(error).last().map_or_else(String::new, ToString::to_string)
}

/// A request body that remembers whether anyone asked for it. What was not asked for was not
/// sent; and what was asked for once can't be sent again behind our back.
struct Watched {
    bytes: Option<Bytes>,
    polled: Arc<AtomicBool>,
}

impl Watched {
    fn new(bytes: Vec<u8>) -> (Self, Arc<AtomicBool>) {
        let polled = Arc::new(AtomicBool::new(false));
        (Self { bytes: Some(bytes.into()), polled: Arc::clone(&polled) }, polled)
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.polled.store(true, Ordering::Release);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, retry_after: Option<u64>, body: &str) -> Result<Answer, SendError> {
        let head = Head {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: retry_after.map(Duration::from_secs),
        };
        Received { head: Some(head), body: body.as_bytes().to_vec() }.read(End::Whole, true)
    }

    #[test]
    fn a_legible_code_decides_whatever_the_status() {
        for status in [200, 307, 403, 429, 500, 503] {
            assert_eq!(read(status, None, r#"{"code":302}"#).unwrap().code, 302, "{status}");
        }
    }

    #[test]
    fn without_a_code_the_status_decides_what_it_can_have_cost() {
        for (status, wish, charge) in [
            (200, None, Charge::Unknown),
            (307, None, Charge::Unknown),
            (400, None, Charge::Unknown),
            (401, None, Charge::No),
            (403, None, Charge::No),
            (404, None, Charge::No),
            (405, None, Charge::No),
            (407, None, Charge::No),
            (429, None, Charge::No),
            (500, None, Charge::Unknown),
            (502, None, Charge::Unknown),
            (503, None, Charge::Unknown),
            (503, Some(1), Charge::No),
            (504, Some(1), Charge::Unknown),
        ] {
            let error = read(status, wish, "<html></html>").unwrap_err();
            assert_eq!(error.charge(), charge, "{status} {wish:?}: {error}");
        }
    }

    #[test]
    fn a_whole_answer_counts_even_where_the_connection_broke_after_it() {
        let head = Head { status: StatusCode::OK, retry_after: None };
        let received = Received { head: Some(head), body: br#"{"code":200}"#.to_vec() };
        assert!(received.read(End::Broken("reset".to_owned()), true).is_ok());
    }

    #[test]
    fn broken_before_the_body_was_asked_for_is_not_sent() {
        let read = |polled| Received::default().read(End::Broken("reset".to_owned()), polled);
        assert_eq!(read(false).unwrap_err().charge(), Charge::No);
        assert_eq!(read(true).unwrap_err().charge(), Charge::Unknown);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(wish(&HeaderValue::from_static("7")), Some(Duration::from_secs(7)));
        let past = HeaderValue::from_static("Wed, 21 Oct 2015 07:28:00 GMT");
        assert_eq!(wish(&past), Some(Duration::ZERO));
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(60));
        let soon = wish(&HeaderValue::from_str(&soon).unwrap()).unwrap();
        assert!(soon > Duration::from_secs(50) && soon <= Duration::from_secs(60), "{soon:?}");
        assert_eq!(wish(&HeaderValue::from_static("soon")), None);
    }
}
