//! The trials of a search: at which speed calls go out, and what is to be learnt from it.

use std::fmt;

use crate::run::pacing::parameters::ENOUGH;

/// A speed: calls a second and calls in flight at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Speed {
    /// Calls a second; infinite where only the number in flight is limited.
    pub(crate) rate: f64,
    /// Calls in flight.
    pub(crate) window: usize,
}

impl Speed {
    /// As fast as so many in flight can be.
    pub(crate) const fn in_flight(window: usize) -> Self {
        Self { rate: f64::INFINITY, window }
    }

    /// So many calls a second instead.
    pub(crate) const fn at(self, rate: f64) -> Self {
        Self { rate, ..self }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rate.is_finite() {
            write!(f, "{}/s", PerSecond(self.rate))
        } else {
            write!(f, "{} in flight", self.window)
        }
    }
}

/// A rate in as many digits as mean something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PerSecond(pub f64);

impl fmt::Display for PerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.0 < 10.0);
        write!(f, "{:.digits$}", self.0)
    }
}

/// What the calls that go out now are to show.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Phase {
    /// Nothing: the speed is as good as is known. An alarm begins a test.
    Hold,
    /// The first half of a test: do fewer fail when the run is slower?
    Slower(Test),
    /// The second half: do more fail again at the old speed?
    Again(Test, Slower),
    /// Does the endpoint bear more than the limit that is known?
    Probe(Probe),
}

/// A test whether failures depend on the speed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Test {
    /// The speed at which the alarm came.
    pub(crate) old: Speed,
    /// Answers a second then.
    pub(crate) answered: f64,
    /// Clean calls a second that came through, as far as noise does not count.
    pub(crate) came_through: f64,
    /// The number in flight is in question, not the rate.
    pub(crate) by_window: bool,
    /// It is the second one, to be sure.
    pub(crate) confirms: bool,
}

/// What the first half of a test, the slower one, has shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slower {
    /// Its speed.
    pub(crate) speed: Speed,
    /// Its calls, and those of them that failed.
    pub(crate) calls: u32,
    /// See `calls`.
    pub(crate) failed: u32,
    /// The share that failed and did not say "too frequent".
    pub(crate) beside: f64,
    /// The share that failed.
    pub(crate) share: f64,
    /// The error of that share.
    pub(crate) deviation: f64,
    /// How much more of the calls would fail at the old speed if that were too fast.
    pub(crate) rise: f64,
}

impl Slower {
    /// Whether there were enough calls to tell a limit from noise.
    pub(crate) fn is_enough(&self) -> bool {
        let variance = self.share * (1.0 - self.share);
        f64::from(self.calls) >= ENOUGH * variance / (self.rise * self.rise)
    }
}

/// A look beyond a limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Probe {
    /// Where to go back to.
    pub(crate) back: Speed,
    /// How much faster it is, as a share.
    pub(crate) step: f64,
    /// The window was cut in its course.
    pub(crate) cut_window: bool,
}
