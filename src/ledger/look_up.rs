//! On whose behalf the ledger is asked, and on which terms.

use crate::ledger::Kind;
use crate::ledger::call::{ReuseRules, RunRules};
use crate::ledger::query::Reader;
use crate::ledger::run::Run;
use crate::model::record::KeyMaker;

/// On whose behalf, and on which terms, records are looked up.
#[derive(Clone)]
pub struct LookUpParameters {
    keys: KeyMaker,
    rules: RunRules,
}

impl LookUpParameters {
    /// For a run: what it may send by these terms is `MaySend`.
    pub fn of_run(run: &Run, options: ReuseRules) -> Self {
        Self { keys: run.keys().clone(), rules: run.rules(options) }
    }

    /// Makes the keys under which the ledger knows records.
    pub fn keys(&self) -> &KeyMaker {
        &self.keys
    }

    pub(super) fn rules(&self) -> &RunRules {
        &self.rules
    }
}

impl Reader {
    /// For a plan that sends nothing: what a run that starts now would find.
    pub fn look_up_parameters(
        &self,
        kind: Kind,
        partner_code: &str,
        options: ReuseRules,
    ) -> LookUpParameters {
        let keys = KeyMaker::new(&self.secret, kind.word(), partner_code);
        LookUpParameters { keys, rules: RunRules { run: None, last_call: i64::MAX, options } }
    }
}
