//! The server: the code decides what a call cost, whatever the HTTP status; without a legible code
//! only what is proved free is sent again.

use std::io::Write;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::ledger_agreement::{calls, count, stays_held, verify};
use crate::support::server::{self, Server, response};
use crate::support::{Folder, NIK, PHONE, Sandbox, applicants, lines, stderr, with_phones};

const PASS: &str = r#"{"code":200,"message":"success","sequence_id":"S1","result":"pass"}"#;

/// An endpoint that gives `first`, and to every request after it a pass.
fn once(first: impl Into<Vec<u8>>) -> Server {
    let first = first.into();
    let answer = move |n| if n == 0 { first.clone() } else { server::json(PASS).into_bytes() };
    Server::with(answer, Duration::ZERO)
}

#[test]
fn fault_17_a_complete_answer_is_settled_whatever_its_verdict() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    for (n, (ending, outcome, exit)) in (1..).zip([
        ("0001", "pass", 0),
        ("9001", "fail", 1),
        ("9002", "fail", 1),
        ("9003", "fail", 1),
        ("9004", "no_record", 1),
        ("9005", "no_record", 1),
    ]) {
        let nik = format!("331099010190{ending}");
        for (source, charged) in [("api", "yes"), ("ledger", "no")] {
            let run = folder.verify(&nik, PHONE, &["-f", "jsonl"]).code(exit);
            let line = &lines(&run)[0];
            assert_eq!((&line["outcome"], &line["code"]), (&outcome.into(), &200.into()));
            assert_eq!((&line["source"], &line["charged"]), (&source.into(), &charged.into()));
        }
        let calls = calls(&folder);
        assert_eq!((calls.len(), sandbox.charged()), (n, n as u64));
        assert_eq!(
            (&calls[n - 1]["outcome"], &calls[n - 1]["charged"]),
            (&outcome.into(), &"yes".into())
        );
    }
}

