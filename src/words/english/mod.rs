//! The sentences in English.

mod card;
mod explanations;
mod input;
mod messages;
mod next_steps;
mod outputs;
mod plan;
mod problems;
mod progress;
mod report;
mod stops;
mod summary;
mod verdicts;

use crate::words::Words;

/// English.
pub(crate) struct English;

impl Words for English {}
