//! What the operator allows.

use std::time::Duration;

/// What the operator allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Calls in flight.
    pub(crate) concurrency: Concurrency,
    /// Calls a second at most, over any ten seconds.
    pub(crate) rate: Option<f64>,
    /// How long to go on without a clean answer.
    pub(crate) patience: Duration,
    /// When a call is given up.
    pub(crate) timeout: Duration,
}

/// How many calls may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concurrency {
    /// So many at most.
    Fixed(usize),
    /// As many as pay, up to this.
    Auto(usize),
}

impl Concurrency {
    /// Calls in flight at most.
    pub(crate) fn most(self) -> usize {
        match self {
            Self::Fixed(most) | Self::Auto(most) => most.max(1),
        }
    }
}
