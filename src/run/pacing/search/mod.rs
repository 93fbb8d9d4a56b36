//! The search for a speed that the endpoint bears: slower, then again.
//!
//! A failure says nothing about the speed. A share of failures says something beside the share at
//! another speed. So an alarm begins a test (`test_run`): a little slower for a while, then as fast
//! as before. If more calls fail at the old speed, it is a limit: the run stays below it and looks
//! beyond it now and then (`limited`). If as many fail, it is noise: the run keeps its speed.

mod limited;
mod test_run;

use std::time::{Duration, Instant};

use crate::run::pacing::decision::Decision;
use crate::run::pacing::evidence::{Evidence, Hypotheses};
use crate::run::pacing::flight_split::FlightSplit;
use crate::run::pacing::known_limit::KnownLimit;
use crate::run::pacing::pace_status::Limit;
use crate::run::pacing::parameters as p;
use crate::run::pacing::traffic::Traffic;
use crate::run::pacing::trial::{Phase, Speed};

/// An answer, as far as the search is concerned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// The trial in which its call went out.
    pub(crate) trial: u32,
    /// When the call went out.
    pub(crate) sent: Instant,
    /// How many others were in flight then.
    pub(crate) others: usize,
    /// It was not clean.
    pub(crate) failed: bool,
    /// It said "too frequent".
    pub(crate) named: bool,
}

/// What else is known when an answer comes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The time.
    pub(crate) now: Instant,
    /// Calls in flight that the window allows, apart from the search.
    pub(crate) window: usize,
    /// How long a clean answer takes, in seconds.
    pub(crate) latency: Option<f64>,
    /// Calls a second that the operator allows.
    pub(crate) ceiling: f64,
    /// The answers of the last seconds.
    pub(crate) traffic: &'a Traffic,
}

/// What an answer leads to, besides another speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Nothing.
    GoOn,
    /// A pause of the run, with one call after it.
    Pause,
    /// The same, and half as many in flight: it is too early for a test.
    PauseAndHalve,
}

/// The state of the search.
#[derive(Debug)]
pub(crate) struct Search {
    most: usize,
    phase: Phase,
    speed: Speed,
    trial: u32,
    evidence: Evidence,
    split: FlightSplit,
    /// The share of failures that is normal, and what it was when nothing spoke for an alarm.
    noise: f64,
    quiet_noise: f64,
    limit: Option<KnownLimit>,
    /// Failures in a row, and since when.
    failures: (u32, Instant),
    /// Failures of this trial when the noise was looked at last.
    failed_before: u32,
    decisions: Vec<Decision>,
}

impl Search {
    /// A search that begins as fast as so many in flight can be.
    pub(crate) fn new(most: usize, now: Instant) -> Self {
        Self {
            most,
            phase: Phase::Hold,
            speed: Speed::in_flight(most),
            trial: 0,
            evidence: Evidence::new(now, now),
            split: FlightSplit::new(most),
            noise: 0.0,
            quiet_noise: 0.0,
            limit: None,
            failures: (0, now),
            failed_before: 0,
            decisions: Vec::new(),
        }
    }

    /// The speed at which calls go out.
    pub(crate) fn speed(&self) -> Speed {
        self.speed
    }

    /// The trial in which calls go out.
    pub(crate) fn trial(&self) -> u32 {
        self.trial
    }

    /// What the calls that go out are to show.
    pub(crate) fn phase(&self) -> &Phase {
        &self.phase
    }

    /// The limit that is known.
    pub(crate) fn limit(&self) -> Option<Limit> {
        self.limit.as_ref().map(KnownLimit::limit)
    }

    /// The share of failures that is normal.
    pub(crate) fn noise(&self) -> f64 {
        self.noise
    }

    /// Returns what was decided since the last time.
    pub(crate) fn take_decisions(&mut self) -> Vec<Decision> {
        std::mem::take(&mut self.decisions)
    }

    /// A pause is over.
    pub(crate) fn resume(&mut self, now: Instant) {
        self.evidence.resume(now);
        self.failed_before = 0;
    }

    /// Takes note of an answer that came while the run was not paused.
    pub(crate) fn answer(&mut self, sample: Sample, context: Context<'_>) -> Reaction {
        let current = sample.trial == self.trial;
        if self.is_dark(sample, current, context.now) {
            self.slow_down_in_the_dark(context);
            return Reaction::Pause;
        }
        if !current || sample.sent < self.evidence.settled {
            return Reaction::GoOn;
        }
        self.evidence.note(sample.sent, sample.failed, sample.named);
        if self.weigh(sample) {
            return self.alarm(context);
        }
        match self.phase {
            Phase::Hold => self.hold(sample.failed, context),
            Phase::Slower(test) => self.measure_slower(test, context),
            Phase::Again(test, slower) => self.measure_again(test, slower, context),
            Phase::Probe(probe) => self.measure_probe(probe, context),
        }
        Reaction::GoOn
    }

