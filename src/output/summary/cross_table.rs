//! The cross table of answered rows by phone match and name match.

use crate::model::field_match::Match;
use crate::run::tally::Tally;

/// Rows by both matches. Values that never occurred are left out.
pub(crate) struct CrossTable {
    cells: [[u64; Match::ALL.len()]; Match::ALL.len()],
}

impl CrossTable {
    /// Makes the table of a run.
    pub(crate) fn of(tally: &Tally) -> Self {
        let mut cells = [[0; Match::ALL.len()]; Match::ALL.len()];
        for (phone, name, rows) in tally.matches() {
            cells[phone as usize][name as usize] += rows;
        }
        Self { cells }
    }

    /// Rows with these two values.
    pub(crate) fn rows(&self, phone: Match, name: Match) -> u64 {
        self.cells[phone as usize][name as usize]
    }

    /// Whether no answer had any match.
    pub(crate) fn is_empty(&self) -> bool {
        self.cells.iter().flatten().all(|rows| *rows == 0)
    }

    /// The usual values, and `other` if it occurred.
    pub(crate) fn shown(&self) -> impl Iterator<Item = Match> {
        let other = |kind| {
            Match::ALL.iter().any(|with| self.rows(kind, *with) + self.rows(*with, kind) > 0)
        };
        Match::ALL.into_iter().filter(move |kind| *kind != Match::Other || other(*kind))
    }
}
