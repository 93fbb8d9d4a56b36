//! The ledger keeps who ran a command and why, finds the calls about one person, and erases them.

use predicates::prelude::*;
use serde_json::Value;

use crate::support::{Folder, NAME, NIK, PHONE, Sandbox, applicants, jsonl, stderr, stdout};

fn idv(folder: &Folder, args: &[&str], variables: &[(&str, &str)]) -> assert_cmd::assert::Assert {
    let mut command = folder.command(args);
    command.envs(variables.iter().copied());
    assert_cmd::Command::from_std(command).assert()
}

#[test]
fn a_run_keeps_its_operator_reference_purpose_and_a_command_without_a_person() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let more = ["--operator", "siti", "--reference", "case-7", "--purpose", "loan check"];
    folder.verify(NIK, PHONE, &more).code(0);
    folder.write("a.csv", applicants(3));
    idv(&folder, &["batch", "a.csv"], &[("IDV_OPERATOR", "night"), ("IDV_PURPOSE", "renewal")])
        .code(0);
    let runs = jsonl(&stdout(&folder.idv(&["ledger", "--sandbox", "runs", "-f", "jsonl"]).code(0)));
    assert_eq!(runs[0]["operator"], "siti");
    assert_eq!(
        (&runs[0]["reference"], &runs[0]["purpose"]),
        (&"case-7".into(), &"loan check".into())
    );
    assert!(runs[0]["host"].is_string() && runs[0]["version"].is_string());
    let arguments = runs[0]["arguments"].as_str().unwrap();
    assert!(arguments.starts_with("verify ") && arguments.contains("***"), "{arguments}");
    for person in [NIK, PHONE, NAME] {
        assert!(!arguments.contains(person), "{arguments}");
    }
    assert_eq!((&runs[1]["operator"], &runs[1]["purpose"]), (&"night".into(), &"renewal".into()));
    let show = jsonl(&stdout(&folder.idv(&["ledger", "--sandbox", "show", "-f", "jsonl"]).code(0)));
    assert_eq!(show[0]["reference"], "case-7");
    for (key, values) in [
        ("reference", vec![(Value::Null, 3), ("case-7".into(), 1)]),
        ("operator", vec![("night".into(), 3), ("siti".into(), 1)]),
        ("code", vec![("200".into(), 4)]),
    ] {
        let bill = folder.idv(&["ledger", "--sandbox", "bill", "--by", key, "-f", "jsonl"]).code(0);
        let found: Vec<_> = jsonl(&stdout(&bill))
            .iter()
            .map(|line| (line["key"].clone(), line["charged"].as_i64().unwrap()))
            .collect();
        assert_eq!(found, values, "{key}");
    }
    for key in ["month", "day"] {
        let bill = folder.idv(&["ledger", "--sandbox", "bill", "--by", key, "-f", "jsonl"]).code(0);
        assert_eq!(
            jsonl(&stdout(&bill)).iter().map(|line| line["charged"].as_i64().unwrap()).sum::<i64>(),
            4
        );
    }
    assert_eq!(sandbox.charged(), 4);
}

