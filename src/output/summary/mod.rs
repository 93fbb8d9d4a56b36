//! The summary of a run: on the terminal for people, as JSON for programs.

mod cross_table;
mod json;
mod pace;
mod terminal;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;

use crate::model::code::Charge;
use crate::model::left_out::LeftOut;
use crate::model::price::Price;
use crate::model::stop_reason::StopReason;
use crate::run::tally::Tally;
use crate::words::{NextStep, Words};

pub(crate) use crate::output::summary::cross_table::CrossTable;
pub use crate::output::summary::pace::PaceSummary;
pub use crate::output::summary::terminal::TerminalStyle;

/// The facts about a run beside its sums.
#[derive(Debug)]
pub struct Totals {
    /// Start of the run.
    pub started: Timestamp,
    /// Duration from the first row to the last.
    pub elapsed: Duration,
    /// Who ran it, and why.
    pub origin: SummaryOrigin,
    /// Records of the input that are no rows.
    pub left_out: LeftOut,
    /// Whether the endpoint is a sandbox, which checks nobody and charges nothing.
    pub sandbox: bool,
    /// The pace it had, and what slowed it down.
    pub pace: PaceSummary,
    /// The reason why the run stopped before its end.
    pub stopped: Option<StopReason>,
    /// The exit code.
    pub exit: u8,
    /// The next steps.
    pub next: Vec<NextStep>,
    /// The price of a call, if it is known.
    pub price: Option<Price>,
    /// The flag with which `idv ledger` finds this ledger, with a space before it. Empty if none is
    /// needed.
    pub ledger: String,
}

/// Who ran a run, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SummaryOrigin {
    /// The person or the job that ran it.
    pub operator: Option<String>,
    /// The user's own reference.
    pub reference: Option<String>,
    /// Why the records were checked.
    pub purpose: Option<String>,
}

impl SummaryOrigin {
    /// Names what is known of it.
    pub(crate) fn in_words(&self, words: &dyn Words) -> Option<String> {
        let values = [&self.operator, &self.reference, &self.purpose];
        let named = words.origin_labels().into_iter().zip(values);
        let named = named.filter_map(|(label, value)| Some(format!("{label} {}", value.as_ref()?)));
        let named: Vec<_> = named.collect();
        (!named.is_empty()).then(|| named.join("; "))
    }
}

/// The summary of a run: its sums and the facts about it.
#[derive(Debug)]
pub struct Summary<'a> {
    /// The sums.
    pub tally: &'a Tally,
    /// The facts about the run.
    pub totals: &'a Totals,
}

/// The sums of a run in money: charged, possibly charged and saved calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// The price of a call.
    pub each: Price,
    /// Price of the charged calls.
    pub charged: Price,
    /// Price of the possibly charged calls.
    pub unknown: Price,
    /// Price of the calls that known answers saved.
    pub saved: Price,
}

impl Summary<'_> {
    /// Rows a second over the whole run.
    pub fn rate(&self) -> f64 {
        let seconds = self.totals.elapsed.as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a rate shown to a few digits")]
        let rows = self.tally.rows() as f64;
        rows / seconds
    }

    /// The sums in money. `None` without a price.
    pub fn money(&self) -> Option<Money> {
        let each = self.totals.price?;
        Some(Money {
            each,
            charged: each.times(self.tally.charged(Charge::Yes)),
            unknown: each.times(self.tally.charged(Charge::Unknown)),
            saved: each.times(self.tally.saved()),
        })
    }

    /// End of the run: its start and its duration.
    pub fn ended(&self) -> Timestamp {
        self.totals.started.saturating_add(self.totals.elapsed).unwrap_or(self.totals.started)
    }
}
