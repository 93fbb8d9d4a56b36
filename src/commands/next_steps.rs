//! The exit code of a run, and the next steps for the user.

use std::io;

use jiff::Timestamp;

use crate::commands::options::ExitRules;
use crate::exit::Exit;
use crate::model::code::{self, Charge};
use crate::model::outcome::Outcome;
use crate::run::stop::StopReason;
use crate::run::tally::Tally;

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
        | StopReason::Tls(_)
        | StopReason::Proxy(_) => Exit::Stopped,
    }
}

/// Returns the next steps, a sentence each. `fresh` is the start of a run with `--fresh`: the
/// command that resumes it must not pay again for answers of that run. `resume` is that command, if
/// it is known. `ledger` is the flag with which `idv ledger` finds the file of this run.
pub(crate) fn next(
    tally: &Tally,
    stopped: Option<&StopReason>,
    fresh: Option<Timestamp>,
    resume: Option<&str>,
    ledger: &str,
) -> Vec<String> {
    let mut next: Vec<String> = stopped.and_then(advice_after_stop).into_iter().collect();
    let mut advise = |happened: bool, advice: &str| {
        if happened {
            next.push(advice.to_owned());
        }
    };
    advise(
        tally.outcome(Outcome::Held) > 0,
        "repair the held rows in the source (idv_problems names what is wrong) and run it again; \
         suspect ones are sent with `--suspect send`",
    );
    advise(
        tally.outcome(Outcome::Refused) > 0,
        "look at idv_message of the refused rows, repair the source and run it again",
    );
    advise(
        tally.outcome(Outcome::Unknown) + tally.charged(Charge::Unknown) > 0,
        &format!(
            "what is unknown may have been charged and is never sent again by itself: find the \
             calls with `idv ledger show{ledger} --outcome unknown`, compare with the invoice, and \
             settle each with `idv ledger resolve{ledger} CALL --charged` or `--not-charged`; or \
             ask again with `--unknown resend`"
        ),
    );
    advise(
        tally.outcome(Outcome::Skipped) + tally.outcome(Outcome::Unavailable) > 0,
        &resume_advice(fresh, resume),
    );
    next
}

fn resume_advice(fresh: Option<Timestamp>, resume: Option<&str>) -> String {
    let (how, known) = match fresh {
        None => (String::new(), "what was answered is known and costs nothing"),
        Some(begun) => (
            format!(" with --max-age {begun:.3} in place of --fresh"),
            "what this run has paid for is known and costs nothing",
        ),
    };
    match resume {
        Some(command) => format!("run the same command again{how}, {known}: `{command}`"),
        None => format!("run the same command again{how}: {known}"),
    }
}

/// Returns a hint for an error that has only the system's message.
pub(crate) fn hint_for_error(error: &anyhow::Error) -> Option<&'static str> {
    let has_hint = format!("{error:#}").contains("hint: ");
    let system_error = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
    match system_error.filter(|_| !has_hint)?.kind() {
        io::ErrorKind::NotFound => Some("check the name"),
        io::ErrorKind::PermissionDenied => Some("choose a file that you may read and write"),
        io::ErrorKind::StorageFull => Some("make room on the disk, then run it again"),
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => Some("choose another name"),
        _ => None,
    }
}

fn advice_after_stop(reason: &StopReason) -> Option<String> {
    let advice = match reason {
        StopReason::Account(code) => return code::find(*code).map(|code| code.next().to_owned()),
        StopReason::Credentials(_) => "check IDV_PARTNER_CODE and IDV_PARTNER_KEY",
        StopReason::AllRefused(_) => {
            "read the messages of the refused rows, and the columns that were chosen above"
        }
        StopReason::Unknowns(_) => {
            "try one record with `idv verify`; when it is answered, run the same command again"
        }
        StopReason::MaxUnknown { .. } => {
            "ask the provider why calls stay without an answer; raise `--max-unknown` to go on all the \
             same"
        }
        StopReason::GaveUp(_) => "check the network and IDV_ENDPOINT",
        StopReason::Redirected(_) | StopReason::Denied(_) => {
            "compare IDV_ENDPOINT with the address in your contract"
        }
        StopReason::Tls(_) => {
            "check IDV_ENDPOINT, the clock of this machine and the certificates it trusts"
        }
        StopReason::Proxy(_) => {
            "check --proxy or HTTPS_PROXY, with the user name and the password in it; NO_PROXY names \
             hosts that are reached without it"
        }
        StopReason::Output(_) => {
            "make room for the results; what is written stands in the .part file"
        }
        StopReason::Input(_) => "repair the input",
        StopReason::Budget(_) => "raise `--max-charges` to ask about more",
        StopReason::Ledger(_) => "mend what the ledger complains of before anything else is sent",
        StopReason::Interrupted | StopReason::OutputClosed => return None,
    };
    Some(advice.to_owned())
}
