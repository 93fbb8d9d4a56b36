//! Any bytes as what the endpoint says: read by the real client from a real connection.

use std::cell::OnceCell;
use std::time::Duration;

use idv::internal::client::{Client, Options, SendError};
use idv::internal::model::Charge;
use idv::internal::model::Outcome;
use idv::internal::model::{Answer, Unreadable};
use idv::internal::model::{Field, Record};
use idv::internal::redaction;
use idv::internal::text;
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

use super::plain::{holds_name, is_plain, longest_number};

/// The key, as it stands in JSON, and as it was sent.
const KEY: &str = "k+/=%26 Z\"z";
const KEY_IN_JSON: &str = "k+/=%26 Z\\\"z";
const KEY_SENT: &str = "k%2B%2F%3D%2526%20Z%22z";

/// The first byte says how the others are sent, two more make the HTTP status.
pub fn run(bytes: &[u8]) {
    let Some(([how, status @ ..], rest)) = bytes.split_first_chunk::<3>() else { return };
    let body = with_key(rest);
    let read = Answer::read(&body);
    is_what_stands_there(&body, &read);
    if let Ok(answer) = &read {
        is_no_guess(answer);
        is_masked(answer);
    }
    let status = 200 + u16::from_be_bytes(*status) % 400;
    let patience = how & 4 != 0;
    let reply = match how % 4 {
        0 => framed(status, patience, body.len(), &body),
        // The last bytes never come.
        1 => framed(status, patience, body.len() + 5, &body),
        2 => chunked(status, patience, &body),
        _ => body,
    };
    let whole = how % 4 != 3 && ![204, 304].contains(&status);
    let exchanged = exchange(&reply);
    shows_no_key(&exchanged);
    costs_what_it_may(&exchanged, whole.then_some((status, patience)), &read);
}

/// 0x0B and 0x0C, which no JSON holds, stand for the key.
fn with_key(bytes: &[u8]) -> Vec<u8> {
    let byte = |byte: &u8| match byte {
        0x0b => KEY_IN_JSON.as_bytes().to_vec(),
        0x0c => KEY_SENT.as_bytes().to_vec(),
        other => vec![*other],
    };
    bytes.iter().flat_map(byte).collect()
}

/// Another reader of JSON finds the same, and a legible code is always found.
fn is_what_stands_there(body: &[u8], read: &Result<Answer, Unreadable>) {
    // A gateway may put a byte order mark before it.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let Ok(fields) = serde_json::from_slice::<Map<String, Value>>(body) else {
        assert!(matches!(read, Err(Unreadable::NotJson | Unreadable::Contradiction)), "{read:?}");
        return;
    };
    let code = match fields.get("code") {
        Some(Value::Number(code)) => code.as_i64(),
        Some(Value::String(code)) => code.trim().parse().ok(),
        _ => None,
    };
    let Ok(answer) = read else {
        let fits = match read {
            Err(Unreadable::NoCode) => code.is_none(),
            // The other reader takes the last of two.
            Err(Unreadable::Contradiction) => true,
            _ => false,
        };
        assert!(fits, "{read:?} of {}", String::from_utf8_lossy(body));
        return;
    };
    assert_eq!(Some(answer.code), code);
    let said = [
        ("message", &answer.message),
        ("sequence_id", &answer.sequence_id),
        ("result", &answer.result),
        ("id_phone_match", &answer.id_phone_match),
        ("id_name_match", &answer.id_name_match),
        ("reason", &answer.reason),
    ];
    for (name, said) in &said {
        let stood = fields.get(*name).filter(|value| !value.is_null());
        let stood = stood.map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
        assert_eq!(**said, stood, "{name}");
    }
    let ours = |name: &String| name == "code" || said.iter().any(|(own, _)| own == name);
    let rest: Map<_, _> = fields.clone().into_iter().filter(|(name, _)| !ours(name)).collect();
    assert_eq!(answer.extra, rest);
}

/// A verdict stands on a code 200 and its own words, and nothing speaks against a pass.
fn is_no_guess(answer: &Answer) {
    let outcome = answer.outcome();
    let paid = answer.code == 200;
    assert_eq!(answer.charge() == Charge::Yes, paid);
    assert!(answer.charge() != Charge::Unknown || outcome == Outcome::Unrecognised);
    if !matches!(outcome, Outcome::Pass | Outcome::Fail | Outcome::NoRecord) {
        return;
    }
    assert!(paid, "{answer:?}");
    let small = |text: &Option<String>| text.as_deref().unwrap_or_default().to_lowercase();
    let result = small(&answer.result);
    let matches = [&answer.id_phone_match, &answer.id_name_match];
    let passes = matches.iter().filter(|text| ["pass", "success"].contains(&small(text).trim()));
    let given = matches.iter().filter(|text| text.is_some()).count();
    if outcome == Outcome::Pass {
        assert!(["pass", "success"].contains(&result.trim()), "{answer:?}");
        assert_eq!(passes.count(), given, "{answer:?}");
        let reason = small(&answer.reason);
        assert!(!reason.contains("not match") && !reason.contains("no record"), "{answer:?}");
    } else {
        assert!(!result.contains("pass") && !result.contains("success"), "{answer:?}");
        assert!(given < 2 || passes.count() < 2, "{answer:?}");
    }
}

