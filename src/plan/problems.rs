//! Counts the problems in the rows of a file by code, with the first rows of each.

use crate::model::problem::Problem;
use crate::model::row::Row;
use crate::plan::{NAMED, RowPosition};

/// A problem with its number of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemCount {
    /// The problem, as the first row has it.
    pub problem: Problem,
    /// Number of rows with it.
    pub rows: u64,
    /// The first rows with it.
    pub first: Vec<RowPosition>,
}

/// Counts problems by code. There are few codes, and most rows have no problem.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<ProblemCount>);

impl Problems {
    /// Counts the problems of a row.
    pub(crate) fn count(&mut self, row: &Row) {
        for problem in &row.problems {
            let place = RowPosition { row: row.number, line: row.line };
            match self.0.iter_mut().find(|found| found.problem.code() == problem.code()) {
                Some(found) => found.add(place),
                None => self.0.push(ProblemCount {
                    problem: problem.clone(),
                    rows: 1,
                    first: vec![place],
                }),
            }
        }
    }

    /// Adds problems that only the whole file shows.
    pub(crate) fn extend(&mut self, found: Vec<ProblemCount>) {
        self.0.extend(found);
    }

    /// The problems, the gravest first, then the most frequent.
    pub(crate) fn sorted(mut self) -> Vec<ProblemCount> {
        self.0.sort_by_key(|found| {
            (std::cmp::Reverse((found.problem.level(), found.rows)), found.problem.code())
        });
        self.0
    }
}

impl ProblemCount {
    fn add(&mut self, place: RowPosition) {
        self.rows += 1;
        if self.first.len() < NAMED {
            self.first.push(place);
        }
    }
}
