//! What the checks found in the rows of a file, by code, with the first rows of each.

use std::borrow::Cow;

use crate::model::problem::Level;
use crate::model::row::Row;
use crate::plan::{NAMED, Place};

/// A problem, and how many rows have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its stable code.
    pub code: &'static str,
    /// How grave it is.
    pub level: Level,
    /// How many rows have it.
    pub rows: u64,
    /// The first of them.
    pub first: Vec<Place>,
    /// How to repair the source, as it is said of the first of them.
    pub message: Cow<'static, str>,
}

/// Counts problems. There are few codes, and most rows have none.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Found>);

impl Problems {
    /// Counts the problems of a row.
    pub(crate) fn count(&mut self, row: &Row) {
        for problem in &row.problems {
            let place = Place { row: row.number, line: row.line };
            match self.0.iter_mut().find(|found| found.code == problem.code) {
                Some(found) => found.add(place),
                None => self.0.push(Found {
                    code: problem.code,
                    level: problem.level,
                    rows: 1,
                    first: vec![place],
                    message: problem.message.clone(),
                }),
            }
        }
    }

    /// The gravest first, then the most frequent.
    pub(crate) fn sorted(mut self) -> Vec<Found> {
        self.0.sort_by_key(|found| (std::cmp::Reverse((found.level, found.rows)), found.code));
        self.0
    }
}

impl Found {
    fn add(&mut self, place: Place) {
        self.rows += 1;
        if self.first.len() < NAMED {
            self.first.push(place);
        }
    }
}
