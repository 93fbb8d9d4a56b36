//! Several processes over one ledger: each record is sent once, whoever asks.

#![cfg(unix)]

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::ledger_agreement::{calls, count};
use crate::program::{await_requests, wait_until};
use crate::support::server::{Server, json};
use crate::support::{Folder, NAME, NIK, PHONE, Sandbox, applicants, jsonl, lines, with_phones};

const RECORD: [&str; 7] = ["verify", "--nik", NIK, "--phone", PHONE, "--name", NAME];

#[test]
fn fault_49_two_runs_at_once_send_each_record_once() {
    let sandbox = Sandbox::with(&["--latency", "5ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(400));
    let start = |output: &str| {
        let args = ["batch", "a.csv", "-o", output, "-c", "8"];
        folder.command(&args).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut runs = [start("one.jsonl"), start("two.jsonl"), start("three.jsonl")];
    // A single check beside them waits for the same answers.
    let args = ["verify", "--nik", "3310990101900301", "--phone", "081200000300"];
    folder.idv(&[&args[..], &["--name", "Contoh 300"]].concat()).code(0);
    for run in &mut runs {
        assert_eq!(run.wait().unwrap().code(), Some(0));
    }
    let mut paid = 0;
    for output in ["one.jsonl", "two.jsonl", "three.jsonl"] {
        let rows = jsonl(&folder.read(output));
        assert_eq!(count(&rows, "pass", "yes") + count(&rows, "pass", "no"), 400, "{output}");
        paid += count(&rows, "pass", "yes");
    }
    assert!((399..=400).contains(&paid), "{paid}");
    let calls = calls(&folder);
    assert_eq!((calls.len(), count(&calls, "pass", "yes")), (400, 400));
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
    assert_eq!(sandbox.charged(), 400);
}

#[test]
fn fault_49_a_run_that_waits_for_another_gives_up_after_twice_its_timeout() {
    let server = Server::start(json("{}"), Duration::from_secs(120));
    let folder = Folder::at(&server.url);
    let mut first = folder.command(&[&RECORD[..], &["--timeout", "100s"]].concat());
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until(|| !server.requests().is_empty());
    let run = folder.idv(&[&RECORD[..], &["--timeout", "1s"]].concat()).code(4);
    let line = &lines(&run)[0];
    assert_eq!(line["message"], "run 1 is still asking about this record");
    assert_eq!((&line["outcome"], &line["charged"]), (&"unknown".into(), &"no".into()));
    // The call of the other run has no end yet.
    let calls = calls(&folder);
    assert_eq!((calls.len(), &calls[0]["outcome"]), (1, &Value::Null));
    assert_eq!(server.requests().len(), 1);
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn fault_50_duplicate_rows_share_one_call() {
    let sandbox = Sandbox::with(&["--latency", "20ms"]);
    let folder = Folder::at(&sandbox.url);
    let row = format!("{NIK},{PHONE},{NAME}\n");
    // Written otherwise, and yet the same.
    let same = format!("{NIK},+62 812-3456-7890,  {NAME} \n");
    folder.write("a.csv", format!("nik,phone,name\n{row}{row}{same}{row}"));
    let run = folder.idv(&["batch", "a.csv", "-c", "4"]).code(0);
    let rows = lines(&run);
    assert_eq!((count(&rows, "pass", "yes"), count(&rows, "pass", "no")), (1, 3), "{rows:?}");
    assert_eq!(rows.iter().filter(|row| row["source"] == "duplicate").count(), 3);
    assert_eq!((sandbox.charged(), calls(&folder).len()), (1, 1));
    // In doubt for one is in doubt for all.
    let row = format!("{NIK},0800100002,{NAME}\n");
    folder.write("a.csv", format!("nik,phone,name\n{row}{row}"));
    let rows = lines(&folder.idv(&["batch", "a.csv"]).code(4));
    assert_eq!((count(&rows, "unknown", "unknown"), count(&rows, "unknown", "no")), (1, 1));
    assert_eq!((sandbox.charged(), calls(&folder).len()), (2, 2));
}

#[test]
fn fault_51_the_open_intents_of_a_run_that_died_are_in_doubt_and_never_resent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", with_phones(&["0800100001"; 4]));
    let args = ["batch", "a.csv", "-o", "r.jsonl", "-c", "4", "--timeout", "100s"];
    let mut dies = folder.command(&args).stderr(Stdio::null()).spawn().unwrap();
    await_requests(&sandbox, 4);
    let open = calls(&folder);
    assert!(open.len() == 4 && open.iter().all(|call| call["outcome"].is_null()), "{open:?}");
    dies.kill().unwrap();
    dies.wait().unwrap();
    assert_eq!(count(&calls(&folder), "unknown", "unknown"), 4);
    for flags in [&[][..], &["--fresh"], &["--max-age", "0s"]] {
        let rows = lines(&folder.idv(&[&["batch", "a.csv"], flags].concat()).code(4));
        assert_eq!(count(&rows, "unknown", "no"), 4);
        assert!(
            rows[0]["message"].as_str().unwrap().contains("of run 1 was cut off"),
            "{}",
            rows[0]
        );
    }
    assert_eq!((sandbox.requests(), sandbox.charged(), calls(&folder).len()), (4, 4, 4));
}
