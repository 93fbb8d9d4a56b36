//! What a run over a file would do and what it would cost, found without sending anything.

mod known;
mod problems;
mod records;

pub(crate) use crate::plan::problems::Found;

use crate::checks;
use jiff::Timestamp;

use crate::checks::file_signs::{Sign, Signs};
use crate::ledger::{LedgerError, LookUpParameters, Reader, RecordStatus};
use crate::model::problem::Level;
use crate::model::record::KeyMaker;
use crate::model::row::Row;
use crate::plan::known::Known;
use crate::plan::problems::Problems;
use crate::plan::records::Records;

/// How many rows a plan names for each thing it counts.
const NAMED: usize = 5;

/// Where a row stands in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its number among the records, from 1.
    pub row: u64,
    /// The line of the file on which it begins, from 1.
    pub line: u64,
}

/// How many records of a file stand how with the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Survey {
    /// Nothing stands against sending them.
    pub unasked: u64,
    /// Answered, at no cost.
    pub answered: u64,
    /// When the oldest of those answers came.
    pub oldest: Option<Timestamp>,
    /// They may have been paid for already.
    pub in_doubt: u64,
    /// Another run is asking about them right now.
    pub busy: u64,
}

/// What a run would do with each row. `held + duplicates + answered + in_doubt + busy + to_send` is
/// `rows`, where the ledger's counts are 0 if it was not consulted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The records of the input.
    pub rows: u64,
    /// Those that would not be sent, for a problem.
    pub held: u64,
    /// What the checks found, the gravest first.
    pub problems: Vec<Found>,
    /// What is wrong with the file as a whole.
    pub signs: Vec<Sign>,
    /// Rows that share the call of an earlier row, since the record is the same.
    pub duplicates: u64,
    /// The first of those, each with the number of that earlier row.
    pub first_duplicates: Vec<(u64, u64)>,
    /// What the ledger says of the others; `None` where it was not consulted.
    pub ledger: Option<Survey>,
}

impl Plan {
    /// The same where it is known that the ledger knows nothing.
    #[must_use]
    pub fn with_empty_ledger(self) -> Self {
        let unasked = self.rows - self.held - self.duplicates;
        Self { ledger: Some(Survey { unasked, ..Survey::default() }), ..self }
    }

    /// The calls that a run would make.
    pub fn to_send(&self) -> u64 {
        match self.ledger {
            Some(survey) => survey.unasked,
            None => self.rows - self.held - self.duplicates,
        }
    }
}

/// Looks at one row after the other. Takes 16 bytes a row, given back when the plan is made.
pub struct Planner {
    hold: Level,
    keys: KeyMaker,
    rows: u64,
    held: u64,
    problems: Problems,
    signs: Signs,
    records: Records,
    known: Option<Known>,
    failed: Option<LedgerError>,
}

impl Planner {
    /// Begins a plan for a run that holds what is as grave as `hold`, with a ledger if there is one
    /// to be asked.
    pub fn new(
        hold: Level,
        ledger: Option<(Reader, LookUpParameters)>,
    ) -> Result<Self, LedgerError> {
        let keys = match &ledger {
            Some((_, look_up)) => look_up.keys().clone(),
            None => KeyMaker::new(&[0; 32], "", ""),
        };
        Ok(Self {
            hold,
            keys,
            rows: 0,
            held: 0,
            problems: Problems::default(),
            signs: Signs::default(),
            records: Records::default(),
            known: ledger.map(|(reader, look_up)| Known::new(reader, &look_up)).transpose()?,
            failed: None,
        })
    }

    /// Checks a row as it was read and counts it; says whether it would be held.
    pub fn take(&mut self, row: &mut Row) -> bool {
        self.rows += 1;
        if !row.is_held() {
            self.signs.observe(&row.record);
        }
        checks::prepare(row);
        self.problems.count(row);
        let held = row.worst() >= Some(self.hold);
        if held {
            self.held += 1;
        } else {
            self.add(row);
        }
        held
    }

    fn add(&mut self, row: &Row) {
        let key = self.keys.key(&row.record);
        self.records.add(&key, row.number);
        let Some(known) = &mut self.known else { return };
        for answers in known.ask(key) {
            note(&mut self.records, &mut self.failed, answers);
        }
    }

    /// Waits for what the ledger still has to say, and sums up.
    pub fn finish(mut self) -> Result<Plan, LedgerError> {
        let consulted = self.known.is_some();
        for answers in self.known.into_iter().flat_map(Known::rest) {
            note(&mut self.records, &mut self.failed, answers);
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        let records = self.records.count(NAMED);
        Ok(Plan {
            rows: self.rows,
            held: self.held,
            problems: self.problems.sorted(),
            signs: self.signs.found(),
            duplicates: records.duplicates,
            first_duplicates: records.first_duplicates,
            ledger: consulted.then_some(records.survey),
        })
    }
}

fn note(
    records: &mut Records,
    failed: &mut Option<LedgerError>,
    answers: Result<Vec<RecordStatus>, LedgerError>,
) {
    match answers {
        Ok(standings) => records.note(&standings),
        Err(error) => *failed = Some(error),
    }
}

#[cfg(test)]
mod tests;
