//! `idv sandbox` as a program: its address, its flags, its files, its end.

use std::process::{Command, Stdio};

use predicates::prelude::*;

use crate::support::{Folder, NIK, PHONE, Sandbox, applicants, jsonl, lines};

#[test]
fn every_charge_has_a_line_in_the_charges_file() {
    let folder = Folder::bare();
    let file = folder.path("charges.tsv");
    let sandbox = Sandbox::with(&["--charges", file.to_str().unwrap()]);
    let runs = Folder::at(&sandbox.url);
    runs.write("a.csv", applicants(20));
    let ids = lines(&runs.idv(&["batch", "a.csv"]).code(0));
    let text = folder.read("charges.tsv");
    let charged: Vec<_> = text.lines().map(|line| line.split_once('\t').unwrap()).collect();
    assert_eq!(charged.len(), 20);
    for line in ids {
        let id = line["sequence_id"].as_str().unwrap();
        assert!(charged.iter().any(|(charged, _)| *charged == id), "{id}");
    }
    assert!(charged.iter().all(|(_, body)| body.len() == 64));
    assert_eq!(sandbox.charged(), 20);
}

#[test]
fn checked_credentials_must_be_those_of_its_environment() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idv"));
    command.args(["sandbox", "--check-partner"]);
    command.env("IDV_PARTNER_CODE", "demo").env("IDV_PARTNER_KEY", "demo-key");
    let sandbox = Sandbox::spawn(command);
    Folder::at(&sandbox.url).verify(NIK, PHONE, &[]).code(0);
    let folder = Folder::bare();
    let args = ["sandbox", "--check-partner"];
    folder.idv(&args).code(2).stderr(predicate::str::contains("IDV_PARTNER_KEY"));
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn failures_are_the_same_for_the_same_seed() {
    let outcomes = || {
        let sandbox = Sandbox::with(&["--fail-rate", "0.3", "--seed", "7"]);
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", applicants(12));
        let args =
            ["batch", "a.csv", "-c", "1", "--timeout", "1s", "--retries", "1", "-o", "r.jsonl"];
        folder.idv(&args);
        let lines = jsonl(&folder.read("r.jsonl"));
        assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
        lines.iter().map(|line| line["outcome"].to_string()).collect::<Vec<_>>()
    };
    println!("seed 7");
    let first = outcomes();
    assert!(first.iter().any(|outcome| outcome != "\"pass\""), "{first:?}");
    assert_eq!(first, outcomes());
}

#[test]
fn a_port_that_is_taken_is_named() {
    let sandbox = Sandbox::start();
    let port = sandbox.url.rsplit(':').next().unwrap().trim_end_matches('/').to_owned();
    let run = Folder::bare().idv(&["sandbox", "--port", &port]).code(2).stdout("");
    run.stderr(predicate::str::contains(port));
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_it_with_0() {
    use std::io::{BufRead, BufReader};
    let mut command = Command::new(env!("CARGO_BIN_EXE_idv"));
    let mut child = command.arg("sandbox").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn codes_are_listed_and_explained() {
    let folder = Folder::bare();
    let all = folder.idv(&["codes"]).code(0);
    let text = crate::support::stdout(&all);
    for code in
        ["200", "301", "302", "303", "304", "305", "600", "11350", "11301", "11304", "11340"]
    {
        assert!(text.lines().any(|line| line.starts_with(code)), "{code}: {text}");
    }
    let one = folder.idv(&["codes", "305"]).code(0);
    one.stdout(predicate::str::contains("tomorrow").and(predicate::str::contains("charged   no")));
    folder
        .idv(&["codes", "999"])
        .code(2)
        .stdout("")
        .stderr(predicate::str::contains("unrecognised"));
}
