//! The ledger that a team shares, against a real `PostgreSQL` server that each test starts for itself
//! and stops by its id. Without the server's programs these tests are skipped, and say so.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by a panic")]

#[path = "../cli/support/mod.rs"]
#[allow(dead_code, reason = "each of the programs of tests uses a part of it")]
mod support;

mod cluster;
mod cutter;
mod machine;

mod away;
mod crashes;
mod fence;
mod history;
mod outputs;
mod pooler;
mod races;
mod rate;
mod refusals;
mod restored;
mod upgrade;
