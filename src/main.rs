//! Parses the command line, runs it, exits: the only process exit.

use std::process::ExitCode;

use clap::Parser as _;

use idv::cli::Cli;
use idv::commands;
use idv::crash;
use idv::exit::Exit;

/// Rows are made on one thread and freed on another, which this allocator is quick at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    crash::prepare();
    match Cli::try_parse() {
        Ok(cli) => commands::run(cli.command).into(),
        Err(usage) => {
            // Help goes to stdout, a complaint to stderr; nobody can be told when both are closed.
            let _ = usage.print();
            if usage.use_stderr() { Exit::Usage.into() } else { Exit::Ok.into() }
        }
    }
}
