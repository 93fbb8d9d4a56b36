//! English sentences of the reasons for which a run stops.

use std::time::Duration;

use crate::words::StopWords;
use crate::words::english::English;

impl StopWords for English {
    fn stopped_by_account(&self, code: i64) -> String {
        format!("the account can't go on: code {code}")
    }

    fn stopped_by_credentials(&self, code: i64) -> String {
        format!("the endpoint refuses the credentials: code {code}")
    }

    fn stopped_by_refusals(&self, answers: u32) -> String {
        format!(
            "the first {answers} answers were all refusals, so it is the account or the mapping"
        )
    }

    fn stopped_by_unknowns(&self, calls: usize) -> String {
        format!("{calls} calls in a row brought no usable answer, and each may have been charged")
    }

    fn stopped_by_max_unknown(&self, unknown: u64, sent: u64) -> String {
        format!(
            "{unknown} of {sent} calls brought no usable answer, and each may have been charged"
        )
    }

    fn gave_up(&self, after: Duration) -> String {
        match after.as_secs() {
            seconds if seconds >= 120 && seconds.is_multiple_of(60) => {
                format!("no clean answer for {} minutes", seconds / 60)
            }
            _ => format!("no clean answer for {} s", after.as_secs_f64()),
        }
    }

    fn redirected(&self, status: u16) -> String {
        format!("the endpoint redirects elsewhere (HTTP {status}), which is never followed")
    }

    fn denied(&self, status: u16) -> String {
        format!("the server refuses every request (HTTP {status})")
    }

    fn no_tls(&self, why: &str) -> String {
        format!("no trusted TLS connection: {why}")
    }

    fn proxy_refuses(&self, why: &str) -> String {
        format!("the proxy refuses: {why}")
    }

    fn budget_used_up(&self, charges: u64) -> String {
        format!("the budget of {charges} charges is used up")
    }

    fn fenced(&self) -> &'static str {
        "this run was silent for so long that its calls were given to others; the answers that it has are kept"
    }

    fn team_budget_used_up(&self) -> &'static str {
        "the team's budget is used up"
    }

    fn ledger_failed(&self, why: &str) -> String {
        format!("the ledger: {why}")
    }

    fn interrupted(&self) -> &'static str {
        "interrupted"
    }

    fn reader_gone(&self) -> &'static str {
        "the reader of the results closed the pipe"
    }

    fn results_failed(&self, why: &str) -> String {
        format!("the results can't be written: {why}")
    }

    fn input_failed(&self, why: &str) -> String {
        format!("the input can't be read on: {why}")
    }

    fn input_changed(&self) -> &'static str {
        "the input changed"
    }
}
