//! The command line: clap types, nothing else.

#![expect(clippy::doc_markdown, clippy::struct_excessive_bools, reason = "flags and their helps")]

mod history;
mod record;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

pub use crate::cli::history::{FilterArgs, LedgerAction, LedgerCommand};
pub use crate::cli::record::RecordArgs;

use crate::cli::values::{
    InputFormat, delimiter, duration, encoding, input_format, mapping, moment, share,
};
use crate::input::Encoding;
use crate::record::Field;

/// Verify Indonesian identities: does this KTP number belong to this name and this phone?
#[derive(Debug, Parser)]
#[command(name = "idv", version, about, max_term_width = 100, subcommand_required = true)]
#[command(arg_required_else_help = true, after_help = START)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Action,
}

const START: &str = "\
Try it without an account:
  idv verify --sandbox --nik 3310990101900001 --phone 081234567890 --name 'Budi Contoh'
  idv batch applicants.csv --sandbox -o results.csv";

const VERIFY_HELP: &str = "\
Examples:
  idv verify --nik 3310990101900001 --phone 081234567890 --name 'Budi Contoh'
  idv verify                        # asks for each field, so nothing stays in the shell's history
  idv verify - < applicant.json     # {\"nik\": \"...\", \"phone\": \"...\", \"name\": \"...\"}

Exit codes:
  0 pass   1 no pass   2 usage or settings, nothing sent   3 held, refused or unavailable
  4 unknown, may have been charged   5 account or endpoint in trouble   6 disk   130 interrupted";

const BATCH_HELP: &str = "\
Examples:
  idv batch applicants.csv -o results.csv
  idv batch applicants.csv -f jsonl | jq -r 'select(.outcome == \"fail\") | .row'
  idv batch export.csv --map id_number='Nomor KTP Pemohon' --summary summary.json

Exit codes:
  0 every row answered   1 with --fail-on-mismatch: some row is no pass
  2 usage or settings, nothing sent   3 some rows held, refused or unavailable
  4 some rows unknown, may have been charged   5 the run was stopped, run again later
  6 disk   130 interrupted";

const SANDBOX_HELP: &str = "\
Examples:
  idv sandbox --port 8080 --latency 50ms
  idv sandbox --fail-rate 0.05 --seed 7 --charges charges.tsv

Then, in another terminal (any credentials will do):
  IDV_PARTNER_CODE=demo IDV_PARTNER_KEY=demo idv batch applicants.csv --endpoint http://127.0.0.1:8080/";

const LEDGER_HELP: &str = "\
Examples:
  idv ledger runs
  idv ledger show --outcome unknown
  idv ledger bill --since 30d -f csv > bill.csv
  idv ledger resolve 1042 --not-charged
  idv ledger purge --older-than 90d";

const CODES_HELP: &str = "\
Examples:
  idv codes
  idv codes 305";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Verify one record
    #[command(after_help = VERIFY_HELP)]
    Verify(Box<VerifyArgs>),
    /// Verify every record of a file
    #[command(after_help = BATCH_HELP)]
    Batch(Box<BatchArgs>),
    /// Run the documented API on this machine, with test values and faults
    #[command(after_help = SANDBOX_HELP)]
    Sandbox(SandboxArgs),
    /// What was asked and paid: runs, calls, the bill
    #[command(after_help = LEDGER_HELP, subcommand_required = true)]
    Ledger(LedgerCommand),
    /// The status codes: meaning, charged, what idv does
    #[command(after_help = CODES_HELP)]
    Codes(CodesArgs),
}

/// How the results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// One JSON object a line
    #[value(alias = "json")]
    Jsonl,
    /// The input's columns and the results beside them
    Csv,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also into files and pipes
    Always,
    /// Nowhere
    Never,
}

/// Where to ask, and as whom.
#[derive(Debug, Args)]
#[command(next_help_heading = "Endpoint")]
pub struct EndpointArgs {
    /// Ask the built-in sandbox: no account, no charge, no real check
    #[arg(long, conflicts_with = "endpoint")]
    pub sandbox: bool,
    /// The endpoint's URL [env: IDV_ENDPOINT]
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Give up on an answer after this
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
    /// Give up on a connection after this
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub connect_timeout: Duration,
    /// Read settings from this file before the environment; otherwise .env is read after it
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Read the partner key from this file [env: IDV_PARTNER_KEY_FILE]
    #[arg(long, value_name = "FILE")]
    pub partner_key_file: Option<PathBuf>,
}

/// What is known already, and when it counts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Ledger")]
pub struct LedgerArgs {
    /// The file that remembers every call [env: IDV_LEDGER]
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// Ask again where the answer is older than AGE (90d, 12h), or than a time stamp
    #[arg(long, value_name = "AGE", value_parser = moment, conflicts_with = "fresh")]
    pub max_age: Option<Timestamp>,
    /// Ask, and pay, again for everything that was answered before this run
    #[arg(long)]
    pub fresh: bool,
    /// What to do with a record that may have been charged without a usable answer
    #[arg(long, value_enum, default_value = "hold", value_name = "WHAT")]
    pub unknown: Unknown,
}

