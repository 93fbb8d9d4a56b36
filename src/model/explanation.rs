//! The reason why a row has no answer. `words` explains it.

use crate::model::problem::Problem;
use crate::model::send_error::SendError;
use crate::model::stop_reason::StopReason;

/// The reason why a row has no answer. It holds no person and no key.
#[derive(Debug, Clone, PartialEq)]
pub enum Explanation {
    /// The attempt brought none.
    Attempt(SendError),
    /// An answer came, but is not on disk, in the words of the ledger.
    NotOnDisk(String),
    /// Another run is still asking about the same record.
    StillAsked {
        /// The number of that run.
        run: i64,
    },
    /// An earlier call of the same record may have been charged, or was.
    InDoubt {
        /// The number of the call, for `idv ledger resolve`.
        call: i64,
        /// The number of its run.
        run: i64,
        /// Why nothing better is known.
        reason: DoubtReason,
    },
    /// The run stopped first.
    Stopped(StopReason),
    /// The record has problems, and was not sent.
    Problems(Vec<Problem>),
}

/// The reason why a call is in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoubtReason {
    /// Its run ended before an answer was noted.
    RunEnded,
    /// No usable answer came; in English, as the ledger keeps it.
    NoAnswer(Option<String>),
    /// The answer's code is not documented.
    UndocumentedCode(i64),
    /// The invoice shows that it was charged; its answer is lost.
    Paid,
}
