//! The sentences of the report of a run.

use jiff::Timestamp;
use std::time::Duration;

use crate::model::field_match::Match;
use crate::model::price::Price;
use crate::model::problem::Level;

/// The sentences of the report of a run.
pub(crate) trait ReportWords {
    /// The value of the page's `lang` attribute.
    fn html_lang(&self) -> &'static str;
    /// The title: a sandbox run or a real one, and its day.
    fn title(&self, sandbox: bool, started: Timestamp) -> String;
    /// When the run was, how long it took, how many rows it had.
    fn when(&self, started: Timestamp, ended: Timestamp, elapsed: Duration, rows: u64) -> String;
    /// What slowed the run down.
    fn it_was_slowed(&self, how: &str) -> String;
    /// The names of the four tiles: rows, pass, charged, perhaps charged.
    fn tiles(&self) -> [&'static str; 4];
    /// Rows that were answered.
    fn rows_answered(&self, rows: u64) -> String;
    /// A share of all rows.
    fn of_all_rows(&self, part: u64, rows: u64) -> String;
    /// What the run costs. In a sandbox, what it would cost.
    fn costs(&self, sandbox: bool, price: Price) -> String;
    /// The unit below the number of charged calls.
    fn calls_unit(&self) -> &'static str;
    /// No call is in doubt.
    fn none_in_doubt(&self) -> &'static str;
    /// The invoice shows what was charged.
    fn invoice_will_tell(&self) -> &'static str;
    /// What the calls in doubt may cost besides.
    fn at_most_more(&self, price: Price) -> String;
    /// The notice that the answers come from a sandbox: its first words, and the rest.
    fn sandbox_notice(&self) -> [&'static str; 2];
    /// The first words of the notice that the run stopped.
    fn stopped_before_end(&self) -> &'static str;
    /// Rows that were skipped.
    fn not_asked_about(&self, rows: u64) -> String;
    /// The headings of the sections: verdicts, next steps, unknown calls, cost, phone and name, status
    /// codes, problems, charges over time, time to answer.
    fn headings(&self) -> [&'static str; 9];
    /// The input has no rows.
    fn no_rows(&self) -> &'static str;
    /// The caption of the table of outcomes, and its columns.
    fn outcome_table(&self) -> [&'static str; 4];
    /// The calls that may have been charged: in this run, or since an earlier one.
    fn unknown_calls(&self, rows: u64, paid: u64) -> String;
    /// How unknown calls are settled, in four sentences: why none is sent again, how to list them, and
    /// what each of the two commands does.
    fn settling(&self) -> [&'static str; 4];
    /// The price of a call.
    fn at_a_call(&self, price: Price) -> String;
    /// How to see sums. The flag stands between backticks.
    fn name_the_price(&self) -> &'static str;
    /// The caption of the table of costs, and its columns: rows, sum.
    fn cost_table(&self) -> [&'static str; 3];
    /// The lines of the table of costs: charged, perhaps charged and why, not charged, saved.
    fn cost_lines(&self) -> [&'static str; 5];
    /// What was saved: rows that the ledger answered, and duplicates.
    fn saved_rows(&self, ledger: u64, duplicates: u64) -> String;
    /// What the cross table shows, and its caption.
    fn cross_table(&self) -> [&'static str; 2];
    /// The heading of a column of the cross table.
    fn name_column(&self, value: Match) -> String;
    /// The heading of a line of the cross table.
    fn phone_line(&self, value: Match) -> String;
    /// The caption of the table of codes, and its columns: code, charged, rows.
    fn code_table(&self) -> [&'static str; 4];
    /// A code that the provider does not document, as a sentence.
    fn undocumented_code_sentence(&self) -> &'static str;
    /// The checks found nothing.
    fn no_problems(&self) -> &'static str;
    /// The caption of the table of problems, and its columns: problem, level, rows.
    fn problem_table(&self) -> [&'static str; 4];
    /// What a level means for its rows.
    fn level_meaning(&self, level: Level) -> &'static str;
    /// The description of the chart of outcomes: a word, its rows, its share.
    fn outcome_share(&self, word: &str, rows: u64, of: u64) -> String;
    /// The first rows with a problem, and whether there are more.
    fn first_rows(&self, rows: &[u64], more: bool) -> String;
    /// Nothing was charged.
    fn no_charges(&self) -> &'static str;
    /// A number of calls.
    fn calls(&self, calls: u64) -> String;
    /// The description of the chart of charges.
    fn charges_chart(&self, calls: u64, after: Duration, unknown: u64) -> String;
    /// The start of the axis of time.
    fn zero_seconds(&self) -> &'static str;
    /// What the chart of charges shows.
    fn charges_since_start(&self) -> &'static str;
    /// The legend of the chart of charges: charged, perhaps charged.
    fn legend(&self) -> [&'static str; 2];
    /// Opens the figures of a chart.
    fn chart_figures(&self) -> &'static str;
    /// The caption of the table of charges, and its columns: after, charged, perhaps.
    fn charges_table(&self) -> [&'static str; 4];
    /// The description of the chart of latencies: half, 95%, 99%, the slowest.
    fn latency_chart(&self, times: [Duration; 4]) -> String;
    /// The name of the chart of latencies.
    fn latency_chart_name(&self) -> &'static str;
    /// A number of answers.
    fn answers(&self, answers: u64) -> String;
    /// The last column of the chart also holds slower answers.
    fn and_more(&self, time: Duration) -> String;
    /// The columns of the table of latencies: less than, answers; and the line of slower ones.
    fn latency_table(&self) -> [&'static str; 3];
    /// The notes below the report, as HTML: what the outcomes do not say, and what the page holds.
    fn notes(&self) -> &'static str;
    /// The program that made the page.
    fn made_by(&self, version: &str) -> String;
}
