//! The exit code of a run, and the next steps for the user.

use jiff::Timestamp;

use crate::commands::options::ExitRules;
use crate::exit::Exit;
use crate::model::code::{self, Charge};
use crate::model::outcome::Outcome;
use crate::model::stop_reason::StopReason;
use crate::run::tally::Tally;
use crate::words::NextStep;

/// Returns the exit code of a run: the gravest of those that apply.
pub(crate) fn exit(tally: &Tally, stopped: Option<&StopReason>, rules: &ExitRules) -> Exit {
    let counts = |outcome: Outcome| !rules.zero_on.contains(&outcome);
    let some = |outcomes: &[Outcome]| {
        outcomes.iter().any(|outcome| counts(*outcome) && tally.outcome(*outcome) > 0)
    };
    let when = |happened: bool, exit: Exit| if happened { exit } else { Exit::Ok };
    let in_doubt = tally.outcome(Outcome::Unknown) + tally.charged(Charge::Unknown) > 0;
    let unknown = when(in_doubt && counts(Outcome::Unknown), Exit::Unknown);
    if stopped == Some(&StopReason::OutputClosed) {
        return unknown;
    }
    let incomplete = [Outcome::Held, Outcome::Refused, Outcome::Unavailable, Outcome::Skipped];
    let mismatch = [Outcome::Fail, Outcome::NoRecord, Outcome::Unrecognised];
    stopped
        .map_or(Exit::Ok, exit_of_stop)
        .max(unknown)
        .max(when(some(&incomplete), Exit::Incomplete))
        .max(when(rules.fail_on_mismatch && some(&mismatch), Exit::Mismatch))
}

const fn exit_of_stop(reason: &StopReason) -> Exit {
    match reason {
        StopReason::Output(_) | StopReason::Input(_) | StopReason::Ledger(_) => Exit::Disk,
        StopReason::Interrupted => Exit::Interrupted,
        StopReason::OutputClosed => Exit::Ok,
        StopReason::Account(_)
        | StopReason::Credentials(_)
        | StopReason::AllRefused(_)
        | StopReason::Unknowns(_)
        | StopReason::MaxUnknown { .. }
        | StopReason::GaveUp(_)
        | StopReason::Redirected(_)
        | StopReason::Denied(_)
        | StopReason::Budget(_)
        | StopReason::InputChanged
        | StopReason::Fenced
        | StopReason::TeamBudget
        | StopReason::Tls(_)
        | StopReason::Proxy(_) => Exit::Stopped,
    }
}

/// Returns the next steps. `fresh` is the start of a run with `--fresh`: the command that resumes it
/// must not pay again for answers of that run. `resume` is that command, if it is known. `ledger` is
/// the flag with which `idv ledger` finds the file of this run.
pub(crate) fn next(
    tally: &Tally,
    stopped: Option<&StopReason>,
    fresh: Option<Timestamp>,
    resume: Option<&str>,
    ledger: &str,
) -> Vec<NextStep> {
    let rows = |outcome| tally.outcome(outcome);
    let in_doubt = rows(Outcome::Unknown) + tally.charged(Charge::Unknown) > 0;
    let unasked = rows(Outcome::Skipped) + rows(Outcome::Unavailable) > 0;
    let run_again = || NextStep::RunAgain { fresh, command: resume.map(str::to_owned) };
    let settle = || NextStep::SettleUnknown { ledger: ledger.to_owned() };
    [
        stopped.and_then(step_after_stop),
        (rows(Outcome::Held) > 0).then_some(NextStep::RepairHeld),
        (rows(Outcome::Refused) > 0).then_some(NextStep::LookAtRefused),
        in_doubt.then(settle),
        unasked.then(run_again),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn step_after_stop(reason: &StopReason) -> Option<NextStep> {
    Some(match reason {
        StopReason::Account(code) => NextStep::ObeyCode(code::find(*code)?.name),
        StopReason::Credentials(_) => NextStep::CheckCredentials,
        StopReason::AllRefused(_) => NextStep::ReadRefusals,
        StopReason::Unknowns(_) => NextStep::TryOneRecord,
        StopReason::MaxUnknown { .. } => NextStep::AskAboutUnknown,
        StopReason::GaveUp(_) => NextStep::CheckNetwork,
        StopReason::Redirected(_) | StopReason::Denied(_) => NextStep::CompareEndpoint,
        StopReason::Tls(_) => NextStep::CheckTls,
        StopReason::Proxy(_) => NextStep::CheckProxy,
        StopReason::Output(_) => NextStep::MakeRoom,
        StopReason::Input(_) => NextStep::RepairInput,
        StopReason::InputChanged => NextStep::LookAtInput,
        StopReason::Budget(_) => NextStep::RaiseBudget,
        StopReason::Ledger(_) => NextStep::RepairLedger,
        StopReason::Fenced
        | StopReason::TeamBudget
        | StopReason::Interrupted
        | StopReason::OutputClosed => return None,
    })
}
