//! The map of the house: the modules of `idv`.

pub mod answer;
pub mod cli;
pub mod client;
pub mod code;
pub mod exit;
pub mod interrupt;
pub mod outcome;
pub mod output;
pub mod pipeline;
pub mod problem;
pub mod progress;
pub mod record;
pub mod retry;
pub mod row;
pub mod settings;
pub mod stop;
pub mod tally;
pub mod text;
