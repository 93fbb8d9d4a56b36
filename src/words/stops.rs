//! The sentences of the reasons for which a run stops.

use std::fmt;
use std::time::Duration;

use crate::model::stop_reason::StopReason;
use crate::words::{Lang, Words};

/// The sentences of the reasons for which a run stops.
pub(crate) trait StopWords {
    /// An answer with a code of the account.
    fn stopped_by_account(&self, code: i64) -> String;
    /// A refusal that names the credentials.
    fn stopped_by_credentials(&self, code: i64) -> String;
    /// The first answers were all refusals.
    fn stopped_by_refusals(&self, answers: u32) -> String;
    /// Calls in a row without a usable answer.
    fn stopped_by_unknowns(&self, calls: usize) -> String;
    /// More calls without a usable answer than `--max-unknown` allows.
    fn stopped_by_max_unknown(&self, unknown: u64, sent: u64) -> String;
    /// No clean answer for so long.
    fn gave_up(&self, after: Duration) -> String;
    /// The server points elsewhere.
    fn redirected(&self, status: u16) -> String;
    /// The server or a proxy denies access.
    fn denied(&self, status: u16) -> String;
    /// There is no trusted TLS connection.
    fn no_tls(&self, why: &str) -> String;
    /// The proxy refuses the connection.
    fn proxy_refuses(&self, why: &str) -> String;
    /// The budget of charges is used up.
    fn budget_used_up(&self, charges: u64) -> String;
    /// Other runs of the team took over what this one had claimed.
    fn fenced(&self) -> &'static str;
    /// The team's budget is used up.
    fn team_budget_used_up(&self) -> &'static str;
    /// The ledger can't write any more.
    fn ledger_failed(&self, why: &str) -> String;
    /// The user interrupted the run.
    fn interrupted(&self) -> &'static str;
    /// The reader of the results closed the pipe.
    fn reader_gone(&self) -> &'static str;
    /// The results can't be written.
    fn results_failed(&self, why: &str) -> String;
    /// The input can't be read any further.
    fn input_failed(&self, why: &str) -> String;
    /// The input is not what was planned.
    fn input_changed(&self) -> &'static str;
}

impl StopReason {
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
            Self::Proxy(trouble) => words.proxy_refuses(&words.trouble(trouble)),
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
}

/// In English.
impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Lang::En.words()))
    }
}
