//! The reason why an attempt brought no answer, and what it says about the charge.

use std::io;
use std::time::Duration;

use crate::model::answer::Unreadable;
use crate::model::code::Charge;

/// The reason why an attempt brought no answer. It holds neither the URL nor the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// Proved not sent: there was no connection, or it broke before the body was requested.
    NotSent(Trouble),
    /// Not sent: the server's certificate or its TLS is not trusted, in the words of the TLS library.
    Tls(String),
    /// Not sent: the proxy refuses the connection.
    Proxy(Trouble),
    /// The server or a gateway asks to wait, and has not processed the request.
    Busy {
        /// 429 or 503.
        status: u16,
        /// Its `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// The server or a proxy denies access, with this HTTP status.
    Denied(u16),
    /// The server redirects, with this HTTP status. Never followed, since the key would go with the
    /// request.
    Redirected(u16),
    /// Sent, or perhaps sent, without a usable answer.
    NoAnswer {
        /// The HTTP status, if one came.
        status: Option<u16>,
        /// What happened.
        trouble: Trouble,
    },
}

/// What went wrong in an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// No whole answer came within the time limit.
    TimedOut(Duration),
    /// No connection was open within its time limit.
    ConnectTimedOut,
    /// The connection ended before anything came.
    NothingCame,
    /// The answer is longer than 1 MiB.
    AnswerTooLong,
    /// The body of the answer can't be read.
    Unreadable(Unreadable),
    /// The record can't be written as JSON.
    RecordUnwritable,
    /// The proxy wants a user name and a password (HTTP 407).
    ProxyWantsPassword,
    /// The proxy does not connect to the endpoint.
    ProxyDoesNotConnect,
    /// The connection was closed before a whole answer came.
    Closed,
    /// An error of the operating system.
    System {
        /// Its kind.
        kind: io::ErrorKind,
        /// Its words.
        text: String,
    },
    /// What a library says.
    Said(String),
}

impl SendError {
    /// The charge of the attempt.
    pub fn charge(&self) -> Charge {
        match self {
            Self::NotSent(_)
            | Self::Tls(_)
            | Self::Proxy(_)
            | Self::Busy { .. }
            | Self::Denied(_) => Charge::No,
            Self::Redirected(_) | Self::NoAnswer { .. } => Charge::Unknown,
        }
    }
}

impl std::error::Error for SendError {}
