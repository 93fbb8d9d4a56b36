//! `idv ledger`: what was asked and paid.

mod bill;
mod invoice;
mod person;
mod team;

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::{FilterArgs, LedgerAction, LedgerCommand, LedgerFormat, OriginArgs, PersonArgs};
use crate::commands::arguments;
use crate::exit::Exit;
use crate::ledger::{
    CallFilter, CallRow, ChainReport, Kind, Ledger, LedgerError, LedgerPlace, PurgeScope, Reader,
    Resolution, RunEnd, RunRow,
};
use crate::model::code::Charge;
use crate::model::outcome::Outcome;
use crate::output;
use crate::output::number_format::{count, thousands};
use crate::output::progress::Progress;
use crate::output::text::{escape, quoted};
use crate::output::text_layout::cut;
use crate::settings;
use crate::words::Lang;

/// Carries out one of the ledger's commands.
pub(crate) async fn run(args: LedgerCommand) -> anyhow::Result<Exit> {
    let (flag, sandbox) = (args.ledger.as_deref(), args.sandbox);
    if let LedgerAction::Init { roles } = args.action {
        return team::init(flag, sandbox, roles).await;
    }
    if sandbox && flag.is_some() {
        bail!("--sandbox and --ledger exclude each other: --ledger names the sandbox's file too");
    }
    let chosen = ChosenLedger::of(flag, sandbox)?;
    let out = &mut BufWriter::new(output::stdout()?);
    let done = match args.action {
        LedgerAction::Init { .. } => Ok(()),
        LedgerAction::Runs { format } => runs(&mut chosen.read()?, format, out),
        LedgerAction::Show { filter, outcome, format } => {
            show(&mut chosen.read()?, &with_outcome(&filter, outcome), format, out)
        }
        LedgerAction::Bill(bill) => {
            bill::run(&mut chosen.read()?, &bill, &self::flag(flag, sandbox), out)
        }
        LedgerAction::Resolve { call, charged, not_charged: _ } => {
            resolve(&chosen.write()?, call, charged).await
        }
        LedgerAction::Purge { older_than, include_unknown, origin } => {
            let ledger = chosen.write()?;
            note(&ledger, "purge", origin).await?;
            purge(&ledger, older_than, include_unknown).await
        }
        LedgerAction::Find { person, format, origin } => {
            let mut reader = chosen.read()?;
            let search = person::search(&reader, person)?;
            chosen.note("find", origin).await?;
            person::find(&mut reader, &search, format, out)
        }
        LedgerAction::Forget { person, yes, origin } => {
            return forget(&chosen, person, yes, origin).await;
        }
        LedgerAction::Verify { print_head } => {
            return verify_chain(&chosen.read()?.verify_chain()?, print_head, out);
        }
        LedgerAction::Export => export(&mut chosen.read()?, out),
        LedgerAction::Path => team::paths(&chosen.place, out),
        LedgerAction::Doctor => return team::doctor(&chosen.place, out).await,
        LedgerAction::Budget(budget) => return team::budget(&chosen.place, &budget, out).await,
        LedgerAction::Import { file } => team::import(&chosen.place, &file),
        LedgerAction::Push => team::push(&chosen.place).await,
    };
    quietly(done.and_then(|()| out.flush().map_err(Into::into)))
}

/// The ledger that a command reads or changes.
struct ChosenLedger {
    place: LedgerPlace,
    /// Whether there is a ledger of the sandbox, which the user may have meant.
    has_sandbox: bool,
}

impl ChosenLedger {
    fn of(flag: Option<&Path>, sandbox: bool) -> anyhow::Result<Self> {
        let place = settings::ledger(flag, sandbox)?;
        let other = (flag.is_none() && !sandbox).then(|| settings::ledger(None, true));
        let other = other.transpose()?;
        let has_sandbox = other.is_some_and(|other| other.file().is_some_and(Path::exists));
        Ok(Self { place, has_sandbox })
    }

    fn read(&self) -> anyhow::Result<Reader> {
        self.place.read(None).map_err(|error| missing(error, self.has_sandbox))
    }

    /// Returns the kind of a ledger that has had a run.
    fn kind(&self) -> anyhow::Result<Kind> {
        self.read()?.kind()?.context("the ledger has no run yet: verify and batch begin one")
    }

    fn write(&self) -> anyhow::Result<Ledger> {
        Ok(self.place.open(self.kind()?)?)
    }

    /// Notes that a query was made, by whom and why.
    async fn note(&self, command: &str, origin: OriginArgs) -> anyhow::Result<()> {
        let origin = arguments::with_command(settings::origin(&origin.into())?, command);
        Ok(self.place.note(self.kind()?, origin).await?)
    }
}

