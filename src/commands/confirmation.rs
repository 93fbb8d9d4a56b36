//! Before a run: a regular file is read once and the plan is shown, and where it costs money and a
//! person is there, that person is asked once.

use std::fs::{self, Metadata};
use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use tokio::task::spawn_blocking;

use crate::cli::BatchArgs;
use crate::commands::endpoint::Endpoint;
use crate::commands::plan::{self, PlanError};
use crate::input::Reader;
use crate::model::price::Price;
use crate::output::progress::Progress;
use crate::output::{self, Outlook};
use crate::plan::Plan;

/// A run that may begin.
pub(crate) struct Consent {
    /// The rows of the input.
    pub rows: u64,
}

/// The size and the time of a file: what tells that it is another one now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    size: u64,
    changed: Option<SystemTime>,
}

impl Stamp {
    /// The stamp of a regular file; `None` for all else, which can't be read twice.
    pub(crate) fn of(file: &Path) -> Option<Self> {
        let stamp = |found: Metadata| Self { size: found.len(), changed: found.modified().ok() };
        fs::metadata(file).ok().filter(Metadata::is_file).map(stamp)
    }

    /// Refuses a file that is another one now.
    pub(crate) fn still(self, file: &Path) -> anyhow::Result<()> {
        if Self::of(file) == Some(self) {
            return Ok(());
        }
        bail!(
            "{} was changed while it was read or you were asked; nothing was sent\n\n  \
             hint: run the command again, it shows the plan of what is there now",
            file.display()
        )
    }
}

/// Reads the file, shows the plan, asks. `None`: the person does not want it. More rows than `most`
/// can't be written.
pub(crate) async fn before(
    args: &BatchArgs,
    endpoint: &Endpoint,
    reader: Reader,
    most: Option<u64>,
    progress: &Progress,
) -> anyhow::Result<Option<Consent>> {
    let mut past = endpoint.past(&args.ledger)?;
    let shape = reader.shape().clone();
    let hold = plan::hold(args.plan.suspect);
    let planned = spawn_blocking(move || {
        let plan = past.plan(reader, hold, |_, _| Ok(()))?;
        Ok::<_, PlanError>((plan, past))
    });
    let (plan, past) = planned.await.context("reading the file broke off")??;
    let outlook = Outlook {
        plan: &plan,
        file: &args.file.display().to_string(),
        shape: &shape,
        ledger: &past.ledger,
        consulted: past.consulted,
        price: args.plan.price.or(endpoint.price),
        max_charges: args.max_charges,
    };
    progress.say(&outlook.brief());
    if most.is_some_and(|most| plan.rows > most) {
        return Err(output::too_many().into());
    }
    let wanted = !is_asked(args, endpoint, outlook.calls()) || asks(&outlook, progress).await?;
    Ok(wanted.then_some(Consent { rows: plan.rows }))
}

/// Nobody is asked where nothing is paid, or where no person is there to answer.
fn is_asked(args: &BatchArgs, endpoint: &Endpoint, calls: u64) -> bool {
    let person = io::stdin().is_terminal() && io::stderr().is_terminal();
    endpoint.is_live() && person && calls > 0 && !args.yes
}

async fn asks(outlook: &Outlook<'_>, progress: &Progress) -> anyhow::Result<bool> {
    progress.ask(&question(outlook.calls(), outlook.plan, outlook.price));
    let line = spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let line = line.await.context("the question broke off")?.context("can't read the answer")?;
    let yes = ["y", "yes", "ya"].contains(&line.trim().to_lowercase().as_str());
    if !yes {
        progress.warn("nothing was sent");
    }
    Ok(yes)
}

fn question(calls: u64, plan: &Plan, price: Option<Price>) -> String {
    let most = if calls < plan.to_send() { "at most " } else { "" };
    let calls_word = crate::output::text::count(calls, "call");
    let cost = match price {
        Some(each) => format!("{} at {each} each", each.times(calls)),
        None => "each of which is charged".to_owned(),
    };
    format!("Send {most}{calls_word}, {cost}? [y/N] ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_size_or_time_is_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        fs::write(&file, "nik\n").unwrap();
        let stamp = Stamp::of(&file);
        assert!(stamp.is_some());
        assert_eq!(Stamp::of(&file), stamp);
        fs::write(&file, "nik\n1\n").unwrap();
        assert_ne!(Stamp::of(&file), stamp);
        let (stamp, opened) = (Stamp::of(&file), fs::File::options().append(true).open(&file));
        opened.unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_ne!(Stamp::of(&file), stamp);
        assert_eq!(Stamp::of(folder.path()), None);
    }
}
