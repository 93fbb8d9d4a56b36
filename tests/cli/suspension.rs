//! A process that is stopped, or a machine that sleeps, for longer than the time-out: an answer that
//! lies in the socket on waking is read before its deadline is judged.

#![cfg(unix)]

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Folder, Sandbox, applicants, jsonl};

fn signal(process: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &process.to_string()]).status().unwrap().success());
}

#[test]
fn answers_that_arrive_while_the_process_is_stopped_are_not_lost() {
    let sandbox = Sandbox::with(&["--latency", "200ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(1200));
    let args = ["batch", "a.csv", "-o", "r.jsonl", "-c", "64", "--timeout", "3s", "--quiet"];
    let mut run = folder.command(&args).stderr(Stdio::null()).spawn().unwrap();
    for stop in 1..=2 {
        while sandbox.requests() < 300 * stop {
            assert!(run.try_wait().unwrap().is_none(), "it ended before it was stopped");
            std::thread::sleep(Duration::from_millis(5));
        }
        signal(run.id(), "-STOP");
        // Longer than the time-out, as a sleep is.
        std::thread::sleep(Duration::from_secs(4));
        signal(run.id(), "-CONT");
    }
    assert_eq!(run.wait().unwrap().code(), Some(0));
    let rows = jsonl(&folder.read("r.jsonl"));
    let lost = rows.iter().filter(|row| row["outcome"] != "pass").count();
    assert_eq!((rows.len(), lost), (1200, 0));
    assert_eq!(sandbox.charged(), 1200);
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
}
