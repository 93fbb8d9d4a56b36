//! Calls that could not be sent: how many are normal, and when they are an outage.

use std::time::Instant;

use crate::run::pacing::evidence::{Evidence, Hypotheses};
use crate::run::pacing::parameters as p;

/// Calls that could not be sent. They say nothing about the pace, since nothing was refused.
#[derive(Debug)]
pub(crate) struct Unsent {
    share: f64,
    evidence: Evidence,
}

impl Unsent {
    /// Nothing is known yet.
    pub(crate) fn new(now: Instant) -> Self {
        Self { share: 0.0, evidence: Evidence::new(now, now) }
    }

    /// Takes note of a call. Returns true when too many could not be sent.
    pub(crate) fn note(&mut self, now: Instant, failed: bool) -> bool {
        let usual = self.share.max(p::LEAST_NOISE);
        let raised = usual + (p::RELATIVE_RISE * usual).max(p::RISE);
        self.share += (f64::from(u8::from(failed)) - self.share) / p::NOISE_CALLS;
        let between = Hypotheses { usual, raised: raised.min(0.95) };
        let alarm = self.evidence.weigh(between, failed) > p::ALARM;
        if alarm {
            self.evidence = Evidence::new(now, now);
        }
        alarm
    }
}
