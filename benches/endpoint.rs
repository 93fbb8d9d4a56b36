//! The smallest endpoint that answers as the guide's example does, for measuring the client: it
//! must never be what is slow.
//!
//! `endpoint [LATENCY_MS [FROM:LIMIT,.. [SHARE]]]` prints its URL. The limits are those of a token
//! bucket that holds a tenth of a second's worth: so many calls a second, from so many seconds after
//! the first call on. More get code 302 at once. This share of the others fails, in one of five ways.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const BODY: &str = r#"{"code":200,"message":"success","sequence_id":"1648777165770866F82AC7F326307055","result":"pass","id_phone_match":"pass","id_name_match":"pass"}"#;

/// What the endpoint answers, and when.
struct Rules {
    latency: Duration,
    bucket: Option<Mutex<Bucket>>,
    share: f64,
    clean: String,
}

/// A token bucket whose rate changes.
struct Bucket {
    /// Seconds since the first call, and the limit from then on.
    limits: Vec<(f64, f64)>,
    first: Option<Instant>,
    tokens: f64,
    last: f64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let latency = args.next().and_then(|text| text.parse().ok()).unwrap_or(0);
    let limits: Vec<_> = args.next().unwrap_or_default().split(',').filter_map(limit).collect();
    let bucket = (!limits.is_empty())
        .then(|| Mutex::new(Bucket { limits, first: None, tokens: 0.0, last: 0.0 }));
    let share = args.next().and_then(|text| text.parse().ok()).unwrap_or(0.0);
    let (latency, clean) = (Duration::from_millis(latency), response("200 OK", BODY));
    let rules = Arc::new(Rules { latency, bucket, share, clean });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "http://{}/", listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let rules = Arc::clone(&rules);
        // A client that goes away is no error here.
        tokio::spawn(async move { drop(serve(stream, &rules).await) });
    }
}

fn limit(text: &str) -> Option<(f64, f64)> {
    let (from, limit) = text.split_once(':')?;
    Some((from.parse().ok()?, limit.parse().ok()?))
}

async fn serve(mut stream: TcpStream, rules: &Rules) -> std::io::Result<()> {
    let mut buffer = Vec::with_capacity(4096);
    loop {
        while let Some(end) = request_end(&buffer) {
            buffer.drain(..end);
            if rules.bucket.as_ref().is_some_and(Bucket::refuses) {
                stream.write_all(response("200 OK", r#"{"code":302}"#).as_bytes()).await?;
                continue;
            }
            if !rules.latency.is_zero() {
                tokio::time::sleep(rules.latency).await;
            }
            let Some(answer) = rules.answer() else { return Ok(()) };
            stream.write_all(answer.as_bytes()).await?;
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
}

impl Rules {
    /// The answer to a call within the limit; `None` closes the connection.
    fn answer(&self) -> Option<Cow<'_, str>> {
        if self.share == 0.0 || fastrand::f64() >= self.share {
            return Some(Cow::Borrowed(&self.clean));
        }
        let failed = match fastrand::u8(..5) {
            0 => response("200 OK", r#"{"code":11350}"#),
            1 => response("200 OK", r#"{"code":600}"#),
            2 => response("200 OK", r#"{"code":302}"#),
            3 => response("500 Internal Server Error", ""),
            _ => return None,
        };
        Some(Cow::Owned(failed))
    }
}

impl Bucket {
    fn refuses(bucket: &Mutex<Self>) -> bool {
        bucket.lock().is_ok_and(|mut bucket| !bucket.take())
    }

    /// Takes a token, if there is one.
    fn take(&mut self) -> bool {
        let now = self.first.get_or_insert_with(Instant::now).elapsed().as_secs_f64();
        let limit = self.limits.iter().rev().find(|(from, _)| now >= *from).map_or(1.0, |l| l.1);
        let filled = self.tokens + (now - self.last) * limit;
        self.tokens = filled.min((limit / 10.0).max(1.0));
        self.last = now;
        let taken = self.tokens >= 1.0;
        self.tokens -= f64::from(u8::from(taken));
        taken
    }
}

fn response(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Where the first whole request ends.
fn request_end(buffer: &[u8]) -> Option<usize> {
    let head = memmem::find(buffer, b"\r\n\r\n")? + 4;
    // Both spellings of Content-Length end so.
    let length = memmem::find(&buffer[..head], b"ength: ")? + 7;
    let digits = buffer[length..].iter().take_while(|byte| byte.is_ascii_digit());
    let length = digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'));
    (buffer.len() >= head + length).then_some(head + length)
}
