//! The command line, as clap types.

#![expect(clippy::doc_markdown, reason = "flags and their helps")]

mod batch;
mod check;
mod completion_values;
mod generate;
mod ledger;
mod record;
mod sandbox;
mod schema;
mod shared;
mod values;

use clap::{Args, Parser, Subcommand};

pub(crate) use crate::cli::batch::BatchArgs;
pub(crate) use crate::cli::check::CheckArgs;
pub(crate) use crate::cli::generate::{CompletionsArgs, ManArgs, Shell};
pub(crate) use crate::cli::ledger::{
    BillArgs, BillKey, BudgetArgs, FilterArgs, LedgerAction, LedgerCommand, PersonArgs,
};
pub(crate) use crate::cli::record::RecordArgs;
pub(crate) use crate::cli::sandbox::{Dialect, SandboxArgs};
pub(crate) use crate::cli::schema::{SchemaArgs, SchemaName};
pub(crate) use crate::cli::shared::{CommonArgs, EndpointArgs, SuspectHandling, UnknownHandling};
pub(crate) use crate::cli::shared::{InputArgs, LedgerArgs, LedgerFormat, OriginArgs, OutputArgs};
pub(crate) use crate::cli::values::{Burst, FailKind};

use crate::cli::batch::BATCH_HELP;
use crate::cli::check::CHECK_HELP;
use crate::cli::completion_values::codes;
use crate::cli::generate::{COMPLETIONS_HELP, MAN_HELP};
use crate::cli::schema::SCHEMA_HELP;

/// Verify Indonesian identities: does this KTP number belong to this name and this phone?
#[derive(Debug, Parser)]
#[command(name = "idv", version, about, max_term_width = 100, subcommand_required = true)]
#[command(arg_required_else_help = true, after_help = ROOT_HELP)]
pub(crate) struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: Action,
}

const ROOT_HELP: &str = "\
Try it without an account:
  idv verify --sandbox --nik 3310990101900001 --phone 081234567890 --name Budi
  idv batch applicants.csv --sandbox -o results.csv";

const VERIFY_HELP: &str = "\
Examples:
  idv verify --nik 3310990101900001 --phone 081234567890 --name 'Budi Contoh'
  idv verify                    # asks for each field: none in shell history
  idv verify - < applicant.json # {\"nik\": \"...\", \"phone\": \"...\", \"name\": \"...\"}

Exit codes:
  0 pass   1 no pass   2 usage or settings, nothing sent   3 held, refused or unavailable
  4 unknown, may have been charged   5 account or endpoint in trouble   6 disk   130 interrupted";

const LEDGER_HELP: &str = "\
Examples:
  idv ledger runs
  idv ledger show --outcome unknown
  idv ledger bill --since 30d -f csv > bill.csv
  idv ledger bill --invoice november.csv --price 1000
  idv ledger resolve 1042 --not-charged
  idv ledger purge --older-than 90d";

const CODES_HELP: &str = "\
Examples:
  idv codes
  idv codes 305";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Verify one record
    #[command(after_help = VERIFY_HELP)]
    Verify(Box<VerifyArgs>),
    /// Verify every record of a file
    #[command(after_help = BATCH_HELP)]
    Batch(Box<BatchArgs>),
    /// Everything batch would do but send: problems, duplicates, calls, price
    #[command(after_help = CHECK_HELP)]
    Check(Box<CheckArgs>),
    /// Run the documented API on this machine, with test values and faults
    #[command(after_help = sandbox::after_help())]
    Sandbox(SandboxArgs),
    /// What was asked and paid: runs, calls, the bill
    #[command(after_help = LEDGER_HELP, subcommand_required = true)]
    Ledger(LedgerCommand),
    /// The status codes: meaning, charged, what idv does
    #[command(after_help = CODES_HELP)]
    Codes(CodesArgs),
    /// Completions for a shell
    #[command(after_help = COMPLETIONS_HELP)]
    Completions(CompletionsArgs),
    /// Manual pages
    #[command(after_help = MAN_HELP)]
    Man(ManArgs),
    /// The JSON Schemas of what is written
    #[command(after_help = SCHEMA_HELP)]
    Schema(SchemaArgs),
}

/// `idv verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// `-` reads the record from stdin, as one JSON object
    #[arg(value_name = "-", value_parser = ["-"])]
    pub stdin: Option<String>,
    /// The record's fields.
    #[command(flatten)]
    pub record: RecordArgs,
    /// What to do with a record that would be charged and can't match
    #[arg(long, value_enum, value_name = "WHAT", default_value = "send")]
    pub suspect: SuspectHandling,
    /// What every command that sends has in common.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// `idv codes`.
#[derive(Debug, Args)]
pub(crate) struct CodesArgs {
    /// Only this code
    #[arg(allow_negative_numbers = true, value_parser = codes(), hide_possible_values = true)]
    pub code: Option<i64>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
