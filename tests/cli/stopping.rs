//! Every way to stop is the same way: no new calls, what is under way comes home, each row is
//! listed, the summary says why, and the command it names goes on with the rest.

#![cfg(unix)]

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::server::{Server, json, response};
use crate::support::{Folder, applicants, jsonl};

const PASS: &str = r#"{"code":200,"message":"success","result":"pass"}"#;
const ROWS: usize = 200;
/// So many of the last rows are known from before.
const KNOWN: usize = 5;
/// The request with which the trouble begins.
const TROUBLE: usize = 40;

/// What happens to the run.
#[derive(Clone, Copy)]
enum Event {
    /// It is sent this signal.
    Signal(&'static str),
    /// Its reader goes away.
    Closed,
    /// One answer, then as usual.
    Answer(&'static str),
    /// From then on nothing else, until the end of the run.
    Refusals,
    /// From then on HTTP 500, until the end of the run.
    Breakdown,
    /// Nothing: a flag says when to stop.
    Flag,
}

struct Way {
    event: Event,
    flags: &'static [&'static str],
    exit: i32,
    word: &'static str,
    /// The exit code of the run that goes on.
    then: i32,
}

const WAYS: [Way; 9] = [
    way(Event::Signal("-INT"), &[], 130, "interrupted", 0),
    way(Event::Signal("-TERM"), &[], 130, "interrupted", 0),
    way(Event::Signal("-HUP"), &[], 130, "interrupted", 0),
    way(Event::Closed, &[], 0, "output_closed", 0),
    way(Event::Answer(r#"{"code":301}"#), &[], 5, "account", 0),
    way(Event::Answer(r#"{"code":305}"#), &[], 5, "quota", 0),
    way(Event::Refusals, &["--give-up-after", "1s"], 5, "unreachable", 0),
    way(Event::Breakdown, &[], 5, "unknowns", 4),
    way(Event::Flag, &["--max-charges", "150"], 5, "budget", 0),
];

const fn way(
    event: Event,
    flags: &'static [&'static str],
    exit: i32,
    word: &'static str,
    then: i32,
) -> Way {
    Way { event, flags, exit, word, then }
}

/// An endpoint with this trouble until it is healed. Where the trouble comes from elsewhere it waits with
/// its answers until it has come, so that the run is not over before.
fn endpoint(event: Event, come: &Arc<AtomicBool>, healed: &Arc<AtomicBool>) -> Server {
    let (come, healed) = (Arc::clone(come), Arc::clone(healed));
    let answer = move |number: usize| {
        let trouble = number >= TROUBLE && !healed.load(Ordering::SeqCst);
        if trouble && matches!(event, Event::Signal(_) | Event::Closed) {
            until(|| come.load(Ordering::SeqCst));
        }
        match event {
            Event::Answer(body) if number == TROUBLE => json(body),
            Event::Refusals if trouble => json(r#"{"code":600}"#),
            Event::Breakdown if trouble => response("500 Internal Server Error", "", "<html>"),
            _ => json(PASS),
        }
        .into_bytes()
    };
    Server::with(answer, Duration::from_millis(10))
}

fn until(so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the run does not get on");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn make_it_happen(event: Event, child: &mut Child, server: &Server) {
    match event {
        Event::Signal(name) => {
            until(|| server.requests().len() >= TROUBLE);
            let id = child.id().to_string();
            assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
        }
        Event::Closed => {
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
            assert!(line.starts_with("{\"row\":1,"), "{line}");
        }
        Event::Answer(_) | Event::Refusals | Event::Breakdown | Event::Flag => {}
    }
}

/// The rows of the stopped run: all of them, in order, and no more asked than answered.
fn check_rows(lines: &[Value], way: &Way) {
    let word = way.word;
    let rows: Vec<_> = lines.iter().map(|line| line["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, (1..=ROWS as u64).collect::<Vec<_>>(), "{word}");
    let count = |outcome: &str| lines.iter().filter(|line| line["outcome"] == outcome).count();
    assert!(count("skipped") > 0, "{word}");
    let others = count("unknown") + count("unavailable");
    assert_eq!(count("pass") + count("skipped") + others, ROWS, "{word}");
    // What was known is given all the same.
    for line in &lines[ROWS - KNOWN..] {
        assert_eq!((&line["outcome"], &line["source"]), (&"pass".into(), &"ledger".into()));
    }
}

/// Under `nohup` idv takes no notice of SIGHUP, as it should.
fn hangs_up_for_nothing(event: Event) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    matches!(event, Event::Signal("-HUP")) && ignored.is_some_and(|mask| mask & 1 > 0)
}

#[test]
fn every_way_to_stop_brings_home_what_is_under_way_and_names_the_command_that_goes_on() {
    for way in WAYS {
        let word = way.word;
        if hangs_up_for_nothing(way.event) {
            println!("skipped: these tests were started by nohup, which keeps SIGHUP away");
            continue;
        }
        let healed = Arc::new(AtomicBool::new(false));
        let come = Arc::new(AtomicBool::new(false));
        let server = endpoint(way.event, &come, &healed);
        let folder = Folder::at(&server.url);
        let all = applicants(ROWS as u64);
        let mut known = all.lines().collect::<Vec<_>>();
        known.drain(1..=ROWS - KNOWN);
        folder.write("known.csv", known.join("\n"));
        folder.idv(&["batch", "known.csv"]).code(0);
        folder.write("all of them.csv", &all);

        let closed = matches!(way.event, Event::Closed);
        let output: &[&str] = if closed { &[] } else { &["-o", "r.jsonl"] };
        let args = ["batch", "all of them.csv", "-c", "4", "--summary", "s.json"];
        let mut command = folder.command(&[&args, output, way.flags].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        make_it_happen(way.event, &mut child, &server);
        come.store(true, Ordering::SeqCst);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(way.exit), "{word}: {said}");
        healed.store(true, Ordering::SeqCst);

        let summary: Value = serde_json::from_str(&folder.read("s.json")).unwrap();
        assert_eq!(summary["stopped"]["reason"], word);
        assert_eq!(summary["exit_code"], way.exit, "{word}");
        assert_eq!(summary["rows"], ROWS, "{word}");
        if !closed {
            check_rows(&jsonl(&folder.read("r.jsonl")), &way);
        }

        // The command as it stands in the summary, as a shell reads it.
        let next = summary["next"].as_array().unwrap();
        let next = next.iter().find_map(|next| next.as_str()?.split_once(" costs nothing: "));
        let mut shell = Command::new("sh");
        let command = next.unwrap_or_else(|| panic!("{word}: {said}")).1;
        shell.args(["-c", command.trim_matches('`')]);
        let like = folder.command(&[]);
        shell
            .current_dir(folder.dir.path())
            .envs(like.get_envs().filter_map(|(k, v)| Some((k, v?))));
        assert_cmd::Command::from_std(shell).assert().code(way.then);
        let requests = server.requests();
        let bodies: HashSet<_> = requests.iter().map(|request| &request.body).collect();
        assert_eq!(bodies.len(), ROWS, "{word}");
        let again = requests.len() - ROWS;
        // Only what was refused was asked twice.
        assert!(again == 0 || matches!(way.event, Event::Answer(_) | Event::Refusals), "{word}");
    }
}
