//! One exchange: an HTTP request in, the answer the script decided for it out.

use std::fs::File;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body::Body;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use sha2::{Digest as _, Sha256};

use crate::model::code;
use crate::sandbox::body::{Reel, Reset, Torn};
use crate::sandbox::charges::{Charges, Digest};
use crate::sandbox::dialect::{self, Dialect};
use crate::sandbox::fault::{BUSY, Fault, UNDOCUMENTED};
use crate::sandbox::request::{self, Asked, Refusal, Sent};
use crate::sandbox::script::{Moment, Reply, Rules, Script};
use crate::sandbox::{Config, Partner};

/// The longest body that is read; the guide's five fields need a few hundred bytes.
const MOST: usize = 1024 * 1024;
/// The pace of the slow answer.
const DRIP: Duration = Duration::from_secs(1);
/// Where the redirect leads: the discard port of this machine, without the query, so that even a
/// client that follows carries no key anywhere.
const ELSEWHERE: &str = "http://127.0.0.1:9/";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain";
const HTML: &str = "text/html";

/// What all connections share: the rules, the script, the books.
pub(super) struct Desk {
    latency: Duration,
    jitter: f64,
    /// Requests that are being answered.
    in_flight: AtomicU32,
    dialect: Dialect,
    partner: Option<Partner>,
    file: Option<File>,
    script: Mutex<Script>,
    serial: Serial,
    charges: Charges,
}

/// A decision, and the answer as it would be if nothing went wrong with it.
struct Decision {
    reply: Reply,
    json: Vec<u8>,
    /// How long it waits before its answer.
    wait: Duration,
}

impl Desk {
    pub(super) fn new(config: Config, charges: Charges) -> Self {
        let Config { limits, troubles, daily_limit, .. } = config;
        Self {
            latency: config.latency,
            jitter: config.jitter,
            in_flight: AtomicU32::new(0),
            dialect: config.dialect,
            partner: config.partner,
            file: config.charges,
            script: Mutex::new(Script::new(Rules { limits, troubles, daily_limit })),
            serial: Serial::new(),
            charges,
        }
    }

    /// Decides and enters it in the books, as one step: limits hold however many ask at once.
    fn decide(&self, parts: &Parts, body: &[u8]) -> io::Result<Decision> {
        let digest: Digest = Sha256::digest(body).into();
        let asked = self.read(parts, body);
        let sequence_id = self.serial.next();
        let mut script = self.script();
        self.charges.arrived();
        let reply = match &asked {
            Ok(asked) => script.decide(asked, &digest, self.moment()),
            Err(refusal) => Reply::Refused(*refusal),
        };
        if reply.is_charged() {
            self.note(&sequence_id, &digest)?;
        }
        self.charges.decided(reply.code(), reply.is_charged().then_some(digest));
        // A request beyond a limit is answered at once.
        let wait = match reply {
            Reply::OverLimit(_) => Duration::ZERO,
            _ => self.latency() + script.wait(Instant::now()),
        };
        drop(script);
        let id_number = asked.as_ref().map_or("", |asked| &asked.id_number);
        Ok(Decision { reply, json: self.json(reply, &sequence_id, id_number), wait })
    }

    fn moment(&self) -> Moment {
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        Moment { now: Instant::now(), charged: self.charges.charged(), in_flight }
    }

    /// How long the endpoint works on a request.
    fn latency(&self) -> Duration {
        if self.jitter == 0.0 {
            return self.latency;
        }
        self.latency.mul_f64(1.0 + self.jitter * (2.0 * fastrand::f64() - 1.0))
    }

    fn read(&self, parts: &Parts, body: &[u8]) -> Result<Asked, Refusal> {
        let query = parts.uri.query().unwrap_or_default();
        let content_type = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        request::read(&Sent { query, content_type, body }, self.partner.as_ref())
    }

    /// Appends a charge to the file, in one write, so that other readers see whole lines.
    fn note(&self, sequence_id: &str, digest: &Digest) -> io::Result<()> {
        let Some(mut file) = self.file.as_ref() else { return Ok(()) };
        let mut line = String::with_capacity(sequence_id.len() + 66);
        line.push_str(sequence_id);
        line.push('\t');
        for byte in digest {
            for half in [byte >> 4, byte & 15] {
                line.push(char::from(b"0123456789abcdef"[usize::from(half)]));
            }
        }
        line.push('\n');
        file.write_all(line.as_bytes())
    }

