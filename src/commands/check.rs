//! `idv check`, and `idv batch --dry-run`: everything a run would do but send.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use tokio::task::spawn_blocking;

use crate::cli::{BatchArgs, CheckArgs, Color, InputArgs, LedgerArgs, ResultFormat, Suspect};
use crate::commands::plan::{self, Past, PlanError};
use crate::commands::results_file::{Target, Wanted, color};
use crate::exit::Exit;
use crate::input::Reader;
use crate::model::outcome::Outcome;
use crate::model::price::Price;
use crate::model::record::Field;
use crate::model::verdict::Verdict;
use crate::output::progress::Progress;
use crate::output::text::path;
use crate::output::{self, Layout, Mask, MayReplace, Ours, Outlook, Sink};
use crate::plan::Plan;
use crate::run::interrupt::Interrupts;
use crate::settings;

/// The sheets of a workbook of checked rows.
const TITLES: [&str; 2] = ["Rows", "Plan"];

/// What both commands know of the run that they look at.
struct Check<'a> {
    file: &'a Path,
    input: &'a InputArgs,
    ledger: &'a LedgerArgs,
    suspect: Suspect,
    price: Option<Price>,
    max_charges: Option<u64>,
    sandbox: bool,
    endpoint: Option<&'a str>,
    env_file: Option<&'a Path>,
    format: Option<ResultFormat>,
    output: Option<&'a Path>,
    force: bool,
    mask: bool,
    color: Color,
}

/// Checks a file, or writes an empty one.
pub(crate) async fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let Some(file) = args.file.as_deref() else { return template(args) };
    let check = Check {
        file,
        input: &args.input,
        ledger: &args.ledger,
        suspect: args.plan.suspect,
        price: args.plan.price,
        max_charges: None,
        sandbox: args.sandbox,
        endpoint: args.endpoint.as_deref(),
        env_file: args.env_file.as_deref(),
        format: args.format,
        output: args.output.as_deref(),
        force: args.force,
        mask: args.mask,
        color: args.color,
    };
    check.run(&Progress::messages(args.quiet)).await
}

/// The same for the flags of a batch.
pub(crate) async fn dry_run(args: &BatchArgs) -> anyhow::Result<Exit> {
    let check = Check {
        file: &args.file,
        input: &args.input,
        ledger: &args.ledger,
        suspect: args.plan.suspect,
        price: args.plan.price,
        max_charges: args.max_charges,
        sandbox: args.endpoint.sandbox,
        endpoint: args.endpoint.endpoint.as_deref(),
        env_file: args.endpoint.env_file.as_deref(),
        format: args.output.format,
        output: args.output.output.as_deref(),
        force: args.output.force,
        mask: args.output.mask,
        color: args.output.color,
    };
    check.run(&Progress::messages(args.output.quiet)).await
}

