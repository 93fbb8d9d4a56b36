//! The flags of `idv batch`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::completion_values::outcomes;
use crate::cli::shared::{CommonArgs, InputArgs, PlanArgs};
use crate::cli::values::{duration, whole};
use crate::model::limits::{MaxInFlight, MaxUnknown, parse_rate};
use crate::model::outcome::Outcome;
use crate::model::shard::Shard;

pub(super) const BATCH_HELP: &str = "\
Examples:
  idv batch applicants.csv -o results.csv
  idv batch applicants.csv --dry-run --price 1000
  idv batch applicants.csv -f jsonl | jq -r 'select(.outcome == \"fail\") | .row'
  idv batch applicants.csv -o results.csv --report report.html --price 1000
  idv batch export.csv --map id_number='Nomor Pemohon' --summary summary.json

Exit codes:
  0 every row answered   1 with --fail-on-mismatch: some row is no pass
  2 usage or settings, nothing sent   3 some rows held, refused or unavailable
  4 some rows unknown, may have been charged   5 the run was stopped, run again later
  6 disk   130 interrupted";

/// `idv batch`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct BatchArgs {
    /// The applicants: CSV, JSON Lines or .xlsx; - for stdin
    pub file: PathBuf,
    /// Requests in flight at most; auto begins with 8 and takes more while answers come faster, up
    /// to 32 [env: IDV_CONCURRENCY] [default: auto]
    #[arg(short, long, value_name = "auto|N")]
    pub concurrency: Option<MaxInFlight>,
    /// Requests a second at most, over any ten seconds; 0.5 is one in two [env: IDV_RATE]
    #[arg(long, value_name = "N", value_parser = parse_rate)]
    pub rate: Option<f64>,
    /// Ask again so often where it is proved that nothing was charged; a trouble that all rows
    /// have does not count
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = whole::<u32>)]
    pub retries: u32,
    /// Stop when there was no clean answer for so long, without the pauses the server asked for
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    pub give_up_after: Duration,
    /// Stop when this run has cost, or may have cost, N charges; 0 only shows what is known
    #[arg(long, value_name = "N", value_parser = whole::<u64>)]
    pub max_charges: Option<u64>,
    /// Stop when more calls than this may have been charged for nothing: N of them, or more than 20
    /// and more than P% of what was sent
    #[arg(long, value_name = "N|P%", default_value = "5%")]
    pub max_unknown: MaxUnknown,
    /// The plan.
    #[command(flatten)]
    pub plan: PlanArgs,
    /// Send without asking first; scripts and sandboxes are never asked
    #[arg(short, long)]
    pub yes: bool,
    /// Show the plan, as idv check does, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take only the rows whose record is in shard I of N; the same record is always in the same
    /// shard, so N runs with the same file share it without overlap
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Write results as they come, not in the input's order
    #[arg(long)]
    pub unordered: bool,
    /// Write the summary to FILE, as JSON; - for stdout, beside -o
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub summary: Option<PathBuf>,
    /// Write a report for people to FILE: one HTML page that stands alone and names nobody; - for
    /// stdout, beside -o
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub report: Option<PathBuf>,
    /// Exit with 1 when a row is answered, but is no pass
    #[arg(long)]
    pub fail_on_mismatch: bool,
    /// Rows with these outcomes do not raise the exit code; unknown also covers calls whose charge
    /// is unknown. A run that stops still exits with 5
    #[arg(long, value_name = "OUTCOME,...", value_delimiter = ',', value_parser = outcomes())]
    #[arg(hide_possible_values = true)]
    pub exit_zero_on: Vec<Outcome>,
    /// Write only rows with these outcomes into the results; the sums are of all rows
    #[arg(long, value_name = "OUTCOME,...", value_delimiter = ',', value_parser = outcomes())]
    #[arg(hide_possible_values = true)]
    pub only: Vec<Outcome>,
    /// Show no progress
    #[arg(long)]
    pub no_progress: bool,
    /// How the file is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// What every command that sends has in common.
    #[command(flatten)]
    pub common: CommonArgs,
}
