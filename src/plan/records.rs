//! The records of a file in 16 bytes a row, sorted where they are: which rows are the same record, and how
//! each record stands with the ledger.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::Timestamp;

use crate::ledger::RecordStatus;
use crate::model::record::RecordKey;
use crate::plan::Survey;

/// Of an entry, the low bits are the standing, those above it the row's number, the others the
/// beginning of the record's key: long enough that no two of a file are alike by chance.
const STANDING_BITS: u32 = 2;
const STANDING: u128 = (1 << STANDING_BITS) - 1;
const KEY_SHIFT: u32 = 32;
/// Of a file with more rows than fit the numbers named may be wrong; no count is.
const LAST_ROW: u64 = (1 << (KEY_SHIFT - STANDING_BITS)) - 1;

/// Entries are kept in runs of this many: one list that grows would be there twice while it does.
const RUN: usize = 1 << 18;

/// The records of a file, as they come.
#[derive(Debug, Default)]
pub(crate) struct Records {
    runs: Vec<Vec<u128>>,
    /// How many of them have their standing.
    standing: usize,
    oldest: Option<Timestamp>,
}

/// What became of them.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// Rows whose record an earlier row has.
    pub duplicates: u64,
    /// The first of those, each with the number of the first row that has its record.
    pub first_duplicates: Vec<(u64, u64)>,
    /// How the others stand.
    pub survey: Survey,
}

impl Records {
    /// Adds a row's record, with nothing known of it.
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

    /// Notes how the next records stand, in the order in which they were added.
    pub(crate) fn note(&mut self, standings: &[RecordStatus]) {
        for standing in standings {
            self.runs[self.standing / RUN][self.standing % RUN] |= bits(*standing);
            self.standing += 1;
            if let RecordStatus::Answered(at) = *standing {
                self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
            }
        }
    }

    /// Counts each record once; names so many of the first duplicates.
    pub(crate) fn count(mut self, named: usize) -> Counted {
        for run in &mut self.runs {
            run.sort_unstable();
        }
        let mut counted = Counted::default();
        let mut first = None;
        for entry in InOrder::of(&self.runs) {
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

impl Survey {
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

/// The entries of sorted runs in the order of all of them.
struct InOrder<'a> {
    rest: Vec<&'a [u128]>,
    next: BinaryHeap<Reverse<(u128, usize)>>,
}

impl<'a> InOrder<'a> {
    fn of(runs: &'a [Vec<u128>]) -> Self {
        let mut order =
            Self { rest: runs.iter().map(Vec::as_slice).collect(), next: BinaryHeap::new() };
        (0..runs.len()).for_each(|run| order.advance(run));
        order
    }

    fn advance(&mut self, run: usize) {
        if let Some((entry, rest)) = self.rest[run].split_first() {
            self.rest[run] = rest;
            self.next.push(Reverse((*entry, run)));
        }
    }
}

impl Iterator for InOrder<'_> {
    type Item = u128;

    fn next(&mut self) -> Option<u128> {
        let Reverse((entry, run)) = self.next.pop()?;
        self.advance(run);
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

/// Keeps the smallest so many, in order.
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
        let mut records = Records::default();
        // Each record comes twice, but for the last ten: the second time in another run.
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
