//! Few requests at once at the start; more as answers come, and with `-c auto` only as many as pay.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;

use crate::support::server::{Server, json};
use crate::support::{Folder, Sandbox, applicants, stdout};

const PASS: &str = r#"{"code":200,"message":"success","result":"pass"}"#;

#[test]
fn before_the_first_answer_eight_requests_are_in_flight_however_many_are_allowed() {
    for flags in [&["-c", "64"][..], &["-c", "auto"], &[]] {
        let latency = Duration::from_millis(500);
        let server = Server::start(json(PASS), latency);
        let folder = Folder::at(&server.url);
        folder.write("a.csv", applicants(40));
        folder.idv(&[&["batch", "a.csv"], flags].concat()).code(0);
        let at: Vec<_> = server.requests().iter().map(|request| request.at).collect();
        assert_eq!(at.len(), 40);
        assert!(at[8] - at[0] >= latency, "{flags:?}: the ninth after {:?}", at[8] - at[0]);
    }
}

#[test]
fn auto_takes_more_than_eight_while_that_pays_and_never_more_than_thirty_two() {
    let server = Server::start(json(PASS), Duration::from_millis(50));
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(600));
    let args = ["batch", "a.csv", "-c", "auto", "-o", "r.jsonl", "--summary", "-"];
    let run = folder.idv(&args).code(0);
    let summary: Value = serde_json::from_str(&stdout(&run)).unwrap();
    // On which number it settles depends on the machine.
    let settled = &summary["pace"]["in_flight"];
    assert!(settled.is_null() || settled.as_u64() <= Some(32), "{settled}");
    let most = server.seen.most_open.load(Ordering::SeqCst);
    assert!((8..=32).contains(&most), "{most}");
    assert_eq!(server.requests().len(), 600);
}

#[test]
fn auto_bears_a_rate_so_low_that_it_has_nothing_to_measure() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    folder.idv(&["batch", "a.csv", "-c", "auto", "--rate", "0.1"]).code(0);
    assert_eq!(sandbox.charged(), 2);
}
