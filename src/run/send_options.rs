//! Limits and rules for sending the records of a run.

use std::time::Duration;

use crate::ledger::ReuseRules;
use crate::model::limits::MaxUnknown;
use crate::model::problem::Level;
use crate::run::pacing::Concurrency;
use crate::run::retry::RetryPolicy;

/// Limits and rules for sending the records of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SendOptions {
    /// When to retry an uncharged attempt.
    pub policy: RetryPolicy,
    /// Which answers of the ledger are reused.
    pub reuse: ReuseRules,
    /// How long to wait for another run that has the same record in flight.
    pub patience: Duration,
    /// Requests in flight.
    pub concurrency: Concurrency,
    /// A row with a problem of this level or a graver one is not sent.
    pub hold: Level,
    /// Charges at most in this run.
    pub max_charges: Option<u64>,
    /// Requests a second at most, over any ten seconds.
    pub rate: Option<f64>,
    /// The run stops when it gets no clean answer for so long.
    pub give_up_after: Duration,
    /// A request is given up after so long.
    pub timeout: Duration,
    /// The run stops at more calls of unknown charge than this.
    pub max_unknown: Option<MaxUnknown>,
}

/// The options of `idv verify`: one request at a time, four retries within a minute, every known
/// answer is reused, and suspect records are held.
impl Default for SendOptions {
    fn default() -> Self {
        Self {
            policy: RetryPolicy::new(4, Some(Duration::from_secs(60))),
            reuse: ReuseRules::default(),
            patience: Duration::from_secs(60),
            concurrency: Concurrency::Fixed(1),
            hold: Level::Suspect,
            max_charges: None,
            rate: None,
            give_up_after: Duration::from_secs(300),
            timeout: Duration::from_secs(30),
            max_unknown: None,
        }
    }
}
