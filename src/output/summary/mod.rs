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
use crate::model::price::Price;
use crate::run::stop::StopReason;
use crate::run::tally::Tally;

pub(crate) use crate::output::summary::cross_table::CrossTable;
pub use crate::output::summary::pace::PaceSummary;
pub use crate::output::summary::terminal::TerminalStyle;

/// What is known of a run besides its sums.
#[derive(Debug)]
pub struct Totals {
    /// When it began.
    pub started: Timestamp,
    /// From the first row to the last.
    pub elapsed: Duration,
    /// Whether a sandbox answered, so that nothing was checked and nothing is charged.
    pub sandbox: bool,
    /// The pace it had, and what slowed it down.
    pub pace: PaceSummary,
    /// Why it stopped before its end, if it did.
    pub stopped: Option<StopReason>,
    /// The exit code.
    pub exit: u8,
    /// What to do next, a sentence each. A command in it stands between backticks.
    pub next: Vec<String>,
    /// What one call costs, where that is known.
    pub price: Option<Price>,
    /// The flag that leads `idv ledger` to this run's file, with a space before it; empty where
    /// it needs none.
    pub ledger: String,
}

/// The sums of a run and what else is known of it.
#[derive(Debug)]
pub struct Summary<'a> {
    /// The sums.
    pub tally: &'a Tally,
    /// What else is known.
    pub totals: &'a Totals,
}

/// The sums of a run in money, of calls that were paid, may have been paid and were saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// What one call costs.
    pub each: Price,
    /// What was charged.
    pub charged: Price,
    /// What may have been charged besides.
    pub unknown: Price,
    /// What known answers saved.
    pub saved: Price,
}

impl Summary<'_> {
    /// Rows a second, from the first to the last.
    pub fn rate(&self) -> f64 {
        let seconds = self.totals.elapsed.as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a rate shown to a few digits")]
        let rows = self.tally.rows() as f64;
        rows / seconds
    }

    /// The sums in money; `None` without a price.
    pub fn money(&self) -> Option<Money> {
        let each = self.totals.price?;
        Some(Money {
            each,
            charged: each.times(self.tally.charged(Charge::Yes)),
            unknown: each.times(self.tally.charged(Charge::Unknown)),
            saved: each.times(self.tally.saved()),
        })
    }

    /// When the run ended, by the clock that it began by.
    pub fn ended(&self) -> Timestamp {
        self.totals.started.saturating_add(self.totals.elapsed).unwrap_or(self.totals.started)
    }
}
