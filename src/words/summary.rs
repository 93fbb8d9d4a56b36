//! The sentences of a run's summary.

use std::time::Duration;

use crate::model::field_match::Match;
use crate::model::price::Price;

/// The sentences of a run's summary.
pub(crate) trait SummaryWords {
    /// How many rows there were, how long they took, and how many that is in a second.
    fn headline(&self, rows: u64, elapsed: Duration, rate: f64) -> String;
    /// What stands before the operator, the reference and the purpose of a run.
    fn origin_labels(&self) -> [&'static str; 3];
    /// The heading of a column of the cross table: rows by their name match.
    fn name_matched(&self, value: Match) -> &'static str;
    /// The label of a line of the cross table: rows by their phone match.
    fn phone_matched(&self, value: Match) -> &'static str;
    /// The heading of a column of status codes.
    fn code_column(&self) -> &'static str;
    /// The heading of a column of numbers of rows.
    fn rows_column(&self) -> &'static str;
    /// The heading of a column of meanings.
    fn meaning_column(&self) -> &'static str;
    /// The heading of a column of problems.
    fn problem_column(&self) -> &'static str;
    /// The heading of a column of levels.
    fn level_column(&self) -> &'static str;
    /// The calls that were charged, not charged, and perhaps charged.
    fn charges(&self, charged: u64, free: u64, unknown: u64) -> String;
    /// The label of the price.
    fn price_label(&self) -> &'static str;
    /// What the charged calls cost, what each costs, and what the unknown ones may cost besides.
    fn price(&self, charged: Price, each: Price, unknown: Option<Price>) -> String;
    /// The label of what was known already.
    fn known_label(&self) -> &'static str;
    /// Rows that were answered without a call, by their source, and what that saved.
    fn known(&self, ledger: u64, duplicates: u64, saved: u64, worth: Option<Price>) -> String;
    /// How long answers took: half of them, 95%, 99%.
    fn latency(&self, half: Duration, p95: Duration, p99: Duration) -> String;
    /// The label of what slowed the run down.
    fn slowed_label(&self) -> &'static str;
    /// How often the run paused, and how long in all.
    fn pauses(&self, times: u32, paused: Duration) -> String;
    /// How many calls were refused for the moment.
    fn refused_calls(&self, calls: u64) -> String;
    /// The limit of the endpoint.
    fn limit(&self, limit: &str) -> String;
    /// Calls a second.
    fn per_second(&self, rate: f64) -> String;
    /// Calls at the same time.
    fn at_once(&self, calls: usize) -> String;
    /// The share of calls that failed whatever the pace.
    fn noise(&self, share: f64) -> String;
    /// The label of the reason why the run stopped.
    fn stopped_label(&self) -> &'static str;
    /// The label of a next step.
    fn next_label(&self) -> &'static str;
}
