//! A machine of the team: a folder with its own state, and runs of the program in it.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Folder, Sandbox, jsonl};

/// A machine.
pub struct Machine {
    pub folder: Folder,
    url: String,
}

impl Machine {
    /// A machine with the ledger of this address.
    pub fn new(sandbox: &Sandbox, url: &str) -> Self {
        Self { folder: Folder::at(&sandbox.url), url: url.to_owned() }
    }

    /// A batch over this file, whose results go to `results.jsonl`.
    pub fn batch(&self, applicants: &str, more: &[&str]) -> Command {
        self.folder.write("a.csv", applicants);
        let flags =
            ["batch", "a.csv", "-o", "results.jsonl", "--no-progress", "--ledger", &self.url];
        let mut command = self.folder.command(&[&flags, more].concat());
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// The results of the last batch.
    pub fn results(&self) -> Vec<Value> {
        jsonl(&self.folder.read("results.jsonl"))
    }

    /// How many rows of the last batch have this outcome.
    pub fn outcomes(&self, outcome: &str) -> u64 {
        self.results().iter().filter(|row| row["outcome"] == outcome).count() as u64
    }
}

/// Runs a batch to its end; returns its exit code and what it said.
pub fn end(command: &mut Command) -> (i32, String) {
    finish(command.spawn().unwrap())
}

/// Waits for the end of a batch; returns its exit code and what it said.
pub fn finish(child: Child) -> (i32, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Sends a signal.
pub fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Waits until something is so.
#[track_caller]
pub fn wait_until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not get on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Each record was charged at most once.
#[track_caller]
pub fn assert_paid_once(sandbox: &Sandbox) {
    let charges = sandbox.charges();
    assert!(charges["most_charges_for_one_record"].as_u64().unwrap() <= 1, "{charges}");
}

/// A program in the folder and the environment of a command.
pub fn like(program: &str, inner: &Command) -> Command {
    let mut command = Command::new(program);
    command.current_dir(inner.get_current_dir().unwrap());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}
