//! What stops a run, and what becomes of the rows that were not sent.

use crate::support::{Folder, Sandbox, applicants, lines, stderr, with_phones};

#[test]
fn a_used_up_quota_says_tomorrow_and_leaves_what_was_answered() {
    let sandbox = Sandbox::with(&["--daily-limit", "10"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(100));
    let run = folder.idv(&["batch", "a.csv", "-o", "r.jsonl", "--summary", "s.json"]).code(5);
    let lines = crate::support::jsonl(&folder.read("r.jsonl"));
    assert_eq!(lines.len(), 100);
    assert_eq!(lines.iter().filter(|line| line["outcome"] == "pass").count(), 10);
    assert!(stderr(&run).contains("tomorrow"));
    let summary: serde_json::Value = serde_json::from_str(&folder.read("s.json")).unwrap();
    assert_eq!(summary["stopped"]["reason"], "quota");
    assert_eq!(summary["charged"]["yes"], 10);
    assert_eq!(sandbox.charged(), 10);
}

#[test]
fn an_answer_between_unknowns_keeps_the_run_going() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let phones = ["0800100002", "0800100002", "081234567890"];
    folder.write("a.csv", with_phones(&phones.repeat(6)));
    let run = folder.idv(&["batch", "a.csv", "-c", "1"]).code(4);
    assert_eq!(lines(&run).iter().filter(|line| line["outcome"] == "pass").count(), 6);
    assert_eq!(sandbox.charged(), 18);
}

#[test]
fn twenty_refusals_from_the_start_stop_the_run() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", with_phones(&["0800011340"; 50]));
    let run = folder.idv(&["batch", "a.csv", "-c", "1"]).code(5);
    let count = |outcome: &str| lines(&run).iter().filter(|l| l["outcome"] == outcome).count();
    assert_eq!((count("refused"), count("skipped")), (20, 30));
    assert_eq!((sandbox.requests(), sandbox.charged()), (20, 0));
}
