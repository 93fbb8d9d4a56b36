//! `idv verify`: one record.

use std::io::{self, Write as _};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::checks::{self, nik::Nik};
use crate::cli::{ResultFormat, VerifyArgs};
use crate::commands::endpoint::Endpoint;
use crate::commands::result_collector::reason_of;
use crate::commands::results_file::{RESULT_SHEETS, Target, color};
use crate::commands::{log, next_steps, record_source, slowed};
use crate::exit::Exit;
use crate::model::problem::Level;
use crate::model::record::Field;
use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::output::progress::Progress;
use crate::output::{self, Layout, Mask, Ours, Particulars, Slowed, Summary, Totals};
use crate::run::Verifier;
use crate::run::interrupt::Interrupts;
use crate::run::retry::RetryPolicy;
use crate::run::stop::{StopReason, StopSwitch};
use crate::run::tally::Tally;

/// Where a person waits, an uncharged attempt is repeated this often, within this time.
const RETRIES: u32 = 4;
const WITHIN: Duration = Duration::from_secs(60);

/// Verifies one record.
pub(crate) async fn run(args: VerifyArgs) -> anyhow::Result<Exit> {
    let progress = Progress::messages(args.output.quiet);
    log::start(&args.output, &progress);
    let endpoint = Endpoint::open(&args.endpoint, &args.ledger, Some(1), None)?;
    let mut row = record_source::row(&args)?;
    checks::prepare(&mut row);
    let target = Target::open(&args.output, None)?;
    endpoint.announce(&progress);
    for problem in row.problems.iter().filter(|problem| problem.level == Level::Suspect) {
        progress.say(&format!("warning: {}", problem.message));
    }
    let stop = StopSwitch::default();
    let ledger = endpoint.begin("verify").await?;
    let policy = RetryPolicy::new(RETRIES, Some(WITHIN));
    let terms = endpoint.terms(&args.ledger, &ledger, policy, args.suspect);
    let (client, gauge) = (endpoint.client.clone(), progress.gauge());
    let verifier = Verifier::new(client, ledger, terms, stop.clone(), gauge);
    let Some(verdict) = ask(&verifier, &row, &stop, &progress).await? else {
        target.discard();
        return Ok(Exit::Interrupted);
    };
    // A ledger in trouble has complained already, and tells the end of a run from its lock too.
    let _ = verifier.finish().await;
    let ledger = endpoint.ledger_flag(&args.ledger);
    let slowed = slowed(&progress);
    let written = write(&args, &endpoint, target, &row, &verdict, ledger, slowed);
    let mut tally = Tally::default();
    tally.add(&verdict, &row.problems);
    if let Err(error) = written {
        stop.stop(reason_of(&error));
        if stop.reason() != Some(StopReason::OutputClosed) {
            progress.warn(&format!("error: the answer can't be written: {error}"));
        }
        // Paid for, so it is shown where it can still be seen.
        progress.warn(&output::card(
            &row,
            &verdict,
            &Mask::on(Vec::new()),
            &Particulars::default(),
        ));
    } else if let Some(reason) = stop.reason() {
        progress.say(&format!("stopped: {reason}"));
    }
    Ok(next_steps::exit(&tally, stop.reason().as_ref(), true))
}

/// `None` when a second Ctrl-C came before the answer.
async fn ask(
    verifier: &Verifier,
    row: &Row,
    stop: &StopSwitch,
    progress: &Progress,
) -> anyhow::Result<Option<Verdict>> {
    let interrupts = Interrupts::install().context("can't watch for Ctrl-C")?;
    let say = || progress.warn("waiting for the answer under way; Ctrl-C again leaves at once");
    Ok(tokio::select! {
        verdict = verifier.verify_row(row) => Some(verdict),
        () = interrupts.watch(stop, say) => None,
    })
}

fn write(
    args: &VerifyArgs,
    endpoint: &Endpoint,
    target: Target,
    row: &Row,
    verdict: &Verdict,
    ledger: String,
    slowed: Slowed,
) -> io::Result<()> {
    let fields = || Field::ALL.map(|field| (field, field.name().to_owned())).to_vec();
    let mask = if args.output.mask { Mask::on(fields()) } else { Mask::default() };
    let color = color(args.output.color, target.is_terminal());
    if target.format == ResultFormat::Table {
        let mut out = target.writer()?;
        let says = if mask.is_on() { None } else { says(row) };
        let particulars = Particulars { says, ledger, color, width: target.width() };
        out.write_all(output::card(row, verdict, &mask, &particulars).as_bytes())?;
        out.flush()?;
    } else {
        let columns = row.columns.clone();
        let layout =
            Layout { columns, delimiter: b',', bom: false, mask, color, ours: Ours::Results };
        let mut sink = target.sink(layout)?;
        sink.write(row, verdict)?;
        sink.flush()?;
    }
    target.finish(RESULT_SHEETS, &sums(row, verdict, endpoint.is_sandbox(), slowed))
}

/// What stands beside the row of a workbook.
fn sums(row: &Row, verdict: &Verdict, sandbox: bool, slowed: Slowed) -> serde_json::Value {
    let mut tally = Tally::default();
    tally.add(verdict, &row.problems);
    let elapsed = verdict.elapsed.unwrap_or_default();
    let exit = next_steps::exit(&tally, None, true).code();
    let now = Timestamp::now();
    let totals = Totals {
        started: now.checked_sub(elapsed).unwrap_or(now),
        elapsed,
        sandbox,
        slowed,
        stopped: None,
        exit,
        next: Vec::new(),
        price: None,
        ledger: String::new(),
    };
    Summary { tally: &tally, totals: &totals }.json()
}

/// What the number itself says of the person, for the card alone.
fn says(row: &Row) -> Option<String> {
    let today = Offset::UTC.to_datetime(Timestamp::now()).date();
    Some(Nik::read(row.record.get(Field::IdNumber))?.says(today))
}
