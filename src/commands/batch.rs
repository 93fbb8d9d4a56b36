//! `idv batch`: every record of a file.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::checks;
use crate::cli::BatchArgs;
use crate::commands::endpoint::Endpoint;
use crate::commands::results::Results;
use crate::commands::target::{Target, color, open_summary};
use crate::commands::{advice, again, finish, log};
use crate::exit::Exit;
use crate::input::{Options, Reader};
use crate::interrupt::Interrupts;
use crate::ledger;
use crate::output::{Destination, Layout, Mask, Summary, Totals};
use crate::pipeline::{self, Limits, Pipeline, Rows, Terms};
use crate::progress::Progress;
use crate::record::Field;
use crate::retry::Policy;
use crate::stop::{Reason, Stop};
use crate::tally::Tally;

/// Verifies a file.
pub async fn run(args: BatchArgs) -> anyhow::Result<Exit> {
    let endpoint = Endpoint::open(&args.endpoint, &args.ledger, args.concurrency, args.rate)?;
    let applicants = Applicants::open(&args)?;
    let files = Files::open(&args, &applicants)?;
    let shown = !args.no_progress;
    let progress = Progress::run(args.output.quiet, shown, applicants.total);
    log::start(args.output.verbose, &progress);
    endpoint.announce(&progress);
    progress.say(&format!("input: {}", applicants.reader.shape()));
    let stop = Stop::default();
    let sink = files.results.sink(applicants.layout(&args, &files.results));
    let sink = sink.context("can't begin the results")?;
    let beside_bar = files.results.is_terminal();
    let results = Results::new(sink, !args.unordered, beside_bar, progress.clone(), stop.clone());
    let begun = Instant::now();
    let ledger = match endpoint.begin("batch").await {
        Ok(ledger) => ledger,
        Err(error) => {
            files.discard();
            return Err(error);
        }
    };
    let fresh = args.ledger.fresh.then(|| ledger.0.started());
    // What came through a pipe has to be piped again; the arguments alone don't say how.
    let from_pipe = args.file.as_os_str() == "-";
    let again = if from_pipe { None } else { again::command(std::env::args_os(), fresh) };
    let resume = Resume { fresh, again, ledger: endpoint.ledger_flag(&args.ledger) };
    let run = Run { args: &args, endpoint: &endpoint, stop: &stop, progress: &progress, ledger };
    let tally = run.go(applicants, results).await?;
    progress.finish();
    let Some(tally) = tally else {
        files.abandon(&progress);
        return Ok(Exit::Interrupted);
    };
    endpoint.conclude(&progress);
    Ok(files.finish(&args, &tally, &stop, begun.elapsed(), &resume, &progress))
}

/// The input: what is read, and what is known of it before.
struct Applicants {
    reader: Reader,
    /// A regular file has an end, and is read twice.
    finite: bool,
    /// How many rows a regular file has.
    total: Option<u64>,
}

impl Applicants {
    /// A regular file is read once before anything is sent, so that one which can't be read to
    /// its end is found before it costs anything.
    fn open(args: &BatchArgs) -> anyhow::Result<Self> {
        let options = Options {
            delimiter: args.input.delimiter,
            map: args.input.map.clone(),
            no_header: args.input.no_header,
            encoding: args.input.encoding,
            format: args.input.input_format.0,
            sheet: args.input.sheet.clone(),
        };
        let finite = args.file.is_file();
        let total = if finite {
            let mut reader = Reader::open(&args.file, &options)?;
            Some(reader.try_fold(0, |rows, row| row.map(|_| rows + 1))?)
        } else {
            None
        };
        Ok(Self { reader: Reader::open(&args.file, &options)?, finite, total })
    }

    fn layout(&self, args: &BatchArgs, results: &Target) -> Layout {
        let shape = self.reader.shape();
        let columns = || {
            let column = |field| Some((field, shape.column_of(field)?.to_owned()));
            Field::ALL.into_iter().filter_map(column).collect()
        };
        Layout {
            columns: Arc::clone(self.reader.columns()),
            delimiter: shape.delimiter,
            bom: shape.bom,
            mask: if args.output.mask { Mask::on(columns()) } else { Mask::default() },
            color: color(args.output.color, results.is_terminal()),
        }
    }

    fn rows(self) -> Rows {
        let rows = self.reader.map(|row| {
            let mut row = row.map_err(|error| error.to_string())?;
            checks::prepare(&mut row);
            Ok(row)
        });
        Rows { rows: Box::new(rows), finite: self.finite }
    }
}

/// What the commands that go on with a run must name.
struct Resume {
    /// When a run with `--fresh` began.
    fresh: Option<Timestamp>,
    /// The command itself, where it is known.
    again: Option<String>,
    /// The flag of its ledger.
    ledger: String,
}

