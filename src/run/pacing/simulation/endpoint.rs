//! A model endpoint: what it answers, and when. Times are seconds since its start.

use std::collections::VecDeque;

use fastrand::Rng;

/// What a failed call gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Code(i64),
    Http(u16),
    Closed,
    /// One of five.
    Mixed,
}

/// How latencies are spread around their mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Spread {
    /// Evenly, a fifth up and down.
    Even,
    /// Log-normal: one in twenty takes three times as long.
    LogNormal,
    /// A heavy tail: one in a thousand takes a hundred times as long.
    Pareto,
}

/// How the endpoint limits its callers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Gate {
    /// A token bucket that holds a tenth of a second's worth.
    Bucket,
    /// So many in each second of the clock.
    Window,
    /// So many in any second.
    Sliding,
    /// So many at once.
    InFlight,
    /// So many a second are worked on, the others wait.
    Queue,
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub latency: f64,
    pub spread: Spread,
    pub noise: f64,
    pub kind: Kind,
    /// Every so many seconds, for so many seconds, this share fails besides.
    pub burst: Option<(f64, f64, f64)>,
    /// The same at random: the mean length of a good time, of a bad one, the share that fails.
    pub gilbert: Option<(f64, f64, f64)>,
    pub gate: Option<Gate>,
    /// The gate's limit from these seconds on.
    pub steps: Vec<(f64, f64)>,
    /// The limit swings by this share, once in so many seconds.
    pub swing: Option<(f64, f64)>,
    pub outage: Option<(f64, f64, Kind)>,
    /// From this second on answers take so long.
    pub slow_from: Option<(f64, f64)>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            latency: 0.05,
            spread: Spread::Even,
            noise: 0.0,
            kind: Kind::Code(11350),
            burst: None,
            gilbert: None,
            gate: None,
            steps: Vec::new(),
            swing: None,
            outage: None,
            slow_from: None,
        }
    }
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Answer {
    Clean,
    /// Beyond the limit.
    Refused(Kind),
    Failed(Kind),
}

pub(crate) struct Endpoint {
    pub(crate) model: Model,
    chance: Rng,
    tokens: Option<(f64, f64)>,
    counted: (u64, f64),
    recent: VecDeque<f64>,
    pub in_flight: usize,
    free: f64,
    bad: bool,
    turn: f64,
}

impl Endpoint {
    pub(crate) fn new(model: Model, seed: u64) -> Self {
        let mut chance = Rng::with_seed(seed);
        let turn = model.gilbert.map_or(0.0, |(good, ..)| exponential(&mut chance, good));
        Self {
            model,
            chance,
            tokens: None,
            counted: (u64::MAX, 0.0),
            recent: VecDeque::new(),
            in_flight: 0,
            free: 0.0,
            bad: false,
            turn,
        }
    }

    pub(crate) fn limit(&self, t: f64) -> Option<f64> {
        let step = self.model.steps.iter().rev().find(|(from, _)| t >= *from)?.1;
        let swing = self
            .model
            .swing
            .map_or(0.0, |(share, period)| share * (t / period * std::f64::consts::TAU).sin());
        Some(step * (1.0 + swing))
    }

    fn refuses(&mut self, t: f64, limit: f64) -> bool {
        match self.model.gate {
            Some(Gate::Bucket) => {
                let (tokens, then) = self.tokens.unwrap_or((limit / 10.0, t));
                let tokens = (tokens + (t - then) * limit).min((limit / 10.0).max(1.0));
                let refused = tokens < 1.0;
                self.tokens = Some((if refused { tokens } else { tokens - 1.0 }, t));
                refused
            }
            Some(Gate::Window) => {
                if self.counted.0 != t as u64 {
                    self.counted = (t as u64, 0.0);
                }
                let refused = self.counted.1 >= limit.floor();
                self.counted.1 += f64::from(u8::from(!refused));
                refused
            }
            Some(Gate::Sliding) => {
                while self.recent.front().is_some_and(|then| *then <= t - 1.0) {
                    self.recent.pop_front();
                }
                let refused = self.recent.len() as f64 >= limit.floor();
                if !refused {
                    self.recent.push_back(t);
                }
                refused
            }
            Some(Gate::InFlight) => self.in_flight as f64 > limit,
            Some(Gate::Queue) | None => false,
        }
    }

    /// A call arrives: how long it takes, and what it gets.
    pub(crate) fn arrive(&mut self, t: f64) -> (f64, Answer) {
        if let Some((_, _, kind)) = self.model.outage.filter(|(from, to, _)| *from <= t && t < *to)
        {
            return (0.002, Answer::Failed(kind));
        }
        let limit = self.limit(t);
        let mut wait = 0.0;
        if let Some(limit) = limit {
            if self.refuses(t, limit) {
                let code = if self.model.gate == Some(Gate::InFlight) { 600 } else { 302 };
                return (0.0005, Answer::Refused(Kind::Code(code)));
            }
            if self.model.gate == Some(Gate::Queue) {
                self.free = self.free.max(t) + 1.0 / limit;
                wait = self.free - t;
            }
        }
        let took = wait + self.draw(t);
        let share = self.failing(t);
        if share > 0.0 && self.chance.f64() < share {
            return (took, Answer::Failed(self.kind()));
        }
        (took, Answer::Clean)
    }

    fn failing(&mut self, t: f64) -> f64 {
        let mut share = self.model.noise;
        if let Some((every, lasts, more)) = self.model.burst
            && t % every < lasts
        {
            share += more;
        }
        if let Some((good, bad, more)) = self.model.gilbert {
            while t >= self.turn {
                self.bad = !self.bad;
                self.turn += exponential(&mut self.chance, if self.bad { bad } else { good });
            }
            share += if self.bad { more } else { 0.0 };
        }
        share
    }

    fn kind(&mut self) -> Kind {
        match self.model.kind {
            Kind::Mixed => {
                [Kind::Code(11350), Kind::Code(600), Kind::Code(302), Kind::Closed, Kind::Http(503)]
                    [self.chance.usize(..5)]
            }
            kind => kind,
        }
    }

    fn draw(&mut self, t: f64) -> f64 {
        let mean =
            self.model.slow_from.filter(|(from, _)| t >= *from).map_or(self.model.latency, |s| s.1);
        mean * match self.model.spread {
            Spread::Even => 0.8 + 0.4 * self.chance.f64(),
            Spread::LogNormal => (0.7 * normal(&mut self.chance)).exp(),
            Spread::Pareto => self.chance.f64().max(1e-12).powf(-1.0 / 1.6).min(60.0),
        }
    }
}

fn exponential(chance: &mut Rng, mean: f64) -> f64 {
    -mean * (1.0 - chance.f64()).ln()
}

fn normal(chance: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - chance.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * chance.f64()).cos()
}
