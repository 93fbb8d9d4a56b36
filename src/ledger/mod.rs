//! The ledger: every call and its cost, on disk before the program acts on it, so that no record is
//! paid for twice unasked and no paid answer is lost.
//!
//! A call is an intent (a row of `calls`) and an end (a row of `answers`). Both are appended and
//! never overwritten. A record is sent only under a [`Claim`]: its intent is on disk when the claim
//! is handed out, its answer when the pending write is over. One thread writes for all
//! (`writer.rs`), in group commits. A run is alive while it holds its lock (`lock.rs`); an intent
//! without an end, of a dead run, is in doubt. `send_decision.rs` has the rules, without a database.

mod bill_sums;
mod bulk_look_up;
mod chain;
mod checkpoint;
mod claim;
mod database;
mod erasure;
mod error;
mod file;
mod find;
mod handle;
mod history;
mod history_rows;
mod index;
mod journal;
mod kind;
mod liveness;
mod lock;
mod look_ahead;
mod look_up;
mod maintenance;
mod open;
mod origin;
mod person;
mod place;
mod query;
pub(crate) mod reconcile;
mod redaction;
mod requests;
mod run;
mod run_state;
mod run_sums;
mod send_decision;
mod shared_rate;
mod size_limit;
mod store;
mod team;
mod thread;
mod waiter;
mod writer;

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;

pub(crate) use crate::ledger::bulk_look_up::RecordStatus;
pub(crate) use crate::ledger::chain::ChainReport;
pub use crate::ledger::claim::{Claim, ClaimReply, PendingClaim, PendingWrite};
pub(crate) use crate::ledger::erasure::{PurgeResult, PurgeScope};
pub use crate::ledger::error::LedgerError;
pub(crate) use crate::ledger::find::FoundCall;
pub use crate::ledger::handle::Ledger;
pub(crate) use crate::ledger::history::CallFilter;
pub(crate) use crate::ledger::history_rows::{BillLine, BillSum, CallRow, PaidTwice, RunRow};
pub use crate::ledger::kind::Kind;
pub(crate) use crate::ledger::look_ahead::LookAhead;
pub use crate::ledger::look_up::LookUpParameters;
pub(crate) use crate::ledger::maintenance::Resolution;
pub(crate) use crate::ledger::origin::RunOrigin;
pub(crate) use crate::ledger::person::PersonSearch;
pub(crate) use crate::ledger::place::LedgerPlace;
pub use crate::ledger::query::Reader;
pub use crate::ledger::requests::WriteStatus;
pub use crate::ledger::run::{Run, RunEnd};
pub(crate) use crate::ledger::send_decision::{InDoubtCall, StoredAnswer};
pub use crate::ledger::send_decision::{LookUpResult, ReuseRules};
pub(crate) use crate::ledger::shared_rate::SharedRate;
pub use crate::ledger::team::TeamError;
pub(crate) use crate::ledger::team::{
    Health, InitResult, TeamAddress, TeamLimits, budget, doctor, import, init, journal, push,
};
pub(crate) use crate::ledger::waiter::{WaitResult, Waiter};