/// The files that a run writes.
struct Files {
    results: Target,
    summary: Option<Destination>,
}

impl Files {
    fn open(args: &BatchArgs, applicants: &Applicants) -> anyhow::Result<Self> {
        let input = applicants.finite.then_some(args.file.as_path());
        let results = Target::open(&args.output, input)?;
        let open = |file: &Path| open_summary(file, input, &results, args.output.force);
        match args.summary.as_deref().map(open).transpose() {
            Ok(summary) => Ok(Self { results, summary }),
            Err(error) => {
                results.discard();
                Err(error)
            }
        }
    }

    /// Takes back what was opened for a run that does not begin.
    fn discard(self) {
        self.results.discard();
        if let Some(summary) = self.summary {
            summary.discard();
        }
    }

    /// After a second Ctrl-C: what came so far stays where it is.
    fn abandon(self, progress: &Progress) {
        if let Some(file) = self.results.file() {
            progress.warn(&format!("left at once; results so far: {}", file.part().display()));
        }
        if let Some(summary) = self.summary {
            summary.discard();
        }
    }

    /// Puts the results in place and sums up.
    fn finish(
        self,
        args: &BatchArgs,
        tally: &Tally,
        stop: &Stop,
        elapsed: Duration,
        resume: &Resume,
        progress: &Progress,
    ) -> Exit {
        let part = self.results.file().map(|file| file.part().to_owned());
        let broken = matches!(stop.reason(), Some(Reason::Output(_)));
        if !broken && let Err(error) = self.results.finish() {
            stop.stop(Reason::Output(error.to_string()));
        }
        match (stop.reason(), &args.output.output, part) {
            (Some(Reason::Output(_)), _, Some(part)) => {
                progress.warn(&format!("results so far: {}", part.display()));
            }
            (_, Some(file), Some(_)) => progress.say(&format!("results: {}", file.display())),
            (_, _, _) => {}
        }
        let stopped = stop.reason();
        let exit = advice::exit(tally, stopped.as_ref(), args.fail_on_mismatch);
        let again = resume.again.as_deref();
        let next = advice::next(tally, stopped.as_ref(), resume.fresh, again, &resume.ledger);
        let totals = Totals { elapsed, stopped, exit: exit.code(), next };
        let summary = Summary { tally, totals: &totals };
        progress.say(&summary.text(color(args.output.color, io::stderr().is_terminal())));
        match self.summary.map_or(Ok(()), |file| write_summary(file, &summary)) {
            Ok(()) => exit,
            Err(error) => {
                progress.warn(&format!("error: the summary can't be written: {error}"));
                exit.max(Exit::Disk)
            }
        }
    }
}

fn write_summary(file: Destination, summary: &Summary<'_>) -> io::Result<()> {
    let mut out = file.writer()?;
    serde_json::to_writer_pretty(&mut out, &summary.json())?;
    out.write_all(b"\n")?;
    file.finish()
}

/// A run while it goes on.
struct Run<'a> {
    args: &'a BatchArgs,
    endpoint: &'a Endpoint,
    stop: &'a Stop,
    progress: &'a Progress,
    ledger: (ledger::Run, ledger::Reader),
}

impl Run<'_> {
    /// Runs to the end; `None` when a second Ctrl-C came before it.
    async fn go(self, applicants: Applicants, results: Results) -> anyhow::Result<Option<Tally>> {
        let concurrency = usize::from(self.endpoint.concurrency);
        let (ledger, past) = self.ledger;
        let policy = Policy::new(self.args.retries, None);
        let terms = self.endpoint.terms(&self.args.ledger, &ledger, policy, self.args.suspect);
        let give_up_after = self.args.give_up_after;
        let terms = Terms { max_charges: self.args.max_charges, give_up_after, ..terms };
        let (client, stop) = (self.endpoint.client.clone(), self.stop.clone());
        let gauge = self.progress.gauge();
        let pipeline = Pipeline::new(client, ledger.clone(), past, terms, stop, gauge);
        let interrupts = Interrupts::install().context("can't watch for Ctrl-C")?;
        let (done, receive) = mpsc::channel();
        let (sums, sum) = oneshot::channel();
        std::thread::spawn(move || drop(sums.send(results.collect(&receive))));
        let run = async {
            let limits = Limits::new(concurrency);
            pipeline::run(Arc::new(pipeline), applicants.rows(), limits, done).await;
            let tally = sum.await.context("the results broke off");
            finish(ledger, self.stop.reason().as_ref()).await;
            tally
        };
        let say = || {
            self.progress
                .warn("stopping: waiting for the answers under way; Ctrl-C again leaves at once");
        };
        tokio::select! {
            tally = run => tally.map(Some),
            () = interrupts.watch(self.stop, say) => Ok(None),
            () = self.progress.write_lines() => Ok(None),
        }
    }
}
