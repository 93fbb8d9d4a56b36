//! Which rows are the same record, in 16 bytes a row: the beginning of the record's key and the
//! row's number, sorted in place.

use crate::ledger::ShortKey;
use crate::record::RecordKey;

/// The bits of a row's number; of a file with more rows than fit, the numbers named may be wrong,
/// and no count is.
const ROW_BITS: u32 = 32;

/// The records of a file, as they come.
#[derive(Debug, Default)]
pub struct Records(Vec<u128>);

/// The records of a file, each once, in the order of their keys.
pub struct Sorted {
    entries: Vec<u128>,
    /// Rows whose record an earlier row has.
    pub duplicates: u64,
    /// The first of those, each with the number of the first row that has its record.
    pub first_duplicates: Vec<(u64, u64)>,
}

impl Records {
    /// Adds a row's record.
    pub fn add(&mut self, key: &RecordKey, row: u64) {
        let (short, _) = key.as_bytes().split_at(size_of::<ShortKey>());
        let key = short.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        self.0.push(key << ROW_BITS | u128::from(u32::try_from(row).unwrap_or(u32::MAX)));
    }

    /// Sorts the records and leaves each there once; names so many of the first duplicates.
    pub fn sorted(self, named: usize) -> Sorted {
        let mut entries = self.0;
        entries.sort_unstable();
        let (mut duplicates, mut first) = (0, Vec::new());
        entries.dedup_by(|later, earlier| {
            let same = *later >> ROW_BITS == *earlier >> ROW_BITS;
            if same {
                duplicates += 1;
                keep_first(&mut first, (row_of(*later), row_of(*earlier)), named);
            }
            same
        });
        Sorted { entries, duplicates, first_duplicates: first }
    }
}

impl Sorted {
    /// The keys of the records, in order.
    pub fn keys(&self) -> impl Iterator<Item = ShortKey> {
        self.entries.iter().map(|entry| {
            let mut key = ShortKey::default();
            key.copy_from_slice(&entry.to_be_bytes()[..size_of::<ShortKey>()]);
            key
        })
    }
}

fn row_of(entry: u128) -> u64 {
    u64::try_from(entry & u128::from(u32::MAX)).unwrap_or_default()
}

/// Keeps the smallest so many, in order.
fn keep_first(first: &mut Vec<(u64, u64)>, pair: (u64, u64), named: usize) {
    let at = first.partition_point(|kept| *kept < pair);
    if at < named {
        first.insert(at, pair);
        first.truncate(named);
    }
}
