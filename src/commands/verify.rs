//! `idv verify`: one record.

use std::io::{self, Write as _};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::checks::{self, nik::Nik};
use crate::commands::endpoint::Endpoint;
use crate::commands::options::{ExitRules, ResultsOptions, VerifyOptions};
use crate::commands::result_collector::reason_of;
use crate::commands::results_file::{RESULT_SHEETS, ResultsFile, color};
use crate::commands::{command_files, log, next_steps, pace_summary, record_source};
use crate::exit::Exit;
use crate::ledger::LedgerError;
use crate::model::left_out::LeftOut;
use crate::model::problem::Level;
use crate::model::record::Field;
use crate::model::row::Row;
use crate::model::stop_reason::StopReason;
use crate::model::verdict::Verdict;
use crate::output::progress::Progress;
use crate::output::{
    self, AddedColumns, CardDetails, Layout, Mask, PaceSummary, ResultFormat, Summary, Totals,
};
use crate::run::Verifier;
use crate::run::interrupt::Interrupts;
use crate::run::retry::RetryPolicy;
use crate::run::stop::StopSwitch;
use crate::run::tally::Tally;
use crate::words::Lang;

/// Retries of an uncharged attempt while a person waits, and the time within which they begin.
const RETRIES: u32 = 4;
const WITHIN: Duration = Duration::from_secs(60);

/// Verifies one record.
pub(crate) async fn run(options: VerifyOptions) -> anyhow::Result<Exit> {
    let lang = options.messages.lang;
    let progress = Progress::messages(options.messages.quiet, lang);
    log::start(options.messages, &progress);
    let endpoint = Endpoint::open(&options.endpoint)?;
    let mut row = record_source::read_row(options.record, progress.words())?;
    checks::prepare(&mut row);
    let file = ResultsFile::open(&options.results, &mut command_files(None, endpoint.ledger()))?;
    endpoint.announce(&progress);
    for problem in row.problems.iter().filter(|problem| problem.level() == Level::Suspect) {
        let words = progress.words();
        progress.say(&words.warning(&problem.in_words(lang.words())));
    }
    let stop = StopSwitch::default();
    let run = endpoint.begin("verify").await?;
    let policy = RetryPolicy::new(RETRIES, Some(WITHIN));
    let send = endpoint.send_options(&run, policy, options.reuse, options.hold);
    let verifier =
        Verifier::new(endpoint.client.clone(), run, send, stop.clone(), progress.pace_status());
    let Some(verdict) = verify(&verifier, &row, &stop, &progress).await? else {
        return Ok(Exit::Interrupted);
    };
    // Another error is ignored: it was shown already, and the lock of the run also shows that it has
    // ended.
    if let Err(error @ LedgerError::Team(_)) = verifier.finish().await {
        stop.stop(StopReason::Ledger(error.to_string()));
    }
    let result = VerifiedRecord { row: &row, verdict: &verdict, endpoint: &endpoint, lang };
    let written = result.write(&options.results, file, pace_summary(&progress));
    let exit = result.report(written, &stop, &progress);
    endpoint.purge_old(&progress).await;
    Ok(exit)
}

/// Verifies the record. Returns `None` if a second Ctrl-C came before the answer.
async fn verify(
    verifier: &Verifier,
    row: &Row,
    stop: &StopSwitch,
    progress: &Progress,
) -> anyhow::Result<Option<Verdict>> {
    let interrupts = Interrupts::install().context("can't watch for Ctrl-C")?;
    let say = || progress.warn(progress.words().waiting_for_answer());
    Ok(tokio::select! {
        verdict = verifier.verify_row(row) => Some(verdict),
        () = interrupts.watch(stop, say) => None,
    })
}

/// The record with its verdict.
struct VerifiedRecord<'a> {
    row: &'a Row,
    verdict: &'a Verdict,
    endpoint: &'a Endpoint,
    lang: Lang,
}

impl VerifiedRecord<'_> {
    fn write(
        &self,
        options: &ResultsOptions,
        file: ResultsFile,
        pace: PaceSummary,
    ) -> io::Result<()> {
        let fields = || Field::ALL.map(|field| (field, field.name().to_owned())).to_vec();
        let mask = if options.mask { Mask::on(fields()) } else { Mask::default() };
        let color = color(options.color, file.is_terminal());
        if file.format == ResultFormat::Table {
            let mut out = file.writer()?;
            let says = if mask.is_on() { None } else { says(self.row, self.lang) };
            let (ledger, width) = (self.endpoint.ledger_flag(), file.width());
            let details = CardDetails { says, ledger, color, width, lang: self.lang };
            out.write_all(output::card(self.row, self.verdict, &mask, &details).as_bytes())?;
            out.flush()?;
        } else {
            let (columns, added) = (self.row.columns.clone(), AddedColumns::Results);
            let (delimiter, lang) = (b',', self.lang);
            let layout = Layout { columns, delimiter, bom: false, mask, color, added, lang };
            let mut sink = file.sink(layout)?;
            sink.write(self.row, self.verdict)?;
            sink.flush()?;
        }
        file.persist(RESULT_SHEETS, &self.sums(pace)).map(drop)
    }

    /// Shows how the run ended, and returns its exit code.
    fn report(&self, written: io::Result<()>, stop: &StopSwitch, progress: &Progress) -> Exit {
        if let Err(error) = written {
            stop.stop(reason_of(&error));
            if stop.reason() != Some(StopReason::OutputClosed) {
                progress.warn(&progress.words().answer_not_written(&error.to_string()));
            }
            // The answer is paid for, so it is shown on stderr.
            let (mask, details) =
                (Mask::on(Vec::new()), CardDetails { lang: self.lang, ..CardDetails::default() });
            progress.warn(&output::card(self.row, self.verdict, &mask, &details));
        } else if let Some(reason) = stop.reason() {
            let words = progress.words();
            progress.say(&format!("{}{}", words.stopped_label(), reason.in_words(words)));
        }
        next_steps::exit(&self.tally(), stop.reason().as_ref(), &ExitRules::strict())
    }

    fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        tally.add(self.verdict, &self.row.problems);
        tally
    }

    /// The second sheet of a workbook.
    fn sums(&self, pace: PaceSummary) -> serde_json::Value {
        let tally = self.tally();
        let elapsed = self.verdict.elapsed.unwrap_or_default();
        let exit = next_steps::exit(&tally, None, &ExitRules::strict()).code();
        let now = Timestamp::now();
        let totals = Totals {
            started: now.checked_sub(elapsed).unwrap_or(now),
            elapsed,
            origin: self.endpoint.origin(),
            left_out: LeftOut::default(),
            sandbox: self.endpoint.is_sandbox(),
            pace,
            stopped: None,
            exit,
            next: Vec::new(),
            price: None,
            ledger: String::new(),
        };
        Summary { tally: &tally, totals: &totals }.json()
    }
}

/// The facts that the number itself tells, for the card.
fn says(row: &Row, lang: Lang) -> Option<String> {
    let today = Offset::UTC.to_datetime(Timestamp::now()).date();
    Some(Nik::read(row.record.get(Field::IdNumber))?.describe(today, lang))
}
