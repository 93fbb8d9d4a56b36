//! One row of the input: its place, its original cells, the record made from it, and its problems.

use std::sync::Arc;

use csv::StringRecord;

use crate::model::problem::{Level, Problem};
use crate::model::record::Record;

/// One row of the input.
#[derive(Clone)]
pub struct Row {
    /// Number of the record in the input, from 1. The header is not counted.
    pub number: u64,
    /// The line of the file on which the record begins, from 1.
    pub line: u64,
    /// The names of the original columns, shared by the rows that have the same ones.
    pub columns: Arc<[String]>,
    /// The original cells, one for each column, except in a ragged row.
    pub cells: StringRecord,
    /// The five fields. The checks turn them into the form that is sent.
    pub record: Record,
    /// The problems that the checks found.
    pub problems: Vec<Problem>,
}

/// Shows the place of the row, and no value.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("number", &self.number)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl Row {
    /// The level of the gravest problem.
    pub fn worst(&self) -> Option<Level> {
        self.problems.iter().map(Problem::level).max()
    }

    /// Whether a problem forbids sending this row, whatever the user chose.
    pub fn is_held(&self) -> bool {
        self.worst() >= Some(Level::Malformed)
    }
}
