//! What came back over a connection: an answer, or why there is none and whether the request can
//! have been sent.

use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{HeaderValue, RETRY_AFTER};

use crate::client::SendError;
use crate::model::answer::{Answer, Unreadable};

/// A longer body than this is no answer of this endpoint.
const LONGEST_BODY: usize = 1 << 20;

/// What arrived, kept outside of the deadline: a whole answer counts even if its end was cut off.
#[derive(Default)]
pub(super) struct Received {
    head: Option<Head>,
    body: Vec<u8>,
}

struct Head {
    status: StatusCode,
    retry_after: Option<Duration>,
}

/// How an exchange ended.
pub(super) enum End {
    Whole,
    Unsent(SendError),
    /// Nothing more came within the deadline.
    TimedOut(Duration),
    /// The connection broke, or what came is too long.
    Broken(String),
}

impl Received {
    pub(super) async fn fill(&mut self, request: reqwest::RequestBuilder) -> End {
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
                // Whether its end had come already is chance: it depends on how the pieces fall.
                self.body.clear();
                return End::Broken("the answer is longer than 1 MiB".to_owned());
            }
        }
    }

    /// Whether the connection was closed before anything came back.
    pub(super) fn is_closed_unanswered(&self, end: &End) -> bool {
        self.head.is_none() && matches!(end, End::Broken(_))
    }

    /// The code decides, whatever the HTTP status; without one, the status; without that, whether
    /// the body of the request was ever asked for.
    pub(super) fn read(self, end: End, polled: bool) -> Result<Answer, SendError> {
        let Some(head) = self.head else {
            let why = match end {
                End::Unsent(error) => return Err(error),
                End::TimedOut(after) => format!("timed out after {after:?}"),
                End::Broken(why) => why,
                End::Whole => "nothing came back".to_owned(),
            };
            return Err(if polled { SendError::NoAnswer(why) } else { SendError::NotSent(why) });
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
                End::TimedOut(after) => format!("HTTP {status}, timed out after {after:?}"),
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
    // Once there is a connection, trouble with its TLS proves nothing about what was sent.
    if !error.is_connect() {
        return End::Broken(cause(&error));
    }
    End::Unsent(if is_tls(&error) {
        SendError::Tls(cause(&error))
    } else if let Some(why) = refused_tunnel(&error) {
        SendError::Proxy(why)
    } else if error.is_timeout() {
        SendError::NotSent("the connection timed out".to_owned())
    } else {
        SendError::NotSent(cause(&error))
    })
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

/// A proxy that was reached and will not let us through. The library hides the type of this error,
/// so it is told by its words; a test through a proxy that refuses holds them fast.
fn refused_tunnel(error: &(dyn StdError + 'static)) -> Option<String> {
    let words: Vec<_> = chain(error).map(ToString::to_string).collect();
    let said = |end| words.iter().any(|words| words == &format!("tunnel error: {end}"));
    if said("proxy authorization required") {
        Some("it wants a user name and a password (HTTP 407)".to_owned())
    } else if said("unsuccessful") {
        Some("it does not connect to the endpoint".to_owned())
    } else {
        None
    }
}

/// The innermost cause, in its own words.
pub(super) fn cause(error: &(dyn StdError + 'static)) -> String {
    chain(error).last().map_or_else(String::new, ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::code::Charge;

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
