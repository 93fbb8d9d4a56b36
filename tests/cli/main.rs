//! Drives the built program against the sandbox over TCP: one file a behaviour.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod support;

mod answers;
mod batch;
mod concurrency;
mod faults;
mod help;
mod house;
mod interrupts;
mod kills;
mod ledger;
mod outputs;
mod retries;
mod samples;
mod sandbox;
mod secrets;
mod settings;
mod stops;
mod terminal;
mod verify;
