//! The records of a file in 16 bytes a row, sorted in place: which rows are the same record, and how
//! each record stands with the ledger.

use jiff::Timestamp;

use crate::ledger::Standing;
use crate::plan::Survey;
use crate::record::RecordKey;

/// Of an entry, the low bits are the standing, those above it the row's number, the others the
/// beginning of the record's key: long enough that no two of a file are alike by chance.
const STANDING_BITS: u32 = 2;
const KEY_SHIFT: u32 = 32;
/// Of a file with more rows than fit the numbers named may be wrong; no count is.
const LAST_ROW: u64 = (1 << (KEY_SHIFT - STANDING_BITS)) - 1;

/// The records of a file, as they come.
#[derive(Debug, Default)]
pub struct Records {
    entries: Vec<u128>,
    /// How many of them have their standing.
    standing: usize,
    oldest: Option<Timestamp>,
}

/// What became of them.
#[derive(Debug)]
pub struct Counted {
    /// Rows whose record an earlier row has.
    pub duplicates: u64,
    /// The first of those, each with the number of the first row that has its record.
    pub first_duplicates: Vec<(u64, u64)>,
    /// How the others stand.
    pub survey: Survey,
}

impl Records {
    /// Adds a row's record, with nothing known of it.
    pub fn add(&mut self, key: &RecordKey, row: u64) {
        let (short, _) = key.as_bytes().split_at(12);
        let key = short.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let row = u128::from(row.min(LAST_ROW));
        self.entries.push(key << KEY_SHIFT | row << STANDING_BITS);
    }

    /// Notes how the next records stand, in the order in which they were added.
    pub fn note(&mut self, standings: &[Standing]) {
        for (entry, standing) in self.entries[self.standing..].iter_mut().zip(standings) {
            *entry |= bits(*standing);
            if let Standing::Answered(at) = *standing {
                self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
            }
        }
        self.standing += standings.len();
    }

    /// Counts each record once; names so many of the first duplicates.
    pub fn count(mut self, named: usize) -> Counted {
        self.entries.sort_unstable();
        let (mut duplicates, mut first) = (0, Vec::new());
        self.entries.dedup_by(|later, earlier| {
            let same = *later >> KEY_SHIFT == *earlier >> KEY_SHIFT;
            if same {
                duplicates += 1;
                keep_first(&mut first, (row_of(*later), row_of(*earlier)), named);
            }
            same
        });
        let standing = |is: u128| {
            let mask = (1 << STANDING_BITS) - 1;
            self.entries.iter().filter(|entry| **entry & mask == is).count() as u64
        };
        let survey = Survey {
            unasked: standing(bits(Standing::Unasked)),
            answered: standing(bits(Standing::Answered(Timestamp::UNIX_EPOCH))),
            oldest: self.oldest,
            in_doubt: standing(bits(Standing::InDoubt)),
            busy: standing(bits(Standing::Busy)),
        };
        Counted { duplicates, first_duplicates: first, survey }
    }
}

const fn bits(standing: Standing) -> u128 {
    match standing {
        Standing::Unasked => 0,
        Standing::Answered(_) => 1,
        Standing::InDoubt => 2,
        Standing::Busy => 3,
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
