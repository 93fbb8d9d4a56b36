//! kill -9 at random moments, again and again until the file is done: at most one charge for each
//! record, every charge either answered or listed as unknown, and every answer that stood in the
//! results in the ledger. The witness is the charges file, which another process writes than the one
//! that is killed.
//!
//! `IDV_KILLS=334 cargo test --release --test cli kills::` kills a thousand times (`tests/crashes.sh`).

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Folder, Sandbox, applicants, jsonl, stdout};

/// At least 5,000, and so many that the file is not done before the last kill: each kill may leave
/// as many calls in doubt as are in flight, and a run gets on by some dozens while it is watched.
fn records(concurrency: u64) -> u64 {
    (kills() * (5 * concurrency).max(80)).max(5_000)
}

fn kills() -> u64 {
    std::env::var("IDV_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

#[test]
fn killed_again_and_again_with_1_in_flight() {
    kill_until_done(1);
}

#[test]
fn killed_again_and_again_with_8_in_flight() {
    kill_until_done(8);
}

#[test]
fn killed_again_and_again_with_64_in_flight() {
    kill_until_done(64);
}

fn kill_until_done(concurrency: u64) {
    let seed = 20_261_124 + concurrency;
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = Folder::bare();
    let file = folder.path("charges.tsv");
    let sandbox = Sandbox::with(&["--charges", file.to_str().unwrap()]);
    let runs = Folder::at(&sandbox.url);
    runs.write("a.csv", applicants(records(concurrency)));
    let most = records(concurrency) * 8 / 10 / kills();
    let mut killed = 0;
    let mut told = HashSet::new();
    for _ in 0..kills() {
        let goal = charged(&file) + random.u64(0..=most);
        if run_until(&runs, concurrency, &file, goal, random.u64(0..2_000)) {
            killed += 1;
        }
        told.extend(ids(&runs));
    }
    // Nobody kills the last run, so it may be quick.
    let last = runs.command(&batch("64")).stderr(Stdio::null()).status();
    let code = last.unwrap().code();
    assert!(matches!(code, Some(0 | 4)), "{code:?}");
    assert!(!told.is_empty(), "no run was killed while it told answers");
    let unknown = check(&runs, &folder.read("charges.tsv"), &told, concurrency);
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
    assert_eq!(charged(&file), sandbox.charged());
    // A run gets on while it is watched, so the file may be done a little before the last kill.
    assert!(killed >= kills() * 9 / 10, "only {killed} of {} runs were killed", kills());
    // A row of the table in docs/reliability.md.
    let (records, charged) = (records(concurrency), sandbox.charged());
    println!("| {concurrency} | {records} | {killed} | {unknown} | {charged} | none |");
}

fn batch(concurrency: &str) -> [&str; 6] {
    ["batch", "a.csv", "-o", "r.jsonl", "-c", concurrency]
}

/// The ids of the answers that stand in the results of a run that was killed, whole or torn.
fn ids(runs: &Folder) -> Vec<String> {
    let told = std::fs::read(runs.path("r.jsonl.part")).unwrap_or_default();
    let told = String::from_utf8_lossy(&told);
    let after = told.split("\"sequence_id\":\"").skip(1);
    after.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}

/// How much the sandbox has charged: each charge is a line of as many bytes.
fn charged(charges: &Path) -> u64 {
    const LINE: u64 = 32 + 1 + 64 + 1;
    std::fs::metadata(charges).map_or(0, |found| found.len() / LINE)
}

/// Kills a run so many microseconds after so much was charged; false when it was done before.
fn run_until(runs: &Folder, concurrency: u64, charges: &Path, goal: u64, micros: u64) -> bool {
    let mut command = runs.command(&batch(&concurrency.to_string()));
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while charged(charges) < goal {
        assert!(begun.elapsed() < Duration::from_secs(120), "the run does not get on");
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_micros(micros));
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

fn ledger(runs: &Folder, command: &str) -> Vec<Value> {
    jsonl(&stdout(&runs.idv(&["ledger", command, "--sandbox", "-f", "jsonl"]).code(0)))
}

/// The promises, held against the charges file; gives how many calls are unknown.
fn check(runs: &Folder, charges: &str, told: &HashSet<String>, concurrency: u64) -> usize {
    let charges: Vec<(&str, &str)> =
        charges.lines().map(|line| line.split_once('\t').unwrap()).collect();
    let bodies: HashSet<_> = charges.iter().map(|(_, body)| body).collect();
    assert_eq!(bodies.len(), charges.len(), "a record was charged twice");

    let calls = ledger(runs, "show");
    let of = |charged: &'static str| calls.iter().filter(move |call| call["charged"] == charged);
    let answered: HashSet<&str> =
        of("yes").map(|call| call["sequence_id"].as_str().unwrap()).collect();
    let unknown = of("unknown").count();
    let lost = charges.iter().filter(|(id, _)| !answered.contains(id)).count();
    assert!(lost <= unknown, "{lost} charges are not in the ledger, {unknown} calls are unknown");
    let mine = charges.iter().filter(|(id, _)| answered.contains(id)).count();
    assert_eq!(mine, answered.len(), "the ledger has an answer that was not charged");
    assert!(
        told.iter().all(|id| answered.contains(id.as_str())),
        "an answer that was told is lost"
    );

    let mut by_run: HashMap<i64, u64> = HashMap::new();
    for call in of("unknown") {
        *by_run.entry(call["run"].as_i64().unwrap()).or_default() += 1;
    }
    for (run, unknown) in by_run {
        assert!(unknown <= concurrency, "run {run} left {unknown} calls in doubt");
    }

    let rows = jsonl(&runs.read("r.jsonl"));
    assert!(rows.iter().map(|row| row["row"].as_u64().unwrap()).eq(1..=records(concurrency)));
    let count = |outcome: &str| rows.iter().filter(|row| row["outcome"] == outcome).count();
    assert_eq!(count("pass") + count("unknown"), rows.len());
    assert_eq!((count("pass"), count("unknown")), (answered.len(), unknown));
    unknown
}
