//! The test after an alarm: a little slower for a while, then as fast as before.

use std::time::{Duration, Instant};

use crate::run::pacing::decision::Decision;
use crate::run::pacing::known_limit::KnownLimit;
use crate::run::pacing::pace_status::Limit;
use crate::run::pacing::parameters as p;
use crate::run::pacing::search::{Context, Search};
use crate::run::pacing::trial::{Phase, Slower, Speed, Test};

impl Search {
    /// Begins a test: at a rate a little below what came through, or with fewer in flight where the
    /// number in flight splits refused calls from clean ones.
    pub(super) fn begin_test(&mut self, context: Context<'_>) {
        let (now, old) = (context.now, self.speed);
        let window = self.window(context);
        let limit = self.split.limit().filter(|limit| *limit < window);
        let (answered, came_through) = self.before_alarm(context);
        let by_window = limit.is_some();
        let test = Test { old, answered, came_through, by_window, confirms: false };
        match limit {
            Some(limit) => self.slow_down(now, test, Speed::in_flight(limit)),
            None => self.slow_down(now, test, old.at(p::LOWER * came_through)),
        }
    }

    /// Answers a second before the alarm, and the clean ones as they were without noise.
    fn before_alarm(&self, context: Context<'_>) -> (f64, f64) {
        let (now, rate) = (context.now, self.speed.rate);
        let throughput = context.traffic.throughput(now);
        let mut clean = throughput.clean.min(rate).max(1.0);
        let mut answered = throughput.answers.max(clean);
        // The last second has not been at this rate.
        if rate.is_finite() && now.duration_since(self.evidence.begun) < p::SETTLE {
            (clean, answered) = (rate, rate);
        }
        let mut came_through = clean / (1.0 - self.noise);
        // The first second has not shown yet how much the window can carry.
        if context.traffic.age(now) < p::SETTLE {
            let carried = context.carried(self.window(context));
            let carried = (p::FIRST_SECOND * carried).min(p::FIRST_SECOND_AT_MOST);
            came_through = came_through.max(carried);
            answered = answered.max(came_through);
        }
        (answered, came_through)
    }

    fn slow_down(&mut self, now: Instant, test: Test, speed: Speed) {
        let settle = if test.by_window { Duration::ZERO } else { p::SETTLE };
        self.decisions.push(Decision::Test(speed));
        self.begin(now, Phase::Slower(test), speed, settle);
    }

    /// The first half of a test.
    pub(super) fn measure_slower(&mut self, mut test: Test, context: Context<'_>) {
        let (now, calls) = (context.now, self.evidence.calls);
        let span = self.evidence.span(now);
        if calls < p::SLOWER_CALLS && span < p::SLOWER_LASTS_AT_MOST {
            return;
        }
        let slower = self.slower(test, span);
        let trouble = slower.share > self.noise + p::TROUBLE;
        if test.by_window && trouble {
            test.by_window = false;
            return self.slow_down(now, test, test.old.at(p::LOWER * test.came_through));
        }
        if span < p::SLOWER_LASTS {
            return;
        }
        if trouble {
            let clean = f64::from(calls - self.evidence.failed) / span / (1.0 - self.noise);
            test.came_through = test.came_through.min(clean.max(1.0));
            if slower.share > p::HOPELESS && self.speed.rate > 0.5 * test.answered {
                let speed = self.speed.at(p::LOWER * test.came_through);
                return self.slow_down(now, test, speed);
            }
        }
        self.phase = Phase::Slower(test);
        if slower.is_enough() || span >= p::SLOWER_LASTS_AT_MOST {
            self.decisions.push(Decision::Test(test.old));
            self.begin(now, Phase::Again(test, slower), test.old, Duration::ZERO);
        }
    }

