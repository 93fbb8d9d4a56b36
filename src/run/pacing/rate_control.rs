//! How fast the run may be: rate and number in flight, slowed down at each refusal and sped up by
//! clean answers.
//!
//! Where the limit is not known, it is looked for; where it is found again and again, the run
//! comes back to it ever more slowly. So it learns how boldly to speed up:
//! - refused again although it was slower than at the last refusal: being slow is not what helps
//!   (a passing trouble, or one that strikes by chance), so it speeds up twice as boldly;
//! - refused again at the same rate, and soon: that is the limit, so a quarter as boldly;
//! - not refused for long, or past the limit: it may have moved, so twice as boldly.

use std::time::{Duration, Instant};

/// What is left of rate and window after a slow-down.
const SLOWER: f64 = 0.85;

/// No slow-down goes below this, in requests a second.
const SLOWEST: f64 = 1.0;

/// How much faster in a second, as a share: at first, at least and at most. 0.7 doubles it.
const BOLDNESS: f64 = 0.35;
const MOST_CAREFUL: f64 = 0.002;
const BOLDEST: f64 = 0.7;

/// Before so many clean answers a refusal tells nothing of the limit, and the run comes back as
/// fast as this, a single answer speeding up by this share at most.
const ENOUGH_ANSWERS: u32 = 100;
const LIMIT_UNKNOWN: f64 = 2.0;
const LARGEST_FIRST_STEP: f64 = 0.5;

/// No single answer speeds up by more than this share, however few there are in a second.
const LARGEST_STEP: f64 = 0.1;

/// Up to this share of the limit the run comes back briskly: much faster in a second by this share.
const FAR_BELOW: f64 = 0.92;
const BRISK: f64 = 0.25;

/// A refusal below this share of the limit came although the run was slower.
const SLOWER_THAN_BEFORE: f64 = 0.93;

/// What of the limit is left when a refusal comes below it; the rest is that refusal's rate.
const LIMIT_KEPT: f64 = 0.75;

/// Endpoints count over a second, so that what they refuse sooner may be due to the rate before.
const COUNTED_OVER: Duration = Duration::from_secs(1);

/// Past this share of the last refusal's rate the limit has moved.
const PAST: f64 = 1.05;

/// Coming back to a limit is careful enough when it takes so long, and so many answers.
const CYCLE: Duration = Duration::from_secs(4);
const CYCLE_ANSWERS: u32 = 60;

/// A rate this many times what is measured is not what holds the run back; above the larger one,
/// it is not what was refused either.
const UNFELT: f64 = 1.2;
const BESIDE_THE_POINT: f64 = 1.5;

/// A limit that has held nobody back for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// The rate and the number in flight that are allowed.
#[derive(Debug)]
pub(crate) struct Speed {
    /// Requests a second; infinite as long as nothing was refused.
    rate: f64,
    /// Requests in flight; a share of one counts when it has grown to a whole one.
    window: f64,
    most: f64,
    boldness: f64,
    /// The rate at the last refusal; infinite where that tells nothing.
    limit: f64,
    /// Clean answers so far.
    answers: u32,
    slowed: Option<Instant>,
    /// Clean answers since then.
    clean: u32,
    /// When the boldness was looked at last, and those clean answers then.
    looked: (Option<Instant>, u32),
    /// When somebody was last held back.
    felt: Option<Instant>,
    recent: Recent,
}

impl Speed {
    /// At most so many requests in flight.
    pub(crate) fn new(concurrency: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
        let most = concurrency.max(1) as f64;
        Self {
            rate: f64::INFINITY,
            window: most,
            most,
            boldness: BOLDNESS,
            limit: f64::INFINITY,
            answers: 0,
            slowed: None,
            clean: 0,
            looked: (None, 0),
            felt: None,
            recent: Recent::default(),
        }
    }

    /// Requests a second; `None` when nothing limits them.
    pub(crate) fn rate(&self) -> Option<f64> {
        self.rate.is_finite().then_some(self.rate)
    }

    /// The time from one send to the next.
    pub(crate) fn interval(&self) -> Duration {
        Duration::from_secs_f64(self.rate.recip())
    }

