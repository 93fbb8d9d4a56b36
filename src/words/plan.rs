//! The sentences of a plan and of the question before a run pays.

use jiff::civil::Date;

use crate::model::left_out::LeftOut;
use crate::model::price::Price;
use crate::model::problem::Level;

/// The sentences of a plan and of the question before a run pays.
pub(crate) trait PlanWords {
    /// The noun beside the number of rows.
    fn rows_noun(&self, rows: u64) -> &'static str;
    /// A number of rows.
    fn rows(&self, rows: u64) -> String;
    /// Beside the number of rows of other shards.
    fn other_shards(&self) -> &'static str;
    /// How many records are no rows. `None` if there are none.
    fn left_out(&self, left_out: LeftOut) -> Option<String>;
    /// Beside the number of held rows.
    fn held(&self) -> &'static str;
    /// Beside the number of duplicates. The first of them are given with the rows that they repeat.
    fn duplicates(&self, rows: u64, first: &[(u64, u64)]) -> String;
    /// Beside the number of rows that the ledger answers.
    fn answered(&self, oldest: Option<Date>) -> String;
    /// Beside the number of rows in doubt.
    fn in_doubt(&self) -> &'static str;
    /// Beside the number of rows that another run asks about.
    fn busy(&self) -> &'static str;
    /// Beside the number of rows to send: the charges at which the run would stop, and the price of all
    /// calls and of each.
    fn to_send(&self, stop: Option<u64>, price: Option<(Price, Price)>) -> String;
    /// The plan in one line.
    fn plan(&self, counts: &str) -> String;
    /// A problem in one line: its level, its code, its rows, the place of the first, the explanation.
    fn problem_line(
        &self,
        level: Level,
        code: &str,
        rows: u64,
        place: Option<&str>,
        explained: &str,
    ) -> String;
    /// The place of a row in the file.
    fn place(&self, row: u64, line: u64) -> String;
    /// The word before a sign of damage in the whole file.
    fn whole_file(&self) -> &'static str;
    /// A warning.
    fn warning(&self, warning: &str) -> String;
    /// The ledger that was consulted.
    fn ledger(&self, path: &str) -> String;
    /// The ledger, which does not exist yet.
    fn no_ledger_yet(&self, path: &str) -> String;
    /// The ledger, which could not be consulted without a partner code.
    fn ledger_not_consulted(&self, path: &str) -> String;
    /// The question before a run pays.
    fn question(&self, calls: u64, at_most: bool, price: Option<(Price, Price)>) -> String;
    /// The person declined, so nothing was sent.
    fn nothing_sent(&self) -> &'static str;
}
