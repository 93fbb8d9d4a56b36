//! One row of the input on its way through a run: where it stood, what stood there, the record
//! made from it, and the problems found.

use std::sync::Arc;

use csv::StringRecord;

use crate::model::problem::{Level, Problem};
use crate::model::record::Record;

/// One row of the input.
#[derive(Clone)]
pub struct Row {
    /// Counts the records of the input from 1, without gaps; the header is not counted.
    pub number: u64,
    /// The line of the file on which the record begins, from 1.
    pub line: u64,
    /// The names of the original columns, shared by the rows that have the same ones.
    pub columns: Arc<[String]>,
    /// The original cells, as read; as many as there are columns, but for a ragged row.
    pub cells: StringRecord,
    /// The five fields: as read at first, as they are sent after the checks.
    pub record: Record,
    /// What the checks found.
    pub problems: Vec<Problem>,
}

/// Says where the row stood, and nothing of what stood there.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("number", &self.number)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl Row {
    /// How grave the gravest problem is.
    pub fn worst(&self) -> Option<Level> {
        self.problems.iter().map(|problem| problem.level).max()
    }

    /// Whether a problem forbids to send this row, whatever the user chose.
    pub fn is_held(&self) -> bool {
        self.worst() >= Some(Level::Malformed)
    }
}
