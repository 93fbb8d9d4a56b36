//! The facts of a run that its summary shows besides the sums.

use std::time::Duration;

use jiff::Timestamp;

use crate::commands::endpoint::Endpoint;
use crate::commands::options::{BatchOptions, ExitRules};
use crate::commands::{next_steps, pace_summary, resume_command};
use crate::ledger::Run;
use crate::model::left_out::LeftOutCounter;
use crate::model::price::Price;
use crate::output::progress::Progress;
use crate::output::{SummaryOrigin, Totals};
use crate::run::stop::StopSwitch;
use crate::run::tally::Tally;

/// The facts of a run that its summary shows.
pub(crate) struct RunFacts {
    /// Start of a run with `--fresh`.
    fresh: Option<Timestamp>,
    /// The command that resumes the run, if it can be shown.
    resume: Option<String>,
    /// The flag of its ledger.
    ledger: String,
    /// The price of a call.
    price: Option<Price>,
    /// Who runs it, and why.
    origin: SummaryOrigin,
    /// Start of the run.
    started: Timestamp,
    /// Duration of the run.
    pub elapsed: Duration,
    /// Counts the records of the input that are no rows.
    left_out: LeftOutCounter,
    /// Whether the endpoint is a sandbox.
    sandbox: bool,
    /// Which outcomes raise the exit code.
    exit: ExitRules,
}

impl RunFacts {
    /// The facts of a run that has just begun.
    pub(crate) fn new(
        options: &BatchOptions,
        endpoint: &Endpoint,
        run: &Run,
        left_out: LeftOutCounter,
    ) -> Self {
        let fresh = options.source.reuse.fresh.then(|| run.started());
        // Rows from a pipe have to be piped again. The arguments alone do not say how.
        let from_pipe = options.source.file.as_os_str() == "-";
        let resume = || resume_command::command(std::env::args_os(), fresh);
        Self {
            fresh,
            resume: if from_pipe { None } else { resume() },
            ledger: endpoint.ledger_flag(),
            price: options.source.price.or(endpoint.price),
            origin: endpoint.origin(),
            started: run.started(),
            elapsed: Duration::ZERO,
            left_out,
            sandbox: endpoint.is_sandbox(),
            exit: options.exit.clone(),
        }
    }

    /// The totals of the summary.
    pub(crate) fn totals(&self, tally: &Tally, stop: &StopSwitch, progress: &Progress) -> Totals {
        let stopped = stop.reason();
        let exit = next_steps::exit(tally, stopped.as_ref(), &self.exit).code();
        let resume = self.resume.as_deref();
        let next = next_steps::next(tally, stopped.as_ref(), self.fresh, resume, &self.ledger);
        Totals {
            origin: self.origin.clone(),
            started: self.started,
            elapsed: self.elapsed,
            left_out: self.left_out.get(),
            sandbox: self.sandbox,
            pace: pace_summary(progress),
            stopped,
            exit,
            next,
            price: self.price,
            ledger: self.ledger.clone(),
        }
    }
}
