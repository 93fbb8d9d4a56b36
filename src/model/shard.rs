//! A shard of a file: the part of its records that one of several runs takes.

use std::str::FromStr;

use crate::model::record::{KeyMaker, Record};

/// Shards at most.
const MOST: u64 = 1_000_000;

/// Shard `index` of `count`. A record's shard depends on its five fields alone, not on its row, so
/// rows with the same record are in the same shard, on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl Shard {
    /// Whether this record belongs to the shard. The checks have prepared the record.
    pub fn contains(self, record: &Record) -> bool {
        // Every run of a file has to agree on this hash, so it uses neither secret nor partner code.
        let key = KeyMaker::new(&[0; 32], "shard", "").key(record);
        let (start, _) = key.as_bytes().split_at(8);
        let hash = start.iter().fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
        hash % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = &'static str;

    /// Parses `3/8`, the third shard of eight.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let parts =
            text.split_once('/').and_then(|(index, count)| number(index).zip(number(count)));
        match parts {
            Some((index, count)) if (1..=MOST).contains(&count) && (1..=count).contains(&index) => {
                Ok(Self { index, count })
            }
            Some(_) | None => Err("say I/N with I in 1..=N, as in 3/8"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shard of a record is a contract between machines with different versions.
    #[test]
    fn a_record_stays_in_its_shard() {
        let record = |name: &str| Record::new("3310990101900001", "081234567890", name);
        let shard_of = |name: &str| {
            let here = |index: &u64| Shard { index: *index, count: 8 }.contains(&record(name));
            (1..=8).filter(here).collect::<Vec<_>>()
        };
        let shards: Vec<_> = ["BUDI", "SITI", "AGUS", "DEWI"].map(shard_of).concat();
        assert_eq!(shards, [3, 1, 7, 5]);
    }

    #[test]
    fn a_shard_is_a_number_and_a_count() {
        assert_eq!("3/8".parse(), Ok(Shard { index: 3, count: 8 }));
        assert_eq!("1/1".parse(), Ok(Shard { index: 1, count: 1 }));
        for text in ["", "3", "0/8", "9/8", "1/0", "-1/8", "1/8/8", "a/b", "1/99999999999"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
