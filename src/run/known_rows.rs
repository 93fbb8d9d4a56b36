//! Rows that the ledger answers: their verdicts, and how many of them are found before their turn.

use crate::ledger::{LookAhead, StoredAnswer};
use crate::model::outcome::Source;
use crate::model::problem::Level;
use crate::model::row::Row;
use crate::model::verdict::Verdict;

/// The source of an answer that run `run` paid for, in run `own`.
pub(super) fn source(run: i64, own: i64) -> Source {
    if run == own { Source::Duplicate } else { Source::Ledger }
}

/// The verdict from an answer that run `own` (for a duplicate) or an earlier run paid for.
pub(super) fn verdict(stored: StoredAnswer, own: i64) -> Verdict {
    Verdict {
        source: source(stored.run, own),
        answer: Some(stored.answer),
        at: Some(stored.at),
        ..Verdict::local(stored.outcome, None)
    }
}

/// Finds rows that are answered already, before their turn.
pub(super) struct KnownRows {
    look_ahead: LookAhead,
    hold: Level,
    run: i64,
}

impl KnownRows {
    /// For run `run`, which holds rows with a problem of level `hold`.
    pub(super) fn new(look_ahead: LookAhead, hold: Level, run: i64) -> Self {
        Self { look_ahead, hold, run }
    }

    /// Returns the verdict of each row that is answered. A held row never is.
    pub(super) fn verdicts(&mut self, rows: &[Row]) -> Vec<Option<Box<Verdict>>> {
        let answers = self.look_ahead.answers(rows.iter().map(|row| &row.record));
        let known = |(row, answer): (&Row, Option<Box<StoredAnswer>>)| {
            let stored = answer.filter(|_| row.worst() < Some(self.hold))?;
            Some(Box::new(verdict(*stored, self.run)))
        };
        rows.iter().zip(answers).map(known).collect()
    }
}
