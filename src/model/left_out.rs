//! Counts the records of an input that are no rows: blank ones, and headers that come again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// Numbers of records that are no rows. They have no number and no outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Records without a value.
    pub blank: u64,
    /// Headers that come again, and rows of column numbers.
    pub header: u64,
}

/// Counts while an input is read. All clones are the same counter.
#[derive(Debug, Clone, Default)]
pub(crate) struct LeftOutCounter(Arc<[AtomicU64; 2]>);

impl LeftOutCounter {
    /// Counts a blank record.
    pub(crate) fn add_blank(&self) {
        self.0[0].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a header.
    pub(crate) fn add_header(&self) {
        self.0[1].fetch_add(1, Ordering::Relaxed);
    }

    /// The numbers so far.
    pub(crate) fn get(&self) -> LeftOut {
        let [blank, header] = &*self.0;
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        LeftOut { blank: of(blank), header: of(header) }
    }
}
