//! Asks for confirmation before a run pays: reads a regular file once, shows the plan, and asks the
//! person at the terminal.

use std::io::{self, BufRead as _, IsTerminal as _};

use std::sync::Arc;

use anyhow::Context as _;
use tokio::task::spawn_blocking;

use crate::commands::endpoint::Endpoint;
use crate::commands::options::BatchOptions;
use crate::commands::plan::{PlanError, PlannedFile};
use crate::input::Reader;
use crate::output::progress::Progress;
use crate::output::{self, PlanView};
use crate::plan::{Plan, SharedRows};

/// What the run needs of its plan.
pub(crate) struct ConfirmedPlan {
    /// Rows to take.
    pub rows: u64,
    /// Rows that the ledger answers.
    pub answered: u64,
    /// The rows with a sign of fraud.
    pub shared: Arc<SharedRows>,
}

/// Reads the file to its end, shows the plan, and asks for confirmation if the run costs money.
/// Returns what the run needs of the plan, or `None` if the person declines. The results can hold `most_rows`.
pub(crate) async fn plan_and_confirm(
    options: &BatchOptions,
    endpoint: &Endpoint,
    reader: Reader,
    most_rows: Option<u64>,
    progress: &Progress,
) -> anyhow::Result<Option<ConfirmedPlan>> {
    let planned = plan(options, endpoint, reader).await?;
    let view = planned.view();
    progress.say(&view.brief());
    if most_rows.is_some_and(|most| planned.plan.rows > most) {
        return Err(output::too_many().into());
    }
    let confirmed = !must_ask(options, endpoint, view.calls()) || ask(&view, progress).await?;
    let Plan { rows, shared, ledger, .. } = planned.plan;
    let answered = ledger.map_or(0, |counts| counts.answered);
    Ok(confirmed.then_some(ConfirmedPlan { rows, answered, shared }))
}

/// Reads the file to its end.
async fn plan<'a>(
    options: &'a BatchOptions,
    endpoint: &Endpoint,
    reader: Reader,
) -> anyhow::Result<PlannedFile<'a>> {
    let source = &options.source;
    let mut ledger = endpoint.plan_ledger(source.reuse)?;
    let detected = reader.detected().clone();
    let (hold, shard) = (source.hold, source.shard);
    let planned = spawn_blocking(move || {
        let plan = ledger.plan(reader, hold, shard, |_, _| Ok(()))?;
        Ok::<_, PlanError>((plan, ledger))
    });
    let (plan, ledger) = planned.await.context("reading the file broke off")??;
    Ok(PlannedFile { source, plan, detected, ledger, price: source.price.or(endpoint.price) })
}

/// Returns whether to ask: only if the run costs money and a person is at the terminal.
fn must_ask(options: &BatchOptions, endpoint: &Endpoint, calls: u64) -> bool {
    let person = io::stdin().is_terminal() && io::stderr().is_terminal();
    endpoint.is_live() && person && calls > 0 && options.ask
}

async fn ask(view: &PlanView<'_>, progress: &Progress) -> anyhow::Result<bool> {
    progress.ask(&view.question());
    let line = spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let line = line.await.context("the question broke off")?.context("can't read the answer")?;
    let yes = ["y", "yes", "ya"].contains(&line.trim().to_lowercase().as_str());
    if !yes {
        progress.warn(progress.words().nothing_sent());
    }
    Ok(yes)
}
