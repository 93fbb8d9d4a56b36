//! English sentences that explain why a row has no answer.

use crate::model::answer::Unreadable;
use crate::model::explanation::DoubtReason;
use crate::model::send_error::{SendError, Trouble};
use crate::words::ExplanationWords;
use crate::words::english::English;

impl ExplanationWords for English {
    fn send_error(&self, error: &SendError) -> String {
        match error {
            SendError::NotSent(trouble) => format!("not sent: {}", self.trouble(trouble)),
            SendError::Tls(why) => format!("not sent: no trusted TLS connection: {why}"),
            SendError::Proxy(trouble) => {
                format!("not sent: the proxy refuses: {}", self.trouble(trouble))
            }
            SendError::Busy { status, .. } => format!("the server asks to wait (HTTP {status})"),
            SendError::Denied(status) => {
                format!("the server refuses the request itself (HTTP {status})")
            }
            SendError::Redirected(status) => {
                format!("the server redirects elsewhere (HTTP {status}), which is never followed")
            }
            SendError::NoAnswer { status, trouble } => {
                let status = status.map(|status| format!("HTTP {status}, ")).unwrap_or_default();
                format!("no usable answer: {status}{}", self.trouble(trouble))
            }
        }
    }

    fn trouble(&self, trouble: &Trouble) -> String {
        match trouble {
            Trouble::TimedOut(after) => return format!("timed out after {after:?}"),
            Trouble::Said(text) | Trouble::System { text, .. } => return text.clone(),
            Trouble::Closed => "connection closed before message completed",
            Trouble::ConnectTimedOut => "the connection timed out",
            Trouble::NothingCame => "nothing came back",
            Trouble::AnswerTooLong => "the answer is longer than 1 MiB",
            Trouble::Unreadable(Unreadable::NotJson) => "the body is not a JSON object",
            Trouble::Unreadable(Unreadable::Contradiction) => {
                "the body has a key twice, with different values"
            }
            Trouble::Unreadable(Unreadable::NoCode) => "the body has no legible code",
            Trouble::RecordUnwritable => "the record can't be written as JSON",
            Trouble::ProxyWantsPassword => "it wants a user name and a password (HTTP 407)",
            Trouble::ProxyDoesNotConnect => "it does not connect to the endpoint",
        }
        .to_owned()
    }

    fn not_on_disk(&self, why: &str) -> String {
        format!("an answer came, but is not on disk: {why}")
    }

    fn still_asked(&self, run: i64) -> String {
        format!("run {run} is still asking about this record")
    }

    fn in_doubt_call(&self, call: i64, run: i64, reason: &DoubtReason) -> String {
        let what = match reason {
            DoubtReason::RunEnded => " was cut off, and".to_owned(),
            DoubtReason::NoAnswer(Some(words)) => format!(": {words};"),
            DoubtReason::NoAnswer(None) => " got no usable answer, and".to_owned(),
            DoubtReason::UndocumentedCode(code) => {
                format!(" got the undocumented code {code}, and")
            }
            DoubtReason::Paid => {
                return format!("call {call} of run {run} was charged, its answer is lost");
            }
        };
        format!("call {call} of run {run}{what} may have been charged")
    }

    fn not_sent(&self, reason: &str) -> String {
        format!("not sent: {reason}")
    }
}
