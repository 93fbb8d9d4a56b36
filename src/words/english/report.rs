//! English sentences of the report of a run.

use jiff::Timestamp;
use std::time::Duration;

use crate::model::field_match::Match;
use crate::model::price::Price;
use crate::model::problem::Level;
use crate::words::english::English;
use crate::words::{Lang, PlanWords, ReportWords, VerdictWords};

impl ReportWords for English {
    fn html_lang(&self) -> &'static str {
        "en"
    }

    fn title(&self, sandbox: bool, started: Timestamp) -> String {
        let what = if sandbox { "Sandbox run" } else { "Identity verification" };
        format!("{what}, {}", started.strftime("%-d %B %Y"))
    }

    fn when(&self, started: Timestamp, ended: Timestamp, elapsed: Duration, rows: u64) -> String {
        let same_day = started.strftime("%F").to_string() == ended.strftime("%F").to_string();
        let until = if same_day { "%H:%M:%S" } else { "%-d %B %Y, %H:%M:%S" };
        format!(
            "{} to {} UTC, {}; {}.",
            started.strftime("%-d %B %Y, %H:%M:%S"),
            ended.strftime(until),
            Lang::En.span(elapsed),
            self.rows(rows)
        )
    }

    fn it_was_slowed(&self, how: &str) -> String {
        format!("It was slowed down {how}.")
    }

    fn tiles(&self) -> [&'static str; 4] {
        ["Rows", "Pass", "Charged", "Perhaps charged"]
    }

    fn rows_answered(&self, rows: u64) -> String {
        format!("{} answered", Lang::En.thousands(rows))
    }

    fn of_all_rows(&self, part: u64, rows: u64) -> String {
        format!("{} of all rows", Lang::En.share(part, rows))
    }

    fn costs(&self, sandbox: bool, price: Price) -> String {
        let verb = if sandbox { "would cost" } else { "costs" };
        format!("{verb} {price}")
    }

    fn calls_unit(&self) -> &'static str {
        "calls"
    }

    fn none_in_doubt(&self) -> &'static str {
        "no call is in doubt"
    }

    fn invoice_will_tell(&self) -> &'static str {
        "the invoice will tell"
    }

    fn at_most_more(&self, price: Price) -> String {
        format!("at most {price} more")
    }

    fn sandbox_notice(&self) -> [&'static str; 2] {
        [
            "From a sandbox.",
            "The answers are made up on the machine that ran this: nobody was checked and nothing is \
             charged.",
        ]
    }

    fn stopped_before_end(&self) -> &'static str {
        "Stopped before its end:"
    }

    fn not_asked_about(&self, rows: u64) -> String {
        format!("Not asked about: {}.", self.rows(rows))
    }

    fn headings(&self) -> [&'static str; 9] {
        [
            "Verdicts",
            "What to do next",
            "Unknown calls",
            "Cost",
            "Phone and name",
            "Status codes",
            "Problems found",
            "Charges over time",
            "Time to answer",
        ]
    }

    fn no_rows(&self) -> &'static str {
        "The input has no rows."
    }

    fn outcome_table(&self) -> [&'static str; 4] {
        ["Rows by outcome", "Outcome", "Rows", "Share"]
    }

    fn unknown_calls(&self, rows: u64, paid: u64) -> String {
        if paid == 0 {
            return format!("{} in doubt since an earlier run.", self.rows(rows));
        }
        let noun = if paid == 1 { "call" } else { "calls" };
        format!(
            "{} {noun} of this run may have been charged: no usable answer came, or one with a code \
             that is not documented.",
            Lang::En.thousands(paid)
        )
    }

    fn settling(&self) -> [&'static str; 4] {
        [
            "They are never sent again by themselves, so that nobody pays twice. The invoice tells \
             which of them were charged.",
            "List them, with the time of each:",
            "Settle each by its number in that list. One that is on the invoice stays paid, and its \
             answer is lost:",
            "One that is not on it is asked again by the next run:",
        ]
    }

    fn at_a_call(&self, price: Price) -> String {
        format!("At {price} a call.")
    }

    fn name_the_price(&self) -> &'static str {
        "Name the price of a call with `--price` to see sums."
    }

    fn cost_table(&self) -> [&'static str; 3] {
        ["What the rows of this run cost", "Rows", "Sum"]
    }

    fn cost_lines(&self) -> [&'static str; 5] {
        ["Charged", "Perhaps charged", "no usable answer came", "Not charged", "Saved"]
    }

    fn saved_rows(&self, ledger: u64, duplicates: u64) -> String {
        let noun = if duplicates == 1 { "duplicate" } else { "duplicates" };
        let duplicates = Lang::En.thousands(duplicates);
        format!("{} from the ledger, {duplicates} {noun}", self.rows(ledger))
    }

    fn cross_table(&self) -> [&'static str; 2] {
        [
            "Whether the phone (down) and the name (across) belong to the identity number.",
            "Answered rows by phone match and name match",
        ]
    }

    fn name_column(&self, value: Match) -> String {
        format!("Name {}", self.matched(value))
    }

    fn phone_line(&self, value: Match) -> String {
        format!("Phone {}", self.matched(value))
    }

    fn code_table(&self) -> [&'static str; 4] {
        ["Rows by the code of their answer", "Code", "Charged", "Rows"]
    }

    fn undocumented_code_sentence(&self) -> &'static str {
        "Not documented by the provider"
    }

    fn no_problems(&self) -> &'static str {
        "The checks found nothing to complain of."
    }

    fn problem_table(&self) -> [&'static str; 4] {
        ["Rows by what the checks found before sending", "Problem", "Level", "Rows"]
    }

    fn level_meaning(&self, level: Level) -> &'static str {
        match level {
            Level::Malformed => "never sent",
            Level::Suspect => "would be paid in vain, so held by default",
            Level::Note => "sent all the same",
        }
    }

    fn outcome_share(&self, word: &str, rows: u64, of: u64) -> String {
        format!("{word} {} ({})", Lang::En.thousands(rows), Lang::En.share(rows, of))
    }

    fn first_rows(&self, rows: &[u64], more: bool) -> String {
        let named: Vec<_> = rows.iter().map(u64::to_string).collect();
        let more = if more { ", …" } else { "" };
        format!("rows {}{more}", named.join(", "))
    }

    fn no_charges(&self) -> &'static str {
        "Nothing was charged in this run."
    }

    fn calls(&self, calls: u64) -> String {
        format!("{} {}", Lang::En.thousands(calls), if calls == 1 { "call" } else { "calls" })
    }

    fn charges_chart(&self, calls: u64, after: Duration, unknown: u64) -> String {
        format!(
            "{} after {}, of which {} may have been charged without a usable answer",
            self.calls(calls),
            Lang::En.span(after),
            Lang::En.thousands(unknown)
        )
    }

    fn zero_seconds(&self) -> &'static str {
        "0 s"
    }

    fn charges_since_start(&self) -> &'static str {
        "Calls charged since the start of the run."
    }

    fn legend(&self) -> [&'static str; 2] {
        ["charged", "perhaps charged"]
    }

    fn chart_figures(&self) -> &'static str {
        "The figures of this chart"
    }

    fn charges_table(&self) -> [&'static str; 4] {
        ["Calls since the start of the run", "After", "Charged", "Perhaps"]
    }

    fn latency_chart(&self, times: [Duration; 4]) -> String {
        let [half, p95, p99, most] = times.map(|time| Lang::En.millis(time));
        format!(
            "Half of the answers took at most {half}, 95% at most {p95}, 99% at most {p99}, the \
             slowest {most}"
        )
    }

    fn latency_chart_name(&self) -> &'static str {
        "Answers by the time they took"
    }

    fn answers(&self, answers: u64) -> String {
        let noun = if answers == 1 { "answer" } else { "answers" };
        format!("{} {noun}", Lang::En.thousands(answers))
    }

    fn and_more(&self, time: Duration) -> String {
        format!("{} and more", Lang::En.millis(time))
    }

    fn latency_table(&self) -> [&'static str; 3] {
        ["Less than", "Answers", "longer"]
    }

    fn notes(&self) -> &'static str {
        "<p>A <b>fail</b> is no proof of fraud: a phone registered by a relative also fails, and so \
         does a name spelled in another way. A <b>no_record</b> says nothing about the person, only \
         that the provider has nothing to compare with. <b>Unknown</b> means that a call was sent, or \
         perhaps sent, and no usable answer came: whether it was charged is seen on the \
         invoice.</p>\n\
         <p>This page holds sums only: no name, no number, no phone. It loads nothing from \
         anywhere.</p>\n"
    }

    fn made_by(&self, version: &str) -> String {
        format!("Made by idv {version}.")
    }
}
