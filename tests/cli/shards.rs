//! Runs that share a file by `--shard`, and the exit codes that a scheduler asks for.

use std::collections::BTreeSet;

use crate::support::{Folder, Sandbox, applicants, jsonl, lines, stderr, with_phones};

/// The row numbers of a results file.
fn rows(text: &str) -> BTreeSet<u64> {
    jsonl(text).iter().map(|line| line["row"].as_u64().unwrap()).collect()
}

#[test]
fn four_shards_ask_about_each_row_once_and_in_order() {
    let sandbox = Sandbox::start();
    let mut seen = BTreeSet::new();
    for shard in 1..=4 {
        // Each shard has a ledger of its own, as on a machine of its own.
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", applicants(200));
        let shard = format!("{shard}/4");
        folder.idv(&["batch", "a.csv", "--shard", &shard, "-o", "r.jsonl"]).code(0);
        let numbers: Vec<_> =
            jsonl(&folder.read("r.jsonl")).iter().map(|l| l["row"].as_u64().unwrap()).collect();
        assert!(numbers.is_sorted(), "{shard}: {numbers:?}");
        assert!((20..=80).contains(&numbers.len()), "{shard}: {}", numbers.len());
        for number in numbers {
            assert!(seen.insert(number), "row {number} is in two shards");
        }
    }
    assert!(seen.iter().copied().eq(1..=200));
    assert_eq!(sandbox.charged(), 200);
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
}

#[test]
fn rows_with_the_same_record_are_in_the_same_shard_wherever_they_stand() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let text = applicants(40);
    let (header, body) = text.split_once('\n').unwrap();
    let body: Vec<_> = body.lines().collect();
    let reversed: Vec<_> = body.iter().rev().copied().collect();
    folder.write("a.csv", format!("{header}\n{}\n{}\n", body.join("\n"), reversed.join("\n")));
    folder.idv(&["batch", "a.csv", "--shard", "1/2", "-o", "r.jsonl"]).code(0);
    let first = rows(&folder.read("r.jsonl"));
    assert!(first.iter().all(|row| first.contains(&(81 - row))), "{first:?}");
    assert_eq!(sandbox.charged(), first.len() as u64 / 2);
}

#[test]
fn the_plan_says_how_many_rows_belong_to_other_shards() {
    let folder = Folder::at("http://127.0.0.1:1/");
    folder.write("a.csv", applicants(50));
    let plan = |more: &[&str]| {
        let args = [&["batch", "a.csv", "--dry-run", "-f", "jsonl"], more].concat();
        lines(&folder.idv(&args).code(0)).remove(0)
    };
    let (whole, third) = (plan(&[]), plan(&["--shard", "3/8"]));
    assert!(whole.get("other_shards").is_none());
    let (rows, other) = (third["rows"].as_u64().unwrap(), third["other_shards"].as_u64().unwrap());
    assert!(rows > 0 && other > rows && rows + other == 50, "{third}");
    assert_eq!(third["to_send"], rows);
    let text = folder.idv(&["batch", "a.csv", "--dry-run", "-f", "table", "--shard", "3/8"]);
    let text = crate::support::stdout(&text.code(0));
    assert!(text.contains(&format!("{other}  of other shards, not in the results")), "{text}");
}

#[test]
fn a_shard_outside_its_count_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(5));
    for shard in ["0/8", "9/8", "8", "1/0"] {
        let run = folder.idv(&["batch", "a.csv", "--shard", shard]).code(2);
        assert!(stderr(&run).contains("as in 3/8"), "{}", stderr(&run));
    }
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn outcomes_that_a_scheduler_accepts_do_not_raise_the_exit_code() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", with_phones(&["081234567890", "0800100003", "x"]));
    let run = |more: &[&str], code| {
        folder
            .idv(&[&["batch", "a.csv", "--summary", "s.json", "-o", "r.csv"], more].concat())
            .code(code);
        let summary: serde_json::Value = serde_json::from_str(&folder.read("s.json")).unwrap();
        assert_eq!(summary["exit_code"], code, "{more:?}");
    };
    run(&[], 4);
    run(&["--exit-zero-on", "held"], 4);
    run(&["--exit-zero-on", "unknown"], 3);
    run(&["--exit-zero-on", "unknown,held"], 0);
    folder.idv(&["batch", "a.csv", "--exit-zero-on", "helds"]).code(2);
    assert_eq!((sandbox.requests(), sandbox.charged()), (2, 1));
}

#[test]
fn a_run_that_stops_is_never_excused() {
    let sandbox = Sandbox::with(&["--daily-limit", "3"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(10));
    folder.idv(&["batch", "a.csv", "--exit-zero-on", "skipped,unavailable"]).code(5);
    assert_eq!(sandbox.charged(), 3);
}
