//! The sentences of the next steps after a run.

use jiff::Timestamp;

use crate::model::code::CodeName;

/// A next step for the user after a run.
#[derive(Debug, Clone)]
pub enum NextStep {
    /// Repair the held rows.
    RepairHeld,
    /// Look at the messages of the refused rows.
    LookAtRefused,
    /// Settle the calls that may have been charged. `ledger` is the flag with which `idv ledger`
    /// finds the ledger, with a space before it.
    SettleUnknown {
        /// The flag.
        ledger: String,
    },
    /// Run the same command again.
    RunAgain {
        /// The start of a run with `--fresh`, which the next command replaces by `--max-age`.
        fresh: Option<Timestamp>,
        /// The command, if it can be shown.
        command: Option<String>,
    },
    /// Do what a code asks for.
    ObeyCode(CodeName),
    /// Check the credentials.
    CheckCredentials,
    /// Read the messages of rows that were all refused.
    ReadRefusals,
    /// Try one record.
    TryOneRecord,
    /// Ask the provider why calls stay without an answer.
    AskAboutUnknown,
    /// Check the network.
    CheckNetwork,
    /// Compare the endpoint with the contract.
    CompareEndpoint,
    /// Check what TLS depends on.
    CheckTls,
    /// Check the proxy.
    CheckProxy,
    /// Make room for the results.
    MakeRoom,
    /// Repair the input.
    RepairInput,
    /// Look at an input that changed.
    LookAtInput,
    /// Raise the budget.
    RaiseBudget,
    /// Repair the ledger.
    RepairLedger,
}

/// The sentences of the next steps after a run.
pub(crate) trait NextStepWords {
    /// Says a next step. Commands stand between backticks.
    fn next_step(&self, step: &NextStep) -> String;
}
