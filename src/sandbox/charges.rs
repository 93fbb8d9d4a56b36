//! The sandbox's books: what arrived, what was charged, and for which record.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// The SHA-256 of a request's body: what makes two requests the same record.
pub(super) type Digest = [u8; 32];

/// The counts so far. Clones share the same books.
#[derive(Debug, Clone, Default)]
pub(crate) struct Charges(Arc<Mutex<Books>>);

#[derive(Debug, Default)]
struct Books {
    requests: u64,
    charged: u64,
    by_code: BTreeMap<u16, u64>,
    records: HashMap<Digest, u64>,
    most: u64,
}

/// The answer to `GET /charges`.
#[derive(Serialize)]
struct Report<'a> {
    requests: u64,
    charged: u64,
    by_code: &'a BTreeMap<u16, u64>,
    records: usize,
    most_charges_for_one_record: u64,
}

impl Charges {
    /// How many POSTs arrived with their whole body.
    pub(crate) fn requests(&self) -> u64 {
        self.books().requests
    }

    /// How many of them were charged.
    pub(crate) fn charged(&self) -> u64 {
        self.books().charged
    }

    /// What `GET /charges` answers: one JSON object.
    pub(crate) fn json(&self) -> String {
        let books = self.books();
        let report = Report {
            requests: books.requests,
            charged: books.charged,
            by_code: &books.by_code,
            records: books.records.len(),
            most_charges_for_one_record: books.most,
        };
        serde_json::to_string(&report).unwrap_or_default()
    }

    /// Notes a request that arrived.
    pub(super) fn arrived(&self) {
        self.books().requests += 1;
    }

    /// Notes what was decided: the code, if the decision has one, and the record charged for.
    pub(super) fn decided(&self, code: Option<u16>, charged: Option<Digest>) {
        let mut books = self.books();
        if let Some(code) = code {
            *books.by_code.entry(code).or_default() += 1;
        }
        if let Some(digest) = charged {
            books.charge(digest);
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn charge(&mut self, digest: Digest) {
        self.charged += 1;
        let times = self.records.entry(digest).or_default();
        *times += 1;
        self.most = self.most.max(*times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_books_tell_records_from_charges() {
        let charges = Charges::default();
        for digest in [[1; 32], [2; 32], [1; 32]] {
            charges.arrived();
            charges.decided(Some(200), Some(digest));
        }
        charges.arrived();
        charges.decided(Some(11340), None);
        charges.arrived();
        charges.decided(None, None);
        assert_eq!(
            charges.json(),
            r#"{"requests":5,"charged":3,"by_code":{"200":3,"11340":1},"records":2,"most_charges_for_one_record":2}"#
        );
        assert_eq!((charges.requests(), charges.charged()), (5, 3));
    }

    #[test]
    fn clones_share_the_books() {
        let charges = Charges::default();
        charges.clone().arrived();
        assert_eq!(charges.requests(), 1);
    }
}
