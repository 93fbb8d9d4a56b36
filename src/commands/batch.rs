//! `idv batch`: verifies every record of a file.

use std::sync::{Arc, mpsc};
use std::time::Instant;

use anyhow::Context as _;
use tokio::sync::oneshot;

use crate::checks;
use crate::commands::batch_summary::RunFacts;
use crate::commands::confirmation::{self, ConfirmedPlan};
use crate::commands::endpoint::Endpoint;
use crate::commands::options::BatchOptions;
use crate::commands::report_files::ReportFiles;
use crate::commands::result_collector::{ResultCollector, reason_of};
use crate::commands::results_file::{RESULT_SHEETS, ResultsFile, look};
use crate::commands::{command_files, finish, log, next_steps};
use crate::exit::Exit;
use crate::input::{FileStamp, InputError, Reader};
use crate::ledger;
use crate::model::row::Row;
use crate::model::shard::Shard;
use crate::model::stop_reason::StopReason;
use crate::output::progress::Progress;
use crate::output::text::path;
use crate::output::{self, AddedColumns, ResultFormat, Summary};
use crate::run::interrupt::Interrupts;
use crate::run::retry::RetryPolicy;
use crate::run::stop::StopSwitch;
use crate::run::tally::Tally;
use crate::run::{self, Pipeline, RowSource, SendOptions, StreamLimits};

/// Verifies a file.
pub(crate) async fn run(options: BatchOptions) -> anyhow::Result<Exit> {
    let endpoint = Endpoint::open(&options.source.endpoint)?;
    // A pipe may be slow to deliver its first bytes. Until then Ctrl-C ends the process as usual.
    let applicants = Applicants::open(&options)?;
    let mut interrupts = Interrupts::install().context("can't watch for Ctrl-C")?;
    let files = OutputFiles::open(&options, &endpoint, &applicants)?;
    let messages = Progress::messages(options.source.messages.quiet, options.source.messages.lang);
    endpoint.announce(&messages);
    let words = messages.words();
    messages.say(&words.input(&applicants.reader.detected().in_words(words)));
    let planned = tokio::select! {
        planned = applicants.plan(&options, &endpoint, &files, &messages) => planned?,
        () = interrupts.next() => Planned::Interrupted,
    };
    match planned {
        Planned::Confirmed(applicants) => {
            send(&options, &endpoint, *applicants, files, interrupts).await
        }
        Planned::Declined => Ok(Exit::Usage),
        Planned::Interrupted => {
            messages.warn(messages.words().interrupted_before_sending());
            Ok(Exit::Interrupted)
        }
    }
}

/// Sends the rows, after the plan.
async fn send(
    options: &BatchOptions,
    endpoint: &Endpoint,
    applicants: Applicants,
    files: OutputFiles,
    interrupts: Interrupts,
) -> anyhow::Result<Exit> {
    let messages = Progress::messages(options.source.messages.quiet, options.source.messages.lang);
    let progress = messages.run(options.progress, applicants.plan.as_ref().map(|plan| plan.rows));
    log::start(options.source.messages, &progress);
    let stop = StopSwitch::default();
    let results = files.collector(options, &applicants, &progress, &stop)?;
    let begun = Instant::now();
    let ledger = endpoint.begin("batch").await?;
    let left_out = applicants.reader.left_out();
    let mut facts = RunFacts::new(options, endpoint, &ledger, left_out);
    let run = Run { options, endpoint, stop: &stop, progress: &progress, ledger };
    let tally = run.go(applicants, results, interrupts).await?;
    progress.finish();
    let Some(tally) = tally else {
        files.leave_results(&progress);
        return Ok(Exit::Interrupted);
    };
    endpoint.conclude(&progress);
    facts.elapsed = begun.elapsed();
    let exit = files.finish(options, &tally, &stop, &facts, &progress);
    endpoint.purge_old(&progress).await;
    Ok(exit)
}

/// The end of the plan.
enum Planned {
    /// The run may begin.
    Confirmed(Box<Applicants>),
    /// The person declined.
    Declined,
    /// Ctrl-C.
    Interrupted,
}

/// The input of a run.
struct Applicants {
    reader: Reader,
    /// The stamp of a regular file when it was opened. Such a file has an end and is read twice.
    stamp: Option<FileStamp>,
    /// The plan of a regular file, once it is confirmed.
    plan: Option<ConfirmedPlan>,
}