#[test]
fn a_required_purpose_is_asked_for_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(1));
    let required = [("IDV_REQUIRE_PURPOSE", "1")];
    idv(&folder, &["batch", "a.csv"], &required)
        .code(2)
        .stderr(predicate::str::contains("--purpose TEXT"));
    let long = "x".repeat(10_000);
    for text in [long.as_str(), "two\nlines", " "] {
        folder.idv(&["batch", "a.csv", "--purpose", text]).code(2);
        idv(&folder, &["batch", "a.csv"], &[("IDV_OPERATOR", text)]).code(if text == " " {
            0
        } else {
            2
        });
    }
    idv(&folder, &["batch", "a.csv", "--purpose", "loan check"], &required).code(0);
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn a_person_is_found_and_erased_and_what_is_erased_is_paid_again() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.verify(NIK, PHONE, &["--purpose", "loan check"]).code(0);
    folder.write("a.csv", applicants(3));
    folder.idv(&["batch", "a.csv"]).code(0);
    let find = |args: &[&str]| {
        let found =
            folder.idv(&[&["ledger", "--sandbox", "find", "-f", "jsonl"], args].concat()).code(0);
        jsonl(&stdout(&found))
    };
    let by_phone = find(&["--phone", "+62 812-3456-7890"]);
    assert_eq!((by_phone.len(), &by_phone[0]["purpose"]), (1, &"loan check".into()));
    let sequence_id = by_phone[0]["sequence_id"].as_str().unwrap().to_owned();
    let own = find(&["--nik", NIK]);
    assert!(own.iter().any(|call| call["call"] == 1), "{own:?}");

    folder.idv(&["ledger", "--sandbox", "forget", "--phone", PHONE]).code(2);
    let gone = folder.idv(&[
        "ledger",
        "--sandbox",
        "forget",
        "--phone",
        PHONE,
        "--yes",
        "--purpose",
        "request 9",
    ]);
    assert!(stderr(&gone.code(0)).contains("erased for good: 1 call"));
    assert_eq!(find(&["--phone", PHONE]), Vec::<Value>::new());
    let ledger = std::path::PathBuf::from(
        stdout(&folder.idv(&["ledger", "--sandbox", "path"]).code(0)).trim(),
    );
    for file in [ledger.clone(), ledger.with_extension("db-wal")] {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let found = bytes.windows(sequence_id.len()).any(|at| at == sequence_id.as_bytes());
        assert!(!found, "{} holds the sequence id", file.display());
    }
    let nobody = folder
        .idv(&["ledger", "--sandbox", "forget", "--nik", "3310990101909999", "--yes"])
        .code(0);
    assert!(stderr(&nobody).contains("no call about this person"));

    let show = jsonl(&stdout(&folder.idv(&["ledger", "--sandbox", "show", "-f", "jsonl"]).code(0)));
    let erased = &show[0];
    assert_eq!((&erased["erased"], &erased["charged"]), (&true.into(), &"yes".into()));
    assert!(erased["outcome"].is_null() && erased["sequence_id"].is_null());
    assert_eq!((&erased["code"], &erased["record"]), (&200.into(), &"".into()));
    let runs = stdout(&folder.idv(&["ledger", "--sandbox", "runs", "-f", "jsonl"]).code(0));
    let commands: Vec<_> =
        jsonl(&runs).iter().map(|run| run["command"].as_str().unwrap().to_owned()).collect();
    assert_eq!(commands.iter().filter(|command| *command == "forget").count(), 2);
    assert!(commands.contains(&"find".to_owned()));
    assert!(runs.contains("request 9") && !runs.contains(NIK) && !runs.contains(PHONE));
    folder
        .idv(&["ledger", "--sandbox", "verify"])
        .code(0)
        .stderr(predicate::str::contains("1 erased call"));

    folder.verify(NIK, PHONE, &[]).code(0);
    assert_eq!(sandbox.charged(), 5);
}

