//! `idv verify`: one record, from flags or from JSON.

use predicates::prelude::*;

use crate::support::{Folder, NIK, PHONE, Sandbox, has_dev_full, lines, stdout};

#[test]
fn a_card_says_the_verdict_the_matches_and_the_charge() {
    let sandbox = Sandbox::start();
    let run = Folder::at(&sandbox.url).verify("3310990101909001", PHONE, &["-f", "table"]).code(1);
    run.stdout(
        predicate::str::starts_with("FAIL")
            .and(predicate::str::is_match(r"phone +fail +does not belong").unwrap())
            .and(predicate::str::is_match(r"name +pass +belongs").unwrap())
            .and(predicate::str::is_match(r"charged +yes").unwrap())
            .and(predicate::str::contains("registered by a relative"))
            .and(predicate::str::contains(
                "registered in Jawa Tengah, for a man born 1 January 1990",
            )),
    );
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn what_a_number_says_of_a_person_is_in_the_card_alone() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", format!("nik,phone,name\n{NIK},{PHONE},Budi\n"));
    let says = |args: &[&str]| stdout(&folder.idv(args)).contains("Jawa Tengah");
    let record = ["verify", "--nik", NIK, "--phone", PHONE, "--name", "Budi", "-f"];
    assert!(says(&[&record[..], &["table"]].concat()));
    assert!(!says(&[&record[..], &["table", "--mask"]].concat()));
    assert!(!says(&[&record[..], &["jsonl"]].concat()));
    assert!(!says(&["batch", "a.csv", "-f", "table"]));
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn a_pipe_gets_one_json_line_with_the_fields_in_their_order() {
    let sandbox = Sandbox::start();
    let run = Folder::at(&sandbox.url).verify(NIK, "+62 812-3456-7890", &[]).code(0);
    let text = stdout(&run);
    assert_eq!(text.lines().count(), 1);
    let line = &lines(&run)[0];
    let keys: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = vec![
        "row",
        "outcome",
        "code",
        "message",
        "sequence_id",
        "result",
        "id_phone_match",
        "id_name_match",
        "reason",
        "charged",
        "source",
        "attempts",
        "elapsed_ms",
        "verified_at",
        "sent",
        "input",
        "problems",
        "extra",
    ];
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sorted, expected);
    assert!(text.starts_with(r#"{"row":1,"outcome":"pass","code":200,"message":"#));
    assert_eq!(line["sent"]["phone_number"], "081234567890");
    assert_eq!(line["input"]["phone_number"], "+62 812-3456-7890");
    assert_eq!(line["sent"]["id_type"], "KTP");
    assert_eq!(line["sent"]["country"], "ID");
    assert_eq!(line["source"], "api");
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn a_json_object_on_stdin_is_a_record() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let text =
        r#"{"NIK": 9171022512990011, "No. HP": "0812 3456 7890", "nama": "Budi", "ref": "A-1"}"#;
    let command = folder.command(&["verify", "-"]);
    let run = assert_cmd::Command::from_std(command).write_stdin(text).assert().code(0);
    let line = &lines(&run)[0];
    assert_eq!(line["sent"]["id_number"], "9171022512990011");
    assert_eq!(line["sent"]["phone_number"], "081234567890");
    assert_eq!(line["input"]["ref"], "A-1");
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn json_that_is_no_record_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    for (text, what) in [
        ("", "JSON object"),
        ("[]", "JSON object"),
        (r#"{"nik":"1","phone":"2"}"#, "name"),
        (r#"{"nik":"1","no_ktp":"2","phone":"3","name":"x"}"#, "id_number"),
        (r#"{"nik":["1"],"phone":"3","name":"x"}"#, "nik"),
    ] {
        let command = folder.command(&["verify", "-"]);
        let run = assert_cmd::Command::from_std(command).write_stdin(text).assert().code(2);
        run.stdout("").stderr(predicate::str::contains(what));
    }
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn a_malformed_record_is_held_and_says_how_to_repair_it() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    for (phone, code) in [("0812", "phone_number.format"), ("", "phone_number.empty")] {
        let run = folder.verify(NIK, phone, &[]).code(3);
        let line = &lines(&run)[0];
        assert_eq!(line["outcome"], "held");
        assert_eq!(line["problems"][0]["code"], code);
        assert_eq!(line["problems"][0]["level"], "malformed");
        assert_eq!(line["source"], "local");
        assert!(line["sent"].is_null());
    }
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn a_missing_field_without_a_terminal_names_the_flag() {
    let sandbox = Sandbox::start();
    let run = Folder::at(&sandbox.url).idv(&["verify", "--nik", NIK]).code(2);
    run.stdout("")
        .stderr(predicate::str::contains("--phone").and(predicate::str::contains("--name")));
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn the_built_in_sandbox_needs_no_settings_and_says_that_it_is_one() {
    let run = Folder::bare().verify(NIK, PHONE, &["--sandbox"]).code(0);
    run.stderr(predicate::str::contains("no real check"));
}

#[test]
fn a_masked_answer_shows_neither_number_nor_name() {
    let sandbox = Sandbox::start();
    for format in ["jsonl", "csv", "table"] {
        let run = Folder::at(&sandbox.url).verify(NIK, PHONE, &["--mask", "-f", format]).code(0);
        let text = stdout(&run);
        for secret in [NIK, PHONE, "Budi", "Contoh"] {
            assert!(!text.contains(secret), "{format}: {text}");
        }
    }
    assert_eq!(sandbox.charged(), 3);
}

#[test]
fn an_answer_that_was_paid_for_is_shown_even_if_it_cannot_be_written() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    if !has_dev_full() {
        return;
    }
    let run = folder.verify(NIK, PHONE, &["-o", "/dev/full", "-f", "jsonl"]).code(6);
    run.stderr(predicate::str::contains("can't be written").and(predicate::str::contains("PASS")));
    assert_eq!(sandbox.charged(), 1);
}