async fn forget(
    chosen: &ChosenLedger,
    person: PersonArgs,
    yes: bool,
    origin: OriginArgs,
) -> anyhow::Result<Exit> {
    let reader = chosen.read()?;
    let search = person::search(&reader, person)?;
    if !person::confirm(yes)? {
        return Ok(Exit::Usage);
    }
    let ledger = chosen.write()?;
    note(&ledger, "forget", origin).await?;
    quietly(person::forget(&ledger, reader, &search).await)
}

/// Notes in the ledger that a command was run, by whom and why.
async fn note(ledger: &Ledger, command: &str, origin: OriginArgs) -> anyhow::Result<()> {
    let origin = arguments::with_command(settings::origin(&origin.into())?, command);
    Ok(ledger.start_run(origin, "").await?.finish(RunEnd::Done).await?)
}

/// An undocumented code is an outcome of its own, and in doubt all the same.
fn with_outcome(args: &FilterArgs, outcome: Option<Outcome>) -> CallFilter {
    let filter = filter_of(args);
    match outcome {
        Some(Outcome::Unknown) => CallFilter { charged: Some(Charge::Unknown), ..filter },
        outcome => CallFilter { outcome, ..filter },
    }
}

async fn resolve(ledger: &Ledger, call: i64, charged: bool) -> anyhow::Result<()> {
    let found = if charged { Resolution::Charged } else { Resolution::NotCharged };
    ledger.resolve(call, found).await?;
    let found = if charged { "charged" } else { "not charged" };
    say(&format!("call {call} is settled as {found}"));
    Ok(())
}

async fn purge(ledger: &Ledger, before: Timestamp, include_unknown: bool) -> anyhow::Result<()> {
    let scope = if include_unknown { PurgeScope::All } else { PurgeScope::Settled };
    let purged = ledger.purge(before, scope).await?;
    say(&format!("erased for good: {}", count(purged.calls as u64, "call")));
    if purged.kept_in_doubt > 0 {
        let kept = count(purged.kept_in_doubt as u64, "call");
        say(&format!("kept, since in doubt: {kept}; --include-unknown erases those too"));
    }
    Ok(())
}

/// Shows whether the chain of calls is whole.
fn verify_chain(report: &ChainReport, head: bool, out: &mut impl Write) -> anyhow::Result<Exit> {
    if let Some(call) = report.broken_at {
        say(&format!(
            "error: the chain breaks at call {call}: it, or the call before it, was changed, \
             added or removed outside idv; compare the file with a backup"
        ));
        return Ok(Exit::Disk);
    }
    if head {
        let ChainReport { last_link, erased, .. } = report;
        let last_hash = report.last_hash_digits();
        writeln!(out, "idv-ledger-head 1 links={last_link} erased={erased} hash={last_hash}")?;
    }
    out.flush()?;
    let erased = count(report.erased, "erased call");
    let resolved = match report.resolutions {
        0 => String::new(),
        resolutions => format!("{}, ", count(resolutions, "resolution")),
    };
    let settled = count(report.calls, "settled call");
    say(&format!("the chain is whole: {settled}, {resolved}{erased}"));
    if report.unchained > 0 {
        let older = count(report.unchained, "call");
        say(&format!("{older} of an earlier idv carry no hash"));
    }
    Ok(Exit::Ok)
}

/// Says where the calls are, when only the sandbox was asked so far.
fn missing(error: LedgerError, sandbox_is_there: bool) -> anyhow::Error {
    match error {
        LedgerError::Missing(_) if sandbox_is_there => {
            anyhow!("{error}\n\n  hint: what the sandbox was asked is kept apart: add --sandbox")
        }
        other => other.into(),
    }
}

/// The flag that leads another `idv ledger` to the same file.
fn flag(file: Option<&Path>, sandbox: bool) -> String {
    match file {
        Some(file) => format!(" --ledger {}", quoted(&file.to_string_lossy())),
        None if sandbox => " --sandbox".to_owned(),
        None => String::new(),
    }
}

/// A reader who has gone is no error.
fn quietly(written: anyhow::Result<()>) -> anyhow::Result<Exit> {
    match written {
        Err(error) if is_closed_pipe(&error) => Ok(Exit::Ok),
        written => written.map(|()| Exit::Ok),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>().map(io::Error::kind);
    io == Some(io::ErrorKind::BrokenPipe)
}

fn say(message: &str) {
    Progress::messages(false, Lang::En).say(message);
}

fn filter_of(args: &FilterArgs) -> CallFilter {
    CallFilter { since: args.since, until: args.until, run: args.run, ..CallFilter::default() }
}

fn format_or_default(format: Option<LedgerFormat>) -> LedgerFormat {
    let default =
        if io::stdout().is_terminal() { LedgerFormat::Table } else { LedgerFormat::Jsonl };
    format.unwrap_or(default)
}

/// Rows of one kind in one of the formats, as they come.
struct Listing<'a, W: Write> {
    format: LedgerFormat,
    out: &'a mut W,
    csv: csv::Writer<Vec<u8>>,
    /// The columns of the terminal; as many as are wanted where it goes elsewhere.
    width: usize,
}

