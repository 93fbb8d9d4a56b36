//! Looks records up before their turn in a run, many at a time: a record that is answered already needs
//! no claim, and so no turn of the writer.

use crate::ledger::look_up::LookUpParameters;
use crate::ledger::query::Reader;
use crate::ledger::send_decision::{LookUpResult, StoredAnswer};
use crate::model::record::Record;

/// Looks records up before their turn, for one run.
pub(crate) struct LookAhead {
    reader: Reader,
    parameters: LookUpParameters,
}

impl LookAhead {
    pub(super) fn new(reader: Reader, parameters: LookUpParameters) -> Self {
        Self { reader, parameters }
    }

    /// Returns for each record the answer that the run reuses, if there is one now. A ledger that can't
    /// be read gives none: the claim of the record says why.
    pub(crate) fn answers<'a>(
        &mut self,
        records: impl Iterator<Item = &'a Record>,
    ) -> Vec<Option<Box<StoredAnswer>>> {
        let keys: Vec<_> = records.map(|record| self.parameters.keys().key(record)).collect();
        let known = self.reader.look_up_keys(&self.parameters, &keys).unwrap_or_default();
        let answer = |known| match known {
            LookUpResult::Answered(stored) => Some(stored),
            LookUpResult::MaySend | LookUpResult::InDoubt(_) | LookUpResult::Busy(_) => None,
        };
        let mut answers: Vec<_> = known.into_iter().map(answer).collect();
        answers.resize_with(keys.len(), || None);
        answers
    }
}
