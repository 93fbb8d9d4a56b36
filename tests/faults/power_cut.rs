//! A power cut at any sync of a run. From a record of what the run did, the disk that is found after
//! each cut is rebuilt, the batch is run again on it to its end, and both are held against what had
//! gone out and what had been told when the power went, and what the sandbox charged.
//!
//! `IDV_CUTS=10 cargo test --release --test faults fault_44` tries ten random states a cut, all cuts
//! and more records (`tests/crashes.sh`).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use calamine::{Reader as _, Xlsx, open_workbook};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::journal::{Event, record};
use crate::ledger_agreement::{calls, count};
use crate::losing_disk::{Disk, Found, Kept, found_in, lay_out};
use crate::program::library;
use crate::support::{Folder, Sandbox, applicants, jsonl, table};

/// How many random states are tried at each cut, where somebody asks for it by hand.
fn by_hand() -> Option<usize> {
    std::env::var("IDV_CUTS").ok().and_then(|text| text.parse().ok())
}

/// A batch.
#[derive(Clone, Copy)]
struct Batch {
    results: &'static str,
    in_flight: usize,
    records: u64,
    /// So many power cuts with the one that is tried: each may leave in doubt what was in flight.
    cuts: usize,
}

impl Batch {
    fn new(results: &'static str) -> Self {
        Self { results, in_flight: 4, records: 40, cuts: 1 }
    }

    fn command(self, folder: &Folder) -> Command {
        let in_flight = self.in_flight.to_string();
        folder.command(&["batch", "a.csv", "-o", self.results, "-c", &in_flight])
    }
}

/// What was known outside when the power went.
#[derive(Clone, Default)]
struct Outside {
    connections: BTreeMap<u64, Vec<u8>>,
    /// The hashes of the bodies that had gone out whole: all of them were paid for.
    sent: BTreeSet<String>,
    /// All that stood in the results, synced or not: somebody may have read it.
    told: Vec<u8>,
}

impl Outside {
    fn follow(&mut self, event: &Event, disk: &Disk, results: &str) {
        match event {
            Event::Sent { socket, bytes } => {
                let sent = self.connections.entry(*socket).or_default();
                sent.extend(bytes);
                while let Some(body) = take_body(sent) {
                    self.sent.insert(hash(&body));
                }
            }
            Event::Wrote { node, bytes, .. } => {
                let name = disk.name_of(*node).and_then(|path| path.to_str());
                if name.is_some_and(|name| name.starts_with(results)) {
                    self.told.extend(bytes);
                }
            }
            _ => {}
        }
    }

    /// Which of these ids stood in the results.
    fn told<'a>(&self, ids: &'a BTreeSet<String>) -> BTreeSet<&'a str> {
        let told = String::from_utf8_lossy(&self.told);
        let words: HashSet<_> = told.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        ids.iter().map(String::as_str).filter(|id| words.contains(id)).collect()
    }
}

/// The body of the first request, if all of it is there.
fn take_body(sent: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = sent.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&sent[..end]).unwrap().to_lowercase();
    let length = head.split_once("content-length: ").expect("a request names its length").1;
    let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
    if sent.len() < end + length {
        return None;
    }
    Some(sent.drain(..end + length).skip(end).collect())
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A sandbox, and the file that it writes its charges to.
struct Endpoint {
    folder: Folder,
    sandbox: Sandbox,
}

impl Endpoint {
    fn start() -> Self {
        let folder = Folder::bare();
        let file = folder.path("charges.tsv");
        let sandbox = Sandbox::with(&["--charges", file.to_str().unwrap()]);
        Self { folder, sandbox }
    }

    /// Each charge: the id it was answered under, and the hash of the body.
    fn charges(&self) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(self.folder.path("charges.tsv")).unwrap_or_default();
        let words = |line: &str| line.split_once('\t').map(|(id, body)| (id.into(), body.into()));
        text.lines().map(|line| words(line).unwrap()).collect()
    }
}

