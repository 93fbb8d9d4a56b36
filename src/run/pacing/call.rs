//! A call, as far as the pace is concerned: its permission, and what came of it.

use std::time::{Duration, Instant};

use crate::run::pacing::pace_status::Cause;

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// The endpoint has done its work: a verdict, or a refusal of this record.
    Clean,
    /// Refused for now, or no usable answer.
    Refused {
        /// By what.
        cause: Cause,
        /// The pause that the server asks for.
        wish: Option<Duration>,
    },
    /// Not sent for want of a connection: nothing was refused.
    Unsent(Cause),
    /// The run ends anyway.
    Final,
}

/// Whether a call may go out.
#[derive(Debug)]
pub(crate) enum Gate {
    /// It may.
    Open(Ticket),
    /// Not before this moment; ask again then, or when something has changed.
    Until(Instant),
    /// Not before something has changed.
    Shut,
}

/// The permission for one call. It is handed in again: with what came of the call, or unused.
#[derive(Debug)]
#[must_use]
pub(crate) struct Ticket {
    /// The trial in which the call goes out.
    pub(crate) trial: u32,
    /// When it was given.
    pub(crate) sent: Instant,
    /// How many others were in flight then.
    pub(crate) others: usize,
    /// It is for the one call of a pause.
    pub(crate) lone: bool,
}
