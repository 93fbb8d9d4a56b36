//! `idv ledger init`, `doctor` and `push`: a team's ledger in `PostgreSQL`.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::cli::BudgetArgs;
use crate::commands::ledger::say;
use crate::exit::Exit;
use crate::ledger::{self, Health, InitResult, Kind, LedgerPlace, TeamAddress, TeamLimits};
use crate::output::number_format::{count, thousands};
use crate::settings;

/// Makes a team's ledger.
pub(super) async fn init(flag: Option<&Path>, sandbox: bool, roles: bool) -> anyhow::Result<Exit> {
    let place = settings::ledger_to_make(flag)?;
    let kind = if sandbox { Kind::Sandbox } else { Kind::Live };
    let made = match ledger::init(address(&place)?, kind, roles).await? {
        InitResult::Made => "is ready",
        InitResult::Kept => "was there, and is as it was",
        InitResult::Upgraded => "was of an earlier idv, and is up to date now",
    };
    say(&format!("the team ledger {place} of kind {} {made}", kind.word()));
    say(&format!("next: idv ledger doctor --ledger {place}"));
    Ok(Exit::Ok)
}

/// The address of a team's ledger; a file has no use for these commands.
fn address(place: &LedgerPlace) -> anyhow::Result<&TeamAddress> {
    place.team().with_context(|| {
        format!(
            "{place} is a file, and this is for a team's ledger\n\n  \
             hint: --ledger postgres://USER@HOST/DATABASE, or the same in IDV_LEDGER"
        )
    })
}

/// Shows what the promise rests on, line by line.
pub(super) async fn doctor(place: &LedgerPlace, out: &mut impl Write) -> anyhow::Result<Exit> {
    let mut exit = Exit::Ok;
    for finding in ledger::doctor(address(place)?).await {
        let (word, grave) = match finding.health {
            Health::Ok => ("ok", Exit::Ok),
            Health::Warning => ("warning", Exit::Ok),
            Health::Broken => ("broken", Exit::Usage),
            Health::Away => ("away", Exit::Disk),
        };
        exit = exit.max(grave);
        writeln!(out, "{word:<8} {}", finding.text)?;
    }
    out.flush()?;
    Ok(exit)
}

/// Delivers the answers of this machine's journal.
pub(super) async fn push(place: &LedgerPlace) -> anyhow::Result<()> {
    let recovered = ledger::push(address(place)?).await?;
    say(&format!(
        "delivered: {}, put back: {}, released since never sent: {}",
        count(recovered.delivered, "answer"),
        count(recovered.put_back, "call"),
        count(recovered.released, "claim")
    ));
    Ok(())
}

/// Shows where the ledger is; for a team's, also the journal of this machine.
pub(super) fn paths(place: &LedgerPlace, out: &mut impl Write) -> anyhow::Result<()> {
    if let Some(address) = place.team() {
        writeln!(out, "{address}")?;
        if out.flush().is_err() {
            bail!("the place can't be written");
        }
        say(&format!("journal: {}", ledger::journal(address)?.display()));
        return Ok(());
    }
    Ok(writeln!(out, "{place}")?)
}

/// Sets and shows the budget of the team.
pub(super) async fn budget(
    place: &LedgerPlace,
    args: &BudgetArgs,
    out: &mut impl Write,
) -> anyhow::Result<Exit> {
    let is_set =
        args.off || args.per_day.is_some() || args.per_month.is_some() || args.rate.is_some();
    let limits = TeamLimits { per_day: args.per_day, per_month: args.per_month, rate: args.rate };
    let budget = ledger::budget(address(place)?, is_set.then_some(limits)).await?;
    let TeamLimits { per_day, per_month, rate } = budget.limits;
    let most = |most: Option<u64>| most.map_or("no limit".to_owned(), thousands);
    writeln!(out, "day    {} of {}", thousands(budget.day_used), most(per_day))?;
    writeln!(out, "month  {} of {}", thousands(budget.month_used), most(per_month))?;
    let rate = rate.map_or("no limit".to_owned(), |rate| format!("{rate} a second"));
    writeln!(out, "rate   {rate}")?;
    if per_day.or(per_month).is_none() {
        say("without a limit nothing is counted");
    }
    out.flush()?;
    Ok(Exit::Ok)
}

/// Imports a machine's own ledger.
pub(super) fn import(place: &LedgerPlace, file: &Path) -> anyhow::Result<()> {
    let imported = ledger::import(address(place)?, file)?;
    let (runs, calls) = (count(imported.runs, "run"), count(imported.calls, "call"));
    say(&format!("imported: {runs}, {calls}"));
    say("from now on name the team ledger, not the file: two ledgers know nothing of each other");
    Ok(())
}
