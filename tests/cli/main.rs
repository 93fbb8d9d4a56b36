//! Drives the built program against the sandbox over TCP: one file a behaviour.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by a panic, and says its seed"
)]

mod support;

mod answers;
mod batch;
mod concurrency;
mod connections;
mod disk;
mod faults;
mod help;
mod house;
mod inputs;
mod interrupts;
mod kills;
mod ledger;
mod outputs;
mod pace;
mod retries;
mod samples;
mod sandbox;
mod secrets;
mod settings;
mod stopping;
mod stops;
mod terminal;
mod verify;