#[test]
fn fault_18_fields_that_are_missing_new_or_of_another_type_are_settled() {
    for (body, outcome, exit, extra) in [
        (r#"{"code":200}"#, "unrecognised", 1, json!({})),
        (r#"{"code":"200","result":"SUCCESS"}"#, "pass", 0, json!({})),
        (
            r#"{"code":200,"result":"pass","sequence_id":17,"message":null,"gender":{"a":[1]}}"#,
            "pass",
            0,
            json!({"gender": {"a": [1]}}),
        ),
        (r#"{"code":200,"result":true,"id_name_match":7}"#, "unrecognised", 1, json!({})),
    ] {
        let server = Server::start(server::json(body), Duration::ZERO);
        let folder = Folder::at(&server.url);
        let met = verify(&folder, PHONE, &[], exit);
        assert_eq!((&met.line["outcome"], &met.line["charged"]), (&outcome.into(), &"yes".into()));
        assert_eq!(met.line["extra"], extra, "{body}");
        // Paid for, so it is known; what nobody documented was never stored.
        let again = folder.verify(NIK, PHONE, &["-f", "jsonl"]).code(exit);
        let line = &lines(&again)[0];
        assert_eq!((&line["source"], &line["extra"]), (&"ledger".into(), &Value::Null));
        assert_eq!((server.requests().len(), calls(&folder).len()), (1, 1));
    }
}

#[test]
fn fault_19_an_undocumented_code_is_unrecognised_perhaps_charged_and_never_resent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let met = verify(&folder, "0800100012", &[], 4);
    assert_eq!((&met.line["outcome"], &met.line["code"]), (&"unrecognised".into(), &12223.into()));
    assert_eq!(met.line["charged"], "unknown");
    stays_held(&folder, "0800100012");
    assert_eq!((sandbox.requests(), sandbox.charged()), (1, 1));
}

/// Refused for nothing, then answered: each refusal is over in the ledger before the next attempt.
fn passes_after(code: i64) {
    let server = once(server::json(&json!({ "code": code }).to_string()));
    let folder = Folder::at(&server.url);
    let met = verify(&folder, PHONE, &[], 0);
    met.is("pass", "yes", "success");
    assert_eq!((met.line["attempts"].as_u64(), server.requests().len()), (Some(2), 2), "{code}");
    assert_eq!(count(&met.calls, "unavailable", "no"), 1);
    assert_eq!(count(&met.calls, "pass", "yes"), 1);
}

/// Refused for nothing again and again: given up, and asked anew by the next run.
fn given_up(code: i64) {
    let server = Server::start(server::json(&json!({ "code": code }).to_string()), Duration::ZERO);
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(1));
    let run = folder.idv(&["batch", "a.csv", "--retries", "1"]).code(3);
    assert_eq!(count(&lines(&run), "unavailable", "no"), 1, "{code}");
    let calls = calls(&folder);
    assert_eq!((calls.len(), count(&calls, "unavailable", "no")), (2, 2), "{code}");
    assert_eq!(server.requests().len(), 2, "{code}");
}

#[test]
fn fault_20_a_blocked_or_busy_endpoint_is_asked_again_for_nothing() {
    for code in [302, 600] {
        passes_after(code);
        given_up(code);
    }
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    assert_eq!(verify(&folder, "0800100008", &[], 0).line["attempts"], 3);
    assert_eq!((sandbox.requests(), sandbox.charged()), (3, 1));
}

#[test]
fn fault_21_a_failed_look_up_is_asked_again_for_nothing() {
    passes_after(11350);
    given_up(11350);
}

#[test]
fn fault_22_a_refused_record_is_refused_and_free() {
    for code in [11301, 11340] {
        let sandbox = Sandbox::start();
        let folder = Folder::at(&sandbox.url);
        let met = verify(&folder, &format!("08000{code}"), &[], 3);
        assert_eq!((&met.line["outcome"], &met.line["code"]), (&"refused".into(), &code.into()));
        assert_eq!((met.calls.len(), count(&met.calls, "refused", "no")), (1, 1));
        assert_eq!((sandbox.requests(), sandbox.charged()), (1, 0));
    }
}

#[test]
fn fault_22_a_refusal_that_names_the_account_stops_the_run() {
    for message in ["partner_key error", "partner_code empty"] {
        let body = json!({"code": 11340, "message": message}).to_string();
        let server = Server::start(server::json(&body), Duration::ZERO);
        let folder = Folder::at(&server.url);
        folder.write("a.csv", applicants(50));
        let run = folder.idv(&["batch", "a.csv", "-c", "1"]).code(5);
        let rows = lines(&run);
        assert_eq!((count(&rows, "unavailable", "no"), count(&rows, "skipped", "no")), (1, 49));
        assert!(stderr(&run).contains("check IDV_PARTNER_CODE and IDV_PARTNER_KEY"));
        assert_eq!((server.requests().len(), count(&calls(&folder), "unavailable", "no")), (1, 1));
    }
}

/// Three rows, of which the second meets this code: the run stops there, and the others are free.
#[track_caller]
fn stops_at(code: &str, words: &str) {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let trouble = format!("08000{code}");
    let phones = ["081234567801", &trouble, "081234567803", "081234567804"];
    folder.write("a.csv", with_phones(&phones));
    let run = folder.idv(&["batch", "a.csv", "-c", "1"]).code(5);
    let outcomes: Vec<_> = lines(&run).iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(outcomes, ["pass", "unavailable", "skipped", "skipped"], "{code}");
    let said = stderr(&run);
    assert!(said.contains("stopped: ") && said.contains(words), "{code}: {said}");
    let calls = calls(&folder);
    assert_eq!(
        (count(&calls, "pass", "yes"), count(&calls, "unavailable", "no")),
        (1, 1),
        "{code}"
    );
    assert_eq!((calls.len(), sandbox.requests(), sandbox.charged()), (2, 2, 1), "{code}");
}

#[test]
fn fault_23_an_account_code_stops_the_run_at_the_first() {
    for code in ["00301", "00303", "00304", "11304"] {
        stops_at(code, "the account can't go on: code ");
    }
}

#[test]
fn fault_24_a_used_up_quota_stops_the_run_and_says_tomorrow() {
    stops_at("00305", "tomorrow");
}

#[test]
fn fault_25_a_redirect_is_never_followed_stops_the_run_and_is_perhaps_charged() {
    let elsewhere = Endpoint::says(server::json(PASS));
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Moved"] {
        let location = format!("Location: {}\r\n", elsewhere.url);
        let server = Server::start(response(status, &location, ""), Duration::ZERO);
        let folder = Folder::at(&server.url);
        let met = verify(&folder, PHONE, &[], 5);
        met.is("unknown", "unknown", "never followed");
        assert!(met.said.contains("stopped: the endpoint redirects elsewhere"), "{}", met.said);
        stays_held(&folder, PHONE);
        assert_eq!(server.requests().len(), 1, "{status}");
    }
    assert_eq!(elsewhere.requests(), 0);
}

