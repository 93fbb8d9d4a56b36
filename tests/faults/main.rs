//! Every fault that can be thought of, each with its number (`docs/reliability.md`): what the
//! endpoint charged, what the ledger holds, how the program ends and what it says.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by a panic")]

#[path = "../cli/support/mod.rs"]
#[allow(dead_code, reason = "each of the two programs of tests uses a part of it")]
mod support;

mod endpoint;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod journal;
mod ledger_agreement;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod losing_disk;
mod program;
mod secret_search;

mod changed_input;
mod crash;
mod disk;
mod hostile;
mod input;
mod network;
mod outputs;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod power_cut;
mod process;
mod processes;
mod secrets;
mod server;
mod settings;
mod surroundings;
mod table;
mod time;
