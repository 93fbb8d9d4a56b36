//! Parameters of a ledger look-up: the key maker and the rules for reusing old answers.

use crate::ledger::send_decision::RunRules;
use crate::model::record::KeyMaker;

/// Parameters of a look-up.
#[derive(Clone)]
pub struct LookUpParameters {
    pub(super) keys: KeyMaker,
    pub(super) rules: RunRules,
}

impl LookUpParameters {
    /// Returns the maker of the keys under which the ledger knows records.
    pub fn keys(&self) -> &KeyMaker {
        &self.keys
    }
}
