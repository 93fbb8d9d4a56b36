//! The options of `verify`, `batch` and `check`, made from their flags. A command passes these values
//! on, so that none of its parts uses clap types.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::cli::{
    BatchArgs, CheckArgs, EndpointArgs, InputArgs, LedgerArgs, OriginArgs, OutputArgs,
    SuspectHandling, UnknownHandling, VerifyArgs,
};
use crate::input;
use crate::ledger::ReuseRules;
use crate::model::limits::{MaxInFlight, MaxUnknown};
use crate::model::outcome::Outcome;
use crate::model::price::Price;
use crate::model::problem::Level;
use crate::model::record::Field;
use crate::model::shard::Shard;
use crate::output::{ColorChoice, MayReplace, ResultFormat};
use crate::settings::{EndpointOptions, OriginOptions};
use crate::words::Lang;

/// A file of applicants, which of its records are sent, and at what price.
pub(crate) struct FileOptions {
    /// The file of applicants, or `-`.
    pub file: PathBuf,
    /// How the file is read.
    pub input: input::Options,
    /// The shard of the file that the run takes, if not all of it.
    pub shard: Option<Shard>,
    /// The endpoint, the account and the ledger.
    pub endpoint: EndpointOptions,
    /// Which answers of the ledger are reused.
    pub reuse: ReuseOptions,
    /// A row with a problem of this level or a graver one is not sent.
    pub hold: Level,
    /// The price of a call, if the flag gives it.
    pub price: Option<Price>,
    /// Charged and possibly charged calls at most.
    pub max_charges: Option<u64>,
    /// Which messages are shown.
    pub messages: MessageOptions,
}

/// The options of `idv batch`.
pub(crate) struct BatchOptions {
    /// The file, and which of its records are sent.
    pub source: FileOptions,
    /// Retries of an uncharged attempt.
    pub retries: u32,
    /// Time without a clean answer after which the run stops.
    pub give_up_after: Duration,
    /// Calls of unknown charge that the run bears.
    pub max_unknown: MaxUnknown,
    /// Whether a person is asked before the run pays.
    pub ask: bool,
    /// Whether results are written as they come.
    pub unordered: bool,
    /// The outcomes whose rows are written. Empty writes all.
    pub only: Vec<Outcome>,
    /// Which outcomes raise the exit code.
    pub exit: ExitRules,
    /// Where and how the results are written.
    pub results: ResultsOptions,
    /// The file of the summary, or `-`.
    pub summary: Option<PathBuf>,
    /// The file of the report, or `-`.
    pub report: Option<PathBuf>,
    /// Whether progress is shown.
    pub progress: bool,
}

/// The options of `idv check` and of `idv batch --dry-run`.
pub(crate) struct CheckOptions {
    /// The file, and which of its records a run would send. Of the endpoint only what decides which
    /// ledger is consulted.
    pub source: FileOptions,
    /// Where and how the rows are written.
    pub rows: ResultsOptions,
}

/// The options of `idv verify`.
pub(crate) struct VerifyOptions {
    /// The source of the record.
    pub record: RecordOptions,
    /// The endpoint, the account and the ledger.
    pub endpoint: EndpointOptions,
    /// Which answers of the ledger are reused.
    pub reuse: ReuseOptions,
    /// A record with a problem of this level or a graver one is not sent.
    pub hold: Level,
    /// Where and how the result is written.
    pub results: ResultsOptions,
    /// Which messages are shown.
    pub messages: MessageOptions,
}

/// The source of the record of `idv verify`.
pub(crate) enum RecordOptions {
    /// One JSON object on stdin.
    Stdin,
    /// The values of the flags, in the order of [`Field::ALL`].
    Flags([Option<String>; 5]),
}

/// Which answers of the ledger are reused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReuseOptions {
    /// Answers before this moment are not reused.
    pub max_age: Option<Timestamp>,
    /// Answers from before the run are not reused.
    pub fresh: bool,
    /// Records in doubt are sent again.
    pub resend_unknown: bool,
}

impl ReuseOptions {
    /// The rules for a run that began at `started`.
    pub(crate) fn rules(self, started: Timestamp) -> ReuseRules {
        let fresh_since = if self.fresh { Some(started) } else { self.max_age };
        ReuseRules { fresh_since, resend_unknown: self.resend_unknown }
    }
}

/// Where and how results are written.
#[derive(Debug, Clone)]
pub(crate) struct ResultsOptions {
    /// The format, if the flag gives it.
    pub format: Option<ResultFormat>,
    /// The file; `None` and `-` are stdout.
    pub file: Option<PathBuf>,
    /// Which file may be replaced.
    pub may_replace: MayReplace,
    /// The public keys to which results, summary and report are encrypted.
    pub encrypt_to: Vec<String>,
    /// Whether numbers and names are masked.
    pub mask: bool,
    /// When colour is used.
    pub color: ColorChoice,
    /// The language of a table and of a card.
    pub lang: Lang,
}

/// Which outcomes raise the exit code.
#[derive(Debug, Clone)]
pub(crate) struct ExitRules {
    /// A verdict other than `pass` raises it.
    pub fail_on_mismatch: bool,
    /// These outcomes never raise it.
    pub zero_on: Vec<Outcome>,
}

impl ExitRules {
    /// The rules of `verify`: only a pass exits with 0.
    pub(crate) const fn strict() -> Self {
        Self { fail_on_mismatch: true, zero_on: Vec::new() }
    }
}

/// Which messages are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessageOptions {
    /// Only errors are shown.
    pub quiet: bool,
    /// Number of `-v`.
    pub verbose: u8,
    /// Their language.
    pub lang: Lang,
}

