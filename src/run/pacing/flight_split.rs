//! Finds a limit on calls in flight: the number that splits clean calls from refused ones.

use crate::run::pacing::parameters::{ABOVE_FAILS, BELOW_FAILS};

/// Clean and failed calls by how many others were in flight when they went out.
#[derive(Debug)]
pub(crate) struct FlightSplit {
    clean: Vec<f64>,
    failed: Vec<f64>,
}

impl FlightSplit {
    /// An empty one for so many in flight.
    pub(crate) fn new(most: usize) -> Self {
        Self { clean: vec![0.0; most + 1], failed: vec![0.0; most + 1] }
    }

    /// Counts a call that went out beside so many others.
    pub(crate) fn note(&mut self, others: usize, failed: bool) {
        let counts = if failed { &mut self.failed } else { &mut self.clean };
        if let Some(count) = counts.get_mut(others) {
            *count += 1.0;
        }
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.scale(0.0);
    }

    /// Lets what was seen so far count half.
    pub(crate) fn fade(&mut self) {
        self.scale(0.5);
    }

    fn scale(&mut self, by: f64) {
        self.clean.iter_mut().chain(&mut self.failed).for_each(|count| *count *= by);
    }

    /// How many in flight the endpoint bears, if the number in flight is what it refuses.
    pub(crate) fn limit(&self) -> Option<usize> {
        let (mut clean_above, mut failed_above) = (0.0, 0.0);
        let (clean, failed): (f64, f64) = (self.clean.iter().sum(), self.failed.iter().sum());
        for others in (1..self.clean.len()).rev() {
            clean_above += self.clean[others];
            failed_above += self.failed[others];
            let (clean_below, failed_below) = (clean - clean_above, failed - failed_above);
            let refused_above = failed_above >= ABOVE_FAILS * (failed_above + clean_above);
            let clear_below = failed_below <= BELOW_FAILS * (failed_below + clean_below);
            if failed_above >= 2.0 && refused_above && clean_below >= 3.0 && clear_below {
                return Some(others);
            }
        }
        None
    }
}