/// A run that was recorded.
struct Recorded {
    batch: Batch,
    /// The disk, and what was known outside, before it.
    disk: Disk,
    outside: Outside,
    events: Vec<Event>,
    /// All ids that the endpoint has answered under, in this run and before it.
    ids: BTreeSet<String>,
    /// The results when it was done.
    results: Vec<u8>,
}

impl Recorded {
    /// Runs a batch to its end on an empty disk; `None` where that can't be recorded.
    fn first(batch: Batch) -> Option<Self> {
        let input = applicants(batch.records).into_bytes();
        let found = Found::from([("a.csv".into(), Some(input))]);
        Self::on(batch, &found, Outside::default(), BTreeSet::new())
    }

    /// The same on what was found after a cut, when so much was known outside.
    fn on(batch: Batch, found: &Found, outside: Outside, ids: BTreeSet<String>) -> Option<Self> {
        let endpoint = Endpoint::start();
        let library = library(&endpoint.folder, "journal.c")?;
        let folder = Folder::at(&endpoint.sandbox.url);
        let root = folder.dir.path().canonicalize().unwrap();
        lay_out(found, &root);
        let disk = Disk::of(&root);
        let mut command = batch.command(&folder);
        command.env("XDG_STATE_HOME", root.join("state"));
        let (output, events) = record(command, &library, &endpoint.folder.path("journal"));
        assert!(matches!(output.status.code(), Some(0 | 4)), "{output:?}");
        is_whole(&disk, &events, &found_in(&root));
        let ids = endpoint.charges().into_iter().map(|(id, _)| id).chain(ids).collect();
        let results = std::fs::read(root.join(batch.results)).unwrap();
        Some(Self { batch, disk, outside, events, ids, results })
    }

    /// Cuts the power just before each sync returns, when all is told that can be told without it, and
    /// after the end; gives the disk at the end.
    fn cut(&self, mut look: impl FnMut(usize, &Disk, &Outside)) -> Disk {
        let (mut disk, mut outside) = (self.disk.clone(), self.outside.clone());
        let mut point = 0;
        for event in &self.events {
            if matches!(event, Event::SyncEnded { .. }) {
                point += 1;
                look(point, &disk, &outside);
            }
            disk.follow(event);
            outside.follow(event, &disk, self.batch.results);
        }
        look(point + 1, &disk, &outside);
        disk
    }

    /// The syncs of the ledger's own file: each is the end of a copy of its log into it.
    fn copies(&self) -> Vec<usize> {
        let mut disk = self.disk.clone();
        let mut copies = Vec::new();
        let mut syncs = HashMap::new();
        for event in &self.events {
            match event {
                Event::SyncBegan { sync, node, .. } => drop(syncs.insert(sync, *node)),
                Event::SyncEnded { sync } => {
                    let name = syncs.remove(sync).and_then(|node| disk.name_of(node));
                    copies.push(name.is_some_and(|name| name.ends_with("ledger.sandbox.db")));
                }
                _ => {}
            }
            disk.follow(event);
        }
        (1..).zip(copies).filter(|(_, copy)| *copy).map(|(point, _)| point).collect()
    }
}

/// What was noted makes of the disk before the run, byte for byte, what it is after it.
fn is_whole(before: &Disk, events: &[Event], after: &Found) {
    let mut disk = before.clone();
    for event in events {
        disk.follow(event);
    }
    let followed = disk.left(Kept::All);
    assert!(followed.keys().eq(after.keys()), "{:?} {:?}", followed.keys(), after.keys());
    for (path, bytes) in after {
        assert!(followed[path] == *bytes, "{}: not all was noted", path.display());
    }
}

