//! The reasons for which a run stops, and the switch that all its parts watch.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::ledger::{LedgerError, RunEnd, TeamError};
use crate::words::{Lang, Words};

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
    Proxy(String),
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

/// In English.
impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Lang::En.words()))
    }
}

impl std::error::Error for StopReason {}

impl StopReason {
    /// The reason that an error of the ledger is.
    pub(crate) fn of_ledger(error: &LedgerError) -> Self {
        match error {
            LedgerError::Team(TeamError::Fenced) => Self::Fenced,
            LedgerError::Team(TeamError::Budget) => Self::TeamBudget,
            _ => Self::Ledger(error.to_string()),
        }
    }

    /// Explains the reason.
    pub(crate) fn in_words(&self, words: &dyn Words) -> String {
        match self {
            Self::Account(code) => words.stopped_by_account(*code),
            Self::Credentials(code) => words.stopped_by_credentials(*code),
            Self::AllRefused(answers) => words.stopped_by_refusals(*answers),
            Self::Unknowns(calls) => words.stopped_by_unknowns(*calls),
            Self::MaxUnknown { unknown, sent } => words.stopped_by_max_unknown(*unknown, *sent),
            Self::GaveUp(after) => words.gave_up(*after),
            Self::Redirected(status) => words.redirected(*status),
            Self::Denied(status) => words.denied(*status),
            Self::Tls(why) => words.no_tls(why),
            Self::Proxy(why) => words.proxy_refuses(why),
            Self::Budget(charges) => words.budget_used_up(*charges),
            Self::Fenced => words.fenced().to_owned(),
            Self::TeamBudget => words.team_budget_used_up().to_owned(),
            Self::Ledger(why) => words.ledger_failed(why),
            Self::Interrupted => words.interrupted().to_owned(),
            Self::OutputClosed => words.reader_gone().to_owned(),
            Self::Output(why) => words.results_failed(why),
            Self::Input(why) => words.input_failed(why),
            Self::InputChanged => words.input_changed().to_owned(),
        }
    }

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

/// The end of a run as the ledger notes it.
pub(crate) fn run_end(stopped: Option<&StopReason>) -> RunEnd {
    match stopped {
        None => RunEnd::Done,
        Some(StopReason::Interrupted) => RunEnd::Interrupted,
        Some(_) => RunEnd::Stopped,
    }
}

/// A switch that stops a run once and for all. Cheap to clone; all clones are the same switch.
#[derive(Debug, Clone)]
pub(crate) struct StopSwitch {
    reason: Arc<watch::Sender<Option<StopReason>>>,
}

impl Default for StopSwitch {
    fn default() -> Self {
        Self { reason: Arc::new(watch::Sender::new(None)) }
    }
}

impl StopSwitch {
    /// Stops the run. The first reason counts.
    pub(crate) fn stop(&self, reason: StopReason) {
        self.reason.send_if_modified(|current| {
            let first = current.is_none();
            current.get_or_insert(reason);
            first
        });
    }

    /// Why the run was stopped, if it was.
    pub(crate) fn reason(&self) -> Option<StopReason> {
        self.reason.borrow().clone()
    }

    /// Whether the run was stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        self.reason.borrow().is_some()
    }

    /// Returns when the run is stopped.
    pub(crate) async fn stopped(&self) {
        // It can't fail: the sender lives as long as this switch.
        let _ = self.reason.subscribe().wait_for(Option::is_some).await;
    }

    /// Waits so long. Returns false if the run was stopped meanwhile.
    pub(crate) async fn sleep(&self, wait: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stopped() => false,
            () = tokio::time::sleep(wait) => true,
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
            StopReason::Proxy(text()),
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
