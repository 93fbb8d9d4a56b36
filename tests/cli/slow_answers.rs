//! Answers that wait in the server's queue, or never come: no call is paid for in vain if it can be
//! helped.

use std::time::{Duration, Instant};

use crate::support::server::Server;
use crate::support::{Folder, Sandbox, applicants, lines, stderr};

#[test]
fn a_queue_is_not_filled_until_calls_die_in_it() {
    // With 64 in flight each call would wait for more than three seconds.
    let sandbox = Sandbox::with(&["--queue", "20", "--latency", "5ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(120));
    let run = folder.idv(&["batch", "a.csv", "-c", "64", "--timeout", "2s"]).code(0);
    assert!(lines(&run).iter().all(|line| line["outcome"] == "pass"));
    assert_eq!(sandbox.charged(), 120);
}

#[test]
fn an_endpoint_that_never_answers_gets_few_calls_and_the_message_says_what_was_seen() {
    let server = Server::start("", Duration::from_secs(600));
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(500));
    let begun = Instant::now();
    let run = folder.idv(&["batch", "a.csv", "--timeout", "1s"]).code(5);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!(stderr(&run).contains("8 calls in a row brought no usable answer"), "{}", stderr(&run));
    // Eight at the start, and those that went out before the eighth was given up.
    assert!(server.requests().len() <= 16, "{}", server.requests().len());
}

#[test]
fn an_endpoint_that_fails_from_the_first_call_is_asked_ever_more_rarely() {
    let sandbox = Sandbox::with(&["--fail-rate", "1", "--fail-kind", "600"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(200));
    let run = folder.idv(&["batch", "a.csv", "-c", "64", "--give-up-after", "5s"]).code(5);
    assert!(stderr(&run).contains("stopped: no clean answer for 5 s"), "{}", stderr(&run));
    assert!(lines(&run).iter().all(|line| line["charged"] == "no"));
    assert!(sandbox.requests() <= 30, "{}", sandbox.requests());
    assert_eq!(sandbox.charged(), 0);
}

#[test]
fn an_outage_is_waited_out_with_a_call_now_and_then() {
    let sandbox = Sandbox::with(&["--latency", "5ms", "--outage", "500ms:4s"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(1500));
    let run = folder.idv(&["batch", "a.csv", "-c", "16"]).code(0);
    assert!(lines(&run).iter().all(|line| line["outcome"] == "pass"));
    let charges = sandbox.charges();
    // Sixteen in flight, four until the alarm, and then fewer than ten.
    assert!(charges["by_code"]["600"].as_u64() <= Some(40), "{charges}");
    assert_eq!(charges["most_charges_for_one_record"], 1);
    assert_eq!(sandbox.charged(), 1500);
}
