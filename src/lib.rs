//! The map of the house: the modules of `idv`.

pub mod answer;
pub mod code;
pub mod ledger;
pub mod outcome;
pub mod problem;
pub mod record;
pub mod row;