impl Applicants {
    fn open(options: &BatchOptions) -> anyhow::Result<Self> {
        let reader = Reader::open(&options.source.file, &options.source.input)?;
        let stamp = reader.stamp();
        Ok(Self { reader, stamp, plan: None })
    }

    /// Reads a regular file once before anything is sent, so that an unreadable part is found
    /// before it costs anything. Then opens it again from its beginning.
    async fn plan(
        self,
        options: &BatchOptions,
        endpoint: &Endpoint,
        files: &OutputFiles,
        progress: &Progress,
    ) -> anyhow::Result<Planned> {
        let Some(stamp) = self.stamp else { return Ok(Planned::Confirmed(Box::new(self))) };
        let workbook = files.results.format == ResultFormat::Xlsx;
        let most = workbook.then_some(output::MOST_ROWS);
        let plan =
            confirmation::plan_and_confirm(options, endpoint, self.reader, most, progress).await?;
        if plan.is_none() {
            return Ok(Planned::Declined);
        }
        let reader = Reader::reopen(&options.source.file, &options.source.input, stamp)
            .context("nothing was sent")?;
        Ok(Planned::Confirmed(Box::new(Self { reader, stamp: self.stamp, plan })))
    }

    /// The rows of the shard, as many as were planned.
    fn rows(self, shard: Option<Shard>) -> RowSource {
        let shared = self.plan.as_ref().map(|plan| Arc::clone(&plan.shared));
        let shared = shared.filter(|shared| !shared.is_empty());
        let rows = self.reader.filter_map(move |row| {
            let prepared = row.map_err(reason_of_input).map(|mut row| {
                checks::prepare(&mut row);
                let signs = shared.as_ref().map(|shared| shared.problems(row.number));
                row.problems.extend(signs.into_iter().flatten());
                row
            });
            let elsewhere = |row: &Row| shard.is_some_and(|shard| !shard.contains(&row.record));
            (!prepared.as_ref().is_ok_and(elsewhere)).then_some(prepared)
        });
        let plan = self.plan.filter(|_| self.stamp.is_some());
        let mostly_known = plan.as_ref().is_some_and(|plan| plan.answered > plan.rows / MANY);
        let rows = PlannedRows { rows, left: plan.map(|plan| plan.rows) };
        RowSource { rows: Box::new(rows), finite: self.stamp.is_some(), mostly_known }
    }
}

/// Rows are looked up as they are read where one of so many, or more, is answered already: looking up
/// those that are not costs time.
const MANY: u64 = 4;

/// The reason to stop a run whose input can't be read.
fn reason_of_input(error: InputError) -> StopReason {
    match error {
        InputError::Changed { .. } => StopReason::InputChanged,
        error => StopReason::Input(error.to_string()),
    }
}

/// Rows that must be as many as were planned.
struct PlannedRows<I> {
    rows: I,
    /// Planned rows that are still to come. `None` if there is no plan, or after an error.
    left: Option<u64>,
}

impl<I: Iterator<Item = Result<Row, StopReason>>> Iterator for PlannedRows<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.rows.next();
        match (&next, self.left) {
            (Some(Err(_)), _) => self.left = None,
            (Some(Ok(_)), Some(left @ 1..)) => self.left = Some(left - 1),
            (_, None) | (None, Some(0)) => {}
            // A row beyond the plan, or a planned one that is missing.
            (Some(Ok(_)), Some(0)) | (None, Some(_)) => {
                self.left = None;
                return Some(Err(StopReason::InputChanged));
            }
        }
        next
    }
}

/// The files that a run writes. They are discarded when dropped, unless `finish` puts them in
/// place.
struct OutputFiles {
    results: ResultsFile,
    reports: ReportFiles,
}

impl OutputFiles {
    fn open(
        options: &BatchOptions,
        endpoint: &Endpoint,
        applicants: &Applicants,
    ) -> anyhow::Result<Self> {
        let input = applicants.stamp.map(|_| options.source.file.as_path());
        let mut files = command_files(input, endpoint.ledger());
        let results = ResultsFile::open(&options.results, &mut files)?;
        let reports = ReportFiles::open(options, &mut files, &results)?;
        Ok(Self { results, reports })
    }