#[test]
fn fault_26_a_server_that_refuses_the_request_itself_stops_the_run_at_the_first() {
    for status in ["401 Unauthorized", "403 Forbidden", "404 Not Found", "405 Method Not Allowed"] {
        let server = Server::start(response(status, "", "<html></html>"), Duration::ZERO);
        let folder = Folder::at(&server.url);
        folder.write("a.csv", applicants(20));
        let run = folder.idv(&["batch", "a.csv", "-c", "1"]).code(5);
        let rows = lines(&run);
        assert_eq!((count(&rows, "unavailable", "no"), count(&rows, "skipped", "no")), (1, 19));
        assert!(stderr(&run).contains("IDV_ENDPOINT"), "{status}");
        assert_eq!((server.requests().len(), count(&calls(&folder), "unavailable", "no")), (1, 1));
    }
}

#[test]
fn fault_27_a_server_that_asks_to_wait_is_waited_for_and_asked_again_for_nothing() {
    let seconds = || "1".to_owned();
    let date = || httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    for (status, wish) in [
        ("429 Too Many Requests", seconds as fn() -> String),
        ("503 Service Unavailable", seconds),
        ("429 Too Many Requests", date),
    ] {
        let wish = wish();
        let server = once(response(status, &format!("Retry-After: {wish}\r\n"), "<html></html>"));
        let folder = Folder::at(&server.url);
        let begun = Instant::now();
        let met = verify(&folder, PHONE, &[], 0);
        met.is("pass", "yes", "success");
        // A date is told in whole seconds.
        assert!(begun.elapsed() >= Duration::from_millis(500), "{status}: {:?}", begun.elapsed());
        assert_eq!(
            (count(&met.calls, "unavailable", "no"), count(&met.calls, "pass", "yes")),
            (1, 1)
        );
        assert_eq!((met.calls.len(), server.requests().len()), (2, 2), "{status}");
    }
}

/// However long the server wants to be left alone: nobody waits that long for one record.
#[test]
fn fault_27_a_wish_without_measure_is_given_up_and_free() {
    for wish in ["18446744073709551615", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let busy = response("429 Too Many Requests", &format!("Retry-After: {wish}\r\n"), "");
        let server = Server::start(busy, Duration::ZERO);
        let folder = Folder::at(&server.url);
        let begun = Instant::now();
        let flags = ["-f", "jsonl", "--timeout", "1s"];
        let run = folder.verify(NIK, PHONE, &flags).code(3);
        assert_eq!(count(&lines(&run), "unavailable", "no"), 1, "{wish}");
        assert!(begun.elapsed() < Duration::from_secs(60), "{wish}");
        let calls = calls(&folder);
        assert_eq!(count(&calls, "unavailable", "no"), calls.len());
        assert_eq!(server.requests().len(), calls.len());
    }
}

#[test]
fn fault_28_a_gateway_that_breaks_is_unknown_and_never_resent() {
    for status in ["500 Internal Server Error", "502 Bad Gateway", "503 Busy", "504 Time-out"] {
        let server = Server::start(response(status, "", "<html></html>"), Duration::ZERO);
        let folder = Folder::at(&server.url);
        let number = format!("HTTP {}, the body is not a JSON object", &status[..3]);
        verify(&folder, PHONE, &[], 4).is_held(&folder, PHONE, &number);
        assert_eq!(server.requests().len(), 1, "{status}");
    }
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    verify(&folder, "0800100006", &[], 4).is_held(&folder, "0800100006", "HTTP 500");
    assert_eq!((sandbox.requests(), sandbox.charged()), (1, 0));
}

#[test]
fn fault_29_a_legible_code_decides_whatever_the_http_status() {
    let refusal = r#"{"code":11301,"message":"name empty"}"#;
    for status in ["400 Bad Request", "403 Forbidden", "500 Error", "302 Found", "429 Wait"] {
        for (body, outcome, charged, exit) in
            [(PASS, "pass", "yes", 0), (refusal, "refused", "no", 3)]
        {
            let server = Server::start(response(status, "", body), Duration::ZERO);
            let folder = Folder::at(&server.url);
            verify(&folder, PHONE, &[], exit).is(outcome, charged, "");
            assert_eq!((server.requests().len(), calls(&folder).len()), (1, 1), "{status}");
        }
    }
}

