//! A limit of the endpoint that was proved, and how long the run stays below it before it looks
//! beyond.

use std::time::{Duration, Instant};

use crate::run::pacing::pace_status::Limit;
use crate::run::pacing::parameters as p;

/// A limit, and how the run lives with it.
#[derive(Debug)]
pub(crate) struct KnownLimit {
    limit: Limit,
    /// The refusals that proved it said "too frequent".
    named: bool,
    /// Where it was proved, or borne by a probe.
    proved: f64,
    /// Since when it stands, and where it was then.
    since: (Instant, f64),
    /// When it was felt last, and at which rate.
    felt: Option<(Instant, f64)>,
    /// How much faster the next probe is, as a share.
    pub(crate) step: f64,
    /// Seconds to the next probe, at least.
    pub(crate) hold: f64,
}

impl KnownLimit {
    /// A limit that was proved now; by refusals that said "too frequent", or not.
    pub(crate) fn new(limit: Limit, named: bool, now: Instant) -> Self {
        let at = limit.size();
        Self {
            limit,
            named,
            proved: at,
            since: (now, at),
            felt: None,
            step: p::FIRST_STEP,
            hold: p::SHORT_HOLD,
        }
    }

    /// Where it is.
    pub(crate) fn limit(&self) -> Limit {
        self.limit
    }

    /// Whether it is one that refuses by name.
    pub(crate) fn is_named(&self) -> bool {
        self.named
    }

    /// A probe beyond it was borne: it is here now.
    pub(crate) fn borne(&mut self, limit: Limit, step: f64, now: Instant) {
        self.proved = limit.size();
        self.step = p::STEP_GROWTH * step;
        self.hold = 0.0;
        self.move_to(limit, now);
    }

    /// A probe with more calls in flight met it: it allows so many in flight.
    pub(crate) fn allows_in_flight(&mut self, calls: usize) {
        self.limit = Limit::InFlight(calls);
    }

    /// It was felt at this rate, and let so many calls a second through. `soon`: the run had not
    /// stayed at that rate for long.
    pub(crate) fn feel(&mut self, rate: f64, through: f64, soon: bool, now: Instant) {
        self.felt = Some((now, rate));
        self.hold = if soon { p::SHORT_HOLD } else { p::HOLD };
        self.move_to(Limit::Rate(through), now);
    }

    /// A limit stands since it moved by more than a little.
    fn move_to(&mut self, limit: Limit, now: Instant) {
        self.limit = limit;
        let at = limit.size();
        if (at / self.since.1 - 1.0).abs() > p::MOVED {
            self.since = (now, at);
        }
    }

    /// Failures at this rate were noise, not the limit.
    pub(crate) fn was_noise(&mut self, named: bool) {
        self.felt = self.felt.map(|(at, _)| (at, 0.0));
        self.hold = p::HOLD;
        // Then it may be no limit at all.
        if !named {
            self.hold = p::SHORT_HOLD;
            self.step = p::LARGEST_STEP / 2.0;
        }
    }

    /// Whether too many failures at this rate are the limit, without another test. `named`: they
    /// say "too frequent".
    pub(crate) fn explains(&self, rate: f64, named: bool, now: Instant) -> bool {
        let felt_long_ago = self.felt.is_none_or(|(at, felt)| {
            now.duration_since(at) > p::PROVEN && rate > p::FELT_AGAIN * felt
        });
        let by_name = self.named && named && rate > p::FALLEN_FAR * self.proved;
        rate.is_finite() && (felt_long_ago || by_name)
    }

    /// Whether it was felt just now, so that what was sent before still counts at the endpoint.
    pub(crate) fn was_just_felt(&self, now: Instant) -> bool {
        self.felt.is_some_and(|(at, _)| now.duration_since(at) < p::FELT_ONCE)
    }

    /// Whether the run has stayed below it for long enough, and for enough calls.
    pub(crate) fn is_due(&self, stayed: f64, calls: u32, now: Instant) -> bool {
        let hold = if self.hold < p::HOLD { self.hold } else { self.patience(now) };
        let enough = p::HOLD_CALLS * (self.hold / p::HOLD).min(1.0);
        stayed > hold && f64::from(calls) >= enough
    }

    /// The longer it stands, the more rarely the run looks beyond.
    fn patience(&self, now: Instant) -> f64 {
        let stands: Duration = now.duration_since(self.since.0);
        (p::PATIENCE * stands.as_secs_f64()).clamp(p::HOLD, p::LONGEST_HOLD)
    }
}
