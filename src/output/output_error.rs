//! The reasons why an output can't be written. `words` says what to do next.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use crate::words::{Lang, Words};

/// The reason why an output can't be written. Found before anything is sent.
#[derive(Debug)]
pub(crate) enum OutputError {
    /// The output would replace the input.
    IsInput(PathBuf),
    /// An encrypted output whose name does not say so.
    NotNamedAge(PathBuf),
    /// An output is named as an encrypted file, and nobody could read it.
    NoRecipient(PathBuf),
    /// The output would replace the ledger, or a file beside it.
    IsLedger(PathBuf),
    /// The output is a database, perhaps a ledger.
    IsDatabase(PathBuf),
    /// Another run writes the output.
    Locked(PathBuf),
    /// Two outputs would go to one file.
    Twice(PathBuf),
    /// The file was not written by idv.
    NotOurs(PathBuf),
    /// Another program keeps the file.
    InUse {
        /// The file.
        file: PathBuf,
        /// The system's words.
        why: io::Error,
    },
    /// The file can't be written.
    Unwritable {
        /// The file.
        file: PathBuf,
        /// The system's words.
        why: io::Error,
    },
}

impl OutputError {
    /// Explains what is wrong, and what to do next.
    pub(crate) fn in_words(&self, words: &dyn Words) -> String {
        let name = |file: &Path| file.display().to_string();
        match self {
            Self::IsInput(file) => words.output_is_input(&name(file)),
            Self::NotNamedAge(file) => words.output_not_named_age(&name(file)),
            Self::NoRecipient(file) => words.output_without_recipient(&name(file)),
            Self::IsLedger(file) => words.output_is_ledger(&name(file)),
            Self::IsDatabase(file) => words.output_is_database(&name(file)),
            Self::Locked(file) => words.output_locked(&name(file)),
            Self::Twice(file) => words.output_named_twice(&name(file)),
            Self::NotOurs(file) => words.output_not_ours(&name(file)),
            Self::InUse { file, why } => words.output_in_use(&name(file), &words.system_error(why)),
            Self::Unwritable { file, why } => {
                words.output_unwritable(&name(file), &words.system_error(why))
            }
        }
    }
}

impl std::error::Error for OutputError {}

/// In English.
impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Lang::En.words()))
    }
}
