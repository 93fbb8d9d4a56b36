//! English sentences of the next steps after a run.

use crate::words::english::English;
use jiff::Timestamp;

use crate::words::{NextStep, NextStepWords, VerdictWords};

impl NextStepWords for English {
    fn next_step(&self, step: &NextStep) -> String {
        let step = match step {
            NextStep::RepairHeld => {
                "repair the held rows in the source (idv_problems names what is wrong) and run it \
                 again; suspect ones are sent with `--suspect send`"
            }
            NextStep::LookAtRefused => {
                "look at idv_message of the refused rows, repair the source and run it again"
            }
            NextStep::SettleUnknown { ledger } => return settle_unknown(ledger),
            NextStep::RunAgain { fresh, command } => return run_again(*fresh, command.as_deref()),
            NextStep::ObeyCode(code) => self.code_next(*code),
            NextStep::CheckCredentials => "check IDV_PARTNER_CODE and IDV_PARTNER_KEY",
            NextStep::ReadRefusals => {
                "read the messages of the refused rows, and the columns that were chosen above"
            }
            NextStep::TryOneRecord => {
                "try one record with `idv verify`; when it is answered, run the same command again"
            }
            NextStep::AskAboutUnknown => {
                "ask the provider why calls stay without an answer; raise `--max-unknown` to go on \
                 all the same"
            }
            NextStep::CheckNetwork => "check the network and IDV_ENDPOINT",
            NextStep::CompareEndpoint => "compare IDV_ENDPOINT with the address in your contract",
            NextStep::CheckTls => {
                "check IDV_ENDPOINT, the clock of this machine and the certificates it trusts"
            }
            NextStep::CheckProxy => {
                "check --proxy or HTTPS_PROXY, with the user name and the password in it; NO_PROXY \
                 names hosts that are reached without it"
            }
            NextStep::MakeRoom => {
                "make room for the results; what is written stands in the .part file"
            }
            NextStep::RepairInput => "repair the input",
            NextStep::LookAtInput => {
                "look at what the input is now: nobody was asked who was not in the plan"
            }
            NextStep::RaiseBudget => "raise `--max-charges` to ask about more",
            NextStep::RepairLedger => {
                "mend what the ledger complains of before anything else is sent"
            }
        };
        step.to_owned()
    }
}

fn settle_unknown(ledger: &str) -> String {
    format!(
        "what is unknown may have been charged and is never sent again by itself: find the calls \
         with `idv ledger show{ledger} --outcome unknown`, compare with the invoice, and settle each \
         with `idv ledger resolve{ledger} CALL --charged` or `--not-charged`; or ask again with \
         `--unknown resend`"
    )
}

fn run_again(fresh: Option<Timestamp>, command: Option<&str>) -> String {
    let (how, known) = match fresh {
        None => (String::new(), "what was answered is known and costs nothing"),
        Some(begun) => (
            format!(" with --max-age {begun:.3} in place of --fresh"),
            "what this run has paid for is known and costs nothing",
        ),
    };
    match command {
        Some(command) => format!("run the same command again{how}, {known}: `{command}`"),
        None => format!("run the same command again{how}: {known}"),
    }
}