impl From<BatchArgs> for BatchOptions {
    fn from(args: BatchArgs) -> Self {
        let (concurrency, rate, common) = (args.concurrency, args.rate, args.common);
        let source = FileOptions {
            file: args.file,
            input: args.input.into(),
            shard: args.shard,
            reuse: (&common.ledger).into(),
            messages: (&common.output).into(),
            endpoint: EndpointOptions {
                concurrency,
                rate,
                origin: common.origin.into(),
                ..endpoint(common.endpoint, common.ledger.ledger)
            },
            hold: hold(args.plan.suspect),
            price: args.plan.price,
            max_charges: args.max_charges,
        };
        Self {
            source,
            retries: args.retries,
            give_up_after: args.give_up_after,
            max_unknown: args.max_unknown,
            ask: !args.yes,
            unordered: args.unordered,
            only: args.only,
            exit: ExitRules { fail_on_mismatch: args.fail_on_mismatch, zero_on: args.exit_zero_on },
            results: common.output.into(),
            summary: args.summary,
            report: args.report,
            progress: !args.no_progress,
        }
    }
}

/// `--dry-run` checks what the same flags would send.
impl From<BatchOptions> for CheckOptions {
    fn from(batch: BatchOptions) -> Self {
        let may_replace = checked(&batch.results);
        Self { source: batch.source, rows: ResultsOptions { may_replace, ..batch.results } }
    }
}

impl CheckOptions {
    /// The options of `idv check FILE`.
    pub(crate) fn new(file: PathBuf, args: CheckArgs) -> Self {
        let lang = args.lang.unwrap_or_default();
        let source = FileOptions {
            file,
            input: args.input.into(),
            shard: None,
            reuse: (&args.ledger).into(),
            endpoint: EndpointOptions {
                sandbox: args.sandbox,
                endpoint: args.endpoint,
                env_file: args.env_file,
                ledger: args.ledger.ledger,
                ..EndpointOptions::default()
            },
            hold: hold(args.plan.suspect),
            price: args.plan.price,
            max_charges: None,
            messages: MessageOptions { quiet: args.quiet, verbose: 0, lang },
        };
        let rows = ResultsOptions {
            format: args.format,
            file: args.output,
            may_replace: MayReplace::of_checks(args.force),
            encrypt_to: args.encrypt_to,
            mask: args.mask,
            color: args.color,
            lang,
        };
        Self { source, rows }
    }
}

impl From<VerifyArgs> for VerifyOptions {
    fn from(args: VerifyArgs) -> Self {
        let values = || Field::ALL.map(|field| args.record.get(field).map(str::to_owned));
        let record = match args.stdin {
            Some(_) => RecordOptions::Stdin,
            None => RecordOptions::Flags(values()),
        };
        let common = args.common;
        Self {
            record,
            reuse: (&common.ledger).into(),
            endpoint: EndpointOptions {
                concurrency: Some(MaxInFlight::Fixed(1)),
                origin: common.origin.into(),
                ..endpoint(common.endpoint, common.ledger.ledger)
            },
            hold: hold(args.suspect),
            messages: (&common.output).into(),
            results: common.output.into(),
        }
    }
}

impl From<InputArgs> for input::Options {
    fn from(args: InputArgs) -> Self {
        Self {
            delimiter: args.delimiter,
            map: args.map,
            ignore: args.ignore,
            no_header: args.no_header,
            header_row: args.header_row,
            encoding: args.encoding,
            format: args.input_format.0,
            sheet: args.sheet,
        }
    }
}

impl From<&LedgerArgs> for ReuseOptions {
    fn from(args: &LedgerArgs) -> Self {
        let resend_unknown = args.unknown == UnknownHandling::Resend;
        Self { max_age: args.max_age, fresh: args.fresh, resend_unknown }
    }
}

impl From<OriginArgs> for OriginOptions {
    fn from(args: OriginArgs) -> Self {
        Self { operator: args.operator, reference: args.reference, purpose: args.purpose }
    }
}

impl From<OutputArgs> for ResultsOptions {
    fn from(args: OutputArgs) -> Self {
        Self {
            format: args.format,
            file: args.output,
            may_replace: MayReplace::of_results(args.force),
            encrypt_to: args.encrypt_to,
            mask: args.mask,
            color: args.color,
            lang: args.lang.unwrap_or_default(),
        }
    }
}

impl From<&OutputArgs> for MessageOptions {
    fn from(args: &OutputArgs) -> Self {
        Self { quiet: args.quiet, verbose: args.verbose, lang: args.lang.unwrap_or_default() }
    }
}

fn endpoint(args: EndpointArgs, ledger: Option<PathBuf>) -> EndpointOptions {
    EndpointOptions {
        sandbox: args.sandbox,
        endpoint: args.endpoint,
        timeout: args.timeout,
        connect_timeout: args.connect_timeout,
        proxy: args.proxy,
        ca_cert: args.ca_cert,
        client_identity: args.client_cert.zip(args.client_key),
        env_file: args.env_file,
        partner_key_file: args.partner_key_file,
        partner_key_command: args.partner_key_command,
        ledger,
        concurrency: None,
        rate: None,
        origin: OriginOptions::default(),
    }
}

/// `--suspect hold` holds suspect rows, `--suspect send` holds malformed rows only.
const fn hold(suspect: SuspectHandling) -> Level {
    match suspect {
        SuspectHandling::Hold => Level::Suspect,
        SuspectHandling::Send => Level::Malformed,
    }
}

/// The rows of a check never replace results, which were paid for.
fn checked(results: &ResultsOptions) -> MayReplace {
    MayReplace::of_checks(results.may_replace == MayReplace::Anything)
}
