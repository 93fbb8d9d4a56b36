//! Plans a run over a file: what it would do and cost. Nothing is sent.

mod parallel_look_up;
mod problems;
mod record_keys;
mod records;
mod shared_values;

pub(crate) use crate::plan::problems::ProblemCount;
pub(crate) use crate::plan::shared_values::SharedRows;

use crate::checks;
use std::sync::Arc;

use jiff::Timestamp;

use crate::checks::file_signs::FileSigns;
use crate::ledger::{LedgerError, LookUpParameters, Reader, RecordStatus};
use crate::model::file_sign::FileSign;
use crate::model::left_out::LeftOut;
use crate::model::problem::Level;
use crate::model::row::Row;
use crate::model::shard::Shard;
use crate::plan::parallel_look_up::ParallelLookUp;
use crate::plan::problems::Problems;
use crate::plan::record_keys::RecordKeys;
use crate::plan::records::RecordList;
use crate::plan::shared_values::SharedValues;

/// Rows that a plan names for each count.
const NAMED: usize = 5;

/// The position of a row in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowPosition {
    /// Its number among the records, from 1.
    pub row: u64,
    /// The line of the file on which it begins, from 1.
    pub line: u64,
}

/// The records of a file by their status in the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LedgerCounts {
    /// Records that may be sent.
    pub unasked: u64,
    /// Records with an answer, which cost nothing.
    pub answered: u64,
    /// Time of the oldest of those answers.
    pub oldest: Option<Timestamp>,
    /// Records in doubt, which may be paid for already.
    pub in_doubt: u64,
    /// Records that another run has in flight.
    pub busy: u64,
}

/// The plan of a run. `held + duplicates + answered + in_doubt + busy + to_send` is `rows`; the counts
/// of the ledger are 0 if it was not consulted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The records of the input, or of the shard.
    pub rows: u64,
    /// Rows of the other shards. `None` if the run takes the whole input.
    pub other_shards: Option<u64>,
    /// Records of the input that are no rows.
    pub left_out: LeftOut,
    /// Records that would be held.
    pub held: u64,
    /// The problems found, the gravest first.
    pub problems: Vec<ProblemCount>,
    /// Signs of damage in the whole file.
    pub signs: Vec<FileSign>,
    /// The rows with a sign of fraud.
    pub shared: Arc<SharedRows>,
    /// Rows with the record of an earlier row, whose call they share.
    pub duplicates: u64,
    /// The first duplicates, each with the number of the earlier row.
    pub first_duplicates: Vec<(u64, u64)>,
    /// The counts of the others in the ledger. `None` if it was not consulted.
    pub ledger: Option<LedgerCounts>,
}

impl Plan {
    /// The same plan with a ledger that does not exist yet.
    #[must_use]
    pub fn with_empty_ledger(self) -> Self {
        let unasked = self.rows - self.held - self.duplicates;
        Self { ledger: Some(LedgerCounts { unasked, ..LedgerCounts::default() }), ..self }
    }

    /// Calls that the run would make.
    pub fn to_send(&self) -> u64 {
        match self.ledger {
            Some(survey) => survey.unasked,
            None => self.rows - self.held - self.duplicates,
        }
    }
}

/// Plans row by row. It takes 48 bytes a row, which are freed when the plan is finished.
pub struct Planner {
    shared: Option<SharedValues>,
    hold: Level,
    shard: Option<Shard>,
    keys: RecordKeys,
    rows: u64,
    other_shards: u64,
    held: u64,
    problems: Problems,
    signs: FileSigns,
    records: RecordList,
    known: Option<ParallelLookUp>,
    failed: Option<LedgerError>,
}

impl Planner {
    /// Begins a plan. Rows with a problem of level `hold` or graver are held. Rows outside `shard`
    /// are only counted. `ledger` is consulted if it is given.
    pub fn new(
        hold: Level,
        shard: Option<Shard>,
        ledger: Option<(Reader, LookUpParameters)>,
    ) -> Result<Self, LedgerError> {
        let keys = RecordKeys::of(ledger.as_ref().map(|(_, look_up)| look_up));
        Ok(Self {
            shared: None,
            hold,
            shard,
            keys,
            rows: 0,
            other_shards: 0,
            held: 0,
            problems: Problems::default(),
            signs: FileSigns::default(),
            records: RecordList::default(),
            known: ledger
                .map(|(reader, look_up)| ParallelLookUp::new(reader, &look_up))
                .transpose()?,
            failed: None,
        })
    }

    /// Looks for signs of fraud too. They are of a file that is read twice, not of a stream.
    #[must_use]
    pub fn with_signs_of_fraud(self) -> Self {
        Self { shared: Some(SharedValues::default()), ..self }
    }

    /// Checks and counts a row. Returns whether it would be held, or `None` for a row of another
    /// shard.
    pub fn take(&mut self, row: &mut Row) -> Option<bool> {
        if !row.is_held() {
            self.signs.observe(&row.record);
        }
        checks::prepare(row);
        if let Some(shared) = &mut self.shared {
            shared.add(row);
        }
        if self.shard.is_some_and(|shard| !shard.contains(&row.record)) {
            self.other_shards += 1;
            return None;
        }
        self.rows += 1;
        self.problems.count(row);
        let held = row.worst() >= Some(self.hold);
        if held {
            self.held += 1;
        } else {
            self.add(row);
        }
        Some(held)
    }

    fn add(&mut self, row: &Row) {
        let key = self.keys.key(&row.record);
        self.records.add(&key, row.number);
        let Some(known) = &mut self.known else { return };
        for answers in known.ask(key) {
            note(&mut self.records, &mut self.failed, answers);
        }
    }

    /// Waits for the rest of the look-ups, and returns the plan.
    pub fn finish(mut self) -> Result<Plan, LedgerError> {
        let consulted = self.known.is_some();
        for answers in self.known.into_iter().flat_map(ParallelLookUp::rest) {
            note(&mut self.records, &mut self.failed, answers);
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        let records = self.records.count(NAMED);
        let (shared, signs_of_fraud) = self.shared.map(SharedValues::find).unwrap_or_default();
        self.problems.extend(signs_of_fraud);
        Ok(Plan {
            rows: self.rows,
            other_shards: self.shard.map(|_| self.other_shards),
            left_out: LeftOut::default(),
            held: self.held,
            problems: self.problems.sorted(),
            signs: self.signs.found(),
            shared: Arc::new(shared),
            duplicates: records.duplicates,
            first_duplicates: records.first_duplicates,
            ledger: consulted.then_some(records.survey),
        })
    }
}

fn note(
    records: &mut RecordList,
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
