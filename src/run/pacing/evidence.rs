//! The evidence of one trial: calls that went out at one pace, and an alarm when too many fail.

use std::time::Instant;

/// What came of the calls of one trial.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// When the trial began.
    pub(crate) begun: Instant,
    /// Calls that went out before this do not count: the pace before still has its effect.
    pub(crate) settled: Instant,
    /// When the first call that counts went out.
    pub(crate) first: Option<Instant>,
    /// Calls that count.
    pub(crate) calls: u32,
    /// Those of them that failed.
    pub(crate) failed: u32,
    /// Those of the failed ones that said "too frequent".
    pub(crate) named: u32,
    score: f64,
}

/// Two shares of failures that an alarm decides between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hypotheses {
    /// The share when all is as before.
    pub(crate) usual: f64,
    /// The share when something is wrong.
    pub(crate) raised: f64,
}

impl Evidence {
    /// An empty one for a trial that begins now.
    pub(crate) fn new(now: Instant, settled: Instant) -> Self {
        Self { begun: now, settled, first: None, calls: 0, failed: 0, named: 0, score: 0.0 }
    }

    /// Starts again after a pause, in which nothing could be learnt.
    pub(crate) fn resume(&mut self, now: Instant) {
        let settled = (self.settled + now.duration_since(self.begun)).max(now);
        let score = self.score;
        *self = Self { score, ..Self::new(now, settled) };
    }

    /// Counts a call.
    pub(crate) fn note(&mut self, sent: Instant, failed: bool, named: bool) {
        self.first.get_or_insert(sent);
        self.calls += 1;
        self.failed += u32::from(failed);
        self.named += u32::from(failed && named);
    }

    /// Weighs the last call: a CUSUM of log likelihood ratios. Returns the sum.
    pub(crate) fn weigh(&mut self, between: Hypotheses, failed: bool) -> f64 {
        let Hypotheses { usual, raised } = between;
        let ratio = if failed { raised / usual } else { (1.0 - raised) / (1.0 - usual) };
        self.score = (self.score + ratio.ln()).max(0.0);
        self.score
    }

    /// Whether nothing speaks for an alarm.
    pub(crate) fn is_quiet(&self) -> bool {
        self.score == 0.0
    }

    /// Seconds since the first call that counts went out.
    pub(crate) fn span(&self, now: Instant) -> f64 {
        self.first.map_or(0.0, |first| now.duration_since(first).as_secs_f64())
    }

    /// The share that failed.
    pub(crate) fn share(&self) -> f64 {
        f64::from(self.failed) / f64::from(self.calls.max(1))
    }

    /// Whether more than half of the failures said "too frequent".
    pub(crate) fn is_named(&self) -> bool {
        2 * self.named > self.failed
    }
}
