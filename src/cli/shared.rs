//! Flags that several commands share.

#![expect(clippy::doc_markdown, reason = "flags and their helps")]

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use crate::cli::completion_values::{encodings, input_formats};
use crate::cli::values::{
    InputFormat, delimiter, duration, lang, mapping, moment, optional_field, price, row_number,
    short_text, timeout,
};
use crate::input::Encoding;
use crate::model::price::Price;
use crate::model::record::Field;
use crate::output::{ColorChoice, ResultFormat};
use crate::words::Lang;

/// How a file of applicants is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Which column holds a field, where its header does not say so
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = mapping)]
    pub map: Vec<(Field, String)>,
    /// Don't read the column of id_type or country; what every row has by default holds
    #[arg(long, value_name = "FIELD", value_parser = optional_field)]
    pub ignore: Vec<Field>,
    /// What stands between two cells: , ; | or tab; found from the header by default
    #[arg(long, value_name = "C", value_parser = delimiter)]
    pub delimiter: Option<u8>,
    /// The first line is an applicant, not a header; columns go by number: --map id_number=1
    #[arg(long)]
    pub no_header: bool,
    /// The header is on this line of the file, or in this row of the sheet; found among the first 30
    /// by default
    #[arg(long, value_name = "N", value_parser = row_number, conflicts_with = "no_header")]
    pub header_row: Option<u64>,
    /// How letters are written as bytes: utf-8, utf-16le, utf-16be, windows-1252; found by default
    #[arg(long, value_name = "NAME", value_parser = encodings())]
    #[arg(hide_possible_values = true)]
    pub encoding: Option<Encoding>,
    /// How the file is laid out; found by default
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = input_formats())]
    pub input_format: InputFormat,
    /// The sheet of a workbook; by default the first one that has the columns
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
}

/// The endpoint and the account.
#[derive(Debug, Args)]
#[command(next_help_heading = "Endpoint")]
pub(crate) struct EndpointArgs {
    /// Ask the built-in sandbox: no account, no charge, no real check
    #[arg(long, conflicts_with = "endpoint")]
    pub sandbox: bool,
    /// The endpoint's URL [env: IDV_ENDPOINT]
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Give up on an answer after this, 1s or more: a call that is given up may be charged
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = timeout)]
    pub timeout: Duration,
    /// Give up on a connection after this
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub connect_timeout: Duration,
    /// Connect through this proxy [env: HTTPS_PROXY, NO_PROXY]
    #[arg(long, value_name = "URL", conflicts_with = "sandbox")]
    pub proxy: Option<String>,
    /// Trust the certificates in this file (PEM), and no others; by default those of the system
    #[arg(long, value_name = "FILE")]
    pub ca_cert: Option<PathBuf>,
    /// Prove who you are to the endpoint with the certificate in this file (PEM)
    #[arg(long, value_name = "FILE", requires = "client_key", conflicts_with = "sandbox")]
    pub client_cert: Option<PathBuf>,
    /// The private key of that certificate (PEM, not encrypted)
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub client_key: Option<PathBuf>,
    /// Read settings from this file before the environment; otherwise .env is read after it
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Read the partner key from this file [env: IDV_PARTNER_KEY_FILE]
    #[arg(long, value_name = "FILE")]
    pub partner_key_file: Option<PathBuf>,
    /// Run this and take its one line of output as the partner key [env: IDV_PARTNER_KEY_COMMAND]
    #[arg(long, value_name = "CMD", conflicts_with = "partner_key_file")]
    pub partner_key_command: Option<String>,
}

/// Who runs the command, and why. The ledger keeps it with the run.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Record of processing")]
pub(crate) struct OriginArgs {
    /// Who runs it; the system's user by default [env: IDV_OPERATOR]
    #[arg(long, value_name = "NAME", value_parser = short_text)]
    pub operator: Option<String>,
    /// Your own reference, as a case number
    #[arg(long, value_name = "TEXT", value_parser = short_text)]
    pub reference: Option<String>,
    /// Why these persons are checked [env: IDV_PURPOSE]
    #[arg(long, value_name = "TEXT", value_parser = short_text)]
    pub purpose: Option<String>,
}

/// The ledger, and which of its answers are reused.
#[derive(Debug, Args)]
#[command(next_help_heading = "Ledger")]
pub(crate) struct LedgerArgs {
    /// The file that remembers every call, or postgres://USER@HOST/DATABASE of a team [env: IDV_LEDGER]
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
    pub unknown: UnknownHandling,
}

/// Handling of a record in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UnknownHandling {
    /// Report it as unknown, and don't send it
    Hold,
    /// Send it again, which may be charged a second time
    Resend,
}

/// Options of a plan, for `idv batch` and for `idv check`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// What one call costs, as in 1000 or 0.25 [env: IDV_PRICE]
    #[arg(long, value_name = "AMOUNT", value_parser = price)]
    pub price: Option<Price>,
    /// What to do with a row that would be charged and can't match [default: hold]
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "hold",
        hide_default_value = true
    )]
    pub suspect: SuspectHandling,
}

/// Handling of a suspect record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuspectHandling {
    /// Report it as held, and don't send it
    Hold,
    /// Send it, and pay for it
    Send,
}

/// The format of what `idv ledger` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LedgerFormat {
    /// For people
    Table,
    /// One JSON object a line
    #[value(alias = "json")]
    Jsonl,
    /// One line each, with commas between the columns
    Csv,
}

/// The output: where the results go, and what is shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// The format; by default that of FILE's ending, table on a terminal, jsonl in a pipe
    #[arg(short, long, value_enum)]
    pub format: Option<ResultFormat>,
    /// Write the results to FILE, readable by you alone
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Encrypt results, summary and report to this public key (age1...); name them FILE.age. Give it
    /// once for each reader
    #[arg(long, value_name = "RECIPIENT")]
    pub encrypt_to: Vec<String>,
    /// Replace FILE even if it holds no results
    #[arg(long)]
    pub force: bool,
    /// Mask numbers and names in the results
    #[arg(long)]
    pub mask: bool,
    /// Show errors only
    #[arg(short, long)]
    pub quiet: bool,
    /// Show more: every attempt (-v)
    #[arg(short, long, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: ColorChoice,
    /// The language for people: id or en; by default that of IDV_LANG or of the system
    #[arg(long, value_name = "LANG", value_parser = lang)]
    pub lang: Option<Lang>,
}

/// The flags of every command that sends.
#[derive(Debug, Args)]
pub(crate) struct CommonArgs {
    /// The endpoint.
    #[command(flatten)]
    pub endpoint: EndpointArgs,
    /// The ledger.
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// The origin of the run.
    #[command(flatten)]
    pub origin: OriginArgs,
    /// The output.
    #[command(flatten)]
    pub output: OutputArgs,
}
