//! So many requests in flight and never more, over connections that are used again.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::server::{Server, json};
use crate::support::{Folder, applicants, lines};

const PASS: &str = r#"{"code":200,"message":"success","result":"pass"}"#;

#[test]
fn never_more_requests_are_in_flight_than_allowed_and_as_many_as_that() {
    for concurrency in [1, 4, 16] {
        let server = Server::start(json(PASS), Duration::from_millis(20));
        let folder = Folder::at(&server.url);
        folder.write("a.csv", applicants(100));
        let run = folder.idv(&["batch", "a.csv", "-c", &concurrency.to_string()]).code(0);
        assert_eq!(lines(&run).len(), 100);
        assert_eq!(server.requests().len(), 100);
        assert_eq!(server.seen.most_open.load(Ordering::SeqCst), concurrency);
    }
}

#[test]
fn connections_are_reused() {
    let server = Server::start(json(PASS), Duration::from_millis(1));
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(200));
    folder.idv(&["batch", "a.csv", "-c", "4"]).code(0);
    assert_eq!(server.requests().len(), 200);
    let connections = server.seen.connections.load(Ordering::SeqCst);
    assert!(connections <= 8, "{connections}");
}

#[test]
fn the_environment_sets_the_concurrency_and_a_flag_beats_it() {
    for (flags, expected) in [(&[][..], 3), (&["-c", "5"][..], 5)] {
        let server = Server::start(json(PASS), Duration::from_millis(20));
        let folder = Folder::at(&server.url);
        folder.write("a.csv", applicants(50));
        let mut command = folder.command(&[&["batch", "a.csv"], flags].concat());
        command.env("IDV_CONCURRENCY", "3");
        assert_cmd::Command::from_std(command).assert().code(0);
        assert_eq!(server.requests().len(), 50);
        assert_eq!(server.seen.most_open.load(Ordering::SeqCst), expected);
    }
}

#[test]
fn a_slow_row_holds_back_the_output_but_no_more_than_the_window() {
    // The first answer takes until all others of the window are there.
    let server = Server::with(
        move |number| {
            if number == 0 {
                std::thread::sleep(Duration::from_secs(2));
            }
            json(PASS).into_bytes()
        },
        Duration::ZERO,
    );
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(3000));
    let mut child = folder
        .command(&["batch", "a.csv", "-c", "8", "-o", "r.jsonl"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let full = || server.seen.requests.lock().unwrap().len();
    let begun = std::time::Instant::now();
    while full() < 1000 && begun.elapsed() < Duration::from_secs(30) {
        std::thread::yield_now();
    }
    // The window is 1,024 rows; while the first is out, no further one is taken.
    assert!(full() <= 1024, "{}", full());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(crate::support::jsonl(&folder.read("r.jsonl")).len(), 3000);
    assert_eq!(server.requests().len(), 3000);
}
