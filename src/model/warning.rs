//! What a person should know beside a run. `words` says it, in the language of the run.

use std::error::Error;

/// What a person should know beside a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Warning {
    /// The endpoint closed a connection just as it was used again.
    ReuseEnded,
    /// A sequence id names the answers to two records; the row is the second one.
    SharedSequenceId {
        /// The row.
        row: u64,
    },
    /// An output can't take its name, and has another one.
    NotReplaced {
        /// Its name as it was given.
        wanted: String,
        /// Its name now.
        place: String,
    },
    /// The database of a team's ledger had lost calls of this machine, which were put back.
    CallsPutBack {
        /// The number of calls.
        calls: u64,
    },
    /// The database of a team's ledger was restored, or another server took its place.
    OtherServer,
    /// A file with passwords that others may read is not used.
    PasswordFileOpen {
        /// The file.
        file: String,
    },
}

impl Error for Warning {}

impl Warning {
    /// Tells it to whoever listens to the events of this crate. The event holds the value itself.
    pub(crate) fn tell(&self) {
        tracing::warn!(warning = self as &(dyn Error + 'static));
    }
}
