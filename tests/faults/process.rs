//! The process: however it ends, what was in flight is in doubt, what was answered is known, and
//! nothing is sent twice.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::ledger_agreement::{calls, charged, count};
use crate::program::{await_requests, like, signal};
use crate::support::{Folder, Sandbox, applicants, jsonl, lines, stderr, with_phones};

/// What a run that was torn off left, and what the next one does about it: at most so many are in
/// doubt, all that was charged is answered or in doubt, and nothing is charged twice.
#[track_caller]
fn check_after(folder: &Folder, sandbox: &Sandbox, in_flight: usize, rows: usize) {
    let left = calls(folder);
    let unknown = count(&left, "unknown", "unknown");
    assert!(unknown <= in_flight, "{unknown} in doubt, {in_flight} in flight");
    assert!(charged(sandbox) <= count(&left, "pass", "yes") + unknown);
    let run = folder.idv(&["batch", "a.csv", "-o", "r.jsonl"]);
    let exit = if unknown > 0 { 4 } else { 0 };
    assert_eq!(run.get_output().status.code(), Some(exit), "{}", stderr(&run));
    let results = jsonl(&folder.read("r.jsonl"));
    assert_eq!(results.len(), rows);
    assert_eq!(count(&results, "unknown", "no"), unknown);
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
    assert!(charged(sandbox) <= rows);
}

#[test]
fn fault_43_kill_9_leaves_in_doubt_only_what_was_in_flight() {
    for goal in [1, 7, 30] {
        let sandbox = Sandbox::with(&["--latency", "20ms"]);
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", applicants(80));
        let mut command = folder.command(&["batch", "a.csv", "-o", "r.jsonl", "-c", "4"]);
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        await_requests(&sandbox, goal);
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None);
        check_after(&folder, &sandbox, 4, 80);
    }
}

#[test]
fn fault_45_a_signal_drains_and_lists_every_row_and_a_second_one_leaves_at_once() {
    for name in ["-INT", "-TERM", "-HUP"] {
        let sandbox = Sandbox::with(&["--latency", "50ms"]);
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", applicants(400));
        let args = ["batch", "a.csv", "-o", "r.jsonl", "-c", "4"];
        let child = folder.command(&args).stderr(Stdio::piped()).spawn().unwrap();
        await_requests(&sandbox, 12);
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(130), "{name}: {said}");
        assert!(said.contains("stopped: interrupted"), "{said}");
        let (rows, paid) = (jsonl(&folder.read("r.jsonl")), charged(&sandbox));
        assert_eq!(
            (count(&rows, "pass", "yes"), count(&rows, "skipped", "no")),
            (paid, 400 - paid)
        );
        assert_eq!((calls(&folder).len(), count(&calls(&folder), "pass", "yes")), (paid, paid));
    }
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", with_phones(&["0800100001"; 8]));
    let args = ["batch", "a.csv", "-o", "r.jsonl", "-c", "8", "--timeout", "120s"];
    let mut child = folder.command(&args).stderr(Stdio::piped()).spawn().unwrap();
    await_requests(&sandbox, 8);
    signal(&child, "-INT");
    await_word(&mut child, "Ctrl-C again leaves at once");
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(folder.path("r.jsonl.part").exists() && !folder.path("r.jsonl").exists());
    assert_eq!((sandbox.charged(), count(&calls(&folder), "unknown", "unknown")), (8, 8));
}

/// Reads what a run says until a word comes.
fn await_word(child: &mut Child, word: &str) {
    let mut said = BufReader::new(child.stderr.as_mut().unwrap());
    let mut line = String::new();
    while !line.contains(word) {
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "{line}");
    }
}

#[test]
fn fault_46_a_reader_who_goes_away_ends_the_run_quietly_and_loses_no_answer() {
    let sandbox = Sandbox::with(&["--latency", "10ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2000));
    let mut command = folder.command(&["batch", "a.csv", "-c", "4"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("{\"row\":1,"), "{first}");
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(!said.contains("panicked") && !said.contains("error"), "{said}");
    let paid = charged(&sandbox);
    assert!(paid < 2000, "{paid}");
    assert_eq!(count(&calls(&folder), "pass", "yes"), paid);
}

/// So little memory that a large answer can't be had.
#[test]
fn fault_47_a_run_without_memory_dies_as_by_kill_9_and_names_nobody() {
    let sandbox = Sandbox::with(&["--latency", "5ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(80));
    let mut died = 0;
    for kilobytes in ["45000", "55000", "70000", "120000"] {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -v {kilobytes}; exec \"$@\""), "sh"]);
        let mut run = like(shell, &folder.command(&["batch", "a.csv", "-o", "r.jsonl", "-c", "4"]));
        let output = run.output().unwrap();
        died += usize::from(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        for word in ["33109901", "Contoh", "demo-key"] {
            assert!(!said.contains(word), "{kilobytes}: {said}");
        }
    }
    assert!(died > 0, "even the least memory was enough");
    check_after(&folder, &sandbox, 16, 80);
}

#[test]
fn fault_48_too_few_open_files_lower_the_concurrency_and_every_row_is_answered_once() {
    let sandbox = Sandbox::with(&["--latency", "50ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(200));
    let mut shell = Command::new("sh");
    // Its own files, and a few connections.
    shell.args(["-c", "ulimit -n 32; exec \"$@\"", "sh"]);
    let run = like(shell, &folder.command(&["batch", "a.csv", "-c", "64", "-v"]));
    let run = assert_cmd::Command::from_std(run).assert().code(0);
    assert!(stderr(&run).contains("os error 24"), "{}", stderr(&run));
    assert_eq!(count(&lines(&run), "pass", "yes"), 200);
    let calls = calls(&folder);
    assert_eq!(count(&calls, "pass", "yes") + count(&calls, "unavailable", "no"), calls.len());
    assert_eq!((sandbox.charged(), count(&calls, "pass", "yes")), (200, 200));
}