/// The row, the outcome, the source and the id of each result.
fn results(folder: &Folder, file: &str) -> Vec<[String; 4]> {
    let names = ["row", "outcome", "source", "sequence_id"];
    let ours = names.map(|name| format!("idv_{name}"));
    match Path::new(file).extension().and_then(OsStr::to_str) {
        Some("xlsx") => {
            let mut book: Xlsx<_> = open_workbook(folder.path(file)).unwrap();
            let rows = book.worksheet_range("Results").unwrap();
            let column =
                |name: &String| (0..rows.width()).find(|c| rows[(0, *c)] == **name).unwrap();
            let columns = ours.map(|name| column(&name));
            rows.rows().skip(1).map(|row| columns.map(|c| row[c].to_string())).collect()
        }
        Some("csv") => {
            let rows = table(&folder.read(file), b',');
            rows.iter().map(|row| ours.clone().map(|name| row[&name].clone())).collect()
        }
        _ => {
            let cell =
                |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let rows = jsonl(&folder.read(file));
            rows.iter().map(|row| names.map(|name| cell(&row[name]))).collect()
        }
    }
}

/// The batch again, on what was found after a cut: gives the ids that the ledger had an answer under,
/// and how many records were in doubt.
fn replay(
    batch: Batch,
    found: &Found,
    outside: &Outside,
    place: &str,
) -> (BTreeSet<String>, usize) {
    let endpoint = Endpoint::start();
    let mut folder = Folder::at(&endpoint.sandbox.url);
    // What a sync keeps is known from the record: there it costs nothing.
    if let Ok(memory) = tempfile::tempdir_in("/dev/shm") {
        folder.dir = memory;
    }
    lay_out(found, folder.dir.path());
    let output = batch.command(&folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let rows = results(&folder, batch.results);
    let with = |at: usize, word: &str| rows.iter().filter(|row| row[at] == word).count();
    let (pass, unknown) = (with(1, "pass"), with(1, "unknown"));
    assert_eq!(output.status.code(), Some(if unknown > 0 { 4 } else { 0 }), "{place}: {said}");
    assert!(rows.iter().map(|row| row[0].parse::<u64>().unwrap()).eq(1..=batch.records), "{place}");
    assert_eq!(pass + unknown, rows.len(), "{place}");
    assert!(unknown <= batch.cuts * batch.in_flight, "{place}: {unknown} in doubt");
    assert!(!folder.path(&format!("{}.part", batch.results)).exists(), "{place}");

    let charges = endpoint.charges();
    let paid: BTreeSet<_> = charges.iter().map(|(_, body)| body.clone()).collect();
    assert_eq!(paid.len(), charges.len(), "{place}: a record was paid twice");
    assert!(paid.is_disjoint(&outside.sent), "{place}: a record was paid before and after the cut");
    let known: BTreeSet<_> = rows
        .iter()
        .filter(|row| row[2] == "ledger" && row[1] == "pass")
        .map(|row| row[3].clone())
        .collect();
    assert_eq!((known.len() + paid.len(), with(2, "api")), (pass, paid.len()), "{place}");
    assert!(outside.sent.len() <= known.len() + unknown, "{place}: a charge is not in the ledger");
    let calls = calls(&folder);
    let (answered, doubted) = (count(&calls, "pass", "yes"), count(&calls, "unknown", "unknown"));
    assert_eq!((answered, doubted), (pass, unknown), "{place}");
    (known, unknown)
}

/// Every n-th sync, or each where all are asked for by hand.
fn every(nth: usize) -> impl Fn(usize) -> bool {
    move |point| by_hand().is_some() || point.is_multiple_of(nth)
}

/// Cuts the power at these syncs and replays what may then be found.
fn cut_at(run: &Recorded, wanted: impl Fn(usize) -> bool) {
    let batch = run.batch;
    let seed = fastrand::u64(..);
    println!("{}, {} in flight: seed {seed}", batch.results, batch.in_flight);
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut points, mut states, mut most, mut told) = (0, 0, 0, 0);
    // What the ledger was found to know at a cut, it knows at each later one.
    let mut sure = BTreeSet::new();
    let end = run.cut(|point, disk, outside| {
        if !wanted(point) {
            return;
        }
        let told_of = outside.told(&run.ids);
        for (state, found) in found_after(disk, &mut random).iter().enumerate() {
            let place = format!("{}, sync {point}, state {state}", batch.results);
            let (known, unknown) = replay(batch, found, outside, &place);
            let lost: Vec<_> = told_of.iter().filter(|id| !known.contains(**id)).collect();
            assert!(lost.is_empty(), "{place}: told before the cut and lost: {lost:?}");
            assert!(sure.is_subset(&known), "{place}: an answer that was on disk is lost");
            if state == 0 {
                sure = known;
            }
            (states, most) = (states + 1, most.max(unknown));
        }
        (points, told) = (points + 1, told.max(told_of.len()));
    });
    let left = end.left(Kept::Nothing).remove(Path::new(batch.results));
    assert!(left == Some(Some(run.results.clone())), "the results were done, and are not there");
    assert!(told as u64 >= batch.records * 8 / 10, "only {told} answers were told before a cut");
    // A row of the table in docs/reliability.md.
    let Batch { results, in_flight, records, cuts } = batch;
    println!(
        "| {in_flight} | {results} | {records} | {cuts} | {points} | {states} | {most} | none |"
    );
}

