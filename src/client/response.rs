//! Reads the response of an exchange: the answer, or the reason why there is none and whether the
//! request can have been sent.

use std::error::Error as StdError;
use std::io;
use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{HeaderValue, RETRY_AFTER};

use crate::client::content_encoding::ContentEncoding;
use crate::model::answer::{Answer, Unreadable};
use crate::model::send_error::{SendError, Trouble};

/// The longest body that is read.
const LONGEST_BODY: usize = 1 << 20;

/// The part of a response that has arrived. It outlives the deadline: a whole answer counts even if
/// the response was cut off after it.
#[derive(Default)]
pub(super) struct ReceivedResponse {
    head: Option<ResponseHead>,
    body: Vec<u8>,
}

struct ResponseHead {
    status: StatusCode,
    /// `Retry-After`, if it is there and legible.
    retry_after: Option<Duration>,
    /// Whether it is there, however illegible.
    asks_to_wait: bool,
    /// The coding of the body.
    encoding: ContentEncoding,
}

/// How an exchange ended.
pub(super) enum ExchangeEnd {
    Whole,
    Unsent(SendError),
    /// The deadline passed.
    TimedOut(Duration),
    /// The connection broke, or the body is too long.
    Broken(Trouble),
}

impl ReceivedResponse {
    pub(super) async fn fill(&mut self, request: reqwest::RequestBuilder) -> ExchangeEnd {
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return unsent_or_broken(error),
        };
        let headers = response.headers();
        self.head = Some(ResponseHead {
            status: response.status(),
            retry_after: headers.get(RETRY_AFTER).and_then(retry_after_of),
            asks_to_wait: headers.contains_key(RETRY_AFTER),
            encoding: ContentEncoding::of(headers),
        });
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => self.body.extend_from_slice(&chunk),
                Ok(None) => return ExchangeEnd::Whole,
                Err(error) => return ExchangeEnd::Broken(said(&error.without_url())),
            }
            if self.body.len() > LONGEST_BODY {
                // The body may hold a whole answer by chance, depending on how the chunks fall.
                self.body.clear();
                return ExchangeEnd::Broken(Trouble::AnswerTooLong);
            }
        }
    }

    /// Whether the connection was closed before any response.
    pub(super) fn is_closed_unanswered(&self, end: &ExchangeEnd) -> bool {
        self.head.is_none() && matches!(end, ExchangeEnd::Broken(_))
    }

    /// Reads the answer. The code decides, whatever the HTTP status. Without a code the status
    /// decides. Without a status it matters whether the body of the request was requested.
    pub(super) fn read(self, end: ExchangeEnd, polled: bool) -> Result<Answer, SendError> {
        let Some(head) = self.head else {
            let trouble = match end {
                ExchangeEnd::Unsent(error) => return Err(error),
                ExchangeEnd::TimedOut(after) => Trouble::TimedOut(after),
                ExchangeEnd::Broken(trouble) => trouble,
                ExchangeEnd::Whole => Trouble::NothingCame,
            };
            return Err(if polled {
                SendError::NoAnswer { status: None, trouble }
            } else {
                SendError::NotSent(trouble)
            });
        };
        let Some(body) = head.encoding.decode(self.body, LONGEST_BODY) else {
            let end = ExchangeEnd::Broken(Trouble::AnswerTooLong);
            return Err(head.error(end, Unreadable::NotJson));
        };
        Answer::read(&body).map_err(|unreadable| head.error(end, unreadable))
    }
}

impl ResponseHead {
    fn error(&self, end: ExchangeEnd, unreadable: Unreadable) -> SendError {
        let status = self.status.as_u16();
        match status {
            300..=399 => SendError::Redirected(status),
            401 | 403 | 404 | 405 | 407 => SendError::Denied(status),
            429 => SendError::Busy { status, retry_after: self.retry_after },
            // A gateway answers with a bare 503 when its upstream broke after the request.
            503 if self.asks_to_wait => SendError::Busy { status, retry_after: self.retry_after },
            _ => {
                let trouble = match end {
                    ExchangeEnd::Broken(trouble) => trouble,
                    ExchangeEnd::TimedOut(after) => Trouble::TimedOut(after),
                    ExchangeEnd::Whole | ExchangeEnd::Unsent(_) => Trouble::Unreadable(unreadable),
                };
                SendError::NoAnswer { status: Some(status), trouble }
            }
        }
    }
}

