//! The request and the answers, word for word as in the provider's guide.

use std::time::Duration;

use crate::support::server::{Server, json};
use crate::support::{Folder, Sandbox, lines};

const PASSED: &str = r#"{
"code": 200,
"message": "success",
"sequence_id": "1648777165770866F82AC7F326307055",
"result": "pass",
"id_phone_match": "pass",
"id_name_match": "pass"
}"#;

const FAILED: &str = r#"{
"code": 200,
"message": "success",
"sequence_id": "1648777165770866F82AC7F326307055",
"result": "fail",
"id_phone_match": "pass",
"id_name_match": "fail"
}"#;

const REFUSED: &str = r#"{
"code": 11340,
"sequence_id": "170427842997****I3167369D6187177",
"message": "phone_number error"
}"#;

fn answered(body: &str, exit: i32) -> serde_json::Value {
    let server = Server::start(json(body), Duration::ZERO);
    let folder = Folder::at(&server.url);
    let run = folder.verify("3310990101900001", "081234567890", &["-f", "jsonl"]).code(exit);
    assert_eq!(server.requests().len(), 1);
    lines(&run).remove(0)
}

#[test]
fn the_request_is_the_guides_example_to_the_letter() {
    let server = Server::start(json(PASSED), Duration::ZERO);
    let folder = Folder::at(&server.url);
    let args = ["verify", "--nik", "3310225629467", "--phone", "081234567890", "--name", "Joe"];
    let mut command = folder.command(&args);
    command.env("IDV_PARTNER_CODE", "te st").env("IDV_PARTNER_KEY", "k+/=%26 Zz");
    assert_cmd::Command::from_std(command).assert().code(0);
    let request = server.requests().remove(0);
    let mut head = request.head.lines();
    assert_eq!(
        head.next(),
        Some("POST /?partner_code=te%20st&partner_key=k%2B%2F%3D%2526%20Zz HTTP/1.1")
    );
    let headers: Vec<String> = head.map(str::to_lowercase).collect();
    assert!(headers.contains(&"content-type: application/json".to_owned()), "{headers:?}");
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    let example: serde_json::Value = serde_json::from_str(
        r#"{"country": "ID", "phone_number": "081234567890", "id_type": "KTP",
            "id_number": "3310225629467", "name": "Joe"}"#,
    )
    .unwrap();
    assert_eq!(body, example);
}

#[test]
fn the_guides_passing_answer_is_a_pass() {
    let line = answered(PASSED, 0);
    assert_eq!(line["outcome"], "pass");
    assert_eq!(line["charged"], "yes");
    assert_eq!(line["sequence_id"], "1648777165770866F82AC7F326307055");
    assert_eq!(line["extra"], serde_json::json!({}));
}

#[test]
fn the_guides_failing_answer_is_a_fail() {
    let line = answered(FAILED, 1);
    assert_eq!(line["outcome"], "fail");
    assert_eq!(line["id_phone_match"], "pass");
    assert_eq!(line["id_name_match"], "fail");
    assert_eq!(line["charged"], "yes");
}

#[test]
fn the_guides_refusal_is_refused_and_free() {
    let line = answered(REFUSED, 3);
    assert_eq!(line["outcome"], "refused");
    assert_eq!(line["code"], 11340);
    assert_eq!(line["message"], "phone_number error");
    assert_eq!(line["charged"], "no");
    assert_eq!(line["result"], serde_json::Value::Null);
}

#[test]
fn a_code_in_a_string_and_unknown_fields_are_taken_as_they_come() {
    let line =
        answered(r#"{"code":"200","result":"SUCCESS","further_info":"{\"a\":1}","x":[1]}"#, 0);
    assert_eq!(line["outcome"], "pass");
    assert_eq!(line["extra"], serde_json::json!({"further_info": "{\"a\":1}", "x": [1]}));
}

/// Each NIK ending of the sandbox, in each of its dialects.
#[test]
fn every_dialect_gives_the_same_outcomes() {
    let endings = [
        ("3310990101900001", "pass", 0),
        ("3310990101909001", "fail", 1),
        ("3310990101909002", "fail", 1),
        ("3310990101909003", "fail", 1),
        ("3310990101909004", "no_record", 1),
        ("3310990101909005", "no_record", 1),
    ];
    for dialect in ["guide", "reason", "detailed"] {
        let sandbox = Sandbox::with(&["--dialect", dialect]);
        let folder = Folder::at(&sandbox.url);
        for (nik, outcome, exit) in endings {
            let run = folder.verify(nik, "081234567890", &["-f", "jsonl"]).code(exit);
            assert_eq!(lines(&run)[0]["outcome"], outcome, "{dialect} {nik}");
        }
        assert_eq!(sandbox.charged(), 6, "{dialect}");
    }
}

#[test]
fn a_detailed_answer_keeps_what_nobody_asked_for_under_extra() {
    let sandbox = Sandbox::with(&["--dialect", "detailed"]);
    let folder = Folder::at(&sandbox.url);
    let run = folder.verify("3310990101900001", "081234567890", &["-f", "jsonl"]).code(0);
    assert!(!lines(&run)[0]["extra"]["further_info"].is_null());
    let run = folder.verify("3310990101900001", "081234567890", &["-f", "csv", "--fresh"]).code(0);
    assert!(!crate::support::stdout(&run).contains("further_info"));
    assert_eq!(sandbox.charged(), 2);
}

/// Each documented code, as the sandbox gives it for a phone that ends in it.
#[test]
fn each_documented_code_has_its_outcome_charge_and_exit_code() {
    for (code, outcome, exit, attempts) in [
        (200, "pass", 0, 1),
        (301, "unavailable", 5, 1),
        (302, "unavailable", 3, 5),
        (303, "unavailable", 5, 1),
        (304, "unavailable", 5, 1),
        (305, "unavailable", 5, 1),
        (600, "unavailable", 3, 5),
        (11350, "unavailable", 3, 5),
        (11301, "refused", 3, 1),
        (11304, "unavailable", 5, 1),
        (11340, "refused", 3, 1),
    ] {
        let sandbox = Sandbox::start();
        let folder = Folder::at(&sandbox.url);
        let phone = format!("08000{code:05}");
        let run = folder.verify("3310990101900001", &phone, &["-f", "jsonl"]).code(exit);
        let line = &lines(&run)[0];
        assert_eq!(line["outcome"], outcome, "{code}");
        assert_eq!(line["code"], code);
        assert_eq!(line["attempts"], attempts, "{code}");
        assert_eq!(line["charged"], if code == 200 { "yes" } else { "no" }, "{code}");
        assert_eq!(sandbox.charged(), u64::from(code == 200), "{code}");
    }
}

#[test]
fn a_refusal_that_names_the_credentials_stops_the_run() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_idv"));
    command.args(["sandbox", "--check-partner"]);
    command.env("IDV_PARTNER_CODE", "demo").env("IDV_PARTNER_KEY", "another-key");
    let sandbox = Sandbox::spawn(command);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", crate::support::applicants(50));
    let run = folder.idv(&["batch", "a.csv", "-c", "1"]).code(5);
    let lines = lines(&run);
    assert_eq!(lines[0]["outcome"], "unavailable");
    assert!(lines[1..].iter().all(|line| line["outcome"] == "skipped"));
    assert!(crate::support::stderr(&run).contains("check IDV_PARTNER_CODE and IDV_PARTNER_KEY"));
    assert_eq!(sandbox.requests(), 1);
    assert_eq!(sandbox.charged(), 0);
}