#[test]
fn a_whole_record_on_stdin_finds_its_calls() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.verify(NIK, PHONE, &[]).code(0);
    let record = serde_json::json!({"id_number": NIK, "phone_number": PHONE, "name": NAME});
    let command = folder.command(&["ledger", "--sandbox", "find", "-", "-f", "jsonl"]);
    let found = assert_cmd::Command::from_std(command).write_stdin(record.to_string()).assert();
    assert_eq!(jsonl(&stdout(&found.code(0))).len(), 1);
    folder
        .idv(&["ledger", "--sandbox", "find"])
        .code(2)
        .stderr(predicate::str::contains("--nik NIK"));
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn the_chain_of_calls_is_verified_and_its_head_can_be_kept() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(5));
    folder.idv(&["batch", "a.csv"]).code(0);
    let verify = folder.idv(&["ledger", "--sandbox", "verify", "--print-head"]).code(0);
    assert!(stdout(&verify).starts_with("idv-ledger-head 1 links=5 erased=0 hash="));
    folder.idv(&["ledger", "--sandbox", "purge", "--older-than", "2100-01-01T00:00:00Z"]).code(0);
    let verify = folder.idv(&["ledger", "--sandbox", "verify", "--print-head"]).code(0);
    assert!(stdout(&verify).starts_with("idv-ledger-head 1 links=5 erased=5 hash="));
    folder.idv(&["batch", "a.csv"]).code(0);
    folder.idv(&["ledger", "--sandbox", "verify"]).code(0);
    let ledger = stdout(&folder.idv(&["ledger", "--sandbox", "path"]).code(0)).trim().to_owned();
    let bytes = std::fs::read(&ledger).unwrap();
    let at = bytes.windows(7).position(|window| window == b"success").unwrap();
    let mut changed = bytes;
    changed[at] = b'S';
    std::fs::write(&ledger, changed).unwrap();
    folder
        .idv(&["ledger", "--sandbox", "verify"])
        .code(6)
        .stderr(predicate::str::contains("breaks at call"));
    assert_eq!(sandbox.charged(), 10);
}

#[test]
fn a_call_in_doubt_is_erased_only_after_it_is_settled() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let doubtful = "0800100002";
    folder.verify(NIK, doubtful, &[]).code(4);
    let forget = ["ledger", "--sandbox", "forget", "--nik", NIK, "--yes"];
    let kept = stderr(&folder.idv(&forget).code(0));
    assert!(
        kept.contains("kept, since in doubt: 1 call; settle with idv ledger resolve"),
        "{kept}"
    );
    // It still keeps its record from being sent a second time.
    folder.verify(NIK, doubtful, &[]).code(4);
    assert_eq!(sandbox.charged(), 1);
    folder.idv(&["ledger", "--sandbox", "resolve", "1", "--charged"]).code(0);
    let erased = stderr(&folder.idv(&forget).code(0));
    assert!(erased.contains("erased for good: 1 call") && !erased.contains("kept"), "{erased}");
    let bill = folder.idv(&["ledger", "--sandbox", "bill", "-f", "jsonl"]).code(0);
    assert_eq!(jsonl(&stdout(&bill))[0]["charged"], "yes");
    folder.idv(&["ledger", "--sandbox", "verify"]).code(0);
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn the_summary_and_the_report_name_operator_reference_and_purpose() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    let origin =
        ["--operator", "siti", "--reference", "case <7>", "--purpose", "loan & renewal check"];
    let files = ["-o", "r.csv", "--summary", "s.json", "--report", "r.html"];
    let run = folder.idv(&[&["batch", "a.csv"], &files[..], &origin].concat()).code(0);
    let line = "operator siti; reference case <7>; purpose loan & renewal check";
    assert!(stderr(&run).contains(line), "{}", stderr(&run));
    let summary: Value = serde_json::from_str(&folder.read("s.json")).unwrap();
    assert_eq!(summary["operator"], "siti");
    assert_eq!(summary["reference"], "case <7>");
    assert_eq!(summary["purpose"], "loan & renewal check");
    let report = folder.read("r.html");
    let shown = "operator siti; reference case &lt;7&gt;; purpose loan &amp; renewal check";
    assert!(report.contains(shown), "{report}");
    folder.idv(&[&["batch", "a.csv", "--lang", "id"], &files[..], &origin].concat()).code(0);
    assert!(folder.read("r.html").contains("petugas siti; referensi case &lt;7&gt;; tujuan loan"));
    // Without a reference and a purpose the operator is in the files alone.
    let run = folder.idv(&[&["batch", "a.csv"], &files[..], &["--operator", "budi"]].concat());
    assert!(!stderr(&run.code(0)).contains("budi"));
    let summary: Value = serde_json::from_str(&folder.read("s.json")).unwrap();
    assert_eq!((&summary["operator"], &summary["purpose"]), (&"budi".into(), &Value::Null));
    assert_eq!(sandbox.charged(), 2);
}