/// What to do with what is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Unknown {
    /// Report it as unknown, and don't send it
    Hold,
    /// Send it again, which may be charged a second time
    Resend,
}

/// What to do with what is suspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Suspect {
    /// Report it as held, and don't send it
    Hold,
    /// Send it, and pay for it
    Send,
}

/// What to write, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// The format; by default that of FILE's ending, table on a terminal, jsonl in a pipe
    #[arg(short, long, value_enum)]
    pub format: Option<Format>,
    /// Write the results to FILE, readable by you alone
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace FILE even if it holds no results
    #[arg(long)]
    pub force: bool,
    /// Star out numbers and names in the results
    #[arg(long)]
    pub mask: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
    /// Say more: every attempt (-v)
    #[arg(short, long, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
}

/// `idv verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// `-` reads the record from stdin, as one JSON object
    #[arg(value_name = "-", value_parser = ["-"])]
    pub stdin: Option<String>,
    /// The record's fields.
    #[command(flatten)]
    pub record: RecordArgs,
    /// What to do with a record that would be charged and can't match
    #[arg(long, value_enum, value_name = "WHAT", default_value = "send")]
    pub suspect: Suspect,
    /// Where to ask.
    #[command(flatten)]
    pub endpoint: EndpointArgs,
    /// What is known already.
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// What to write.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `idv batch`.
#[derive(Debug, Args)]
pub struct BatchArgs {
    /// The applicants: CSV, JSON Lines or .xlsx; - for stdin
    pub file: PathBuf,
    /// Requests in flight at most [env: IDV_CONCURRENCY] [default: 8]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub concurrency: Option<u16>,
    /// Ask again so often where it is proved that nothing was charged
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub retries: u32,
    /// Stop when this run has cost, or may have cost, N charges; 0 only shows what is known
    #[arg(long, value_name = "N")]
    pub max_charges: Option<u64>,
    /// Which column holds a field, where its header does not say so
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = mapping)]
    pub map: Vec<(Field, String)>,
    /// What stands between two cells: , ; | or tab; found from the header by default
    #[arg(long, value_name = "C", value_parser = delimiter)]
    pub delimiter: Option<u8>,
    /// The first line is an applicant, not a header; columns go by number: --map id_number=1
    #[arg(long)]
    pub no_header: bool,
    /// How letters are written as bytes: utf-8, utf-16le, utf-16be, windows-1252; found by default
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    pub encoding: Option<Encoding>,
    /// How the file is laid out; found by default
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = input_format)]
    pub input_format: InputFormat,
    /// The sheet of a workbook; the first one by default
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// What to do with a row that would be charged and can't match [default: hold]
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "hold",
        hide_default_value = true
    )]
    pub suspect: Suspect,
    /// Write results as they come, not in the input's order
    #[arg(long)]
    pub unordered: bool,
    /// Write the summary to FILE, as JSON
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Exit with 1 when a row is answered, but is no pass
    #[arg(long)]
    pub fail_on_mismatch: bool,
    /// Show no progress
    #[arg(long)]
    pub no_progress: bool,
    /// Where to ask.
    #[command(flatten)]
    pub endpoint: EndpointArgs,
    /// What is known already.
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// What to write.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The shape in which the sandbox answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// As in the provider's guide
    Guide,
    /// An older version: a reason in words
    Reason,
    /// A detailed version: with further_info
    Detailed,
}

/// `idv sandbox`.
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Wait so long before each answer
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration)]
    pub latency: Duration,
    /// Answer 302 to more than N requests in a second
    #[arg(long, value_name = "N")]
    pub rate_limit: Option<u32>,
    /// Answer 305 after N charges
    #[arg(long, value_name = "N")]
    pub daily_limit: Option<u64>,
    /// Let this share of all requests meet a fault, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub fail_rate: f64,
    /// Makes the faults come out the same each time
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Close the first N connections on accept
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub drop_connections: u64,
    /// The shape of the answers
    #[arg(long, value_enum, default_value = "guide")]
    pub dialect: Dialect,
    /// Append one line a charge to FILE: sequence_id, tab, SHA-256 of the body
    #[arg(long, value_name = "FILE")]
    pub charges: Option<PathBuf>,
    /// Accept only IDV_PARTNER_CODE and IDV_PARTNER_KEY of this environment
    #[arg(long)]
    pub check_partner: bool,
}

/// `idv codes`.
#[derive(Debug, Args)]
pub struct CodesArgs {
    /// Only this code
    #[arg(allow_negative_numbers = true)]
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
