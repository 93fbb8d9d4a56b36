//! As fast as the endpoint allows, as gently as it asks, and on again by itself after a trouble
//! that passes.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::support::server::{Server, json, response, serve_some};
use crate::support::{Folder, Sandbox, applicants, jsonl, lines, stderr, stdout, with_phones};

const PASS: &str = r#"{"code":200,"message":"success","result":"pass"}"#;

/// Each body that was answered with a pass, and how often.
fn passes(server: &Server, refused: impl Fn(usize) -> bool) -> HashMap<String, usize> {
    let mut passes = HashMap::new();
    for (number, request) in server.requests().into_iter().enumerate() {
        if !refused(number) {
            *passes.entry(request.body).or_default() += 1;
        }
    }
    passes
}

#[test]
fn the_rate_holds_over_any_ten_seconds_without_a_burst_at_the_start() {
    let server = Server::start(json(PASS), Duration::ZERO);
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(250));
    let begun = Instant::now();
    folder.idv(&["batch", "a.csv", "-c", "16", "--rate", "20"]).code(0);
    let at: Vec<_> = server.requests().iter().map(|request| request.at).collect();
    assert_eq!(at.len(), 250);
    // 249 intervals of a 20th of a second, and not much longer.
    assert!(begun.elapsed() >= Duration::from_millis(12_400), "{:?}", begun.elapsed());
    assert!(at[249] - at[0] < Duration::from_secs(14), "{:?}", at[249] - at[0]);
    let within = |from: usize, millis: u64| {
        let span = Duration::from_millis(millis);
        at[from..].iter().filter(|then| **then - at[from] <= span).count()
    };
    for from in 0..at.len() {
        // A tenth of a second is for what was on its way for longer than others.
        let sent = within(from, 9_900);
        assert!(sent <= 200, "{sent} in ten seconds, from the {from}th request on");
    }
    assert!(within(0, 900) <= 20, "{} in the first second", within(0, 900));
}

#[test]
fn a_rate_below_one_a_second_and_the_environment_are_heard() {
    let server = Server::start(json(PASS), Duration::ZERO);
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(3));
    let mut command = folder.command(&["batch", "a.csv"]);
    command.env("IDV_RATE", "0.8");
    assert_cmd::Command::from_std(command).assert().code(0);
    let at: Vec<_> = server.requests().iter().map(|request| request.at).collect();
    assert_eq!(at.len(), 3);
    assert!(at[2] - at[0] >= Duration::from_millis(2_400), "{:?}", at[2] - at[0]);
}

#[test]
fn known_rows_do_not_wait_for_the_rate() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(60));
    folder.idv(&["batch", "a.csv"]).code(0);
    let begun = Instant::now();
    folder.idv(&["batch", "a.csv", "--rate", "0.5"]).code(0);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert_eq!((sandbox.requests(), sandbox.charged()), (60, 60));
}

