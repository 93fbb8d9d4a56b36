//! The records of a file in 16 bytes a row: finds rows with the same record, and counts the status of
//! each record in the ledger.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use jiff::Timestamp;

use crate::ledger::RecordStatus;
use crate::model::record::RecordKey;
use crate::plan::LedgerCounts;

/// Layout of an entry: the low bits are the status, those above it the row's number, the others the
/// beginning of the record's key, long enough that two of a file are never equal by chance.
const STANDING_BITS: u32 = 2;
const STANDING: u128 = (1 << STANDING_BITS) - 1;
const KEY_SHIFT: u32 = 32;
/// In a file with more rows the row numbers may be wrong, but no count is.
const LAST_ROW: u64 = (1 << (KEY_SHIFT - STANDING_BITS)) - 1;

/// Entries of one run. A single growing list would need twice the memory while it grows.
const RUN: usize = 1 << 18;

/// The records of a file in their order.
#[derive(Debug, Default)]
pub(crate) struct RecordList {
    runs: Vec<Vec<u128>>,
    /// Number of records whose status is known.
    standing: usize,
    oldest: Option<Timestamp>,
}

/// The counts of the records.
#[derive(Debug, Default)]
pub(crate) struct RecordCounts {
    /// Rows with the record of an earlier row.
    pub duplicates: u64,
    /// The first duplicates, each with the first row of its record.
    pub first_duplicates: Vec<(u64, u64)>,
    /// The counts of the others by their status in the ledger.
    pub survey: LedgerCounts,
}

impl RecordList {
    /// Adds the record of a row, without a status.
    pub(crate) fn add(&mut self, key: &RecordKey, row: u64) {
        let (short, _) = key.as_bytes().split_at(12);
        let key = short.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let entry = key << KEY_SHIFT | u128::from(row.min(LAST_ROW)) << STANDING_BITS;
        match self.runs.last_mut() {
            Some(run) if run.len() < RUN => run.push(entry),
            _ => {
                let mut run = Vec::with_capacity(RUN);
                run.push(entry);
                self.runs.push(run);
            }
        }
    }

    /// Notes the status of the next records, in the order in which they were added.
    pub(crate) fn note(&mut self, standings: &[RecordStatus]) {
        for standing in standings {
            self.runs[self.standing / RUN][self.standing % RUN] |= bits(*standing);
            self.standing += 1;
            if let RecordStatus::Answered(at) = *standing {
                self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
            }
        }
    }

    /// Counts each record once, and names so many of the first duplicates.
    pub(crate) fn count(mut self, named: usize) -> RecordCounts {
        for run in &mut self.runs {
            run.sort_unstable();
        }
        let mut counted = RecordCounts::default();
        let mut first = None;
        for entry in MergedRuns::of(&self.runs) {
            match first {
                Some(first) if first >> KEY_SHIFT == entry >> KEY_SHIFT => {
                    counted.duplicates += 1;
                    let pair = (row_of(entry), row_of(first));
                    keep_first(&mut counted.first_duplicates, pair, named);
                }
                _ => {
                    first = Some(entry);
                    counted.survey.count(entry & STANDING);
                }
            }
        }
        counted.survey.oldest = self.oldest;
        counted
    }
}

impl LedgerCounts {
    fn count(&mut self, standing: u128) {
        const ANSWERED: u128 = bits(RecordStatus::Answered(Timestamp::UNIX_EPOCH));
        const IN_DOUBT: u128 = bits(RecordStatus::InDoubt);
        const BUSY: u128 = bits(RecordStatus::Busy);
        match standing {
            ANSWERED => self.answered += 1,
            IN_DOUBT => self.in_doubt += 1,
            BUSY => self.busy += 1,
            _ => self.unasked += 1,
        }
    }
}

/// Merges sorted runs.
struct MergedRuns<'a> {
    rest: Vec<&'a [u128]>,
    next: BinaryHeap<Reverse<(u128, usize)>>,
}

impl<'a> MergedRuns<'a> {
    fn of(runs: &'a [Vec<u128>]) -> Self {
        let mut merged = Self { rest: Vec::with_capacity(runs.len()), next: BinaryHeap::new() };
        for run in runs {
            if let Some((entry, rest)) = run.split_first() {
                merged.next.push(Reverse((*entry, merged.rest.len())));
                merged.rest.push(rest);
            }
        }
        merged
    }
}

impl Iterator for MergedRuns<'_> {
    type Item = u128;

    fn next(&mut self) -> Option<u128> {
        let mut least = self.next.peek_mut()?;
        let Reverse((entry, run)) = *least;
        match self.rest[run].split_first() {
            Some((next, rest)) => {
                self.rest[run] = rest;
                // Put in its place, the heap is put in order once.
                *least = Reverse((*next, run));
            }
            None => drop(PeekMut::pop(least)),
        }
        Some(entry)
    }
}

const fn bits(standing: RecordStatus) -> u128 {
    match standing {
        RecordStatus::MaySend => 0,
        RecordStatus::Answered(_) => 1,
        RecordStatus::InDoubt => 2,
        RecordStatus::Busy => 3,
    }
}

fn row_of(entry: u128) -> u64 {
    u64::try_from(entry >> STANDING_BITS & u128::from(LAST_ROW)).unwrap_or_default()
}

/// Keeps so many of the smallest pairs, in order.
fn keep_first(first: &mut Vec<(u64, u64)>, pair: (u64, u64), named: usize) {
    let at = first.partition_point(|kept| *kept < pair);
    if at < named {
        first.insert(at, pair);
        first.truncate(named);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_as_one_list() {
        let rows = RUN as u64 * 2 + 10;
        let mut records = RecordList::default();
        // Each record occurs twice, except the last ten: the second time in another run.
        let keys = |row: u64| if row < RUN as u64 { row } else { row - RUN as u64 };
        for row in 0..rows {
            let mut bytes = [0; 32];
            let mixed = keys(row).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            bytes[..8].copy_from_slice(&mixed.to_be_bytes());
            records.add(&RecordKey::from_bytes(bytes), row + 1);
        }
        let at = Timestamp::UNIX_EPOCH;
        let standing = |row: u64| {
            if keys(row) < 7 { RecordStatus::Answered(at) } else { RecordStatus::MaySend }
        };
        records.note(&(0..rows).map(standing).collect::<Vec<_>>());
        let counted = records.count(2);
        assert_eq!(counted.duplicates, RUN as u64);
        assert_eq!(counted.first_duplicates, [(RUN as u64 + 1, 1), (RUN as u64 + 2, 2)]);
        assert_eq!((counted.survey.answered, counted.survey.oldest), (7, Some(at)));
        assert_eq!(counted.survey.unasked, RUN as u64 + 10 - 7);
    }
}
