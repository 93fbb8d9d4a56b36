//! The sentences in Indonesian. The terms are those that Indonesian lenders and programs use: a verdict
//! is "sesuai" or "tidak sesuai", and "gagal" is a technical failure only.

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

use std::time::Duration;

use crate::words::Words;

/// Bahasa Indonesia.
pub(crate) struct Indonesian;

impl Words for Indonesian {}

/// A time in seconds, with the decimal comma.
fn seconds(time: Duration) -> String {
    time.as_secs_f64().to_string().replace('.', ",")
}
