//! The commands. Each connects the parts that it needs.

mod arguments;
mod batch;
mod batch_summary;
mod check;
mod codes;
mod confirmation;
mod endpoint;
mod error_text;
mod generate;
mod ledger;
mod log;
mod next_steps;
mod options;
mod plan;
mod record_source;
mod report_files;
mod result_collector;
mod results_file;
mod resume_command;
mod sandbox;
mod schema;
mod verify;

use std::future::Future;
use std::path::Path;

use anyhow::Context as _;

use crate::cli::Action;
use crate::commands::options::BatchOptions;
use crate::commands::plan::PlanError;
use crate::exit::Exit;
use crate::ledger::{LedgerError, LedgerPlace, Run};
use crate::model::stop_reason::StopReason;
use crate::output::progress::Progress;
use crate::output::text::escape;
use crate::output::{CommandFiles, FileRole, PaceSummary};
use crate::platform;
use crate::run::stop::{StopSwitch, run_end};
use crate::settings::{self, SettingsError};
use crate::words::Lang;

/// Runs a command. A command returns an error only if nothing was sent.
pub(crate) fn run(mut action: Action) -> Exit {
    let lang = match language(&mut action) {
        Ok(lang) => lang,
        Err(error) => return refuse(&error.into(), Lang::En),
    };
    let done = match action {
        Action::Verify(args) => in_runtime(verify::run((*args).into())),
        Action::Batch(args) if args.dry_run => {
            in_runtime(check::check(&BatchOptions::from(*args).into()))
        }
        Action::Batch(args) => in_runtime(batch::run((*args).into())),
        Action::Check(args) => in_runtime(check::run(*args)),
        Action::Sandbox(args) => in_runtime(sandbox::run(args)),
        Action::Ledger(args) => in_runtime(ledger::run(args)),
        Action::Codes(args) => codes::run(&args),
        Action::Completions(args) => generate::completions(&args),
        Action::Man(args) => generate::man(&args),
        Action::Schema(args) => schema::run(&args),
    };
    done.unwrap_or_else(|error| refuse(&error, lang))
}

/// Resolves the language of a command that clerks use, and puts it into its arguments. The others
/// are English.
fn language(action: &mut Action) -> Result<Lang, SettingsError> {
    let chosen = match action {
        Action::Verify(args) => &mut args.common.output.lang,
        Action::Batch(args) => &mut args.common.output.lang,
        Action::Check(args) => &mut args.lang,
        Action::Sandbox(args) => &mut args.lang,
        _ => return Ok(Lang::En),
    };
    let lang = settings::lang(*chosen)?;
    *chosen = Some(lang);
    Ok(lang)
}

/// Shows an error.
fn refuse(error: &anyhow::Error, lang: Lang) -> Exit {
    // The message may quote the name of a file or a column, so each of its lines is escaped.
    let said = error_text::of(error, lang);
    let shown: Vec<_> = said.split('\n').map(escape).collect();
    Progress::messages(false, lang).warn(&shown.join("\n"));
    let is_away = error.chain().any(|cause| {
        let planned = cause.downcast_ref::<PlanError>().and_then(PlanError::ledger);
        cause.downcast_ref::<LedgerError>().or(planned).is_some_and(LedgerError::is_away)
    });
    if is_away { Exit::Disk } else { Exit::Usage }
}

/// The files of a command that no output may be: its input, and the ledger with the files beside it.
fn command_files(input: Option<&Path>, ledger: &LedgerPlace) -> CommandFiles {
    let mut files = CommandFiles::default();
    if let Some(input) = input {
        files.add(input, FileRole::Input);
    }
    for file in ledger.files() {
        files.add(&file, FileRole::Ledger);
    }
    if let Some(beginning) = ledger.journals() {
        files.add_all_of(&beginning, FileRole::Ledger);
    }
    files
}

/// Writes the end of a run to the ledger. An error of a file is ignored: it was shown already, and the
/// lock of the run also shows that it has ended. A team's ledger that has not all answers stops the run.
async fn finish(run: Run, stop: &StopSwitch) {
    if let Err(error @ LedgerError::Team(_)) = run.finish(run_end(stop.reason().as_ref())).await {
        stop.stop(StopReason::Ledger(error.to_string()));
    }
}

/// The pace of the run so far.
fn pace_summary(progress: &Progress) -> PaceSummary {
    PaceSummary::of(&progress.pace_status().read())
}

/// Runs a command on a runtime with one thread: a second thread costs more than it gains.
fn in_runtime(command: impl Future<Output = anyhow::Result<Exit>>) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the system gives no event loop")?;
    let done = runtime.block_on(async {
        platform::outlive_file_size_limit();
        command.await
    });
    // Tasks that still wait belong to a run that was interrupted.
    runtime.shutdown_background();
    done
}
