//! The scenarios, and what is counted in each.

use std::time::Duration;

use super::super::{Bounds, Concurrency};
use super::endpoint::{Gate, Kind, Model, Spread};
use super::world::{Played, World};

/// What the share is measured against.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Possible {
    /// So many a second.
    Rate(f64),
    /// The limit, less the noise.
    Limit,
}

pub(crate) struct Scenario {
    pub name: &'static str,
    pub(crate) model: Model,
    pub possible: Possible,
    pub runs: usize,
    pub seconds: usize,
    pub concurrency: Concurrency,
    pub timeout: u64,
    /// The disk takes so long for all claims that have gathered, in nanoseconds.
    pub sync: u64,
}

/// What a scenario came to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Score {
    pub share: f64,
    pub refused: f64,
    /// The lesser run's part of an even share.
    pub lesser: f64,
    /// Calls a second in the outage.
    pub dark: f64,
    /// 95th percentile of latency.
    pub p95: f64,
    /// Calls that were refused in the first six seconds.
    pub first: u32,
    pub unknown: u32,
}

fn case(name: &'static str, possible: f64, model: Model) -> Scenario {
    Scenario {
        name,
        model,
        possible: Possible::Rate(possible),
        runs: 1,
        seconds: 30,
        concurrency: Concurrency::Fixed(64),
        timeout: 30,
        sync: 0,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `case` takes it")]
fn limited(name: &'static str, gate: Gate, limit: f64, model: Model) -> Scenario {
    let model = Model { gate: Some(gate), steps: vec![(0.0, limit)], ..model };
    Scenario { possible: Possible::Limit, ..case(name, 0.0, model) }
}

fn noise(share: f64, kind: Kind) -> Model {
    Model { noise: share, kind, ..Model::default() }
}

#[rustfmt::skip]
pub(crate) fn all() -> Vec<Scenario> {
    let plain = Model::default;
    let code = |code| Kind::Code(code);
    let burst = |burst| Model { burst: Some(burst), ..plain() };
    let outage = |name, kind, to: f64| Scenario {
        seconds: to as usize + 10, ..case(name, 1235.0, Model { outage: Some((10.0, to, kind)), ..plain() })
    };
    let steps = |steps: &[(f64, f64)], model| Model { gate: Some(Gate::Bucket), steps: steps.to_vec(), ..model };
    let minutes: Vec<_> = [400.0, 150.0, 600.0, 100.0, 300.0, 50.0].iter().enumerate().map(|(i, l)| (60.0 * i as f64, *l)).collect();
    vec![
        case("clean", 1235.0, plain()),
        case("noise 1%, 11350", 1222.0, noise(0.01, code(11350))),
        case("noise 5%, 11350", 1173.0, noise(0.05, code(11350))),
        case("noise 10%, 11350", 1111.0, noise(0.1, code(11350))),
        case("noise 2%, closed", 1210.0, noise(0.02, Kind::Closed)),
        case("noise 3%, mixed", 1198.0, noise(0.03, Kind::Mixed)),
        case("noise 4%, 302", 1185.0, noise(0.04, code(302))),
        case("noise 5%, 600, 200 ms", 302.0, Model { latency: 0.2, ..noise(0.05, code(600)) }),
        case("noise 0.3%, 11350", 1231.0, noise(0.003, code(11350))),
        case("noise 20%, 11350", 988.0, noise(0.2, code(11350))),
        case("bursts of 60%, 1 s in 10", 1161.0, burst((10.0, 1.0, 0.6))),
        case("bursts of 30%, 3 s in 12", 1142.0, burst((12.0, 3.0, 0.3))),
        case("Gilbert-Elliott, 60%, 1 s in 10", 1161.0, Model { gilbert: Some((9.0, 1.0, 0.6)), ..plain() }),
        limited("bucket 20", Gate::Bucket, 20.0, plain()),
        limited("bucket 200", Gate::Bucket, 200.0, plain()),
        limited("bucket 1000", Gate::Bucket, 1000.0, plain()),
        Scenario { sync: 150_000_000, ..limited("bucket 200, the disk takes 150 ms", Gate::Bucket, 200.0, plain()) },
        limited("window 200", Gate::Window, 200.0, plain()),
        limited("sliding 200", Gate::Sliding, 200.0, plain()),
        limited("sliding 20", Gate::Sliding, 20.0, plain()),
        Scenario { concurrency: Concurrency::Fixed(8), ..limited("sliding 100, 0 ms, 8 in flight", Gate::Sliding, 100.0, Model { latency: 0.0004, ..plain() }) },
        limited("sliding 200, 0 ms", Gate::Sliding, 200.0, Model { latency: 0.0004, ..plain() }),
        limited("bucket 200, 0 ms", Gate::Bucket, 200.0, Model { latency: 0.0004, ..plain() }),
        limited("window 200, 0 ms", Gate::Window, 200.0, Model { latency: 0.0004, ..plain() }),
        limited("bucket 200, 20 ms", Gate::Bucket, 200.0, Model { latency: 0.02, ..plain() }),
        Scenario { possible: Possible::Rate(97.0), ..limited("5 in flight", Gate::InFlight, 5.0, plain()) },
        Scenario { possible: Possible::Rate(388.0), ..limited("20 in flight", Gate::InFlight, 20.0, plain()) },
        limited("bucket 200 and noise 3%, mixed", Gate::Bucket, 200.0, noise(0.03, Kind::Mixed)),
        limited("bucket 200 and noise 5%, 11350", Gate::Bucket, 200.0, noise(0.05, code(11350))),
        Scenario { possible: Possible::Limit, ..case("200, 50, 400 a second", 0.0, steps(&[(0.0, 200.0), (10.0, 50.0), (20.0, 400.0)], plain())) },
        Scenario { possible: Possible::Limit, seconds: 240, ..case("a limit that moves each minute", 0.0, steps(&minutes, plain())) },
        Scenario { possible: Possible::Limit, seconds: 240, ..case("the same and noise 3%, mixed", 0.0, steps(&minutes, noise(0.03, Kind::Mixed))) },
        Scenario { possible: Possible::Limit, seconds: 120, ..limited("200 that swings by 30% in 60 s", Gate::Bucket, 200.0, Model { swing: Some((0.3, 60.0)), ..plain() }) },
        limited("queue 100", Gate::Queue, 100.0, plain()),
        outage("outage of 10 s, 600", code(600), 20.0),
        outage("outage of 20 s, closed", Kind::Closed, 30.0),
        outage("outage of 20 s, HTTP 503", Kind::Http(503), 30.0),
        Scenario { runs: 2, ..limited("two runs on bucket 200", Gate::Bucket, 200.0, plain()) },
        Scenario { runs: 3, ..limited("three runs on bucket 300", Gate::Bucket, 300.0, plain()) },
        Scenario { runs: 2, ..limited("two runs on bucket 200, noise 3%", Gate::Bucket, 200.0, noise(0.03, Kind::Mixed)) },
        case("log-normal latency", 1001.0, Model { spread: Spread::LogNormal, ..plain() }),
        case("heavy-tailed latency, 7% mixed", 480.0, Model { spread: Spread::Pareto, ..noise(0.07, Kind::Mixed) }),
        Scenario { concurrency: Concurrency::Auto(32), ..case("auto, clean", 617.0, plain()) },
        Scenario { concurrency: Concurrency::Auto(32), ..limited("auto, bucket 200", Gate::Bucket, 200.0, plain()) },
        Scenario { concurrency: Concurrency::Auto(32), ..limited("auto, queue 100", Gate::Queue, 100.0, plain()) },
        Scenario { concurrency: Concurrency::Auto(32), ..case("auto, noise 5%, 11350", 586.0, noise(0.05, code(11350))) },
        Scenario { concurrency: Concurrency::Fixed(1), ..case("one in flight, noise 5%", 18.4, noise(0.05, code(11350))) },
        Scenario { concurrency: Concurrency::Fixed(8), ..limited("8 in flight, bucket 100", Gate::Bucket, 100.0, plain()) },
        Scenario { timeout: 2, ..limited("queue 10, time-out 2 s", Gate::Queue, 10.0, plain()) },
        Scenario { seconds: 60, ..case("latency from 50 ms to 8 s", 400.0, Model { slow_from: Some((10.0, 8.0)), ..plain() }) },
        Scenario { seconds: 120, ..case("latency from 50 ms to 24 s", 400.0, Model { slow_from: Some((10.0, 24.0)), ..plain() }) },
    ]
}

impl Scenario {
    pub(crate) fn play(&self, seed: u64) -> Played {
        let bounds = Bounds {
            concurrency: self.concurrency,
            rate: None,
            patience: Duration::from_secs(300),
            timeout: Duration::from_secs(self.timeout),
        };
        let (seconds, runs) = (self.seconds, self.runs);
        World { seconds, runs, bounds, seed, commit: 0.001, sync: self.sync }
            .play(self.model.clone())
    }

    pub(crate) fn score(&self, seed: u64) -> Score {
        let played = self.play(seed);
        let begin = self.model.outage.map_or(6, |(_, to, _)| to as usize + 5);
        let span = begin..self.seconds - 1;
        let sum = |count: &dyn Fn(&super::world::Second) -> u32| -> Vec<f64> {
            let run = |run: &Vec<super::world::Second>| {
                run[span.clone()].iter().map(|s| f64::from(count(s))).sum()
            };
            played.seconds.iter().map(run).collect()
        };
        let clean = sum(&|second| second.clean);
        let refused: f64 = sum(&|second| second.refused).iter().sum();
        let failed: f64 = sum(&|second| second.failed).iter().sum();
        let all: f64 = clean.iter().sum();
        let lesser =
            clean.iter().copied().fold(f64::INFINITY, f64::min) / all.max(1.0) * self.runs as f64;
        let possible: f64 = span.clone().map(|second| self.possible(second)).sum();
        let mut latencies: Vec<_> =
            played.latencies.iter().filter(|(at, _)| *at >= begin as f64).map(|l| l.1).collect();
        latencies.sort_by(f64::total_cmp);
        let dark = self.model.outage.map_or(0.0, |(from, to, _)| {
            let sent: u32 =
                (from as usize + 2..to as usize).map(|s| played.seconds[0][s].sent).sum();
            f64::from(sent) / (to - from - 2.0)
        });
        Score {
            share: all / possible,
            refused: refused / (all + refused + failed).max(1.0),
            lesser,
            dark,
            p95: latencies.get(latencies.len() * 95 / 100).copied().unwrap_or(0.0),
            first: played.seconds.iter().flat_map(|run| &run[..6]).map(|s| s.refused).sum(),
            unknown: played.unknown,
        }
    }

    fn possible(&self, second: usize) -> f64 {
        match self.possible {
            Possible::Rate(rate) => rate,
            Possible::Limit => {
                let endpoint = super::endpoint::Endpoint::new(self.model.clone(), 0);
                endpoint.limit(second as f64 + 0.5).unwrap() * (1.0 - self.model.noise)
            }
        }
    }
}
