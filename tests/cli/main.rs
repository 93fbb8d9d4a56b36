//! Drives the built program against the sandbox over TCP: one file a behaviour.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by a panic, and says its seed"
)]

#[allow(dead_code, reason = "each of the two programs of tests uses a part of it")]
mod support;

mod agreement;
mod answers;
mod batch;
mod bill;
mod bill_of_materials;
mod check;
mod concurrency;
mod connections;
mod consent;
mod disk;
mod docs;
mod encryption;
mod errors;
mod generated;
mod gentle_start;
mod help;
mod hidden_rows;
mod house;
mod inputs;
mod interrupts;
mod keys;
mod kills;
mod known_rows;
mod language;
mod ledger;
mod noise;
mod outputs;
mod pace;
mod processing;
mod report;
mod retention;
mod retries;
mod rows;
mod samples;
mod sandbox;
mod schemas;
mod settings;
mod shards;
mod shared_values;
mod slow_answers;
mod stopping;
mod stops;
mod summary;
mod suspension;
mod terminal;
mod verify;
mod workbooks;
