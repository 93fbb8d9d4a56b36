//! Keyed hashes of a NIK and of a phone number, by which the calls about one person are found.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::ledger::index::split;
use crate::model::record::{Field, KeyMaker, Record, RecordKey};

/// The known facts about a person whose calls are searched.
pub enum PersonSearch {
    /// The NIK.
    IdNumber(String),
    /// The phone number.
    PhoneNumber(String),
    /// A whole record: it also finds calls of an earlier version.
    Record {
        /// The record, normalised.
        record: Box<Record>,
        /// Makes its key.
        keys: Box<KeyMaker>,
    },
}

/// The bytes of one hash: 96 bits.
const LENGTH: usize = 12;

/// A hash of a NIK or of a phone number.
pub(super) type FieldHash = [u8; LENGTH];

/// The hash of a NIK, then that of a phone number.
pub(super) type PersonHash = [u8; 2 * LENGTH];

/// Hashes the NIK and the phone number of a person under the secret of a ledger.
#[derive(Clone)]
pub(super) struct PersonHasher(Hmac<Sha256>);

impl PersonHasher {
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        let mut block = [0; 64];
        block[..32].copy_from_slice(secret);
        let mut mac = Hmac::new(&block.into());
        mac.update(b"idv person 1");
        Self(mac)
    }

    /// Hashes a NIK; only its digits count.
    pub(super) fn id_number(&self, value: &str) -> FieldHash {
        self.hash(b'n', &digits(value))
    }

    /// Hashes a phone number; `0812...`, `62812...` and `+62 812-...` are the same.
    pub(super) fn phone_number(&self, value: &str) -> FieldHash {
        let digits = digits(value);
        let national = digits.strip_prefix("62").or_else(|| digits.strip_prefix('0'));
        self.hash(b'p', national.unwrap_or(&digits))
    }

    /// Hashes the person of a record.
    pub(super) fn person(&self, record: &Record) -> PersonHash {
        let mut person = [0; 2 * LENGTH];
        person[..LENGTH].copy_from_slice(&self.id_number(record.get(Field::IdNumber)));
        person[LENGTH..].copy_from_slice(&self.phone_number(record.get(Field::PhoneNumber)));
        person
    }

    fn hash(&self, field: u8, value: &str) -> FieldHash {
        let mut mac = self.0.clone();
        mac.update(&[field]);
        mac.update(value.as_bytes());
        let bytes = mac.finalize().into_bytes();
        std::array::from_fn(|at| bytes[at])
    }
}

/// A parameter of the condition; NULL matches no call.
type Part<'a> = Option<&'a [u8]>;

/// The person whose calls are searched.
#[derive(Debug, Clone, Default)]
pub struct PersonQuery {
    /// The hash of the NIK.
    id_number: Option<FieldHash>,
    /// The hash of the phone number, where the NIK is not given.
    phone_number: Option<FieldHash>,
    /// The key of the whole record.
    key: Option<RecordKey>,
}

impl PersonQuery {
    /// The condition on a call `c`; its parameters are those of `values`.
    pub(super) const CONDITION: &str = "(substr(c.person, 1, 12) = ?1
        OR substr(c.person, 13, 12) = ?2 OR (c.slot = ?3 AND c.rest = ?4))";

    /// A query for this NIK, or, without one, for this phone number.
    pub(super) fn new(hasher: &PersonHasher, search: &PersonSearch) -> Self {
        match search {
            PersonSearch::IdNumber(value) => {
                Self { id_number: Some(hasher.id_number(value)), ..Self::default() }
            }
            PersonSearch::PhoneNumber(value) => {
                Self { phone_number: Some(hasher.phone_number(value)), ..Self::default() }
            }
            PersonSearch::Record { record, keys } => Self {
                id_number: Some(hasher.id_number(record.get(Field::IdNumber))),
                phone_number: None,
                key: Some(keys.key(record)),
            },
        }
    }

    /// The parameters of the condition.
    pub(super) fn values(&self) -> (Part<'_>, Part<'_>, Option<i64>, Part<'_>) {
        let key = self.key.as_ref().map(|key| split(key.as_bytes()));
        (
            self.id_number.as_ref().map(<[u8; LENGTH]>::as_slice),
            self.phone_number.as_ref().map(<[u8; LENGTH]>::as_slice),
            key.map(|(slot, _)| slot),
            key.map(|(_, rest)| rest),
        )
    }
}

fn digits(value: &str) -> String {
    value.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_hash_however_it_is_written() {
        let hasher = PersonHasher::new(&[7; 32]);
        for phone in ["081234567890", "6281234567890", "+62 812-3456-7890", "81234567890"] {
            assert_eq!(hasher.phone_number(phone), hasher.phone_number("081234567890"), "{phone}");
        }
        let nik = hasher.id_number("3310990101900001");
        assert_eq!(hasher.id_number("3310 9901 0190 0001"), nik);
        assert_ne!(hasher.id_number("3310990101900002"), nik);
        assert_ne!(hasher.phone_number("3310990101900001"), nik);
        assert_ne!(PersonHasher::new(&[8; 32]).id_number("3310990101900001"), nik);
    }
}
