//! The reasons for which a run stops. `words` explains them.

use std::time::Duration;

use crate::model::send_error::Trouble;

/// Why a run stopped before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// An answer with an account code.
    Account(i64),
    /// A refusal that names the credentials.
    Credentials(i64),
    /// The first answers were all refusals: it can't be the records.
    AllRefused(u32),
    /// Calls that may have been charged, one after another, with no clean answer between.
    Unknowns(usize),
    /// More calls may have been charged for nothing than `--max-unknown` allows.
    MaxUnknown {
        /// Calls that may have been charged.
        unknown: u64,
        /// Calls that were sent.
        sent: u64,
    },
    /// No clean answer for so long.
    GaveUp(Duration),
    /// The server points elsewhere.
    Redirected(u16),
    /// The server or a proxy denies access.
    Denied(u16),
    /// No trusted TLS connection.
    Tls(String),
    /// The proxy refuses the connection.
    Proxy(Trouble),
    /// Charged and possibly charged calls have reached `--max-charges`.
    Budget(u64),
    /// Other runs of the team took over what this one had claimed, since it was silent for so long.
    Fenced,
    /// The team's budget is used up.
    TeamBudget,
    /// The ledger can't write any more.
    Ledger(String),
    /// Ctrl-C, SIGTERM or SIGHUP.
    Interrupted,
    /// The reader of the results closed the pipe (`| head`).
    OutputClosed,
    /// The results can't be written.
    Output(String),
    /// The input can't be read any further.
    Input(String),
    /// The input is not what was planned.
    InputChanged,
}

impl std::error::Error for StopReason {}

impl StopReason {
    /// All words that [`Self::word`] returns.
    pub const WORDS: [&str; 16] = [
        "quota",
        "account",
        "unknowns",
        "max_unknown",
        "unreachable",
        "endpoint",
        "tls",
        "proxy",
        "budget",
        "fenced",
        "team_budget",
        "ledger",
        "interrupted",
        "output_closed",
        "output",
        "input",
    ];

    /// One word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Account(305) => "quota",
            Self::Account(_) | Self::Credentials(_) | Self::AllRefused(_) => "account",
            Self::Unknowns(_) => "unknowns",
            Self::MaxUnknown { .. } => "max_unknown",
            Self::GaveUp(_) => "unreachable",
            Self::Redirected(_) | Self::Denied(_) => "endpoint",
            Self::Tls(_) => "tls",
            Self::Proxy(_) => "proxy",
            Self::Budget(_) => "budget",
            Self::Fenced => "fenced",
            Self::TeamBudget => "team_budget",
            Self::Ledger(_) => "ledger",
            Self::Interrupted => "interrupted",
            Self::OutputClosed => "output_closed",
            Self::Output(_) => "output",
            Self::Input(_) | Self::InputChanged => "input",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reason_is_told_by_one_of_the_words() {
        let text = String::new;
        let reasons = [
            StopReason::Account(305),
            StopReason::Account(301),
            StopReason::Credentials(11340),
            StopReason::AllRefused(20),
            StopReason::Unknowns(3),
            StopReason::MaxUnknown { unknown: 21, sent: 100 },
            StopReason::GaveUp(Duration::ZERO),
            StopReason::Redirected(307),
            StopReason::Denied(403),
            StopReason::Tls(text()),
            StopReason::Proxy(Trouble::ProxyDoesNotConnect),
            StopReason::Budget(1),
            StopReason::Fenced,
            StopReason::TeamBudget,
            StopReason::Ledger(text()),
            StopReason::Interrupted,
            StopReason::OutputClosed,
            StopReason::Output(text()),
            StopReason::Input(text()),
            StopReason::InputChanged,
        ];
        let words: BTreeSet<_> = reasons.iter().map(StopReason::word).collect();
        assert_eq!(words, BTreeSet::from(StopReason::WORDS));
    }
}