    fn json(&self, reply: Reply, sequence_id: &str, id_number: &str) -> Vec<u8> {
        match reply {
            Reply::Refused(refusal) => {
                dialect::failure(refusal.code(), &refusal.message(), sequence_id)
            }
            Reply::Code(code) | Reply::OverLimit(code) => documented(code, sequence_id),
            Reply::Fault(Fault::Busy, _) => documented(BUSY, sequence_id),
            Reply::Fault(Fault::Undocumented, _) => {
                dialect::failure(UNDOCUMENTED, "Unknown status", sequence_id)
            }
            Reply::Verdict(verdict) | Reply::Fault(_, verdict) => {
                self.dialect.verdict(verdict, sequence_id, id_number)
            }
        }
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn documented(code: u16, sequence_id: &str) -> Vec<u8> {
    let message = code::find(i64::from(code)).map_or("", |code| code.message);
    dialect::failure(code, message, sequence_id)
}

/// Sequence ids as the guide shows them: epoch milliseconds and 19 hexadecimal digits.
struct Serial {
    count: AtomicU64,
    /// Tells this run from another that started in the same millisecond.
    run: u32,
}

impl Serial {
    /// Odd, so that multiplying by it maps the 44 bits of the count onto themselves: the ids look
    /// scattered and still never repeat.
    const SCATTER: u64 = 0x9E3_779B_97F5;
    const BITS: u64 = (1 << 44) - 1;

    fn new() -> Self {
        // Not from the script's seed: two runs with the same seed are still two runs.
        Self { count: AtomicU64::new(1), run: fastrand::u32(..) }
    }

    fn next(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let scattered = count.wrapping_mul(Self::SCATTER) & Self::BITS;
        format!("{now:013}{:08X}{scattered:011X}", self.run)
    }
}

/// Answers one request, or tears the connection.
///
/// It is decided, and charged, when the request has been read, not when its answer leaves: who
/// hangs up while waiting has paid all the same.
pub(super) async fn answer(
    desk: &Desk,
    request: Request<Incoming>,
    reset: &Reset,
) -> Result<Response<Reel>, Torn> {
    if *request.method() != Method::POST {
        return Ok(other_method(desk, &request));
    }
    let (parts, body) = request.into_parts();
    let Some(body) = read_body(body).await? else {
        return Ok(response(StatusCode::PAYLOAD_TOO_LARGE, TEXT, "too large\n"));
    };
    let _answering = Answering::begin(&desk.in_flight);
    let arrived = tokio::time::Instant::now();
    let decision = desk.decide(&parts, &body);
    let time = decision.as_ref().map_or(Duration::ZERO, |decision| decision.wait);
    if !time.is_zero() {
        tokio::time::sleep_until(arrived + time).await;
    }
    match decision {
        Ok(decision) => perform(decision, reset).await,
        Err(_) => Ok(response(
            StatusCode::INTERNAL_SERVER_ERROR,
            TEXT,
            "the charge could not be noted, so nothing was charged\n",
        )),
    }
}

/// A request that is being answered, until its answer leaves or its client has gone.
struct Answering<'a>(&'a AtomicU32);

impl<'a> Answering<'a> {
    fn begin(in_flight: &'a AtomicU32) -> Self {
        in_flight.fetch_add(1, Ordering::Relaxed);
        Self(in_flight)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn other_method(desk: &Desk, request: &Request<Incoming>) -> Response<Reel> {
    if *request.method() == Method::GET && request.uri().path() == "/charges" {
        return response(StatusCode::OK, JSON, desk.charges.json());
    }
    let refused = response(StatusCode::METHOD_NOT_ALLOWED, TEXT, "POST only\n");
    with(refused, ALLOW, "POST")
}

/// The whole body; `None` when it is longer than [`MOST`].
async fn read_body(mut body: Incoming) -> Result<Option<Bytes>, Torn> {
    let mut whole = Bytes::new();
    while let Some(frame) =
        std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        let Ok(more) = frame.map_err(|_| Torn)?.into_data() else { continue };
        if whole.len() + more.len() > MOST {
            return Ok(None);
        }
        // A body nearly always comes in one piece, which then needs no copy.
        whole = if whole.is_empty() { more } else { [whole, more].concat().into() };
    }
    Ok(Some(whole))
}

/// Sends what was decided, with the accident that belongs to it.
async fn perform(decision: Decision, reset: &Reset) -> Result<Response<Reel>, Torn> {
    let json = Bytes::from(decision.json);
    let fault = match decision.reply {
        Reply::Fault(fault, _) => fault,
        Reply::Refused(_) | Reply::Code(_) | Reply::OverLimit(_) | Reply::Verdict(_) => {
            return Ok(ok(Reel::Whole(json)));
        }
    };
    Ok(match fault {
        Fault::Busy | Fault::Undocumented => ok(Reel::Whole(json)),
        // The connection keeps an eye on the client meanwhile, and drops this when it leaves.
        Fault::Silence => std::future::pending().await,
        Fault::ClosedCharged | Fault::ClosedUncharged => return Err(Torn),
        Fault::NotJson => ok(Reel::Whole(Bytes::from_static(b"success"))),
        Fault::Cut => ok(Reel::cut(&json)),
        Fault::ServerError => {
            let page = "<html><body><h1>500 Internal Server Error</h1></body></html>\n";
            response(StatusCode::INTERNAL_SERVER_ERROR, HTML, page)
        }
        Fault::TooMany => later(StatusCode::TOO_MANY_REQUESTS),
        Fault::Overloaded => later(StatusCode::SERVICE_UNAVAILABLE),
        Fault::Redirect => {
            with(response(StatusCode::TEMPORARY_REDIRECT, TEXT, ""), LOCATION, ELSEWHERE)
        }
        Fault::Endless => ok(Reel::endless()),
        Fault::Drip => ok(Reel::drip(json, DRIP)),
        Fault::Reset => ok(Reel::reset(&json, reset)),
    })
}

fn later(status: StatusCode) -> Response<Reel> {
    with(response(status, TEXT, "try again later\n"), RETRY_AFTER, "1")
}

fn ok(body: Reel) -> Response<Reel> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    response
}

fn response(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Reel> {
    let mut response = ok(Reel::Whole(body.into()));
    *response.status_mut() = status;
    with(response, CONTENT_TYPE, kind)
}

fn with(
    mut response: Response<Reel>,
    name: hyper::header::HeaderName,
    value: &'static str,
) -> Response<Reel> {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn sequence_ids_look_like_the_guides() {
        let id = Serial::new().next();
        assert_eq!(id.len(), 32, "{id}");
        assert!(id.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)));
        let millis: u128 = id[..13].parse().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        assert!(now.abs_diff(millis) < 60_000, "{id}");
    }

    #[test]
    fn sequence_ids_never_repeat() {
        let runs = [Serial::new(), Serial::new()];
        let ids: HashSet<String> =
            (0..10_000).flat_map(|_| runs.iter().map(Serial::next)).collect();
        assert_eq!(ids.len(), 20_000);
    }
}