impl<'a, W: Write> Listing<'a, W> {
    fn new(format: Option<LedgerFormat>, header: &str, out: &'a mut W) -> anyhow::Result<Self> {
        let format = format_or_default(format);
        let width = if io::stdout().is_terminal() { output::width() } else { usize::MAX };
        if format == LedgerFormat::Table {
            writeln!(out, "{}", cut(header, width))?;
        }
        Ok(Self { format, out, csv: csv::Writer::from_writer(Vec::new()), width })
    }

    fn row(&mut self, row: &impl Serialize, line: impl FnOnce() -> String) -> anyhow::Result<()> {
        match self.format {
            LedgerFormat::Table => {
                let mut line = line();
                // What has several lines holds a command to be copied: it stays whole.
                if !line.contains('\n') {
                    line = cut(line.trim_end(), self.width);
                }
                writeln!(self.out, "{line}")?;
            }
            LedgerFormat::Jsonl => write_json(row, self.out)?,
            LedgerFormat::Csv => {
                self.csv.serialize(row)?;
                self.csv.flush()?;
                self.out.write_all(&output::escape_formulas(self.csv.get_ref())?)?;
                self.csv = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
            }
        }
        Ok(())
    }
}

fn write_json(row: &impl Serialize, out: &mut impl Write) -> anyhow::Result<()> {
    Ok(output::write_line(row, out)?)
}

fn runs(
    reader: &mut Reader,
    format: Option<LedgerFormat>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let header = format!(
        "{:>6}  {:<20}  {:<8} {:<11} {:>9} {:>9} {:>9}  {:<16} {:<16} PURPOSE",
        "RUN",
        "STARTED",
        "COMMAND",
        "STATE",
        "CALLS",
        "CHARGED",
        "UNKNOWN",
        "OPERATOR",
        "REFERENCE"
    );
    let runs = reader.runs()?;
    let users = runs.iter().any(|run| run.db_user.is_some());
    let header = if users { format!("{header:<130}  OS USER @ DATABASE USER") } else { header };
    let mut listing = Listing::new(format, &header, out)?;
    for run in &runs {
        listing.row(run, || run_line(run, users))?;
    }
    Ok(())
}

fn run_line(run: &RunRow, users: bool) -> String {
    let text = |text: &Option<String>| cut(&escape(text.as_deref().unwrap_or("-")), 16);
    let line = format!(
        "{:>6}  {:<20}  {:<8} {:<11} {:>9} {:>9} {:>9}  {:<16} {:<16} {}",
        run.run,
        format!("{:.0}", run.started),
        run.command,
        run.state,
        thousands(run.calls.into()),
        thousands(run.charged.into()),
        thousands(run.unknown.into()),
        text(&run.operator),
        text(&run.reference),
        escape(run.purpose.as_deref().unwrap_or("-")),
    );
    if users {
        format!("{line:<130}  {} @ {}", text(&run.os_user), text(&run.db_user))
    } else {
        line
    }
}

fn show(
    reader: &mut Reader,
    filter: &CallFilter,
    format: Option<LedgerFormat>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let header = format!(
        "{:>8} {:>5}  {:<20}  {:<12} {:<8} {:>5}  {:<34} WHAT",
        "CALL", "RUN", "STARTED", "OUTCOME", "CHARGED", "CODE", "SEQUENCE_ID"
    );
    let mut listing = Listing::new(format, &header, out)?;
    each(reader, filter, |call| listing.row(call, || call_line(call)))
}

/// Shows each call until one can't be written.
fn each(
    reader: &mut Reader,
    filter: &CallFilter,
    mut show: impl FnMut(&CallRow) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut failed = Ok(());
    reader.each_call(filter, |call| match show(&call) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Err(error);
            ControlFlow::Break(())
        }
    })?;
    failed
}

fn call_line(call: &CallRow) -> String {
    let no_outcome = if call.erased { "erased" } else { "in flight" };
    let outcome = call.outcome.map_or(no_outcome, |outcome| outcome.word());
    let what = call.message.as_deref().unwrap_or_default();
    format!(
        "{:>8} {:>5}  {:<20}  {:<12} {:<8} {:>5}  {:<34} {}",
        call.call,
        call.run,
        format!("{:.0}", call.started),
        outcome,
        call.charged.word(),
        call.code.map(|code| code.to_string()).unwrap_or_default(),
        cut(call.sequence_id.as_deref().unwrap_or_default(), 34),
        cut(what, 60),
    )
}

fn export(reader: &mut Reader, out: &mut impl Write) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Line<'a, T> {
        kind: &'static str,
        #[serde(flatten)]
        row: &'a T,
    }
    for run in reader.runs()? {
        write_json(&Line { kind: "run", row: &run }, out)?;
    }
    each(reader, &CallFilter::default(), |call| write_json(&Line { kind: "call", row: call }, out))
}
