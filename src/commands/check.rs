//! `idv check` and `idv batch --dry-run`: check a file and show the plan, without sending.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use tokio::task::spawn_blocking;

use crate::checks;
use crate::cli::CheckArgs;
use crate::commands::command_files;
use crate::commands::options::{CheckOptions, ResultsOptions};
use crate::commands::plan::{PlanError, PlanLedger, PlannedFile};
use crate::commands::results_file::{ResultsFile, color};
use crate::exit::Exit;
use crate::input::{FileStamp, Reader};
use crate::ledger::LedgerPlace;
use crate::model::outcome::Outcome;
use crate::model::record::Field;
use crate::model::verdict::Verdict;
use crate::output::progress::Progress;
use crate::output::text::path;
use crate::output::{self, AddedColumns, CommandFiles, PlanView, ResultFormat, Sink};
use crate::plan::{Plan, SharedRows};
use crate::run::interrupt::Interrupts;
use crate::settings::PlanSettings;

/// The sheets of a workbook of checked rows.
const CHECK_SHEETS: [&str; 2] = ["Rows", "Plan"];

/// Checks a file, or writes an empty one.
pub(crate) async fn run(mut args: CheckArgs) -> anyhow::Result<Exit> {
    match args.file.take() {
        Some(file) => check(&CheckOptions::new(file, args)).await,
        None => template(&CheckOptions::new("-".into(), args).rows),
    }
}

/// Checks a file.
pub(crate) async fn check(options: &CheckOptions) -> anyhow::Result<Exit> {
    let progress = Progress::messages(options.source.messages.quiet, options.source.messages.lang);
    let format = plan_format(&options.rows)?;
    let settings = PlanSettings::resolve(&options.source.endpoint)?;
    let code = settings.partner_code.as_deref();
    let rules = options.source.reuse.rules(jiff::Timestamp::now());
    let ledger = PlanLedger::open(settings.ledger, settings.kind, code, rules)?;
    let reader = Reader::open(&options.source.file, &options.source.input)?;
    let mut interrupts = Interrupts::install().context("can't watch for Ctrl-C")?;
    let (detected, stamp) = (reader.detected().clone(), reader.stamp());
    let rows = options
        .rows
        .file
        .is_some()
        .then(|| rows_file(options, &reader, &ledger.ledger))
        .transpose()?;
    let (rows, sink) = rows.unzip();
    let planned = tokio::select! {
        planned = plan(options, reader, ledger, sink) => planned?,
        () = interrupts.next() => {
            progress.warn(progress.words().interrupted_before_writing());
            return Ok(Exit::Interrupted);
        }
    };
    if let (Some(rows), Some(stamp), false) = (&rows, stamp, planned.0.shared.is_empty()) {
        write_signs(options, rows, stamp, &planned.0.shared)?;
    }
    let price = options.source.price.or(settings.price);
    let ((plan, ledger), source) = (planned, &options.source);
    let checked = PlannedFile { source, plan, detected, ledger, price };
    Ok(show(&checked, options, rows, format, &progress))
}

/// Makes the plan, and writes each row into the sink.
async fn plan(
    options: &CheckOptions,
    reader: Reader,
    mut ledger: PlanLedger,
    mut sink: Option<Box<dyn Sink>>,
) -> anyhow::Result<(Plan, PlanLedger)> {
    let (hold, shard) = (options.source.hold, options.source.shard);
    let planned = spawn_blocking(move || {
        let plan = ledger.plan(reader, hold, shard, |row, held| {
            let outcome = if held { Outcome::Held } else { Outcome::Skipped };
            let verdict = || Verdict::local(outcome, None);
            sink.as_mut().map_or(Ok(()), |sink| sink.write(row, &verdict()))
        })?;
        sink.as_mut().map_or(Ok(()), |sink| sink.flush())?;
        Ok::<_, PlanError>((plan, ledger))
    });
    Ok(planned.await.context("reading the file broke off")??)
}

/// Writes the rows once more, with the signs of fraud that only the whole file shows.
fn write_signs(
    options: &CheckOptions,
    rows: &ResultsFile,
    stamp: FileStamp,
    shared: &SharedRows,
) -> anyhow::Result<()> {
    let reader = Reader::reopen(&options.source.file, &options.source.input, stamp)?;
    rows.restart().context("can't write the rows once more")?;
    let layout = rows.layout(&reader, &options.rows, AddedColumns::Checks);
    let mut sink = rows.sink(output::Layout { color: false, ..layout })?;
    for row in reader {
        let mut row = row?;
        checks::prepare(&mut row);
        if options.source.shard.is_some_and(|shard| !shard.contains(&row.record)) {
            continue;
        }
        row.problems.extend(shared.problems(row.number));
        let held = row.worst() >= Some(options.source.hold);
        let outcome = if held { Outcome::Held } else { Outcome::Skipped };
        sink.write(&row, &Verdict::local(outcome, None))?;
    }
    Ok(sink.flush()?)
}

