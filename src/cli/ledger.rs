//! The flags of `idv ledger`.

#![expect(clippy::doc_markdown, reason = "the comments are help texts")]

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::cli::LedgerFormat;
use crate::cli::completion_values::outcomes;
use crate::cli::shared::OriginArgs;
use crate::cli::values::{moment, price};
use crate::model::limits::parse_rate;
use crate::model::outcome::Outcome;
use crate::model::price::Price;

/// `idv ledger`.
#[derive(Debug, Args)]
pub(crate) struct LedgerCommand {
    /// The file, or postgres://USER@HOST/DATABASE of a team [env: IDV_LEDGER]
    #[arg(long, value_name = "FILE", global = true)]
    pub ledger: Option<PathBuf>,
    /// The sandbox's ledger instead of the live one
    #[arg(long, global = true)]
    pub sandbox: bool,
    /// The command.
    #[command(subcommand)]
    pub action: LedgerAction,
}

/// The commands of `idv ledger`.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerAction {
    /// The runs, oldest first
    Runs {
        /// The format; table on a terminal, jsonl in a pipe
        #[arg(short, long, value_enum)]
        format: Option<LedgerFormat>,
    },
    /// The calls, oldest first
    Show {
        /// The calls.
        #[command(flatten)]
        filter: FilterArgs,
        /// Only calls with this outcome
        #[arg(long, value_name = "OUTCOME", value_parser = outcomes())]
        #[arg(hide_possible_values = true)]
        outcome: Option<Outcome>,
        /// The format; table on a terminal, jsonl in a pipe
        #[arg(short, long, value_enum)]
        format: Option<LedgerFormat>,
    },
    /// What was charged, by month, day and code; csv and jsonl list each call with its sequence_id
    Bill(BillArgs),
    /// Settle a call in doubt by what the invoice says
    #[command(group = clap::ArgGroup::new("found").required(true))]
    Resolve {
        /// The call's number in `idv ledger show`
        call: i64,
        /// It is on the invoice
        #[arg(long, group = "found")]
        charged: bool,
        /// It is not on the invoice; the record may be sent again
        #[arg(long, group = "found")]
        not_charged: bool,
    },
    /// Erase old calls for good; a record that is erased is asked, and paid, again
    Purge {
        /// Calls that ended before this: 90d, 12h, or a time stamp
        #[arg(long, value_name = "AGE", value_parser = moment)]
        older_than: Timestamp,
        /// Also those in doubt, which are kept otherwise
        #[arg(long)]
        include_unknown: bool,
        /// The origin.
        #[command(flatten)]
        origin: OriginArgs,
    },
    /// What was asked about one person: by NIK, by phone, or by a whole record
    Find {
        /// The person.
        #[command(flatten)]
        person: PersonArgs,
        /// The format; table on a terminal, jsonl in a pipe
        #[arg(short, long, value_enum)]
        format: Option<LedgerFormat>,
        /// The origin.
        #[command(flatten)]
        origin: OriginArgs,
    },
    /// Erase for good what was asked about one person; time, code and charge stay for the bill
    Forget {
        /// The person.
        #[command(flatten)]
        person: PersonArgs,
        /// Erase without asking first
        #[arg(short, long)]
        yes: bool,
        /// The origin.
        #[command(flatten)]
        origin: OriginArgs,
    },
    /// Whether the chain of calls is whole; exit code 6 where it breaks
    Verify {
        /// Print one line to keep elsewhere: whoever has it can tell that no earlier call was changed
        #[arg(long)]
        print_head: bool,
    },
    /// Everything, as JSON Lines
    Export,
    /// Where the ledger is
    Path,
    /// Make a team's ledger in a PostgreSQL database; a ledger that is there stays as it is
    Init {
        /// Also make the roles idv_reader, idv_asker and idv_keeper
        #[arg(long)]
        roles: bool,
    },
    /// Look at everything that a team's ledger rests on; exit code 2 where a promise would be broken
    Doctor,
    /// Show or set what a team may spend: charged and possibly charged calls, by the days of Jakarta
    Budget(BudgetArgs),
    /// Import a machine's own ledger, with its secret, into a team's ledger without any call
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Deliver the answers of this machine's journal to the team's ledger
    Push,
}

/// `idv ledger bill`.
#[derive(Debug, Args)]
pub(crate) struct BillArgs {
    /// The calls.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// What a charged call costs, as in 1000 or 0.25 [env: IDV_PRICE]
    #[arg(long, value_name = "AMOUNT", value_parser = price)]
    pub price: Option<Price>,
    /// Sum up by this
    #[arg(long, value_enum, value_name = "KEY", conflicts_with = "invoice")]
    pub by: Option<BillKey>,
    /// Show in what FILE, the provider's invoice as CSV, differs: a column of sequence ids, one of
    /// times if there is one
    #[arg(long, value_name = "FILE", conflicts_with = "run")]
    pub invoice: Option<PathBuf>,
    /// Whose midnight ends a day, and whose clock the invoice shows, in hours from UTC; 7 is
    /// Jakarta
    #[arg(long, value_name = "HOURS", default_value_t = 7, allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(i8).range(-12..=14))]
    pub utc_offset: i8,
    /// The format; table on a terminal, jsonl in a pipe
    #[arg(short, long, value_enum)]
    pub format: Option<LedgerFormat>,
}

/// `idv ledger budget`.
#[derive(Debug, Args)]
pub(crate) struct BudgetArgs {
    /// Calls a day at most; without it a day has no limit, if any is set
    #[arg(long, value_name = "N")]
    pub per_day: Option<u64>,
    /// Calls a month at most; without it a month has no limit, if any is set
    #[arg(long, value_name = "N")]
    pub per_month: Option<u64>,
    /// Requests a second of all runs together; each gets its part. Without it there is no such limit, if
    /// any is set
    #[arg(long, value_name = "N", value_parser = parse_rate)]
    pub rate: Option<f64>,
    /// Take all limits away
    #[arg(long, conflicts_with_all = ["per_day", "per_month", "rate"])]
    pub off: bool,
}

/// A person whose calls are searched.
#[derive(Debug, Args)]
pub(crate) struct PersonArgs {
    /// `-` reads a whole record from stdin, as one JSON object; it also finds calls of an earlier idv
    #[arg(value_name = "-", value_parser = ["-"])]
    pub stdin: Option<String>,
    /// The person's NIK; on a terminal it is asked for
    #[arg(long, visible_alias = "id-number", value_name = "NIK", conflicts_with = "stdin")]
    pub nik: Option<String>,
    /// The person's phone number, instead of the NIK
    #[arg(long, visible_alias = "phone-number", value_name = "PHONE")]
    #[arg(conflicts_with_all = ["nik", "stdin"])]
    pub phone: Option<String>,
}

/// The key by which a bill is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum BillKey {
    /// The reference of the run
    Reference,
    /// The operator of the run
    Operator,
    /// The month
    Month,
    /// The day
    Day,
    /// The code of the answer
    Code,
}

/// A filter of calls.
#[derive(Debug, Args)]
pub(crate) struct FilterArgs {
    /// Only calls that ended after this: 30d, 12h, or a time stamp
    #[arg(long, value_name = "AGE", value_parser = moment)]
    pub since: Option<Timestamp>,
    /// Only calls that ended before this
    #[arg(long, value_name = "AGE", value_parser = moment)]
    pub until: Option<Timestamp>,
    /// Only calls of this run
    #[arg(long, value_name = "RUN")]
    pub run: Option<i64>,
}