/// Reads `Retry-After`: seconds or a date.
fn retry_after_of(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// Turns an error of reqwest into our own. Only here such errors enter our code, and the URL with
/// the key is taken off.
fn unsent_or_broken(error: reqwest::Error) -> ExchangeEnd {
    let error = error.without_url();
    if refuses_the_certificate(&error) {
        return ExchangeEnd::Unsent(SendError::Tls(innermost_cause(&error)));
    }
    // After the connection is open, another TLS error does not prove that nothing was sent.
    if !error.is_connect() {
        return ExchangeEnd::Broken(said(&error));
    }
    ExchangeEnd::Unsent(if is_tls(&error) {
        SendError::Tls(innermost_cause(&error))
    } else if let Some(trouble) = refused_tunnel(&error) {
        SendError::Proxy(trouble)
    } else if error.is_timeout() {
        SendError::NotSent(Trouble::ConnectTimedOut)
    } else {
        SendError::NotSent(said(&error))
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

/// Whether the server refuses the client's certificate, or wants one. In TLS 1.3 it says so after the
/// client has sent, and has read nothing of that: its handshake is not done.
fn refuses_the_certificate(error: &(dyn StdError + 'static)) -> bool {
    use rustls::AlertDescription as Alert;
    let alerts = [
        Alert::AccessDenied,
        Alert::CertificateRequired,
        Alert::DecryptError,
        Alert::HandshakeFailure,
        Alert::BadCertificate,
        Alert::UnsupportedCertificate,
        Alert::CertificateRevoked,
        Alert::CertificateExpired,
        Alert::CertificateUnknown,
        Alert::UnknownCA,
    ];
    chain(error).filter_map(|cause| cause.downcast_ref()).any(|error| match error {
        rustls::Error::AlertReceived(alert) => alerts.contains(alert),
        _ => false,
    })
}

/// The reason why a proxy refuses a tunnel. reqwest hides the type of this error, so its words are
/// compared; a test with a refusing proxy guards them.
fn refused_tunnel(error: &(dyn StdError + 'static)) -> Option<Trouble> {
    let words: Vec<_> = chain(error).map(ToString::to_string).collect();
    let is_said = |end| words.iter().any(|words| words == &format!("tunnel error: {end}"));
    if is_said("proxy authorization required") {
        Some(Trouble::ProxyWantsPassword)
    } else if is_said("unsuccessful") {
        Some(Trouble::ProxyDoesNotConnect)
    } else {
        None
    }
}

/// What the innermost cause says. hyper hides the kind of its errors, so the words are compared.
fn said(error: &(dyn StdError + 'static)) -> Trouble {
    let text = innermost_cause(error);
    if text == "connection closed before message completed" {
        return Trouble::Closed;
    }
    let system = chain(error).last().and_then(<dyn StdError>::downcast_ref::<io::Error>);
    match system.map(io::Error::kind) {
        Some(kind) => Trouble::System { kind, text },
        None => Trouble::Said(text),
    }
}

/// The text of the innermost cause.
pub(super) fn innermost_cause(error: &(dyn StdError + 'static)) -> String {
    chain(error).last().map_or_else(String::new, ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::code::Charge;

    fn read(status: u16, retry_after: Option<u64>, body: &str) -> Result<Answer, SendError> {
        let head = ResponseHead {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: retry_after.map(Duration::from_secs),
            asks_to_wait: retry_after.is_some(),
            encoding: ContentEncoding::Plain,
        };
        ReceivedResponse { head: Some(head), body: body.as_bytes().to_vec() }
            .read(ExchangeEnd::Whole, true)
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
        let head = ResponseHead {
            status: StatusCode::OK,
            retry_after: None,
            asks_to_wait: false,
            encoding: ContentEncoding::Plain,
        };
        let received = ReceivedResponse { head: Some(head), body: br#"{"code":200}"#.to_vec() };
        assert!(
            received.read(ExchangeEnd::Broken(Trouble::Said("reset".to_owned())), true).is_ok()
        );
    }

    #[test]
    fn broken_before_the_body_was_asked_for_is_not_sent() {
        let read = |polled| {
            ReceivedResponse::default()
                .read(ExchangeEnd::Broken(Trouble::Said("reset".to_owned())), polled)
        };
        assert_eq!(read(false).unwrap_err().charge(), Charge::No);
        assert_eq!(read(true).unwrap_err().charge(), Charge::Unknown);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after_of(&HeaderValue::from_static("7")), Some(Duration::from_secs(7)));
        let past = HeaderValue::from_static("Wed, 21 Oct 2015 07:28:00 GMT");
        assert_eq!(retry_after_of(&past), Some(Duration::ZERO));
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(60));
        let soon = retry_after_of(&HeaderValue::from_str(&soon).unwrap()).unwrap();
        assert!(soon > Duration::from_secs(50) && soon <= Duration::from_secs(60), "{soon:?}");
        assert_eq!(retry_after_of(&HeaderValue::from_static("soon")), None);
    }
}
