//! The program: the library's `run`, and the only process exit.

use std::process::ExitCode;

/// Rows are made on one thread and freed on another, which this allocator is quick at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    idv::run(std::env::args_os())
}
