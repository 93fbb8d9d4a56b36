//! The rate that the operator allows (`--rate`): exact over any ten seconds, with no burst.

use std::time::{Duration, Instant};

use crate::run::pacing::parameters::{CLAIM_LEAD, CLAIM_SLACK, EXACT_OVER, ON_THE_WAY};
use crate::run::pacing::spacing::Spacing;

/// Spaces calls as the operator allows.
#[derive(Debug)]
pub(crate) struct OperatorRate {
    /// The time from one call to the next; zero where there is no limit.
    interval: Duration,
    spacing: Spacing,
    /// For the moment when a call goes out, after its claim.
    exact: Spacing,
}

impl OperatorRate {
    /// So many calls a second; `None` for no limit.
    pub(crate) fn new(rate: Option<f64>) -> Self {
        Self {
            interval: rate.map_or(Duration::ZERO, interval),
            spacing: Spacing::default(),
            exact: Spacing::with_slack(CLAIM_SLACK),
        }
    }

    /// Whether there is a limit.
    pub(crate) fn is_limited(&self) -> bool {
        !self.interval.is_zero()
    }

    /// When the next call may be claimed.
    pub(crate) fn ready(&self, now: Instant) -> Instant {
        self.spacing.ready(now)
    }

    /// A call is claimed.
    pub(crate) fn take(&mut self, now: Instant) {
        self.spacing.take(now, self.interval);
    }

    /// The last call that was claimed does not go out.
    pub(crate) fn give_back(&mut self) {
        self.spacing.give_back(self.interval);
    }

    /// A pause is over: it earns no credit.
    pub(crate) fn restart(&mut self, now: Instant) {
        self.spacing.restart(now);
    }

    /// When a call may go out that is claimed now.
    pub(crate) fn send_at(&mut self, now: Instant) -> Instant {
        if !self.is_limited() {
            return now;
        }
        let at = self.exact.ready(now).max(now);
        self.exact.take(at, self.interval);
        self.spacing.follow(&self.exact, CLAIM_LEAD);
        at
    }
}

/// The interval that keeps any ten seconds within ten seconds' worth, even where some calls are a
/// little late.
fn interval(rate: f64) -> Duration {
    let stretched = EXACT_OVER + CLAIM_SLACK + ON_THE_WAY;
    Duration::from_secs_f64(stretched.as_secs_f64() / EXACT_OVER.as_secs_f64() / rate)
}
