//! English sentences of short messages beside a run.

use crate::words::english::English;
use crate::words::{ErrorHint, MessageWords};

impl MessageWords for English {
    fn sandbox_answers(&self) -> &'static str {
        "sandbox: made-up answers from this machine, no real check, no charge"
    }

    fn endpoint(&self, url: &str) -> String {
        format!("endpoint: {url}")
    }

    fn sandbox_got(&self, requests: u64, charged: u64) -> String {
        format!("sandbox: got {requests} requests and would have charged {charged}")
    }

    fn results(&self, file: &str) -> String {
        format!("results: {file}")
    }

    fn purged(&self, calls: usize, kept: usize) -> String {
        let kept = match kept {
            0 => String::new(),
            kept => format!("; {kept} as old stay, since they are in doubt"),
        };
        let calls = if calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") };
        format!("ledger: {calls} older than IDV_RETENTION erased for good{kept}")
    }

    fn team_not_purged(&self) -> &'static str {
        "IDV_RETENTION is for a file: a run purges no team's ledger"
    }

    fn not_purged(&self, why: &str) -> String {
        format!("calls older than IDV_RETENTION are still in the ledger: {why}")
    }

    fn checked_rows(&self, file: &str) -> String {
        format!("rows: {file}")
    }

    fn rows_not_written(&self, why: &str) -> String {
        format!("error: the rows can't be written: {why}")
    }

    fn results_so_far(&self, file: &str) -> String {
        format!("results so far: {file}")
    }

    fn left_at_once(&self, file: &str) -> String {
        format!("left at once; results so far: {file}")
    }

    fn stopping(&self) -> &'static str {
        "stopping: waiting for the answers under way; Ctrl-C again leaves at once"
    }

    fn waiting_for_answer(&self) -> &'static str {
        "waiting for the answer under way; Ctrl-C again leaves at once"
    }

    fn interrupted_before_sending(&self) -> &'static str {
        "interrupted; nothing was sent"
    }

    fn interrupted_before_writing(&self) -> &'static str {
        "interrupted; nothing was written"
    }

    fn error(&self, error: &str) -> String {
        format!("error: {error}")
    }

    fn hint(&self, hint: &str) -> String {
        format!("\n\n  hint: {hint}")
    }

    fn summary_name(&self) -> &'static str {
        "summary"
    }

    fn report_name(&self) -> &'static str {
        "report"
    }

    fn file_not_written(&self, name: &str, why: &str) -> String {
        format!(
            "error: the {name} can't be written: {why}\n\n  \
             hint: make room and run the same command again; it costs nothing"
        )
    }

    fn error_hint(&self, hint: ErrorHint) -> &'static str {
        match hint {
            ErrorHint::CheckTheName => "check the name",
            ErrorHint::ChooseAnotherFile => "choose a file that you may read and write",
            ErrorHint::MakeRoom => "make room on the disk, then run it again",
            ErrorHint::ChooseAnotherName => "choose another name",
        }
    }

    fn sandbox_explained(&self) -> &'static str {
        "It answers as the documented API does. Nobody is checked and nothing is charged; any partner \
         code and key will do, unless --check-partner is given.\n\
         \x20 identity number ends in 9001: the phone does not belong; 9002: the name; 9003: both\n\
         \x20 9004: no record of the phone; 9005: no record at all; anything else passes\n\
         \x20 phone 08000 and a code in five digits (0800000305): that code, each time\n\
         \x20 phone 0800100002: charged, then closed without an answer\n\
         Ctrl-C stops it."
    }
}