#[test]
fn a_rate_limit_slows_the_run_down_and_no_record_is_lost() {
    let sandbox = Sandbox::with(&["--rate-limit", "100"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(800));
    let run = folder.idv(&["batch", "a.csv", "-c", "8"]).code(0);
    assert!(lines(&run).iter().all(|line| line["outcome"] == "pass"));
    let charges = sandbox.charges();
    let refused = charges["by_code"]["302"].as_u64().unwrap();
    // Without a brake, nine of ten would be refused.
    assert!(refused < 200, "{refused} of {} were refused", charges["requests"]);
    assert_eq!(charges["most_charges_for_one_record"], 1);
    assert_eq!(sandbox.charged(), 800);
}

#[test]
fn a_few_refusals_cost_no_long_pause() {
    let refused = |number: usize| (10..13).contains(&number);
    let answer =
        move |number| json(if refused(number) { r#"{"code":302}"# } else { PASS }).into_bytes();
    let server = Server::with(answer, Duration::ZERO);
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(60));
    let begun = Instant::now();
    folder.idv(&["batch", "a.csv", "-c", "1"]).code(0);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    let passes = passes(&server, refused);
    assert!(passes.len() == 60 && passes.values().all(|times| *times == 1));
}

#[test]
fn while_the_server_asks_to_wait_nobody_asks_and_then_one_asks_first() {
    let busy = response("429 Too Many Requests", "Retry-After: 2\r\n", "");
    let answer = move |number| {
        if number == 4 { busy.clone().into_bytes() } else { json(PASS).into_bytes() }
    };
    let server = Server::with(answer, Duration::from_millis(100));
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(30));
    let args = ["batch", "a.csv", "-c", "4", "-o", "r.csv", "--summary", "-"];
    let run = folder.idv(&args).code(0);
    let summary: serde_json::Value = serde_json::from_str(&stdout(&run)).unwrap();
    assert_eq!(summary["slowed"]["times"], 1);
    assert!(summary["slowed"]["paused_s"].as_f64() >= Some(1.9), "{}", summary["slowed"]);
    assert!(stderr(&run).contains("slowed down: once, with pauses of 2."), "{}", stderr(&run));
    let requests = server.requests();
    // What was sent before the answer had come does not count.
    let busy = requests[4].at + Duration::from_millis(150);
    let after: Vec<_> = requests.iter().map(|r| r.at).filter(|at| *at > busy).collect();
    assert!(after[0] - busy >= Duration::from_millis(1_850), "{:?}", after[0] - busy);
    // The others wait for the answer of the first one.
    assert!(after[1] - after[0] >= Duration::from_millis(100), "{:?}", after[1] - after[0]);
    assert_eq!(requests.len(), 31);
}

#[test]
fn one_row_that_is_always_refused_holds_up_no_other() {
    for concurrency in ["1", "4"] {
        let sandbox = Sandbox::start();
        let folder = Folder::at(&sandbox.url);
        let phones = ["0800000600", "081234567801", "081234567802", "081234567803", "081234567804"];
        folder.write("a.csv", with_phones(&phones));
        let run = folder.idv(&["batch", "a.csv", "-c", concurrency, "--retries", "2"]).code(3);
        let outcomes: Vec<_> = lines(&run).iter().map(|line| line["outcome"].clone()).collect();
        assert_eq!(outcomes, ["unavailable", "pass", "pass", "pass", "pass"]);
        assert_eq!(sandbox.charged(), 4);
    }
}

#[test]
fn a_trouble_of_all_rows_uses_up_nobodys_retries() {
    let refused = |number: usize| (3..7).contains(&number);
    let answer =
        move |number| json(if refused(number) { r#"{"code":600}"# } else { PASS }).into_bytes();
    let server = Server::with(answer, Duration::ZERO);
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(200));
    let run = folder.idv(&["batch", "a.csv", "-c", "1", "--retries", "0"]).code(0);
    assert!(lines(&run).iter().all(|line| line["outcome"] == "pass"));
    let passes = passes(&server, refused);
    assert!(passes.len() == 200 && passes.values().all(|times| *times == 1));
}

/// Reads what a run says until a word comes.
fn await_word(child: &mut Child, word: &str) -> BufReader<std::process::ChildStderr> {
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains(word) {
        line.clear();
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "never said {word}");
    }
    said
}

#[test]
fn an_endpoint_that_goes_away_and_comes_back_gets_every_row_once() {
    for first in [0, 25] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let folder = Folder::at(&format!("http://{address}/"));
        folder.write("a.csv", applicants(50));
        // It closes each connection after its answer, and the port after so many of them.
        let (served, bodies) = mpsc::channel();
        let before = served.clone();
        let gone = std::thread::spawn(move || serve_some(&listener, first, PASS, &before));
        let args = ["batch", "a.csv", "-c", "1", "-o", "r.jsonl", "-v"];
        let mut child = folder.command(&args).stderr(Stdio::piped()).spawn().unwrap();
        gone.join().unwrap();
        let mut said = await_word(&mut child, "not sent: ");
        let drained = std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let listener = TcpListener::bind(address).unwrap();
        std::thread::spawn(move || serve_some(&listener, usize::MAX, PASS, &served));
        assert_eq!(child.wait().unwrap().code(), Some(0));
        drained.join().unwrap().unwrap();
        assert!(jsonl(&folder.read("r.jsonl")).iter().all(|line| line["outcome"] == "pass"));
        let mut bodies: Vec<String> = bodies.try_iter().collect();
        bodies.sort();
        bodies.dedup();
        // Fifty answers, no two of them for the same body.
        assert_eq!(bodies.len(), 50, "after {first}");
    }
}

#[test]
fn without_a_clean_answer_it_gives_up_and_says_when() {
    let server = Server::start(json(r#"{"code":600}"#), Duration::ZERO);
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(20));
    let begun = Instant::now();
    let run = folder.idv(&["batch", "a.csv", "--give-up-after", "2s"]).code(5);
    let elapsed = begun.elapsed();
    assert!((Duration::from_secs(2)..Duration::from_secs(60)).contains(&elapsed), "{elapsed:?}");
    assert!(stderr(&run).contains("stopped: no clean answer for 2 s"), "{}", stderr(&run));
    assert!(lines(&run).iter().all(|line| line["charged"] == "no"));
}

#[test]
fn the_progress_says_how_fast_and_why_not_faster() {
    let busy = response("429 Too Many Requests", "Retry-After: 14\r\n", "");
    let answer = move |number| {
        if number == 3 { busy.clone().into_bytes() } else { json(PASS).into_bytes() }
    };
    let server = Server::with(answer, Duration::ZERO);
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(20));
    let run = folder.idv(&["batch", "a.csv", "-c", "1"]).code(0);
    // One line falls into the pause, ten seconds after the start.
    let said = stderr(&run);
    assert!(said.contains(" s (HTTP 429, Retry-After)") && said.contains(", paused "), "{said}");
    assert_eq!(server.requests().len(), 21);
}