/// What is shown of a message where people are masked.
fn is_masked(answer: &Answer) {
    let Some(message) = &answer.message else { return };
    let masked = redaction::mask_digits(message);
    assert!(longest_number(&masked) < 8, "{masked:?}");
    assert_eq!(masked.chars().count(), message.chars().count());
    is_plain("a message", &text::shown(message));
    // The first words of the reason play the name of the person.
    let name = answer.reason.as_deref().unwrap_or("Budi Contoh");
    if let Some(named) = redaction::mask_name(message, name) {
        assert!(!holds_name(&named, name), "{named:?} still names {name:?}");
    } else {
        assert!(!holds_name(message, name), "{message:?} names {name:?}");
    }
}

/// Whatever came, a request that was read to its end may have been charged, unless the code or the
/// status says otherwise; and a code decides, whatever the status.
fn costs_what_it_may(
    exchanged: &Result<Answer, SendError>,
    whole: Option<(u16, bool)>,
    read: &Result<Answer, Unreadable>,
) {
    match exchanged {
        Ok(answer) => {
            let Some(_) = whole else { return };
            let read = read.as_ref().expect("there is a legible code");
            assert_eq!((answer.code, answer.outcome()), (read.code, read.outcome()));
        }
        Err(SendError::NotSent(_) | SendError::Tls(_) | SendError::Proxy(_)) => {
            panic!("it was read to its end, and is said not to be sent: {exchanged:?}");
        }
        Err(error) => {
            let Some((status, patience)) = whole else { return };
            assert!(read.is_err(), "{error} in place of {read:?}");
            let free =
                matches!(status, 401 | 403 | 404 | 405 | 407 | 429) || (status == 503 && patience);
            let expected = if free { Charge::No } else { Charge::Unknown };
            assert_eq!(error.charge(), expected, "{status}: {error}");
        }
    }
}

fn shows_no_key(exchanged: &Result<Answer, SendError>) {
    let mut shown = vec![format!("{exchanged:?}")];
    match exchanged {
        Ok(answer) => {
            shown.push(Value::Object(answer.extra.clone()).to_string());
            let texts = [&answer.message, &answer.sequence_id, &answer.result, &answer.reason];
            let matches = [&answer.id_phone_match, &answer.id_name_match];
            shown.extend(texts.into_iter().chain(matches).flatten().cloned());
        }
        Err(error) => shown.push(error.to_string()),
    }
    for shown in shown {
        for form in [KEY, KEY_IN_JSON, KEY_SENT] {
            assert!(!shown.contains(form), "the key is shown: {shown}");
        }
    }
}

fn head(status: u16, patience: bool) -> String {
    let patience = if patience { "Retry-After: 1\r\n" } else { "" };
    format!("HTTP/1.1 {status} Said\r\n{patience}")
}

fn framed(status: u16, patience: bool, length: usize, body: &[u8]) -> Vec<u8> {
    let head = format!("{}Content-Length: {length}\r\n\r\n", head(status, patience));
    [head.as_bytes(), body].concat()
}

/// In chunks of seven bytes.
fn chunked(status: u16, patience: bool, body: &[u8]) -> Vec<u8> {
    let head = format!("{}Transfer-Encoding: chunked\r\n\r\n", head(status, patience));
    let mut reply = head.into_bytes();
    for chunk in body.chunks(7) {
        reply.extend(format!("{:x}\r\n", chunk.len()).bytes().chain(chunk.iter().copied()));
        reply.extend(b"\r\n");
    }
    reply.extend(b"0\r\n\r\n");
    reply
}

/// A client and the endpoint it asks, on one thread.
struct World {
    runtime: Runtime,
    listener: TcpListener,
    client: Client,
    record: Record,
}

thread_local! {
    static WORLD: OnceCell<World> = const { OnceCell::new() };
}

impl World {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let endpoint = format!("http://{}/", listener.local_addr().expect("it is bound"));
        let options = Options::new(&endpoint, "code", &KEY.into()).expect("it is loopback");
        let options = Options { connections: 0, timeout: Duration::from_secs(5), ..options };
        let client = Client::new(options).expect("there is no TLS to fail");
        let record = Record::from_fields(|field| field.spec().default.unwrap_or("1").to_owned());
        assert_eq!(record.get(Field::Country), "ID");
        Self { runtime, listener, client, record }
    }

    fn exchange(&self, reply: &[u8]) -> Result<Answer, SendError> {
        let serve = async {
            loop {
                let (stream, _) = self.listener.accept().await.expect("a connection");
                // What breaks here broke at the client.
                let _ = answer(stream, reply).await;
            }
        };
        self.runtime.block_on(async {
            tokio::select! {
                exchanged = self.client.exchange(&self.record) => exchanged,
                () = serve => unreachable!("it serves for ever"),
            }
        })
    }
}

fn exchange(reply: &[u8]) -> Result<Answer, SendError> {
    WORLD.with(|world| world.get_or_init(World::new).exchange(reply))
}

/// Reads the whole request, says the reply, and closes.
async fn answer(mut stream: TcpStream, reply: &[u8]) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !is_whole(&request) {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    stream.write_all(reply).await?;
    stream.shutdown().await
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.and_then(|length| length.parse().ok());
    body.len() >= length.expect("a request says its length")
}
