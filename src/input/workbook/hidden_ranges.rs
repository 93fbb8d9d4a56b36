//! The hidden rows of a sheet that is read as a whole.

/// The hidden rows of a sheet, from 1, as ranges in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct HiddenRanges(Vec<(u64, u64)>);

impl HiddenRanges {
    /// Makes the ranges in any order.
    pub(super) fn new(mut ranges: Vec<(u64, u64)>) -> Self {
        ranges.sort_unstable();
        Self(ranges)
    }

    /// Whether a row is hidden.
    pub(super) fn contains(&self, row: u64) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < row);
        self.0.get(at).is_some_and(|(first, _)| *first <= row)
    }
}
