//! English sentences of short messages beside a run.

use std::io;

use crate::model::warning::Warning;
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

    fn beside_run(&self, warning: &Warning) -> String {
        match warning {
            Warning::ReuseEnded => {
                "the endpoint closed a connection just as it was used again; from now on each call \
                 opens one of its own, which is slower and safer"
                    .to_owned()
            }
            Warning::SharedSequenceId { row } => format!(
                "row {row} was answered under a sequence_id that another record has too: both \
                 answers are kept; ask TrustDecision which of them the id names (said once a run)"
            ),
            Warning::NotReplaced { wanted, place } => format!(
                "{wanted} can't be replaced, perhaps since it is open in another program; the new \
                 file is {place}"
            ),
            Warning::CallsPutBack { calls } => format!(
                "the team ledger's database was restored or failed over: {calls} calls of this \
                 machine that it had lost were put back"
            ),
            Warning::OtherServer => {
                "the team ledger's database was restored or failed over, or is on \
                 another server: all calls of this machine were compared with it"
                    .to_owned()
            }
            Warning::PasswordFileOpen { file } => {
                format!("{file} is not used, since others may read it: chmod 600 it")
            }
        }
    }

    fn system_error(&self, error: &io::Error) -> String {
        error.to_string()
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
