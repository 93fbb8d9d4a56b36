//! A run: sends records under claims, at the endpoint's pace, until the rows end or a stop rule
//! ends it.

mod attempt;
mod budget;
pub(crate) mod interrupt;
mod known_rows;
pub(crate) mod pacing;
mod pipeline;
pub(crate) mod retry;
mod send_gate;
mod send_options;
pub(crate) mod stop;
mod stop_rules;
mod stream;
pub(crate) mod tally;
mod verifier;

pub(crate) use crate::run::attempt::PendingVerdict;
pub(crate) use crate::run::pipeline::{AttemptResult, Pipeline};
pub(crate) use crate::run::send_options::SendOptions;
pub use crate::run::verifier::{Verdicts, Verified, Verifier, VerifierBuilder, VerifierError};

pub(crate) use crate::run::stream::{FinishedRow, RowSource, StreamLimits, run};
