//! Ctrl-C, SIGTERM and a closed pipe: what is under way is brought home, the rest is left.

#![cfg(unix)]

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Folder, Sandbox, applicants, jsonl};

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Waits until it is so.
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "not in a minute: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until the sandbox has seen so many requests.
fn await_requests(sandbox: &Sandbox, count: u64) {
    until("the run gets on", || sandbox.requests() >= count);
}

fn start(folder: &Folder, more: &[&str]) -> Child {
    folder.write("a.csv", applicants(2000));
    let args = ["batch", "a.csv", "-o", "r.jsonl", "-c", "4"];
    folder.command(&[&args, more].concat()).stderr(Stdio::piped()).spawn().unwrap()
}

fn count(folder: &Folder, outcome: &str) -> u64 {
    let lines = jsonl(&folder.read("r.jsonl"));
    assert_eq!(lines.len(), 2000);
    lines.iter().filter(|line| line["outcome"] == outcome).count() as u64
}

#[test]
fn the_first_signal_drains_and_lists_every_row() {
    for name in ["-INT", "-TERM"] {
        let sandbox = Sandbox::with(&["--latency", "50ms"]);
        let folder = Folder::at(&sandbox.url);
        let child = start(&folder, &["--summary", "s.json", "--report", "r.html"]);
        await_requests(&sandbox, 20);
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{name}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("Ctrl-C again leaves at once"), "{said}");
        let passed = count(&folder, "pass");
        assert!((20..2000).contains(&passed), "{passed}");
        assert_eq!(count(&folder, "skipped"), 2000 - passed);
        assert!(folder.read("s.json").contains("\"interrupted\""));
        assert!(folder.read("r.html").contains("Stopped before its end:</b> interrupted."));
        assert_eq!(sandbox.charged(), passed);
    }
}

#[test]
fn a_signal_while_stdin_is_silent_ends_the_run() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let mut command = folder.command(&["batch", "-", "-o", "r.jsonl"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, applicants(2).as_bytes()).unwrap();
    await_requests(&sandbox, 2);
    signal(&child, "-TERM");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(jsonl(&folder.read("r.jsonl")).len(), 2);
    drop(input);
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn a_signal_before_the_first_bytes_of_a_pipe_ends_the_command() {
    for command in ["batch", "check"] {
        let folder = Folder::at("http://127.0.0.1:9/");
        let pipe = folder.path("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut child = folder.command(&[command, "pipe"]).spawn().unwrap();
        // Opens when the command has opened it too.
        let input = std::fs::File::options().write(true).open(&pipe).unwrap();
        // Not SIGINT: who starts the tests in the background has it ignored by all.
        signal(&child, "-TERM");
        until("the command ends", || child.try_wait().unwrap().is_some());
        assert!(!child.wait().unwrap().success(), "{command}");
        drop(input);
    }
}

#[test]
fn a_check_that_is_interrupted_leaves_no_file_behind() {
    for args in [&["check", "-", "-o", "r.csv"][..], &["batch", "-", "--dry-run", "-o", "r.csv"]] {
        let folder = Folder::bare();
        let mut child = folder.command(args).stdin(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut input, applicants(5).as_bytes()).unwrap();
        until("the file is begun", || folder.path("r.csv.part").exists());
        signal(&child, "-INT");
        assert_eq!(child.wait().unwrap().code(), Some(130), "{args:?}");
        drop(input);
        assert!(!folder.path("r.csv").exists() && !folder.path("r.csv.part").exists(), "{args:?}");
    }
}

#[test]
fn a_reader_who_is_slow_costs_no_answer() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(3000));
    let mut command = folder.command(&["batch", "a.csv", "-c", "8", "--timeout", "1s"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // The pipe fills up and stays full for longer than the timeout of a request.
    await_requests(&sandbox, 500);
    std::thread::sleep(Duration::from_secs(2));
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(jsonl(&text).iter().all(|line| line["outcome"] == "pass"));
    assert_eq!(sandbox.charged(), 3000);
}
