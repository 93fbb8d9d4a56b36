//! On whose behalf the ledger is asked, and on which terms.

use crate::ledger::Kind;
use crate::ledger::call::{Asking, ClaimOptions};
use crate::ledger::query::Reader;
use crate::ledger::run::Run;
use crate::model::record::KeyMaker;

/// On whose behalf, and on which terms, records are looked up.
#[derive(Clone)]
pub struct Asker {
    keys: KeyMaker,
    asking: Asking,
}

impl Asker {
    /// For a run: what it may send by these terms is `Unasked`.
    pub fn of_run(run: &Run, options: ClaimOptions) -> Self {
        Self { keys: run.keys().clone(), asking: run.asking(options) }
    }

    /// Makes the keys under which the ledger knows records.
    pub fn keys(&self) -> &KeyMaker {
        &self.keys
    }

    pub(super) fn asking(&self) -> &Asking {
        &self.asking
    }
}

impl Reader {
    /// For a plan that sends nothing: what a run that starts now would find.
    pub fn asker(&self, kind: Kind, partner_code: &str, options: ClaimOptions) -> Asker {
        let keys = KeyMaker::new(&self.secret, kind.word(), partner_code);
        Asker { keys, asking: Asking { run: None, last_call: i64::MAX, options } }
    }
}
