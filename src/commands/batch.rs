//! `idv batch`: every record of a file.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::checks;
use crate::cli::{BatchArgs, ResultFormat};
use crate::commands::confirmation::Stamp;
use crate::commands::endpoint::Endpoint;
use crate::commands::report_files::Beside;
use crate::commands::result_collector::{Results, reason_of};
use crate::commands::results_file::{RESULT_SHEETS, Target, color, look};
use crate::commands::{confirmation, finish, log, next_steps, plan, resume_command, slowed};
use crate::exit::Exit;
use crate::input::Reader;
use crate::ledger;
use crate::model::price::Price;
use crate::model::record::Field;
use crate::output::progress::Progress;
use crate::output::text::path;
use crate::output::{self, Layout, Mask, Ours, Slowed, Summary, Totals};
use crate::run::interrupt::Interrupts;
use crate::run::retry::RetryPolicy;
use crate::run::stop::{StopReason, StopSwitch};
use crate::run::tally::Tally;
use crate::run::{self, Pipeline, RowSource, SendOptions, StreamLimits};

/// Verifies a file.
pub(crate) async fn run(args: BatchArgs) -> anyhow::Result<Exit> {
    let endpoint = Endpoint::open(&args.endpoint, &args.ledger, args.concurrency, args.rate)?;
    // A pipe may be silent for long before its first bytes: until then Ctrl-C does as it always does.
    let applicants = Applicants::open(&args)?;
    let mut interrupts = Interrupts::install().context("can't watch for Ctrl-C")?;
    let files = Files::open(&args, &applicants)?;
    let messages = Progress::messages(args.output.quiet);
    endpoint.announce(&messages);
    messages.say(&format!("input: {}", applicants.reader.shape()));
    let begun = tokio::select! {
        begun = applicants.plan(&args, &endpoint, &files, &messages) => begun,
        () = interrupts.next() => Ok(Begun::Interrupted),
    };
    match begun {
        Ok(Begun::Wanted(applicants)) => {
            send(&args, &endpoint, *applicants, files, interrupts).await
        }
        Ok(Begun::Unwanted) => {
            files.discard();
            Ok(Exit::Usage)
        }
        Ok(Begun::Interrupted) => {
            files.discard();
            messages.warn("interrupted; nothing was sent");
            Ok(Exit::Interrupted)
        }
        Err(error) => {
            files.discard();
            Err(error)
        }
    }
}

/// Everything after the plan.
async fn send(
    args: &BatchArgs,
    endpoint: &Endpoint,
    applicants: Applicants,
    files: Files,
    interrupts: Interrupts,
) -> anyhow::Result<Exit> {
    let shown = !args.no_progress;
    let progress = Progress::run(args.output.quiet, shown, applicants.total);
    log::start(&args.output, &progress);
    let stop = StopSwitch::default();
    let sink = match files.results.sink(applicants.layout(args, &files.results)) {
        Ok(sink) => sink,
        Err(error) => {
            files.discard();
            return Err(error).context("can't begin the results");
        }
    };
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
    let fresh = args.ledger.fresh.then(|| ledger.started());
    // What came through a pipe has to be piped again; the arguments alone don't say how.
    let from_pipe = args.file.as_os_str() == "-";
    let resume = Resume {
        fresh,
        again: if from_pipe { None } else { resume_command::command(std::env::args_os(), fresh) },
        ledger: endpoint.ledger_flag(&args.ledger),
        price: args.plan.price.or(endpoint.price),
        started: ledger.started(),
        sandbox: endpoint.is_sandbox(),
    };
    let run = Run { args, endpoint, stop: &stop, progress: &progress, ledger };
    let tally = run.go(applicants, results, interrupts).await?;
    progress.finish();
    let Some(tally) = tally else {
        files.abandon(&progress);
        return Ok(Exit::Interrupted);
    };
    endpoint.conclude(&progress);
    Ok(files.finish(args, &tally, &stop, begun.elapsed(), &resume, &progress))
}

/// Whether a run begins.
enum Begun {
    Wanted(Box<Applicants>),
    Unwanted,
    Interrupted,
}

/// The input: what is read, and what is known of it before.
struct Applicants {
    reader: Reader,
    /// What a regular file was when it was opened: it has an end, and is read twice.
    stamp: Option<Stamp>,
    /// How many rows a regular file has, once that is known.
    total: Option<u64>,
}

impl Applicants {
    fn open(args: &BatchArgs) -> anyhow::Result<Self> {
        let stamp = Stamp::of(&args.file);
        let reader = Reader::open(&args.file, &plan::options(&args.input))?;
        Ok(Self { reader, stamp, total: None })
    }

    /// A regular file is read once before anything is sent, so that what can't be read to its end
    /// is found before it costs anything; then from its beginning, to be sent.
    async fn plan(
        self,
        args: &BatchArgs,
        endpoint: &Endpoint,
        files: &Files,
        progress: &Progress,
    ) -> anyhow::Result<Begun> {
        let Some(stamp) = self.stamp else { return Ok(Begun::Wanted(Box::new(self))) };
        let most = (files.results.format == ResultFormat::Xlsx).then_some(output::MOST_ROWS);
        let consent = confirmation::before(args, endpoint, self.reader, most, progress).await?;
        let Some(consent) = consent else { return Ok(Begun::Unwanted) };
        let reader = Reader::open(&args.file, &plan::options(&args.input));
        stamp.still(&args.file)?;
        let total = Some(consent.rows);
        Ok(Begun::Wanted(Box::new(Self { reader: reader?, stamp: self.stamp, total })))
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
            ours: Ours::Results,
        }
    }

    fn rows(self) -> RowSource {
        let rows = self.reader.map(|row| {
            let mut row = row.map_err(|error| error.to_string())?;
            checks::prepare(&mut row);
            Ok(row)
        });
        RowSource { rows: Box::new(rows), finite: self.stamp.is_some() }
    }
}

