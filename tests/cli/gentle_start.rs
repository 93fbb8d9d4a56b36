//! Few requests at once at the start; more as answers come, and with `-c auto` only as many as pay.

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
fn auto_settles_on_a_number_and_the_summary_tells_it() {
    let sandbox = Sandbox::with(&["--latency", "20ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(4000));
    let args = ["batch", "a.csv", "-c", "auto", "-o", "r.jsonl", "--summary", "-"];
    let run = folder.idv(&args).code(0);
    let summary: Value = serde_json::from_str(&stdout(&run)).unwrap();
    let settled = summary["pace"]["in_flight"].as_u64();
    // How many depends on the machine.
    assert!(matches!(settled, Some(8 | 16 | 32)), "{}", summary["pace"]);
    assert_eq!(sandbox.charged(), 4000);
}

#[test]
fn auto_bears_a_rate_so_low_that_it_has_nothing_to_measure() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    folder.idv(&["batch", "a.csv", "-c", "auto", "--rate", "0.1"]).code(0);
    assert_eq!(sandbox.charged(), 2);
}
