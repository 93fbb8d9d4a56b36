//! How many calls may be in flight: few at the start, more with each clean answer, and with
//! `-c auto` only as many as pay.

use std::time::{Duration, Instant};

use crate::run::pacing::bounds::Concurrency;
use crate::run::pacing::parameters::{
    AUTO_ANSWERS, AUTO_GAIN, AUTO_LASTS, AUTO_LATENCY, FEWER, FIRST_WINDOW, GROWTH, SMALLEST_WINDOW,
};

/// The number of calls that may be in flight, before what a limit allows.
#[derive(Debug)]
pub(crate) struct Window {
    most: usize,
    /// A share of one counts when it has grown to a whole one.
    grown: f64,
    auto: Option<Auto>,
}

/// The search of `-c auto`.
#[derive(Debug)]
struct Auto {
    most: usize,
    size: usize,
    settled: bool,
    /// Of the size before.
    before: Option<Measured>,
    measuring: Option<Measuring>,
}

/// What a size brought.
#[derive(Debug, Clone, Copy)]
struct Measured {
    rate: f64,
    latency: f64,
}

#[derive(Debug)]
struct Measuring {
    since: Instant,
    answers: u64,
    latency: Duration,
    /// Whether the window was what held the run back.
    full: bool,
}

impl Window {
    /// A window that may grow to this.
    pub(crate) fn new(concurrency: Concurrency) -> Self {
        let most = concurrency.most();
        let auto = matches!(concurrency, Concurrency::Auto(_)).then(|| Auto::new(most));
        Self { most, grown: as_share(FIRST_WINDOW.min(most)), auto }
    }

    /// Calls in flight at most.
    pub(crate) fn size(&self) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1")]
        let grown = self.grown as usize;
        grown.clamp(1, self.ceiling())
    }

    /// What it may grow to.
    pub(crate) fn ceiling(&self) -> usize {
        self.auto.as_ref().map_or(self.most, |auto| auto.size.min(self.most))
    }

    /// A clean answer: half a place more, or less where answers were slow before.
    pub(crate) fn grow(&mut self, brisk: bool) {
        let step = if brisk { GROWTH } else { GROWTH / self.grown };
        self.grown = (self.grown + step).min(as_share(self.ceiling()));
    }

    /// Calls wait in a queue: this share of the window is kept.
    pub(crate) fn shrink(&mut self, keep: f64) {
        let size = as_share(self.size());
        self.grown = (self.grown.min(size) * keep).max(SMALLEST_WINDOW.min(size));
    }

    /// Too many at once right at the start.
    pub(crate) fn halve(&mut self) {
        self.grown = (self.grown / 2.0).max(1.0);
    }

    /// This machine has no file descriptor for so many: fewer for the rest of the run.
    pub(crate) fn fewer(&mut self, in_flight: usize) {
        let most = (as_share(in_flight.min(self.most)) * FEWER).floor().max(1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1")]
        let most = most as usize;
        self.most = most;
        self.grown = self.grown.min(as_share(most));
    }

    /// The window held somebody back.
    pub(crate) fn held_back(&mut self) {
        if let Some(measuring) = self.auto.as_mut().and_then(|auto| auto.measuring.as_mut()) {
            measuring.full = true;
        }
    }

    /// A clean answer while nothing but the window limits the run. Returns the size on which
    /// `-c auto` settles with this answer.
    pub(crate) fn measure(&mut self, took: Duration, now: Instant) -> Option<usize> {
        let is_grown = self.size() >= self.ceiling();
        let auto = self.auto.as_mut().filter(|auto| is_grown && !auto.settled)?;
        auto.note(took, now);
        auto.settled.then_some(auto.size)
    }

    /// The size on which `-c auto` has settled.
    pub(crate) fn settled(&self) -> Option<usize> {
        self.auto.as_ref().filter(|auto| auto.settled).map(|auto| auto.size)
    }

    /// What was measured for `-c auto` is void.
    pub(crate) fn disturbed(&mut self) {
        if let Some(auto) = &mut self.auto {
            auto.measuring = None;
        }
    }
}

impl Auto {
    fn new(most: usize) -> Self {
        Self { most, size: FIRST_WINDOW.min(most), settled: false, before: None, measuring: None }
    }

    fn note(&mut self, took: Duration, now: Instant) {
        let Some(measuring) = &mut self.measuring else {
            let (answers, latency) = (0, Duration::ZERO);
            self.measuring = Some(Measuring { since: now, answers, latency, full: false });
            return;
        };
        measuring.answers += 1;
        measuring.latency += took;
        let Some(measured) = measuring.result(now) else { return };
        let full = measuring.full;
        self.measuring = None;
        if full {
            self.decide(measured);
        }
    }

    fn decide(&mut self, now: Measured) {
        match self.before {
            Some(before) if !now.pays_against(before) => {
                self.size /= 2;
                self.settled = true;
            }
            _ if self.size >= self.most => self.settled = true,
            _ => {
                self.before = Some(now);
                self.size = (2 * self.size).min(self.most);
            }
        }
    }
}

impl Measuring {
    /// What was measured, once that is enough: several round trips, and several answers.
    fn result(&self, now: Instant) -> Option<Measured> {
        let lasts = now.duration_since(self.since).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
        let answers = self.answers as f64;
        let latency = self.latency.as_secs_f64() / answers;
        let enough = self.answers >= AUTO_ANSWERS && lasts >= AUTO_LASTS.max(3.0 * latency);
        enough.then_some(Measured { rate: answers / lasts, latency })
    }
}

impl Measured {
    fn pays_against(self, before: Self) -> bool {
        self.rate >= AUTO_GAIN * before.rate && self.latency < AUTO_LATENCY * before.latency
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
fn as_share(places: usize) -> f64 {
    places as f64
}