/// What may be found: first what is there for sure, then other states that are not the same.
fn found_after(disk: &Disk, random: &mut fastrand::Rng) -> Vec<Found> {
    let mut states = vec![disk.left(Kept::Nothing), disk.left(Kept::Names)];
    states.extend((0..by_hand().unwrap_or(1)).map(|_| disk.left(Kept::Some(random))));
    let mut different = Vec::new();
    for state in states {
        if !different.contains(&state) {
            different.push(state);
        }
    }
    different
}

#[test]
fn fault_44_a_power_cut_at_any_sync_keeps_what_was_told_and_pays_nothing_twice() {
    let usual = [(4, 40)];
    let by_hand = by_hand().map(|_| [(1, 40), (4, 80), (16, 160), (64, 640)]);
    for &(in_flight, records) in by_hand.as_ref().map_or(&usual[..], |all| &all[..]) {
        let batch = Batch { in_flight, records, ..Batch::new("r.jsonl") };
        let Some(run) = Recorded::first(batch) else { return };
        cut_at(&run, every(1));
    }
}

#[test]
fn fault_44_results_of_any_format_that_a_power_cut_tore_are_written_by_the_next_run() {
    for results in ["r.csv", "r.xlsx"] {
        let Some(run) = Recorded::first(Batch::new(results)) else { return };
        cut_at(&run, every(4));
    }
}

#[test]
fn fault_44_a_power_cut_in_the_run_after_a_power_cut_keeps_as_much() {
    let batch = Batch::new("r.jsonl");
    let Some(first) = Recorded::first(batch) else { return };
    let mut random = fastrand::Rng::with_seed(44);
    let mut cuts = Vec::new();
    first.cut(|_, disk, outside| {
        cuts.push((disk.left(Kept::Some(&mut random)), outside.clone()));
    });
    let (found, outside) = cuts.swap_remove(cuts.len() / 2);
    let second = Recorded::on(Batch { cuts: 2, ..batch }, &found, outside, first.ids).unwrap();
    cut_at(&second, every(3));
}

/// When the log has grown long it is copied into the ledger and begun anew over what is in it.
#[test]
fn fault_44_a_power_cut_while_the_log_is_copied_and_begun_anew_keeps_as_much() {
    if by_hand().is_none() {
        println!("skipped: it takes minutes; IDV_CUTS=10 asks for it");
        return;
    }
    let batch = Batch { in_flight: 1, records: 1_000, ..Batch::new("r.jsonl") };
    let Some(run) = Recorded::first(batch) else { return };
    let copies = run.copies();
    // Two were made with the ledger; the last is that of its end.
    assert!(copies.len() >= 4, "the log was not copied before the end: {copies:?}");
    let copies = [copies[2], copies[copies.len() - 1]];
    cut_at(&run, |point| copies.iter().any(|copy| (copy - 1..copy + 6).contains(&point)));
}
