//! The samples of the project do what the README says of them.

use std::collections::BTreeSet;

use crate::support::{Folder, jsonl};

fn sample(name: &str) -> String {
    format!("{}/samples/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn outcomes(name: &str, exit: i32) -> BTreeSet<String> {
    let folder = Folder::bare();
    let args = ["batch", &sample(name), "--sandbox", "-o", "r.jsonl", "--retries", "2"];
    folder.idv(&args).code(exit);
    let lines = jsonl(&folder.read("r.jsonl"));
    lines.iter().map(|line| line["outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_clean_sample_has_every_answered_outcome() {
    let expected = ["fail", "no_record", "pass"].map(str::to_owned);
    assert_eq!(outcomes("applicants.csv", 0), BTreeSet::from(expected));
}

#[test]
fn the_messy_sample_has_every_outcome_that_does_not_stop_a_run() {
    let all =
        ["fail", "held", "no_record", "pass", "refused", "unavailable", "unknown", "unrecognised"];
    assert_eq!(outcomes("pemohon.csv", 4), BTreeSet::from(all.map(str::to_owned)));
}

#[test]
fn the_json_sample_is_a_record() {
    let folder = Folder::bare();
    let command = folder.command(&["verify", "-", "--sandbox"]);
    let text = std::fs::read(sample("applicant.json")).unwrap();
    assert_cmd::Command::from_std(command).write_stdin(text).assert().code(0);
}