    /// Requests in flight.
    pub(crate) fn window(&self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at least 1, and a few thousand at most"
        )]
        let window = self.window as usize;
        window
    }

    /// Somebody was held back.
    pub(crate) fn held_back(&mut self, now: Instant) {
        self.felt = Some(now);
    }

    /// A refusal of a request that was sent since the last slow-down.
    /// One of a probe tells nothing about the rate that the endpoint bears.
    pub(crate) fn slow_down(&mut self, now: Instant, probe: bool) {
        // Where the rate does not hold it back, the run is as fast as its clean answers come.
        let measured = self.measured(now);
        let rate = if self.rate > BESIDE_THE_POINT * measured { measured } else { self.rate };
        if !probe || self.slowed.is_none() {
            self.learn(rate, now);
        }
        self.rate = (rate * SLOWER).max(SLOWEST);
        self.window = (self.window * SLOWER).max(1.0);
        self.slowed = Some(now);
        self.clean = 0;
        self.looked = (Some(now), 0);
    }

    fn learn(&mut self, rate: f64, now: Instant) {
        let Some(slowed) = self.slowed.filter(|_| self.limit.is_finite()) else {
            if self.answers >= ENOUGH_ANSWERS {
                self.limit = rate;
            }
            return;
        };
        let since = now.duration_since(slowed);
        if rate >= SLOWER_THAN_BEFORE * self.limit {
            if since < CYCLE || self.clean < CYCLE_ANSWERS {
                self.boldness = (self.boldness / 4.0).max(MOST_CAREFUL);
            }
        } else if since > COUNTED_OVER {
            self.bolder();
        }
        self.limit = rate.max(self.limit * LIMIT_KEPT + rate * (1.0 - LIMIT_KEPT));
    }

    fn bolder(&mut self) {
        self.boldness = (self.boldness * 2.0).min(BOLDEST);
    }

    /// A clean answer to a request that was sent since the last slow-down.
    pub(crate) fn clean(&mut self, now: Instant) {
        self.recent.add(now);
        self.answers = self.answers.saturating_add(1);
        let Some(slowed) = self.slowed else { return };
        self.clean += 1;
        let felt = self.felt.unwrap_or(slowed).max(slowed);
        if now.duration_since(felt) > FORGOTTEN {
            self.forget();
        } else if now.duration_since(felt) < Duration::from_secs(1) {
            self.speed_up(now);
        }
    }

    /// Clean answers a second; one more, since few are counted coarsely.
    fn measured(&mut self, now: Instant) -> f64 {
        self.recent.rate(now) + 1.0
    }

    fn speed_up(&mut self, now: Instant) {
        let step = self.step();
        self.window = (self.window * (1.0 + step)).min(self.most);
        if self.limit.is_finite() && self.rate > UNFELT * self.measured(now) {
            return;
        }
        self.rate *= 1.0 + step;
        if self.rate > PAST * self.limit {
            self.limit = self.rate;
            self.bolder();
        } else if self.is_calm(now) {
            self.looked = (Some(now), self.clean);
            self.bolder();
        }
    }

    /// By what share one answer speeds up.
    fn step(&self) -> f64 {
        if self.limit.is_infinite() {
            return (LIMIT_UNKNOWN / self.rate).min(LARGEST_FIRST_STEP);
        }
        let far = self.rate < FAR_BELOW * self.limit;
        let boldness = if far { self.boldness.max(BRISK) } else { self.boldness };
        (boldness / self.rate).min(LARGEST_STEP)
    }

    fn is_calm(&self, now: Instant) -> bool {
        let (looked, clean) = self.looked;
        looked.is_some_and(|looked| now.duration_since(looked) > 2 * CYCLE)
            && self.clean - clean > 2 * CYCLE_ANSWERS
    }

    fn forget(&mut self) {
        let (most, recent) = (self.most, std::mem::take(&mut self.recent));
        *self = Self { window: most, most, recent, ..Self::new(1) };
    }

    /// This machine has no room for so many connections: fewer for the rest of the run.
    pub(crate) fn fewer(&mut self, in_flight: usize) {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
        let in_flight = in_flight as f64;
        self.most = (in_flight.min(self.most) * SLOWER).floor().max(1.0);
        self.window = self.window.min(self.most);
    }

    /// Nothing could be sent for so long: that says nothing about the rate.
    pub(crate) fn paused(&mut self, pause: Duration) {
        self.recent.begun = self.recent.begun.map(|begun| begun + pause);
    }
}

/// Clean answers in the last second: this second's, and the part of the one before that it does
/// not cover yet.
#[derive(Debug, Default)]
struct Recent {
    begun: Option<Instant>,
    now: u32,
    before: u32,
}

impl Recent {
    const SPAN: Duration = Duration::from_secs(1);

    fn add(&mut self, now: Instant) {
        self.turn(now);
        self.now += 1;
    }

    fn rate(&mut self, now: Instant) -> f64 {
        let begun = self.turn(now);
        let covered = now.duration_since(begun).as_secs_f64();
        f64::from(self.now) + f64::from(self.before) * (1.0 - covered).max(0.0)
    }

    fn turn(&mut self, now: Instant) -> Instant {
        let mut begun = *self.begun.get_or_insert(now);
        if now.duration_since(begun) >= Self::SPAN {
            let long = now.duration_since(begun) >= 2 * Self::SPAN;
            self.before = if long { 0 } else { self.now };
            self.now = 0;
            begun = if long { now } else { begun + Self::SPAN };
            self.begun = Some(begun);
        }
        begun
    }
}
