//! Staying below a limit that is known, and looking beyond it now and then.

use std::time::{Duration, Instant};

use crate::run::pacing::decision::Decision;
use crate::run::pacing::pace_status::Limit;
use crate::run::pacing::parameters as p;
use crate::run::pacing::search::{Context, Search, as_share};
use crate::run::pacing::trial::{Phase, Probe, Speed};

impl Search {
    /// The limit was felt: slows down to a little less than what it let through.
    pub(super) fn stay_below(&mut self, context: Context<'_>) {
        let (now, rate) = (context.now, self.speed.rate);
        let clean = context.traffic.throughput(now).clean.clamp(1.0, rate);
        let through = (clean / (1.0 - self.noise)).min(rate);
        let soon = now.duration_since(self.evidence.begun) < p::PROVEN;
        let step = 2.0 * self.smallest_step(context);
        if let Some(limit) = &mut self.limit {
            limit.feel(rate, through, soon, now);
            limit.step = step;
        }
        let speed = self.speed.at((p::KEEP * through).max(p::DEEPEST * rate));
        self.decisions.push(Decision::Felt(speed));
        self.hold_at(now, speed);
    }

    /// Takes note of a call while a limit is known.
    pub(super) fn hold_below_limit(&mut self, context: Context<'_>) {
        self.lower_noise();
        let (rate, window) = (self.speed.rate, self.speed.window);
        let carried = context.carried(self.window(context));
        if window < self.most && rate.is_finite() && rate > p::NOT_FELT * carried {
            // The window alone holds the run back.
            self.speed.rate = f64::INFINITY;
        } else if window >= self.most && rate > p::NOT_FELT * carried.min(context.ceiling) {
            self.forget_limit(context.now);
        } else if self.is_probe_due(context.now) {
            self.begin_probe(context);
        }
    }

    fn is_probe_due(&self, now: Instant) -> bool {
        let (stayed, calls) = (self.evidence.span(now), self.evidence.calls);
        self.limit.as_ref().is_some_and(|limit| limit.is_due(stayed, calls, now))
    }

    fn forget_limit(&mut self, now: Instant) {
        self.limit = None;
        self.decisions.push(Decision::Forgotten);
        self.hold_at(now, Speed::in_flight(self.most));
    }

    /// While a limit is known the noise only falls: else it would learn what the limit refuses.
    fn lower_noise(&mut self) {
        if !self.evidence.calls.is_multiple_of(p::LIMITED_NOISE_CALLS) {
            return;
        }
        let failed = self.evidence.failed - self.failed_before;
        self.failed_before = self.evidence.failed;
        let share = f64::from(failed) / f64::from(p::LIMITED_NOISE_CALLS);
        if share < self.noise {
            self.noise = f64::midpoint(self.noise, share);
        }
    }

    fn begin_probe(&mut self, context: Context<'_>) {
        let back = self.speed;
        let least = self.smallest_step(context);
        let step = self.limit.as_ref().map_or(least, |limit| limit.step);
        let step = step.clamp(least, p::LARGEST_STEP);
        let (speed, step) = if back.rate.is_finite() {
            (back.at(back.rate * (1.0 + step)), step)
        } else {
            let window = self.wider(back.window, step);
            (Speed::in_flight(window), as_share(window) / as_share(back.window) - 1.0)
        };
        self.decisions.push(Decision::Probe(speed));
        let probe = Probe { back, step, cut_window: false };
        self.begin(context.now, Phase::Probe(probe), speed, Duration::ZERO);
    }

    fn wider(&self, window: usize, step: f64) -> usize {
        let wider = as_share(window) * (1.0 + step);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few thousand"
        )]
        let wider = wider as usize;
        wider.max(window + 1).min(self.most)
    }

    /// A probe that was long enough without an alarm is borne.
    pub(super) fn measure_probe(&mut self, probe: Probe, context: Context<'_>) {
        let (now, lasts) = (context.now, p::PROBE_LASTS / (1.0 + probe.step));
        if self.evidence.span(now) < lasts || self.evidence.calls < p::PROBE_CALLS {
            return;
        }
        let Speed { rate, window } = self.speed;
        let at = if rate.is_finite() { Limit::Rate(rate) } else { Limit::InFlight(window) };
        if let Some(limit) = &mut self.limit {
            limit.borne(at, probe.step, now);
        }
        self.decisions.push(Decision::Borne(self.speed));
        self.hold_at(now, self.speed);
    }

    /// A probe met the limit: back to the speed before, or to what came through meanwhile.
    pub(super) fn end_refused_probe(&mut self, probe: Probe, context: Context<'_>) {
        let now = context.now;
        if let Some(window) = self.window_that_splits(probe) {
            let speed = Speed { window, ..self.speed };
            let probe = Probe { cut_window: true, ..probe };
            return self.begin(now, Phase::Probe(probe), speed, Duration::ZERO);
        }
        let mut back = probe.back;
        if back.rate.is_finite() {
            let through = context.traffic.throughput(now).clean.min(self.speed.rate);
            back.rate = back.rate.max(p::KEEP * through / (1.0 - self.noise));
        }
        self.decisions.push(Decision::Refused(back));
        self.hold_at(now, back);
        let least = self.smallest_step(context);
        if let Some(limit) = &mut self.limit {
            if back.rate.is_infinite() {
                limit.allows_in_flight(back.window);
            }
            limit.step = probe.step * p::STEP_CUT;
            limit.hold = if limit.step > 2.0 * least { p::SHORT_HOLD } else { p::HOLD };
        }
    }

    /// A limit on calls in flight behind the one on the rate.
    fn window_that_splits(&self, probe: Probe) -> Option<usize> {
        let by_rate = self.speed.rate.is_finite() && !probe.cut_window;
        self.split.limit().filter(|limit| by_rate && *limit < self.speed.window)
    }

    /// The smallest step whose overshoot shows within a probe.
    fn smallest_step(&self, context: Context<'_>) -> f64 {
        let rate = self.speed.rate.min(context.carried(self.speed.window));
        (p::STEP_SCALE / rate.sqrt()).clamp(p::SMALLEST_STEP.0, p::SMALLEST_STEP.1)
    }
}
