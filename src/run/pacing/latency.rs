//! Watches how long answers take: where they take longer the more calls are in flight, the calls
//! wait in a queue, and the window must shrink before they die in it.

use std::time::{Duration, Instant};

use crate::run::pacing::parameters::{
    LATENCY_BATCH, NEAR_TIMEOUT, NO_QUEUE, SLOW, SMALLEST_WINDOW, USUAL_LATENCY_BATCH,
};

/// Answers that are averaged at most.
const AVERAGED: u32 = 50;

/// Answers that make the first batch.
const FIRST_BATCH: usize = 4;

/// Beyond this share of the time-out, answers are too slow whatever is usual.
const TOO_NEAR_TIMEOUT: f64 = 0.67;

/// So much slower than usual, near the time-out, is slower for the number in flight.
const SLOWER: f64 = 1.3;

/// How long clean answers take.
#[derive(Debug)]
pub(crate) struct Latency {
    timeout: f64,
    answers: u32,
    mean_log: f64,
    /// The mean square of how far their logarithms are from their mean.
    variance: f64,
    /// The geometric mean of the fastest batch, in seconds, and how many answers it had.
    usual: Option<(f64, usize)>,
    batch: Vec<f64>,
    /// Answers to calls that went out before this belong to the window before.
    from: Option<Instant>,
    calm: bool,
    brisk: bool,
}

/// What a batch of answers shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Finding {
    /// Nothing to do.
    Fine,
    /// Calls wait in a queue: the window is to shrink to this share of it.
    Queue {
        /// What is left of the window.
        keep: f64,
        /// The geometric mean of the batch, in seconds.
        took: f64,
        /// That of the fastest batch.
        usual: f64,
    },
    /// Slow though there are hardly any in flight: that is how long answers take now.
    Slower {
        /// The geometric mean of the batch, in seconds.
        took: f64,
    },
}

impl Latency {
    /// Nothing is known yet; a call is given up after the time-out.
    pub(crate) fn new(timeout: Duration) -> Self {
        Self {
            timeout: timeout.as_secs_f64(),
            answers: 0,
            mean_log: 0.0,
            variance: 0.0,
            usual: None,
            batch: Vec::new(),
            from: None,
            calm: true,
            brisk: true,
        }
    }

    /// The geometric mean of the last answers, in seconds.
    pub(crate) fn mean(&self) -> Option<f64> {
        (self.answers > 0).then(|| self.mean_log.exp())
    }

    /// Whether the window may grow.
    pub(crate) fn is_calm(&self) -> bool {
        self.calm
    }

    /// Whether the window may grow fast: answers never waited in a queue.
    pub(crate) fn is_brisk(&self) -> bool {
        self.brisk
    }

    /// Takes note of an answer that took so long. The window is that of the whole run.
    pub(crate) fn note(
        &mut self,
        took: Duration,
        sent: Instant,
        window: f64,
        now: Instant,
    ) -> Finding {
        let took = took.as_secs_f64().max(1e-4);
        self.average(took.ln());
        if self.from.is_some_and(|from| sent < from) {
            return Finding::Fine;
        }
        self.batch.push(took);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few thousand"
        )]
        let enough = match self.usual {
            None => FIRST_BATCH,
            Some(_) => LATENCY_BATCH.min(4 * window as usize).max(window as usize),
        };
        if self.batch.len() < enough { Finding::Fine } else { self.judge(window, now) }
    }

    fn average(&mut self, log: f64) {
        self.answers = (self.answers + 1).min(AVERAGED);
        let (off, share) = (log - self.mean_log, 1.0 / f64::from(self.answers));
        self.mean_log += off * share;
        self.variance = (1.0 - share) * (self.variance + off * off * share);
    }

    fn judge(&mut self, window: f64, now: Instant) -> Finding {
        let mut batch = std::mem::take(&mut self.batch);
        let took = geometric_mean(&batch);
        let slowest = percentile_95(&mut batch) / self.timeout;
        let answers = batch.len();
        let (usual, of) = match self.usual {
            Some((usual, of)) if took >= usual || answers < USUAL_LATENCY_BATCH => (usual, of),
            _ => *self.usual.insert((took, answers)),
        };
        let queue = (usual * SLOW * self.luck(of, answers)).max(NO_QUEUE);
        let near = slowest > NEAR_TIMEOUT && took > SLOWER * usual || slowest > TOO_NEAR_TIMEOUT;
        if took <= queue && !near {
            self.calm = took < 0.85 * queue && slowest < 0.85 * NEAR_TIMEOUT;
            self.from = None;
            return Finding::Fine;
        }
        self.calm = false;
        self.from = Some(now);
        if window > SMALLEST_WINDOW {
            self.brisk = false;
            let keep = (queue / took).min(NEAR_TIMEOUT / slowest).clamp(0.5, 0.9);
            return Finding::Queue { keep, took, usual };
        }
        self.brisk = true;
        self.usual = Some((took, answers));
        Finding::Slower { took }
    }

    /// By what factor two batches can differ by chance.
    #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
    fn luck(&self, of: usize, answers: usize) -> f64 {
        (2.0 * (self.variance * (1.0 / of as f64 + 1.0 / answers as f64)).sqrt()).exp()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
fn geometric_mean(batch: &[f64]) -> f64 {
    (batch.iter().map(|took| took.ln()).sum::<f64>() / batch.len() as f64).exp()
}

fn percentile_95(batch: &mut [f64]) -> f64 {
    let at = (batch.len() * 95 / 100).min(batch.len() - 1);
    *batch.select_nth_unstable_by(at, f64::total_cmp).1
}
