//! Only what is proved uncharged is sent again, as patiently as the server asks.

use std::time::{Duration, Instant};

use crate::support::server::{Server, json, response};
use crate::support::{Folder, NIK, PHONE, Sandbox, lines, with_phones};

const PASS: &str = r#"{"code":200,"message":"success","result":"pass"}"#;

#[test]
fn retry_after_in_seconds_is_obeyed() {
    let busy = response("429 Too Many Requests", "Retry-After: 2\r\n", "");
    let answers = [busy, json(PASS)];
    let server = Server::with(move |n| answers[n.min(1)].clone().into_bytes(), Duration::ZERO);
    let begun = Instant::now();
    let run = Folder::at(&server.url).verify(NIK, PHONE, &["-f", "jsonl"]).code(0);
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(lines(&run)[0]["attempts"], 2);
}

#[test]
fn a_bare_503_is_what_a_gateway_says_after_the_request_so_it_is_unknown() {
    let server = Server::start(response("503 Service Unavailable", "", ""), Duration::ZERO);
    let run = Folder::at(&server.url).verify(NIK, PHONE, &["-f", "jsonl"]).code(4);
    assert_eq!(lines(&run)[0]["outcome"], "unknown");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn retries_bound_how_often_a_passing_code_is_asked_again() {
    for (retries, requests) in [("0", 1), ("2", 3)] {
        let sandbox = Sandbox::start();
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", with_phones(&["0800000600"]));
        let run = folder.idv(&["batch", "a.csv", "--retries", retries]).code(3);
        assert_eq!(lines(&run)[0]["attempts"], requests);
        assert_eq!(sandbox.requests(), requests);
        assert_eq!(sandbox.charged(), 0);
    }
}

#[test]
fn rows_that_pass_on_a_second_try_are_charged_once() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let phones = ["0800100007", "0800100008", "0800100013", "081234567890"];
    folder.write("a.csv", with_phones(&phones));
    let run = folder.idv(&["batch", "a.csv"]).code(0);
    let attempts: Vec<_> = lines(&run).iter().map(|line| line["attempts"].clone()).collect();
    assert_eq!(attempts, [2, 3, 2, 1]);
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
    assert_eq!(sandbox.charged(), 4);
}

#[test]
fn a_rate_limit_delays_rows_and_loses_none() {
    let sandbox = Sandbox::with(&["--rate-limit", "20"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", crate::support::applicants(60));
    let run = folder.idv(&["batch", "a.csv", "--retries", "12"]).code(0);
    assert!(lines(&run).iter().all(|line| line["outcome"] == "pass"));
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
    assert_eq!(sandbox.charged(), 60);
}