    /// Whether nothing at all comes through in the first half of a test.
    fn is_dark(&mut self, sample: Sample, current: bool, now: Instant) -> bool {
        if !sample.failed || !current {
            self.failures = (0, now);
            return false;
        }
        let (calls, since) = self.failures;
        self.failures.0 += 1;
        let long = sample.named || now.duration_since(since) > p::DARK_LASTS;
        let dark = matches!(self.phase, Phase::Slower(_)) && calls >= p::DARK_CALLS && long;
        if dark {
            self.failures = (0, now);
        }
        dark
    }

    /// Whether the failures of this trial are too many.
    fn weigh(&mut self, sample: Sample) -> bool {
        let named_limit = self.limit.as_ref().is_some_and(KnownLimit::is_named);
        let beside = sample.failed && !sample.named && named_limit;
        let least = if beside { p::NOISE_BESIDE } else { p::LEAST_NOISE };
        let Some((between, alarm)) = self.hypotheses(self.noise.max(least)) else { return false };
        if self.evidence.is_quiet() {
            self.quiet_noise = self.noise;
            if self.limit.is_none() && matches!(self.phase, Phase::Hold) {
                self.split.clear();
            }
        }
        self.split.note(sample.others, sample.failed);
        self.evidence.weigh(between, sample.failed) > alarm && self.is_plausible()
    }

    /// A limit also shows in all calls of the second half of a test, not only in the last ones.
    fn is_plausible(&self) -> bool {
        let Phase::Again(_, slower) = &self.phase else { return true };
        self.evidence.share() >= slower.share + p::PLAUSIBLE * slower.rise
    }

    /// What the failures of this phase are weighed against, and how much is an alarm.
    fn hypotheses(&self, noise: f64) -> Option<(Hypotheses, f64)> {
        let (usual, rise, alarm) = match &self.phase {
            Phase::Hold => (noise, (p::RELATIVE_RISE * noise).max(p::RISE), p::ALARM),
            Phase::Slower(_) => return None,
            Phase::Again(_, slower) => {
                let usual = (slower.share + 2.0 * slower.deviation).max(p::LEAST_NOISE);
                (usual, p::SHARE_OF_RISE * slower.rise, p::ALARM)
            }
            Phase::Probe(probe) => {
                let refused = probe.step / (1.0 + probe.step);
                (noise, p::SHARE_OF_STEP * (1.0 - noise) * refused, p::PROBE_ALARM)
            }
        };
        Some((Hypotheses { usual, raised: (usual + rise).min(0.95) }, alarm))
    }

    fn alarm(&mut self, context: Context<'_>) -> Reaction {
        self.noise = self.noise.min(self.quiet_noise);
        let (calls, failed) = (self.evidence.calls, self.evidence.failed);
        let clean = context.traffic.throughput(context.now).clean;
        self.decisions.push(Decision::Alarm { calls, failed, clean });
        match self.phase {
            Phase::Hold => return self.alarm_while_holding(context),
            Phase::Slower(_) => {}
            Phase::Again(test, slower) => self.prove_limit(test, slower, context),
            Phase::Probe(probe) => self.end_refused_probe(probe, context),
        }
        Reaction::Pause
    }

    fn alarm_while_holding(&mut self, context: Context<'_>) -> Reaction {
        let (now, rate, named) = (context.now, self.speed.rate, self.evidence.is_named());
        if context.traffic.clean() < p::FEW_ANSWERS {
            self.hold_at(now, Speed::in_flight(self.most));
            return Reaction::PauseAndHalve;
        }
        match &self.limit {
            Some(limit) if limit.explains(rate, named, now) => {
                if limit.was_just_felt(now) {
                    self.hold_at(now, self.speed);
                } else {
                    self.stay_below(context);
                }
            }
            _ => self.begin_test(context),
        }
        Reaction::Pause
    }

    /// Nothing but the window and the operator hold the run back now.
    fn hold(&mut self, failed: bool, context: Context<'_>) {
        if self.limit.is_some() {
            self.hold_below_limit(context);
        } else {
            self.noise += (f64::from(u8::from(failed)) - self.noise) / p::NOISE_CALLS;
        }
    }

    fn begin(&mut self, now: Instant, phase: Phase, speed: Speed, settle: Duration) {
        match phase {
            Phase::Probe(_) => self.split.fade(),
            Phase::Slower(_) => self.split.clear(),
            Phase::Hold | Phase::Again(..) if self.limit.is_none() => self.split.clear(),
            Phase::Hold | Phase::Again(..) => {}
        }
        self.phase = phase;
        self.speed = speed;
        self.trial += 1;
        self.evidence = Evidence::new(now, now + settle);
        self.failed_before = 0;
    }

    fn hold_at(&mut self, now: Instant, speed: Speed) {
        self.begin(now, Phase::Hold, speed, Duration::ZERO);
    }

    /// Calls in flight that are allowed.
    fn window(&self, context: Context<'_>) -> usize {
        self.speed.window.min(context.window).max(1)
    }
}

impl Context<'_> {
    /// Calls a second that so many in flight can carry.
    fn carried(&self, window: usize) -> f64 {
        as_share(window) / self.latency.unwrap_or(p::ASSUMED_LATENCY)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
fn as_share(calls: usize) -> f64 {
    calls as f64
}