impl Check<'_> {
    async fn run(&self, progress: &Progress) -> anyhow::Result<Exit> {
        let report = self.report_format()?;
        let settings =
            settings::Outlook::resolve(self.sandbox, self.endpoint, self.env_file, self.flag())?;
        let options = plan::claim_options(self.ledger);
        let code = settings.partner_code.as_deref();
        let mut past = Past::open(settings.ledger, settings.kind, code, options)?;
        let reader = Reader::open(self.file, &plan::options(self.input))?;
        let mut interrupts = Interrupts::install().context("can't watch for Ctrl-C")?;
        let shape = reader.shape().clone();
        let rows = self.output.map(|output| self.rows_file(output, &reader)).transpose()?;
        let (target, mut sink) = rows.unzip();
        let hold = plan::hold(self.suspect);
        let planned = spawn_blocking(move || {
            let plan = past.plan(reader, hold, |row, held| {
                let outcome = if held { Outcome::Held } else { Outcome::Skipped };
                let verdict = || Verdict::local(outcome, None);
                sink.as_mut().map_or(Ok(()), |sink| sink.write(row, &verdict()))
            })?;
            sink.as_mut().map_or(Ok(()), |sink| sink.flush())?;
            Ok::<_, PlanError>((plan, past))
        });
        let planned = tokio::select! {
            planned = planned => planned.context("reading the file broke off")?,
            () = interrupts.next() => {
                discard(target);
                progress.warn("interrupted; nothing was written");
                return Ok(Exit::Interrupted);
            }
        };
        let (plan, past) = match planned {
            Ok(planned) => planned,
            Err(error) => {
                discard(target);
                return Err(error.into());
            }
        };
        let outlook = Outlook {
            plan: &plan,
            file: &self.file.display().to_string(),
            shape: &shape,
            ledger: &past.ledger,
            consulted: past.consulted,
            price: self.price.or(settings.price),
            max_charges: self.max_charges,
        };
        if let Some(target) = target
            && let Err(error) = target.finish(TITLES, &outlook.json())
        {
            progress.warn(&format!("error: the rows can't be written: {error}"));
            return Ok(Exit::Disk);
        }
        if let Some(output) = self.output {
            progress.say(&format!("rows: {}", path(output)));
        }
        Ok(self.show(&outlook, report).max(exit(&plan)))
    }

    fn flag(&self) -> Option<&Path> {
        self.ledger.ledger.as_deref()
    }

    /// How the plan is written; the other formats are for the rows.
    fn report_format(&self) -> anyhow::Result<ResultFormat> {
        let terminal = io::stdout().is_terminal();
        match self.format {
            Some(ResultFormat::Csv | ResultFormat::Xlsx) if self.output.is_none() => bail!(
                "the plan is written as table or jsonl\n\n  \
                 hint: for the rows with what is wrong beside them, name a file: -o problems.csv"
            ),
            Some(format @ (ResultFormat::Table | ResultFormat::Jsonl)) => Ok(format),
            _ if terminal => Ok(ResultFormat::Table),
            _ => Ok(ResultFormat::Jsonl),
        }
    }

    /// The file for the rows, and what writes them.
    fn rows_file(&self, output: &Path, rows: &Reader) -> anyhow::Result<(Target, Box<dyn Sink>)> {
        let format = match self.format {
            Some(format @ (ResultFormat::Csv | ResultFormat::Xlsx)) => Some(format),
            Some(ResultFormat::Table | ResultFormat::Jsonl) | None => None,
        };
        let input = self.file.is_file().then_some(self.file);
        let may_replace = if self.force { MayReplace::Anything } else { MayReplace::Checks };
        let target =
            Target::open_wanted(&Wanted { format, file: Some(output), input, may_replace })?;
        if target.format == ResultFormat::Table {
            target.discard();
            bail!("the rows are written as .csv, .jsonl or .xlsx, not as a table");
        }
        let shape = rows.shape();
        let column = |field| Some((field, shape.column_of(field)?.to_owned()));
        let columns = || Field::ALL.into_iter().filter_map(column).collect();
        let layout = Layout {
            columns: Arc::clone(rows.columns()),
            delimiter: shape.delimiter,
            bom: shape.bom,
            mask: if self.mask { Mask::on(columns()) } else { Mask::default() },
            color: false,
            ours: Ours::Checks,
        };
        match target.sink(layout) {
            Ok(sink) => Ok((target, sink)),
            Err(error) => {
                target.discard();
                Err(error).context("can't begin the rows")
            }
        }
    }

    /// A reader who closes the pipe has seen enough.
    fn show(&self, outlook: &Outlook<'_>, format: ResultFormat) -> Exit {
        let written = output::stdout().and_then(|mut out| {
            match format {
                ResultFormat::Table => {
                    let terminal = io::stdout().is_terminal();
                    let width = if terminal { output::width() } else { 0 };
                    let text = outlook.text(color(self.color, terminal), width);
                    out.write_all(text.as_bytes())?;
                }
                _ => output::write_line(&outlook.json(), &mut out)?,
            }
            out.flush()
        });
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Exit::Disk,
            _ => Exit::Ok,
        }
    }
}

/// Takes back a file of rows that is not whole: unlike results, it can be made again for nothing.
fn discard(target: Option<Target>) {
    if let Some(target) = target {
        target.discard();
    }
}

fn exit(plan: &Plan) -> Exit {
    if plan.held > 0 { Exit::Incomplete } else { Exit::Ok }
}

/// Writes an empty file with the fields that must be given.
fn template(args: &CheckArgs) -> anyhow::Result<Exit> {
    let must = |field: &Field| field.spec().default.is_none();
    let headers: Vec<_> = Field::ALL.into_iter().filter(must).map(Field::name).collect();
    let may_replace = if args.force { MayReplace::Anything } else { MayReplace::Checks };
    let format = match (args.format, args.output.as_deref()) {
        (None, None) => Some(ResultFormat::Csv),
        (format, _) => format,
    };
    let file = args.output.as_deref();
    let target = Target::open_wanted(&Wanted { format, file, input: None, may_replace })?;
    let written = match target.format {
        ResultFormat::Csv => target.writer().and_then(|mut out| {
            writeln!(out, "{}", headers.join(","))?;
            out.flush()
        }),
        ResultFormat::Xlsx => target.writer().and_then(|out| output::template(&headers, out)),
        ResultFormat::Table | ResultFormat::Jsonl => {
            target.discard();
            bail!("an empty file is written as csv or xlsx");
        }
    };
    match written.and_then(|()| target.finish_as_written()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("the empty file can't be written")
        }
        Ok(()) | Err(_) => Ok(Exit::Ok),
    }
}
