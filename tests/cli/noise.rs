//! Failures that come at any rate: they cost only themselves, and at most so many may cost money.

use serde_json::Value;

use crate::support::{Folder, Sandbox, applicants, lines, stderr, stdout};

fn count(run: &assert_cmd::assert::Assert, outcome: &str) -> usize {
    lines(run).iter().filter(|line| line["outcome"] == outcome).count()
}

#[test]
fn calls_that_fail_at_any_rate_are_repeated_and_no_limit_is_found() {
    let flags = ["--latency", "10ms", "--fail-rate", "0.1", "--fail-kind", "11350"];
    let sandbox = Sandbox::with(&flags);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(800));
    let args = ["batch", "a.csv", "-c", "16", "-o", "r.jsonl", "--summary", "-"];
    let run = folder.idv(&args).code(0);
    let summary: Value = serde_json::from_str(&stdout(&run)).unwrap();
    assert_eq!(summary["by_outcome"]["pass"], 800);
    let refused = summary["pace"]["refused"].as_u64().unwrap();
    assert!((40..200).contains(&refused), "{}", summary["pace"]);
    assert_eq!(sandbox.charges()["by_code"]["11350"], refused);
    assert_eq!(sandbox.charged(), 800);
}

#[test]
fn a_run_stops_when_too_large_a_share_may_have_been_charged_for_nothing() {
    let sandbox =
        Sandbox::with(&["--latency", "5ms", "--fail-rate", "0.2", "--fail-kind", "close"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2000));
    let run = folder.idv(&["batch", "a.csv", "-c", "4", "--summary", "s.json"]).code(5);
    let unknown = count(&run, "unknown");
    assert!((21..21 + 4).contains(&unknown), "{unknown}");
    let summary: Value = serde_json::from_str(&folder.read("s.json")).unwrap();
    assert_eq!(summary["stopped"]["reason"], "max_unknown");
    assert!(stderr(&run).contains("each may have been charged"), "{}", stderr(&run));
    assert!(stderr(&run).contains("raise `--max-unknown`"), "{}", stderr(&run));
    assert_eq!(sandbox.charged(), count(&run, "pass") as u64);
}

#[test]
fn the_operator_says_how_many_unknown_calls_a_run_bears() {
    for (bound, exit) in [("100%", 4), ("0", 5), ("30", 5)] {
        let flags = ["--fail-rate", "0.2", "--fail-kind", "close", "--latency", "2ms"];
        let sandbox = Sandbox::with(&flags);
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", applicants(400));
        let args = ["batch", "a.csv", "-c", "8", "--max-unknown", bound];
        let run = folder.idv(&args).code(exit);
        let unknown = count(&run, "unknown");
        match bound.parse::<usize>() {
            Ok(most) => assert!((most + 1..=most + 8).contains(&unknown), "{bound}: {unknown}"),
            Err(_) => assert_eq!(count(&run, "pass") + unknown, 400),
        }
        assert_eq!(sandbox.charged(), count(&run, "pass") as u64);
    }
}

#[test]
fn a_few_unknown_calls_are_never_too_large_a_share() {
    let sandbox = Sandbox::with(&["--fail-rate", "0.3", "--fail-kind", "close"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(40));
    let run = folder.idv(&["batch", "a.csv", "-c", "16"]).code(4);
    assert_eq!(count(&run, "pass") + count(&run, "unknown"), 40);
    assert_eq!(sandbox.charged(), count(&run, "pass") as u64);
}
