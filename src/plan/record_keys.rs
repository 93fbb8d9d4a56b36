//! The keys by which a plan tells records from each other.

use std::hash::{BuildHasher, Hash as _, Hasher as _, RandomState};

use crate::ledger::LookUpParameters;
use crate::model::record::{Field, KeyMaker, Record, RecordKey, canonical};

/// Makes the keys of records.
pub(crate) enum RecordKeys {
    /// The keys under which the ledger knows records.
    Ledger(Box<KeyMaker>),
    /// Keys that mean something within one file only, where no ledger is asked: two hashes of 64 bits
    /// under secrets of this process. They take a fifth of the time.
    File([RandomState; 2]),
}

impl RecordKeys {
    /// Makes the keys for these look-ups, if there are any.
    pub(crate) fn of(look_up: Option<&LookUpParameters>) -> Self {
        match look_up {
            Some(look_up) => Self::Ledger(Box::new(look_up.keys().clone())),
            None => Self::File([RandomState::new(), RandomState::new()]),
        }
    }

    /// The key of a record.
    pub(crate) fn key(&self, record: &Record) -> RecordKey {
        match self {
            Self::Ledger(keys) => keys.key(record),
            Self::File(states) => {
                let mut hashers = states.each_ref().map(BuildHasher::build_hasher);
                for value in Field::ALL.map(|field| canonical(record.get(field))) {
                    for hasher in &mut hashers {
                        value.hash(hasher);
                    }
                }
                let mut key = [0; 32];
                for (part, hasher) in key.chunks_exact_mut(8).zip(hashers) {
                    part.copy_from_slice(&hasher.finish().to_le_bytes());
                }
                RecordKey::from_bytes(key)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_one_key_however_it_is_written_and_another_has_another() {
        let keys = RecordKeys::of(None);
        let key = |record: &Record| keys.key(record);
        let record = |name: &str| Record::new("3310990101900001", "081234567890", name);
        let one = key(&record("Budi Santoso"));
        assert_eq!(key(&record(" Budi\u{a0} Santoso\u{200b}")), one);
        for name in ["BUDI SANTOSO", "Budi Santos", "Budi", "", "Budi Santosoo"] {
            assert_ne!(key(&record(name)).as_bytes()[..12], one.as_bytes()[..12], "{name}");
        }
        // What moves from one field to the next is another record.
        let moved = key(&Record::new("3310990101900001", "081234567890B", "udi Santoso"));
        assert_ne!(moved, one);
    }
}
