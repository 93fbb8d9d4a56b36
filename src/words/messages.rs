//! The sentences of short messages beside a run.

use std::fmt;
use std::io;

use crate::model::warning::Warning;
use crate::words::Lang;

/// What to do about an error of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorHint {
    /// A name that is not there.
    CheckTheName,
    /// A file without the right to read or write it.
    ChooseAnotherFile,
    /// A full disk.
    MakeRoom,
    /// A name that is taken.
    ChooseAnotherName,
}

/// The sentences of short messages beside a run.
pub(crate) trait MessageWords {
    /// The built-in sandbox answers.
    fn sandbox_answers(&self) -> &'static str;
    /// The endpoint of the run.
    fn endpoint(&self, url: &str) -> String;
    /// What the sandbox got and would have charged.
    fn sandbox_got(&self, requests: u64, charged: u64) -> String;
    /// The file of the results.
    fn results(&self, file: &str) -> String;
    /// How many old calls were purged after the run, and how many stay since they are in doubt.
    fn purged(&self, calls: usize, kept: usize) -> String;
    /// A team's ledger is not purged by runs.
    fn team_not_purged(&self) -> &'static str;
    /// Old calls could not be purged after the run.
    fn not_purged(&self, why: &str) -> String;
    /// The file of the checked rows.
    fn checked_rows(&self, file: &str) -> String;
    /// The checked rows can't be written.
    fn rows_not_written(&self, why: &str) -> String;
    /// The part file that holds the results so far.
    fn results_so_far(&self, file: &str) -> String;
    /// The run was left at once, with the results so far.
    fn left_at_once(&self, file: &str) -> String;
    /// The run stops, and waits for the answers under way.
    fn stopping(&self) -> &'static str;
    /// One answer is waited for.
    fn waiting_for_answer(&self) -> &'static str;
    /// The command was interrupted before it sent.
    fn interrupted_before_sending(&self) -> &'static str;
    /// The command was interrupted before it wrote.
    fn interrupted_before_writing(&self) -> &'static str;
    /// The word before an error.
    fn error(&self, error: &str) -> String;
    /// A hint below an error.
    fn hint(&self, hint: &str) -> String;
    /// The name of the summary's file in a message.
    fn summary_name(&self) -> &'static str;
    /// The name of the report's file in a message.
    fn report_name(&self) -> &'static str;
    /// A file beside the results can't be written.
    fn file_not_written(&self, name: &str, why: &str) -> String;
    /// What a person should know beside a run.
    fn beside_run(&self, warning: &Warning) -> String;
    /// What the system says about a file.
    fn system_error(&self, error: &io::Error) -> String;
    /// What to do about an error of the system.
    fn error_hint(&self, hint: ErrorHint) -> &'static str;
    /// How to practise with the sandbox: what it accepts, and which values it answers in which way.
    fn sandbox_explained(&self) -> &'static str;
}

/// In English.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Lang::En.words().beside_run(self))
    }
}