/// What the summary says besides the sums: what a command that goes on with the run must name, and
/// the price.
struct Resume {
    /// When a run with `--fresh` began.
    fresh: Option<Timestamp>,
    /// The command itself, where it is known.
    again: Option<String>,
    /// The flag of its ledger.
    ledger: String,
    /// What one call costs.
    price: Option<Price>,
    /// When the run began.
    started: Timestamp,
    /// Whether a sandbox answers.
    sandbox: bool,
}

impl Resume {
    fn totals(
        &self,
        args: &BatchArgs,
        tally: &Tally,
        stop: &StopSwitch,
        elapsed: Duration,
        slowed: Slowed,
    ) -> Totals {
        let stopped = stop.reason();
        let exit = next_steps::exit(tally, stopped.as_ref(), args.fail_on_mismatch).code();
        let again = self.again.as_deref();
        let next = next_steps::next(tally, stopped.as_ref(), self.fresh, again, &self.ledger);
        Totals {
            started: self.started,
            elapsed,
            sandbox: self.sandbox,
            slowed,
            stopped,
            exit,
            next,
            price: self.price,
            ledger: self.ledger.clone(),
        }
    }
}

/// The files that a run writes.
struct Files {
    results: Target,
    beside: Beside,
}

impl Files {
    fn open(args: &BatchArgs, applicants: &Applicants) -> anyhow::Result<Self> {
        let input = applicants.stamp.map(|_| args.file.as_path());
        let results = Target::open(&args.output, input)?;
        match Beside::open(args, input, &results) {
            Ok(beside) => Ok(Self { results, beside }),
            Err(error) => {
                results.discard();
                Err(error)
            }
        }
    }

    /// Takes back what was opened for a run that does not begin.
    fn discard(self) {
        self.results.discard();
        self.beside.discard();
    }

    /// After a second Ctrl-C: what came so far stays where it is.
    fn abandon(self, progress: &Progress) {
        if let Some(file) = self.results.file() {
            progress.warn(&format!("left at once; results so far: {}", path(file.part())));
        }
        self.beside.discard();
    }

    /// Puts the results in place and sums up.
    fn finish(
        self,
        args: &BatchArgs,
        tally: &Tally,
        stop: &StopSwitch,
        elapsed: Duration,
        resume: &Resume,
        progress: &Progress,
    ) -> Exit {
        let part = self.results.file().map(|file| file.part().to_owned());
        let broken = matches!(stop.reason(), Some(StopReason::Output(_)));
        let slowed = slowed(progress);
        let totals = resume.totals(args, tally, stop, elapsed, slowed);
        let sheets = Summary { tally, totals: &totals }.json();
        if !broken && let Err(error) = self.results.finish(RESULT_SHEETS, &sheets) {
            stop.stop(reason_of(&error));
        }
        match (stop.reason(), &args.output.output, part) {
            (Some(StopReason::Output(_)), _, Some(part)) => {
                progress.warn(&format!("results so far: {}", path(&part)));
            }
            (_, Some(file), Some(_)) => progress.say(&format!("results: {}", path(file))),
            (_, _, _) => {}
        }
        let totals = resume.totals(args, tally, stop, elapsed, slowed);
        let exit = next_steps::exit(tally, stop.reason().as_ref(), args.fail_on_mismatch);
        let summary = Summary { tally, totals: &totals };
        progress.say(&summary.text(look(args.output.color)));
        exit.max(self.beside.write(&summary, progress))
    }
}

/// A run while it goes on.
struct Run<'a> {
    args: &'a BatchArgs,
    endpoint: &'a Endpoint,
    stop: &'a StopSwitch,
    progress: &'a Progress,
    ledger: ledger::Run,
}

impl Run<'_> {
    /// Runs to the end; `None` when a second Ctrl-C came before it.
    async fn go(
        self,
        applicants: Applicants,
        results: Results,
        interrupts: Interrupts,
    ) -> anyhow::Result<Option<Tally>> {
        let concurrency = usize::from(self.endpoint.concurrency);
        let ledger = self.ledger;
        let policy = RetryPolicy::new(self.args.retries, None);
        let terms = self.endpoint.terms(&self.args.ledger, &ledger, policy, self.args.plan.suspect);
        let give_up_after = self.args.give_up_after;
        let terms = SendOptions { max_charges: self.args.max_charges, give_up_after, ..terms };
        let (client, stop) = (self.endpoint.client.clone(), self.stop.clone());
        let gauge = self.progress.gauge();
        let pipeline = Pipeline::new(client, ledger.clone(), terms, stop, gauge);
        let (done, receive) = mpsc::channel();
        let (sums, sum) = oneshot::channel();
        std::thread::spawn(move || drop(sums.send(results.collect(&receive))));
        let run = async {
            let limits = StreamLimits::new(concurrency);
            // The receiver ends only with the process.
            let deliver = move |row| drop(done.send(row));
            run::run(Arc::new(pipeline), applicants.rows(), limits, deliver).await;
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