    /// Nothing comes through in the first half: begins it anew at the rate of the last second.
    pub(super) fn slow_down_in_the_dark(&mut self, context: Context<'_>) {
        let Phase::Slower(test) = self.phase else { return };
        let clean = context.traffic.throughput(context.now).clean;
        let rate = self.speed.rate.min(test.came_through);
        let came_through = clean.clamp(p::DARK_CUT * rate, rate).max(1.0);
        let test = Test { came_through, by_window: false, ..test };
        self.slow_down(context.now, test, test.old.at(p::LOWER * came_through));
    }

    /// What the first half of a test has shown so far.
    fn slower(&self, test: Test, span: f64) -> Slower {
        let (speed, calls, failed) = (self.speed, self.evidence.calls, self.evidence.failed);
        let count = f64::from(calls);
        let share = (f64::from(failed) + 0.5) / (count + 1.0);
        let beside = f64::from(failed - self.evidence.named) / count.max(1.0);
        let deviation = (share * (1.0 - share) / count.max(1.0)).sqrt();
        let slowed = 1.0 - count / span.max(0.05) / test.answered;
        let rise = (1.0 - share) * slowed.max(1.0 - p::LOWER);
        Slower { speed, calls, failed, beside, share, deviation, rise }
    }

    /// The second half of a test went by without an alarm: unless it has to be confirmed, the
    /// failures are noise, or have passed.
    pub(super) fn measure_again(&mut self, test: Test, slower: Slower, context: Context<'_>) {
        let (now, span) = (context.now, self.evidence.span(context.now));
        if span < p::AGAIN_LASTS || self.evidence.calls < p::AGAIN_CALLS {
            return;
        }
        let failed = f64::from(self.evidence.failed + slower.failed);
        let share = failed / f64::from(self.evidence.calls + slower.calls);
        let named = self.evidence.is_named();
        if !test.confirms && named && share > self.noise + p::CONFIRM {
            return self.confirm(test, span, now);
        }
        let most = match (named, &self.limit) {
            (false, _) => p::MOST_NOISE,
            (true, Some(_)) => p::MOST_LIMITED_NOISE,
            (true, None) => p::MOST_NAMED_NOISE,
        };
        self.noise = share.min(most);
        if let Some(limit) = &mut self.limit {
            limit.was_noise(named);
        }
        self.decisions.push(Decision::Noise(self.noise));
        self.hold_at(now, self.speed);
    }

    /// Tests once more: an endpoint that says "too frequent" is mostly right.
    fn confirm(&mut self, test: Test, span: f64, now: Instant) {
        let clean = f64::from(self.evidence.calls - self.evidence.failed) / span;
        let answered = f64::from(self.evidence.calls) / span;
        let came_through = clean / (1.0 - self.noise);
        let test = Test { answered, came_through, by_window: false, confirms: true, ..test };
        self.slow_down(now, test, test.old.at(p::LOWER * came_through));
    }

    /// More calls fail at the old speed: it is beyond a limit.
    pub(super) fn prove_limit(&mut self, test: Test, slower: Slower, context: Context<'_>) {
        let now = context.now;
        let named = self.evidence.is_named() && !test.by_window;
        self.noise = if named {
            slower.beside.min(p::MOST_LIMITED_NOISE)
        } else {
            self.noise.min(slower.share)
        };
        let (limit, speed) = if test.by_window {
            (Limit::InFlight(slower.speed.window), slower.speed.at(f64::INFINITY))
        } else {
            let rate = self.came_through_again(test, context);
            (Limit::Rate(rate), slower.speed.at(p::KEEP * rate))
        };
        self.limit = Some(KnownLimit::new(limit, named, now));
        self.decisions.push(Decision::Limit(speed));
        self.hold_at(now, speed);
    }

    /// The rate of a limit: what came through before, or in the second half if that was more.
    fn came_through_again(&self, test: Test, context: Context<'_>) -> f64 {
        if self.evidence.span(context.now) < p::AGAIN_SHOWS {
            return test.came_through;
        }
        let clean = context.traffic.throughput(context.now).clean;
        test.came_through.max(clean / (1.0 - self.noise))
    }
}
