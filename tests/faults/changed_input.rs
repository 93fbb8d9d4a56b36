//! An input that changes under its run: what was planned is asked about or left, and nobody else is.

use std::fs::{self, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::program::wait_until;
use crate::support::server::Server;
use crate::support::{Folder, applicants};

/// Rows of the planned file. They are far more than a run reads ahead.
const ROWS: u64 = 20_000;

/// Rows that another file holds, of people who were never planned.
fn strangers(count: u64) -> String {
    let row = |n: u64| format!("331099020290{:04},08{:010},Orang Lain\n", 1 + n, 1_900_000_000 + n);
    (0..count).map(row).collect()
}

fn start(folder: &Folder) -> Child {
    let mut run = folder.command(&["batch", "a.csv", "-c", "4", "-o", "r.jsonl"]);
    run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs over a file that changes once some of it was sent. Returns what the run said.
fn run_with(change: impl Fn(&Path)) -> (String, Vec<String>) {
    run_over(ROWS, change)
}

fn run_over(rows: u64, change: impl Fn(&Path)) -> (String, Vec<String>) {
    let answer =
        crate::support::server::json(r#"{"code":200,"message":"success","sequence_id":null}"#);
    let server = Server::start(answer, Duration::from_millis(1));
    let folder = Folder::at(&server.url);
    let file = folder.write("a.csv", applicants(rows));
    let run = start(&folder);
    wait_until(|| server.requests().len() > 50);
    change(&file);
    let output = run.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("the input changed"), "{said}");
    let bodies = server.requests().into_iter().map(|request| request.body).collect();
    (said, bodies)
}

fn assert_only_planned(bodies: &[String]) {
    assert!(
        bodies.iter().all(|body| !body.contains("Orang Lain")),
        "an unplanned person was asked"
    );
    assert!(bodies.len() > 50 && bodies.len() as u64 <= ROWS, "{} requests", bodies.len());
}

#[test]
fn a_file_that_grows_under_its_run_sends_nobody_who_was_not_planned() {
    let (_, bodies) = run_with(|file| {
        let mut file = OpenOptions::new().append(true).open(file).unwrap();
        file.write_all(strangers(500).as_bytes()).unwrap();
    });
    assert_only_planned(&bodies);
}

#[test]
fn a_file_that_is_cut_off_under_its_run_stops_it() {
    let (_, bodies) = run_with(|file| {
        OpenOptions::new().write(true).open(file).unwrap().set_len(100_000).unwrap();
    });
    assert_only_planned(&bodies);
}

#[test]
fn a_file_that_is_written_anew_in_place_sends_nobody_who_was_not_planned() {
    let (_, bodies) = run_with(|file| {
        let mut file = OpenOptions::new().write(true).open(file).unwrap();
        file.seek(SeekFrom::Start("nik,phone,name\n".len() as u64)).unwrap();
        file.write_all(strangers(ROWS).as_bytes()).unwrap();
    });
    assert_only_planned(&bodies);
}

#[test]
fn a_file_that_is_replaced_under_its_run_sends_nobody_who_was_not_planned() {
    let (_, bodies) = run_with(|file| {
        let other = file.with_extension("new");
        fs::write(&other, format!("nik,phone,name\n{}", strangers(ROWS))).unwrap();
        fs::rename(other, file).unwrap();
    });
    assert_only_planned(&bodies);
}

#[test]
fn a_small_file_that_grows_is_noticed_at_its_end() {
    let (_, bodies) = run_over(1500, |file| {
        let mut file = OpenOptions::new().append(true).open(file).unwrap();
        file.write_all(strangers(3).as_bytes()).unwrap();
    });
    assert_only_planned(&bodies);
}
