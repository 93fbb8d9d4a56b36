//! The commands: each puts the parts together for one job.

mod advice;
mod batch;
mod codes;
mod endpoint;
mod given;
mod log;
mod results;
mod sandbox;
mod target;
mod verify;

use std::future::Future;

use anyhow::Context as _;

use crate::cli::Action;
use crate::exit::Exit;
use crate::progress::Progress;

/// Runs a command. An error that comes back here was met before anything was sent.
pub fn run(action: Action) -> Exit {
    let done = match action {
        Action::Verify(args) => in_runtime(verify::run(*args)),
        Action::Batch(args) => in_runtime(batch::run(*args)),
        Action::Sandbox(args) => in_runtime(sandbox::run(args)),
        Action::Codes(args) => codes::run(&args),
    };
    done.unwrap_or_else(|error| {
        Progress::messages(false).warn(&format!("error: {error:#}"));
        Exit::Usage
    })
}

/// One thread for all that waits on the network: a second one costs more than it brings.
fn in_runtime(command: impl Future<Output = anyhow::Result<Exit>>) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the system gives no event loop")?;
    let done = runtime.block_on(command);
    // What still waits belongs to a run that was left.
    runtime.shutdown_background();
    done
}
