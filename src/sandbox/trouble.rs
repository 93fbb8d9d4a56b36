//! The troubles that the sandbox plays by chance or by the clock: faults, bursts of them, an outage.

use std::time::{Duration, Instant};

use crate::sandbox::fault::{FAULTS, Fault};

/// The codes that `mixed` answers with; two more of its five kinds have no code.
const MIXED_CODES: [u16; 3] = [11350, 600, 302];

/// What goes wrong, and when.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Troubles {
    /// The share of requests, 0 to 1, that meets a fault by chance.
    pub fail_rate: f64,
    /// What goes wrong then; without it, one of the faults of the test values.
    pub fail_kind: Option<FailKind>,
    /// When a further share meets a fault.
    pub burst: Option<Burst>,
    /// Between these moments after the first request all get code 600.
    pub outage: Option<(Duration, Duration)>,
    /// Where the chance starts: the same seed and the same order of requests, the same faults.
    pub seed: u64,
}

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailKind {
    /// This code is answered.
    Code(u16),
    /// The connection is closed without an answer; nothing is charged.
    Close,
    /// 11350, 600, 302, closed, or a bare HTTP 500, evenly.
    Mixed,
}

/// A time of more faults, again and again since the first request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Burst {
    /// From the beginning of one burst to that of the next.
    pub every: Duration,
    /// How long each lasts.
    pub length: Duration,
    /// The share of requests that meets a fault besides.
    pub share: f64,
}

/// What a request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfortune {
    /// This code is answered.
    Code(u16),
    /// The answer goes wrong.
    Fault(Fault),
}

/// Draws the troubles of one request after another.
pub(super) struct TroubleSource {
    troubles: Troubles,
    chance: fastrand::Rng,
    first: Option<Instant>,
}

impl TroubleSource {
    pub(super) fn new(troubles: Troubles) -> Self {
        Self { troubles, chance: fastrand::Rng::with_seed(troubles.seed), first: None }
    }

    /// Whether the endpoint is out of service.
    pub(super) fn is_outage(&mut self, now: Instant) -> bool {
        let since = self.since_first(now);
        self.troubles.outage.is_some_and(|(from, to)| (from..to).contains(&since))
    }

    /// What a request meets by chance.
    pub(super) fn draw(&mut self, now: Instant) -> Option<Misfortune> {
        let since = self.since_first(now);
        let burst = self.troubles.burst.filter(|burst| burst.is_on(since));
        let share = self.troubles.fail_rate + burst.map_or(0.0, |burst| burst.share);
        let struck = self.chance.f64() < share;
        struck.then(|| self.misfortune())
    }

    fn since_first(&mut self, now: Instant) -> Duration {
        now.saturating_duration_since(*self.first.get_or_insert(now))
    }

    fn misfortune(&mut self) -> Misfortune {
        match self.troubles.fail_kind {
            None => Misfortune::Fault(FAULTS[self.chance.usize(..FAULTS.len())]),
            Some(FailKind::Code(code)) => Misfortune::Code(code),
            Some(FailKind::Close) => Misfortune::Fault(Fault::ClosedUncharged),
            Some(FailKind::Mixed) => match self.chance.usize(..MIXED_CODES.len() + 2) {
                3 => Misfortune::Fault(Fault::ClosedUncharged),
                4 => Misfortune::Fault(Fault::ServerError),
                code => Misfortune::Code(MIXED_CODES[code]),
            },
        }
    }
}

impl Burst {
    fn is_on(&self, since: Duration) -> bool {
        let every = self.every.as_nanos().max(1);
        since.as_nanos() % every < self.length.as_nanos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of a thousand requests at this second after the first meet something.
    fn met(troubles: Troubles, second: f64) -> usize {
        let (start, mut source) = (Instant::now(), TroubleSource::new(troubles));
        source.draw(start);
        let now = start + Duration::from_secs_f64(second);
        (0..1000).filter(|_| source.draw(now).is_some()).count()
    }

    #[test]
    fn a_burst_adds_its_share_in_its_time() {
        let (every, length) = (Duration::from_secs(10), Duration::from_secs(1));
        let burst = Some(Burst { every, length, share: 0.6 });
        let troubles = Troubles { fail_rate: 0.1, burst, ..Troubles::default() };
        for (second, expected) in [(0.5, 700), (1.5, 100), (10.9, 700), (19.9, 100)] {
            let met = met(troubles, second);
            assert!(met.abs_diff(expected) < 60, "{met} at {second} s");
        }
    }

    #[test]
    fn an_outage_lasts_from_its_first_moment_to_before_its_last() {
        let outage = Some((Duration::from_secs(1), Duration::from_secs(3)));
        let mut source = TroubleSource::new(Troubles { outage, ..Troubles::default() });
        let start = Instant::now();
        let is_out = [0.0, 0.99, 1.0, 2.99, 3.0]
            .map(|second| source.is_outage(start + Duration::from_secs_f64(second)));
        assert_eq!(is_out, [false, false, true, true, false]);
    }

    #[test]
    fn a_kind_of_fault_is_the_only_one_and_mixed_has_five() {
        let kinds = |fail_kind| {
            let troubles = Troubles { fail_rate: 1.0, fail_kind, ..Troubles::default() };
            let mut source = TroubleSource::new(troubles);
            let now = Instant::now();
            let mut met: Vec<_> = (0..200).filter_map(|_| source.draw(now)).collect();
            met.sort_by_key(|met| format!("{met:?}"));
            met.dedup();
            met
        };
        assert_eq!(kinds(Some(FailKind::Code(600))), [Misfortune::Code(600)]);
        let closed = Misfortune::Fault(Fault::ClosedUncharged);
        assert_eq!(kinds(Some(FailKind::Close)), [closed]);
        assert_eq!(kinds(Some(FailKind::Mixed)).len(), 5);
        assert_eq!(kinds(None).len(), FAULTS.len());
    }
}
