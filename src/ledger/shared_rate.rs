//! The part of a team's rate that a run has now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Calls a second that a run may send now. Cheap to clone; all clones show the same.
#[derive(Debug, Clone)]
pub(crate) struct SharedRate(Arc<AtomicU64>);

/// No limit.
impl Default for SharedRate {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(f64::INFINITY.to_bits())))
    }
}

impl SharedRate {
    /// Returns it: infinite without a limit, 0 while other runs use up the team's rate.
    pub(crate) fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }

    /// Changes it.
    pub(super) fn set(&self, rate: f64) {
        self.0.store(rate.to_bits(), Ordering::Relaxed);
    }
}
