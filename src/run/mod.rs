//! A run: sends records under claims, at the endpoint's pace, until the rows end or a stop rule
//! ends it.

mod attempt;
mod budget;
pub mod interrupt;
pub mod pacing;
mod pipeline;
pub mod retry;
mod send_gate;
pub mod stop;
mod stop_rules;
mod stream;
pub mod tally;

pub use crate::run::attempt::Judged;
pub use crate::run::pipeline::{Pipeline, Step, Terms, Wait, Way};
pub use crate::run::stream::{Done, Limits, Rows, run};