    fn collector(
        &self,
        options: &BatchOptions,
        applicants: &Applicants,
        progress: &Progress,
        stop: &StopSwitch,
    ) -> anyhow::Result<ResultCollector> {
        let layout =
            self.results.layout(&applicants.reader, &options.results, AddedColumns::Results);
        let sink = self.results.sink(layout).context("can't begin the results")?;
        let (ordered, beside_bar) = (!options.unordered, self.results.is_terminal());
        Ok(ResultCollector::new(
            sink,
            ordered,
            beside_bar,
            options.only.clone(),
            progress.clone(),
            stop.clone(),
        ))
    }

    /// Leaves the results so far in the part file, after a second Ctrl-C.
    fn leave_results(self, progress: &Progress) {
        if let Some(file) = self.results.file() {
            progress.warn(&progress.words().left_at_once(&path(file.part())));
        }
        self.results.leave_part();
    }

    /// Puts the results in place and writes the summary.
    fn finish(
        self,
        options: &BatchOptions,
        tally: &Tally,
        stop: &StopSwitch,
        facts: &RunFacts,
        progress: &Progress,
    ) -> Exit {
        let part = self.results.file().map(|file| file.part().to_owned());
        let totals = facts.totals(tally, stop, progress);
        let sums = Summary { tally, totals: &totals }.json();
        let mut persisted = None;
        if matches!(stop.reason(), Some(StopReason::Output(_))) {
            self.results.leave_part();
        } else {
            match self.results.persist(RESULT_SHEETS, &sums) {
                Ok(file) => persisted = file,
                Err(error) => stop.stop(reason_of(&error)),
            }
        }
        match (stop.reason(), persisted, part) {
            (Some(StopReason::Output(_)), _, Some(part)) => {
                progress.warn(&progress.words().results_so_far(&path(&part)));
            }
            (_, Some(file), _) => progress.say(&progress.words().results(&path(&file))),
            (_, _, _) => {}
        }
        let totals = facts.totals(tally, stop, progress);
        let summary = Summary { tally, totals: &totals };
        progress.say(&summary.text(look(options.results.color, options.source.messages.lang)));
        let exit = next_steps::exit(tally, stop.reason().as_ref(), &options.exit);
        exit.max(self.reports.write(&summary, options.source.messages.lang, progress))
    }
}

/// A run in progress.
struct Run<'a> {
    options: &'a BatchOptions,
    endpoint: &'a Endpoint,
    stop: &'a StopSwitch,
    progress: &'a Progress,
    ledger: ledger::Run,
}

impl Run<'_> {
    fn pipeline(&self) -> Pipeline {
        let (options, endpoint) = (self.options, self.endpoint);
        let policy = RetryPolicy::new(options.retries, None);
        let send =
            endpoint.send_options(&self.ledger, policy, options.source.reuse, options.source.hold);
        let send = SendOptions {
            max_charges: options.source.max_charges,
            give_up_after: options.give_up_after,
            max_unknown: Some(options.max_unknown),
            ..send
        };
        let (client, stop) = (endpoint.client.clone(), self.stop.clone());
        Pipeline::new(client, self.ledger.clone(), send, stop, self.progress.pace_status())
    }

    /// Runs to the end. Returns `None` after a second Ctrl-C.
    async fn go(
        self,
        applicants: Applicants,
        results: ResultCollector,
        interrupts: Interrupts,
    ) -> anyhow::Result<Option<Tally>> {
        let pipeline = Arc::new(self.pipeline());
        let (done, receive) = mpsc::channel();
        let (sums, sum) = oneshot::channel();
        std::thread::spawn(move || drop(sums.send(results.collect(&receive))));
        let run = async {
            let rows = applicants.rows(self.options.source.shard);
            let limits = StreamLimits::new(usize::from(self.endpoint.concurrency.most()));
            // The receiver ends only with the process.
            let deliver = move |row| drop(done.send(row));
            run::run(pipeline, rows, limits, deliver).await;
            let tally = sum.await.context("the results broke off");
            finish(self.ledger, self.stop).await;
            tally
        };
        let say = || {
            self.progress.warn(self.progress.words().stopping());
        };
        tokio::select! {
            tally = run => tally.map(Some),
            () = interrupts.watch(self.stop, say) => Ok(None),
            () = self.progress.write_lines() => Ok(None),
        }
    }
}