/// Puts the file of rows in place and shows the plan.
fn show(
    checked: &PlannedFile<'_>,
    options: &CheckOptions,
    rows: Option<ResultsFile>,
    format: ResultFormat,
    progress: &Progress,
) -> Exit {
    let view = checked.view();
    match rows.map(|rows| rows.persist(CHECK_SHEETS, &view.json())).transpose() {
        Ok(Some(Some(file))) => progress.say(&progress.words().checked_rows(&path(&file))),
        Ok(_) => {}
        Err(error) => {
            progress.warn(&progress.words().rows_not_written(&error.to_string()));
            return Exit::Disk;
        }
    }
    let held = if checked.plan.held > 0 { Exit::Incomplete } else { Exit::Ok };
    print(&view, format, &options.rows).max(held)
}

/// Prints the plan. A closed pipe is no error.
fn print(view: &PlanView<'_>, format: ResultFormat, options: &ResultsOptions) -> Exit {
    let written = output::stdout().and_then(|mut out| {
        match format {
            ResultFormat::Table => {
                let terminal = io::stdout().is_terminal();
                let width = if terminal { output::width() } else { 0 };
                let text = view.text(color(options.color, terminal), width);
                out.write_all(text.as_bytes())?;
            }
            _ => output::write_line(&view.json(), &mut out)?,
        }
        out.flush()
    });
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Exit::Disk,
        _ => Exit::Ok,
    }
}

/// The format of the plan. The other formats are for the rows.
fn plan_format(options: &ResultsOptions) -> anyhow::Result<ResultFormat> {
    match options.format {
        Some(ResultFormat::Csv | ResultFormat::Xlsx) if options.file.is_none() => bail!(
            "the plan is written as table or jsonl\n\n  \
             hint: for the rows with what is wrong beside them, name a file: -o problems.csv"
        ),
        Some(format @ (ResultFormat::Table | ResultFormat::Jsonl)) => Ok(format),
        _ if io::stdout().is_terminal() => Ok(ResultFormat::Table),
        _ => Ok(ResultFormat::Jsonl),
    }
}

/// Opens the file of the rows and writes its header.
fn rows_file(
    options: &CheckOptions,
    reader: &Reader,
    ledger: &LedgerPlace,
) -> anyhow::Result<(ResultsFile, Box<dyn Sink>)> {
    let format = match options.rows.format {
        Some(format @ (ResultFormat::Csv | ResultFormat::Xlsx)) => Some(format),
        Some(ResultFormat::Table | ResultFormat::Jsonl) | None => None,
    };
    let input = options.source.file.is_file().then_some(options.source.file.as_path());
    let mut files = command_files(input, ledger);
    let rows = ResultsFile::open(&ResultsOptions { format, ..options.rows.clone() }, &mut files)?;
    if rows.format == ResultFormat::Table {
        bail!("the rows are written as .csv, .jsonl or .xlsx, not as a table");
    }
    let layout = rows.layout(reader, &options.rows, AddedColumns::Checks);
    let sink =
        rows.sink(output::Layout { color: false, ..layout }).context("can't begin the rows")?;
    Ok((rows, sink))
}

/// Writes an empty file with the columns of the required fields.
fn template(options: &ResultsOptions) -> anyhow::Result<Exit> {
    let required = |field: &Field| field.spec().default.is_none();
    let headers: Vec<_> = Field::ALL.into_iter().filter(required).map(Field::name).collect();
    let format = match (options.format, options.file.as_deref()) {
        (None, None) => Some(ResultFormat::Csv),
        (format, _) => format,
    };
    let mut files = CommandFiles::default();
    let file = ResultsFile::open(&ResultsOptions { format, ..options.clone() }, &mut files)?;
    let written = match file.format {
        ResultFormat::Csv => file.writer().and_then(|mut out| {
            writeln!(out, "{}", headers.join(","))?;
            out.flush()
        }),
        ResultFormat::Xlsx => file.writer().and_then(|out| output::template(&headers, out)),
        ResultFormat::Table | ResultFormat::Jsonl => {
            bail!("an empty file is written as csv or xlsx");
        }
    };
    match written.and_then(|()| file.persist_as_written()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("the empty file can't be written")
        }
        Ok(()) | Err(_) => Ok(Exit::Ok),
    }
}
