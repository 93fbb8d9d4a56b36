//! The rate that the operator allows (`--rate`), or this run's part of a team's: exact over any ten
//! seconds, with no burst.

use std::time::{Duration, Instant};

use crate::run::pacing::parameters::{CLAIM_LEAD, CLAIM_SLACK, EXACT_OVER, ON_THE_WAY};
use crate::run::pacing::spacing::Spacing;

/// Without a part of the rate, a call asks again after this.
const CLOSED: Duration = Duration::from_millis(250);

/// Spaces calls as the operator allows.
#[derive(Debug)]
pub(crate) struct OperatorRate {
    /// The time from one call to the next; zero where there is no limit.
    interval: Duration,
    /// The rate; 0 while this run has no part of a rate that others use up.
    rate: f64,
    spacing: Spacing,
    /// For the moment when a call goes out, after its claim.
    exact: Spacing,
}

impl OperatorRate {
    /// So many calls a second; `None` for no limit.
    pub(crate) fn new(rate: Option<f64>) -> Self {
        Self {
            interval: rate.map_or(Duration::ZERO, interval),
            rate: rate.unwrap_or(f64::INFINITY),
            spacing: Spacing::default(),
            exact: Spacing::with_slack(CLAIM_SLACK),
        }
    }

    /// Calls a second at most.
    pub(crate) fn rate(&self) -> f64 {
        self.rate
    }

    /// Changes the rate from now on. No call waits for longer than the new one asks.
    pub(crate) fn set(&mut self, rate: f64, now: Instant) {
        #[expect(clippy::float_cmp, reason = "the same number, not one that was computed anew")]
        if rate == self.rate {
            return;
        }
        self.rate = rate;
        self.interval =
            if rate > 0.0 && rate.is_finite() { interval(rate) } else { Duration::ZERO };
        self.spacing.shorten(now + self.interval);
        self.exact.shorten(now + self.interval);
    }

    /// Whether there is a limit.
    pub(crate) fn is_limited(&self) -> bool {
        self.rate.is_finite()
    }

    /// When the next call may be claimed.
    pub(crate) fn ready(&self, now: Instant) -> Instant {
        if self.rate > 0.0 { self.spacing.ready(now) } else { now + CLOSED }
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
