//! The map of the house: the modules of `idv`, from the door down to the ground floor.

pub mod cli;
pub mod commands;
pub mod exit;
pub mod settings;

pub mod interrupt;
pub mod output;
pub mod progress;

pub mod checks;
pub mod input;

pub mod pipeline;
pub mod plan;

pub mod sandbox;

pub mod brake;
pub mod client;
pub mod retry;
pub mod stop;

pub mod answer;
pub mod code;
pub mod ledger;
pub mod outcome;
pub mod price;
pub mod problem;
pub mod record;
pub mod row;
pub mod tally;
pub mod text;