#[test]
fn fault_30_a_body_of_more_than_1_mib_is_unknown_and_never_resent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let phone = "0800100010";
    let met = verify(&folder, phone, &["--timeout", "20s"], 4);
    met.is_held(&folder, phone, "HTTP 200, the answer is longer than 1 MiB");
    assert_eq!((sandbox.requests(), sandbox.charged()), (1, 1));
    // A whole answer, but for its length.
    let long = format!(r#"{{"code":200,"result":"pass","x":"{}"}}"#, "x".repeat(1 << 20));
    let server = Server::start(server::json(&long), Duration::ZERO);
    let folder = Folder::at(&server.url);
    verify(&folder, PHONE, &[], 4).is_held(&folder, PHONE, "longer than 1 MiB");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn fault_31_an_answer_that_is_no_json_object_or_contradicts_itself_is_unknown() {
    let bodies: [(&[u8], &str); 8] = [
        (b"{\"code\":200,\"result\":\"pa\xff\"}", "not a JSON object"),
        (b"{'code':200}", "not a JSON object"),
        (b"[200]", "not a JSON object"),
        (b"", "not a JSON object"),
        (br#"{"code":200,"result":"pass"}{"code":305}"#, "not a JSON object"),
        (br#"{"code":200,"result":"pass","result":"fail"}"#, "a key twice"),
        (br#"{"code":302,"code":200,"result":"pass"}"#, "a key twice"),
        (br#"{"code":200.5,"result":"pass"}"#, "no legible code"),
    ];
    for (body, words) in bodies {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        let server = Server::start([head.as_bytes(), body].concat(), Duration::ZERO);
        let folder = Folder::at(&server.url);
        verify(&folder, PHONE, &[], 4).is_held(&folder, PHONE, words);
        assert_eq!(server.requests().len(), 1, "{words}");
    }
}

#[test]
fn fault_32_one_sequence_id_for_two_records_settles_both_and_warns() {
    let server = Server::start(server::json(PASS), Duration::ZERO);
    let folder = Folder::at(&server.url);
    folder.write("a.csv", applicants(4));
    let run = folder.idv(&["batch", "a.csv", "-c", "1"]).code(0);
    assert_eq!(count(&lines(&run), "pass", "yes"), 4);
    let said = stderr(&run);
    assert_eq!(
        said.matches("under a sequence_id that another record has too").count(),
        1,
        "{said}"
    );
    assert_eq!((server.requests().len(), count(&calls(&folder), "pass", "yes")), (4, 4));
    // Known answers and duplicates carry the ids of their calls: that is no surprise.
    let again = folder.idv(&["batch", "a.csv"]).code(0);
    assert!(!stderr(&again).contains("sequence_id"), "{}", stderr(&again));
    assert_eq!(server.requests().len(), 4);
}

/// What the provider says of a record is stored without what a person could be found by.
#[test]
fn fault_33_a_message_that_echoes_a_person_is_masked_before_it_is_stored() {
    let said = format!("id_number {NIK} of {PHONE} error");
    for (body, exit) in [
        (json!({"code": 11340, "message": said}), 3),
        (json!({"code": 200, "result": "fail", "message": said, "reason": said}), 1),
        (json!({"code": 200, "result": said, "id_phone_match": said, "id_name_match": said}), 1),
        (json!({"code": 12223, "message": said, "further_info": said}), 4),
    ] {
        let server = Server::start(server::json(&body.to_string()), Duration::ZERO);
        let folder = Folder::at(&server.url);
        folder.verify(NIK, PHONE, &["-f", "jsonl"]).code(exit);
        let calls = calls(&folder);
        assert!(calls[0].to_string().contains("id_number **************** of ************ error"));
        for file in ["ledger.sandbox.db", "ledger.sandbox.db-wal"] {
            let bytes = std::fs::read(folder.path("state/idv").join(file)).unwrap_or_default();
            for person in [NIK, PHONE] {
                let found = bytes.windows(person.len()).any(|window| window == person.as_bytes());
                assert!(!found, "{file} holds {person}");
            }
        }
        assert_eq!(server.requests().len(), 1);
    }
}

/// A connection that is closed by the book after each answer is no break.
#[test]
fn fault_29_an_answer_that_ends_its_connection_is_an_answer() {
    let closing = server::json(PASS).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let endpoint = Endpoint::start(move |_, stream| stream.write_all(closing.as_bytes()).unwrap());
    let folder = Folder::at(&endpoint.url);
    folder.write("a.csv", applicants(20));
    let run = folder.idv(&["batch", "a.csv"]).code(0);
    assert_eq!(count(&lines(&run), "pass", "yes"), 20);
    assert_eq!((endpoint.requests(), count(&calls(&folder), "pass", "yes")), (20, 20));
}
