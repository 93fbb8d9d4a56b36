//! The outcome of one row, and the source of its answer.

use serde::Serialize;

/// The outcome of a row: one word, the same in every output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The number, the phone and the name belong together.
    Pass,
    /// The phone or the name does not belong to the number.
    Fail,
    /// The provider has no record to compare with.
    NoRecord,
    /// The answer has words that no version of the guide knows, or contradicts itself.
    Unrecognised,
    /// The endpoint refused this record.
    Refused,
    /// Not sent, because a local check found something.
    Held,
    /// No answer now, because of the service, the network or the account.
    Unavailable,
    /// Not sent, because the run stopped first.
    Skipped,
    /// Sent, or perhaps sent, without a usable answer. It may have been charged.
    Unknown,
}

impl Outcome {
    /// Every outcome, in the order of the summary.
    pub const ALL: [Self; 9] = [
        Self::Pass,
        Self::Fail,
        Self::NoRecord,
        Self::Unrecognised,
        Self::Refused,
        Self::Held,
        Self::Unavailable,
        Self::Skipped,
        Self::Unknown,
    ];

    /// The word in every output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NoRecord => "no_record",
            Self::Unrecognised => "unrecognised",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Skipped => "skipped",
            Self::Held => "held",
            Self::Unknown => "unknown",
        }
    }
}

/// The source of a row's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The endpoint: a request was made, or at least tried.
    Api,
    /// The ledger: an earlier run or another running one made the request.
    Ledger,
    /// Another row of this run has the same record.
    Duplicate,
    /// No request was made.
    Local,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::Api, Self::Ledger, Self::Duplicate, Self::Local];

    /// The word that stands in every output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Ledger => "ledger",
            Self::Duplicate => "duplicate",
            Self::Local => "local",
        }
    }
}
