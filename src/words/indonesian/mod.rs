//! The sentences in Indonesian. The terms are those that Indonesian lenders and programs use: a verdict
//! is "sesuai" or "tidak sesuai", and "gagal" is a technical failure only.

mod card;
mod input;
mod messages;
mod next_steps;
mod plan;
mod problems;
mod progress;
mod report;
mod stops;
mod summary;
mod verdicts;

use crate::words::Words;

/// Bahasa Indonesia.
pub(crate) struct Indonesian;

impl Words for Indonesian {}
