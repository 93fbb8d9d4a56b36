//! The charges of a run over time, in bounded memory: intervals of equal length, which are merged
//! into longer ones as the run goes on.

use std::time::Duration;

use crate::model::code::Charge;

/// Intervals at most.
const INTERVALS: u64 = 120;

/// The lengths that an interval may have, in milliseconds. Each is a multiple of the one before.
const LENGTHS: [u64; 19] = [
    1,
    2,
    10,
    20,
    100,
    200,
    1_000,
    2_000,
    10_000,
    20_000,
    60_000,
    120_000,
    600_000,
    1_200_000,
    3_600_000,
    7_200_000,
    36_000_000,
    72_000_000,
    360_000_000,
];

/// The charges of one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// Calls that were charged.
    pub charged: u64,
    /// Calls that may have been charged.
    pub unknown: u64,
}

impl Interval {
    /// Charged and possibly charged calls together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { charged: self.charged + other.charged, unknown: self.unknown + other.unknown }
    }
}

/// Charges by the time since the start.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Index of the present interval length.
    step: usize,
    intervals: Vec<Interval>,
}

impl Timeline {
    /// Adds the charge of a call that ended so long after the start.
    pub fn add(&mut self, after: Duration, charge: Charge) {
        let cost = match charge {
            Charge::Yes => Interval { charged: 1, unknown: 0 },
            Charge::Unknown => Interval { charged: 0, unknown: 1 },
            Charge::No => return,
        };
        let after = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        while after / LENGTHS[self.step] >= INTERVALS && self.step + 1 < LENGTHS.len() {
            self.widen();
        }
        // The last interval takes everything after more than a year.
        let at = (after / LENGTHS[self.step]).min(INTERVALS - 1);
        let at = usize::try_from(at).unwrap_or_default();
        if self.intervals.len() <= at {
            self.intervals.resize(at + 1, Interval::default());
        }
        self.intervals[at] = self.intervals[at].plus(cost);
    }

    fn widen(&mut self) {
        let merged = LENGTHS[self.step + 1] / LENGTHS[self.step];
        self.step += 1;
        let merged = self.intervals.chunks(usize::try_from(merged).unwrap_or(1));
        self.intervals = merged.map(sum).collect();
    }

    /// Length of each interval.
    pub fn length(&self) -> Duration {
        Duration::from_millis(LENGTHS[self.step])
    }

    /// The intervals from the start on. Empty if nothing was charged.
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }
}

/// Sum of these intervals.
pub(crate) fn sum(intervals: &[Interval]) -> Interval {
    intervals.iter().copied().fold(Interval::default(), Interval::plus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_is_a_multiple_of_the_one_before() {
        assert!(LENGTHS.windows(2).all(|pair| pair[1] % pair[0] == 0));
    }

    #[test]
    fn a_short_run_keeps_each_millisecond() {
        let mut timeline = Timeline::default();
        for millis in [0, 3, 3, 119] {
            timeline.add(Duration::from_millis(millis), Charge::Yes);
        }
        timeline.add(Duration::from_millis(3), Charge::No);
        assert_eq!(timeline.length(), Duration::from_millis(1));
        assert_eq!(timeline.intervals().len(), 120);
        assert_eq!(timeline.intervals()[3], Interval { charged: 2, unknown: 0 });
    }

    #[test]
    fn however_long_it_runs_nothing_is_lost_and_memory_stays() {
        let seed = fastrand::u64(..);
        println!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        let mut timeline = Timeline::default();
        let mut expected = Interval::default();
        for step in 0_u32..20_000 {
            // Answers arrive slightly out of order.
            let seconds = f64::from(step).powi(2) * random.f64();
            let charge = if random.bool() { Charge::Yes } else { Charge::Unknown };
            timeline.add(Duration::from_secs_f64(seconds), charge);
            expected.charged += u64::from(charge == Charge::Yes);
            expected.unknown += u64::from(charge == Charge::Unknown);
            assert!(timeline.intervals().len() <= 120);
        }
        assert_eq!(sum(timeline.intervals()), expected);
        timeline.add(Duration::MAX, Charge::Yes);
        assert_eq!(sum(timeline.intervals()).charged, expected.charged + 1);
    }

    #[test]
    fn a_merge_keeps_what_happened_when() {
        let mut timeline = Timeline::default();
        for second in 0..60 {
            timeline.add(Duration::from_secs(second), Charge::Yes);
        }
        assert_eq!(timeline.length(), Duration::from_secs(1));
        assert!(timeline.intervals().iter().all(|interval| interval.charged == 1));
    }
}
