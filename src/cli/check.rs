//! The flags of `idv check`.

#![expect(clippy::doc_markdown, reason = "the comments are help texts")]

use std::path::PathBuf;

use clap::Args;

use crate::cli::shared::{InputArgs, LedgerArgs, PlanArgs};
use crate::cli::values::lang;
use crate::output::{ColorChoice, ResultFormat};
use crate::words::Lang;

pub(super) const CHECK_HELP: &str = "\
Examples:
  idv check applicants.csv
  idv check applicants.xlsx --price 1000 -o problems.xlsx
  idv check applicants.csv -f jsonl | jq .to_send
  idv check --template > applicants.csv

Needs no endpoint and no key, asks nobody, and makes no ledger.

Exit codes:
  0 no row would be held   3 some rows would be held
  2 usage, settings or a file that can't be read   6 disk   130 interrupted";

/// `idv check`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct CheckArgs {
    /// The applicants: CSV, JSON Lines or .xlsx; - for stdin
    #[arg(required_unless_present = "template")]
    pub file: Option<PathBuf>,
    /// Print an empty file with the right headers instead; -o FILE.xlsx has columns for text
    #[arg(long, conflicts_with = "file")]
    pub template: bool,
    /// The plan.
    #[command(flatten)]
    pub plan: PlanArgs,
    /// How the file is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// The ledger.
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// As if the built-in sandbox were asked: its ledger counts
    #[arg(long, conflicts_with = "endpoint", help_heading = "Ledger")]
    pub sandbox: bool,
    /// As if this endpoint were asked; one on this machine has the sandbox's ledger [env:
    /// IDV_ENDPOINT]
    #[arg(long, value_name = "URL", help_heading = "Ledger")]
    pub endpoint: Option<String>,
    /// Read settings from this file before the environment; otherwise .env is read after it
    #[arg(long, value_name = "FILE", help_heading = "Ledger")]
    pub env_file: Option<PathBuf>,
    /// The format: table or jsonl on stdout (table on a terminal, jsonl in a pipe); csv and xlsx
    /// are for -o
    #[arg(short, long, value_enum, help_heading = "Output")]
    pub format: Option<ResultFormat>,
    /// Write the rows to FILE, with what is wrong beside them: .csv, .jsonl or .xlsx
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Encrypt FILE to this public key (age1...); name it FILE.age. Give it once for each reader
    #[arg(long, value_name = "RECIPIENT", requires = "output", help_heading = "Output")]
    pub encrypt_to: Vec<String>,
    /// Replace FILE even if it holds something else
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    /// Mask numbers and names in FILE
    #[arg(long, help_heading = "Output")]
    pub mask: bool,
    /// Show errors and the plan only
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
    /// When to use colour
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN", help_heading = "Output")]
    pub color: ColorChoice,
    /// The language for people: id or en; by default that of IDV_LANG or of the system
    #[arg(long, value_name = "LANG", value_parser = lang, help_heading = "Output")]
    pub lang: Option<Lang>,
}
