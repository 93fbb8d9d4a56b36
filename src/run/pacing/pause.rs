//! Pauses of the whole run, and how long there was no clean answer.

use std::time::{Duration, Instant};

use crate::run::pacing::pace_status::{Cause, Paused};
use crate::run::pacing::parameters::{
    CLOCK_SECOND, FIRST_PAUSE, LONGEST_PAUSE, LONGEST_WISH, PAUSE_SHARE, SHORT_PAUSE, USUAL_PAUSE,
};

/// A pause: nothing is sent but one call after it, again and again until one is clean.
#[derive(Debug)]
pub(crate) struct Pause {
    begun: Instant,
    until: Instant,
    /// The one call is out.
    asking: bool,
    failed: u32,
    cause: Cause,
    /// The server asked for it.
    asked: bool,
}

impl Pause {
    /// Begins a short one. `jitter` is a random number from 0 to 1.
    pub(crate) fn new(now: Instant, cause: Cause, jitter: f64) -> Self {
        let until = now + FIRST_PAUSE.mul_f64(jitter);
        Self { begun: now, until, asking: false, failed: 0, cause, asked: false }
    }

    /// Whether the one call may go out. Otherwise when it may, or `None` while it is out already.
    pub(crate) fn may_ask(&self, now: Instant) -> Result<(), Option<Instant>> {
        if now < self.until {
            Err(Some(self.until))
        } else if self.asking {
            Err(None)
        } else {
            Ok(())
        }
    }

    /// The one call goes out, or it is back.
    pub(crate) fn set_asking(&mut self, asking: bool) {
        self.asking = asking;
    }

    /// The one call failed: pauses for longer. The time is drawn evenly from nothing up to a bound
    /// ("full jitter"), so that runs which failed together do not come back together. After the
    /// first few calls there is at least a second from one to the next.
    pub(crate) fn prolong(&mut self, now: Instant, cause: Cause, jitter: f64) {
        self.failed += 1;
        self.cause = cause;
        self.asked = false;
        self.until = now + self.next_wait(now, jitter);
    }

    fn next_wait(&self, now: Instant, jitter: f64) -> Duration {
        let mut bound = FIRST_PAUSE.saturating_mul(1 << self.failed.min(16));
        if self.cause.is_too_frequent() && self.lasts(now) < CLOCK_SECOND {
            bound = bound.min(SHORT_PAUSE);
        }
        if bound < USUAL_PAUSE {
            return bound.mul_f64(jitter);
        }
        let share = self.lasts(now).mul_f64(PAUSE_SHARE).min(LONGEST_PAUSE);
        USUAL_PAUSE + share.saturating_sub(USUAL_PAUSE).mul_f64(jitter)
    }

    /// The server asks to wait, whichever call it told so.
    pub(crate) fn obey(&mut self, now: Instant, wish: Duration, cause: Cause) {
        let until = now + wish.min(LONGEST_WISH);
        if until >= self.until {
            (self.until, self.cause, self.asked) = (until, cause, true);
        }
    }

    /// Ends no later than this, unless the server asked for more.
    pub(crate) fn end_by(&mut self, end: Instant) {
        if !self.asked {
            self.until = self.until.min(end);
        }
    }

    /// Whether the server asked for it.
    pub(crate) fn is_asked_for(&self) -> bool {
        self.asked
    }

    /// Whether a clean answer ends it: unless the server asked meanwhile to wait for longer.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        now >= self.until
    }

    /// How long it has lasted.
    pub(crate) fn lasts(&self, now: Instant) -> Duration {
        now.duration_since(self.begun)
    }

    /// Calls that failed in its course.
    pub(crate) fn failed(&self) -> u32 {
        self.failed
    }

    /// What is shown of it.
    pub(crate) fn status(&self) -> Paused {
        Paused { until: self.until, cause: self.cause, asked: self.asked }
    }
}

/// A time without a clean answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outage {
    since: Instant,
    /// For how long of it, and until when, the server asked for patience.
    excused: Duration,
    excused_until: Instant,
}

impl Outage {
    /// Begins one with a failure.
    pub(crate) fn new(now: Instant) -> Self {
        Self { since: now, excused: Duration::ZERO, excused_until: now }
    }

    /// The server asks to wait.
    pub(crate) fn excuse(&mut self, now: Instant, wish: Duration) {
        let until = self.excused_until.max(now + wish.min(LONGEST_WISH));
        self.excused += until.duration_since(self.excused_until.max(now));
        self.excused_until = until;
    }

    /// How long it has lasted, without the time for which the server asked.
    pub(crate) fn lasts(&self, now: Instant) -> Duration {
        let ahead = self.excused_until.saturating_duration_since(now);
        let excused = self.excused.saturating_sub(ahead);
        now.duration_since(self.since).saturating_sub(excused)
    }
}
