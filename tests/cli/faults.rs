//! What happens when an answer is torn, late, or none at all: nothing that may have been charged
//! is ever sent again.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::support::server::{Server, json, response};
use crate::support::{Folder, NIK, PHONE, Sandbox, lines, stderr};

/// Verifies a test phone of the sandbox; gives its line, and requests and charges there.
fn fault(phone: &str, exit: i32) -> (serde_json::Value, u64, u64) {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let run = folder.verify(NIK, phone, &["-f", "jsonl", "--timeout", "2s"]).code(exit);
    (lines(&run).remove(0), sandbox.requests(), sandbox.charged())
}

#[test]
fn a_call_that_may_have_been_charged_is_unknown_and_sent_once() {
    for (phone, charged, why) in [
        ("0800100001", 1, "silence"),
        ("0800100002", 1, "closed without a byte"),
        ("0800100003", 0, "closed without a byte, uncharged"),
        ("0800100004", 1, "no JSON"),
        ("0800100005", 1, "cut in the middle"),
        ("0800100006", 0, "HTTP 500 with HTML"),
        ("0800100010", 1, "endless"),
        ("0800100011", 1, "one byte a second"),
        ("0800100014", 1, "reset after the headers"),
    ] {
        let (line, requests, charges) = fault(phone, 4);
        assert_eq!(line["outcome"], "unknown", "{why}");
        assert_eq!(line["charged"], "unknown", "{why}");
        assert_eq!(line["attempts"], 1, "{why}");
        assert!(line["message"].as_str().unwrap().contains("no usable answer"), "{why}");
        assert_eq!((requests, charges), (1, charged), "{why}");
    }
}

#[test]
fn an_undocumented_code_is_unrecognised_and_perhaps_charged() {
    let (line, requests, charges) = fault("0800100012", 4);
    assert_eq!(line["outcome"], "unrecognised");
    assert_eq!(line["code"], 12223);
    assert_eq!(line["charged"], "unknown");
    assert_eq!((requests, charges), (1, 1));
}

#[test]
fn a_redirect_is_never_followed_and_stops_the_run() {
    let (line, requests, charges) = fault("0800100009", 5);
    assert_eq!(line["outcome"], "unknown");
    assert!(line["message"].as_str().unwrap().contains("never followed"));
    assert_eq!((requests, charges), (1, 0));
}

#[test]
fn what_is_proved_uncharged_is_sent_again() {
    for (phone, sent) in [("0800100007", 2), ("0800100008", 3), ("0800100013", 2)] {
        let (line, requests, charges) = fault(phone, 0);
        assert_eq!(line["outcome"], "pass", "{phone}");
        assert_eq!(line["attempts"], sent, "{phone}");
        assert_eq!((requests, charges), (sent, 1), "{phone}");
    }
}

#[test]
fn nobody_listening_is_not_sent_and_free() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let folder = Folder::at(&url);
    folder.write("a.csv", crate::support::applicants(3));
    let run = folder.idv(&["batch", "a.csv", "--retries", "1", "--give-up-after", "1s"]).code(5);
    for line in lines(&run) {
        assert!(["unavailable", "skipped"].contains(&line["outcome"].as_str().unwrap()), "{line}");
        assert_eq!(line["charged"], "no");
        assert!(line["message"].as_str().unwrap().starts_with("not sent: "));
    }
    assert!(stderr(&run).contains("stopped: no clean answer for 1 s"), "{}", stderr(&run));
}

#[test]
fn a_connection_closed_on_accept_looks_like_one_closed_after_the_request() {
    let sandbox = Sandbox::with(&["--drop-connections", "1"]);
    let run = Folder::at(&sandbox.url).verify(NIK, PHONE, &["-f", "jsonl"]);
    let line = &lines(&run)[0];
    match run.get_output().status.code() {
        // The body was asked for before the close was seen.
        Some(4) => {
            assert_eq!(line["charged"], "unknown");
            assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
        }
        // The close was seen first: proved not sent, so it was sent again.
        Some(0) => {
            assert_eq!(line["attempts"], 2);
            assert_eq!((sandbox.requests(), sandbox.charged()), (1, 1));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_silent_server_is_left_after_the_timeout() {
    let server = Server::start(json("{}"), Duration::from_secs(60));
    let begun = Instant::now();
    let run = Folder::at(&server.url).verify(NIK, PHONE, &["--timeout", "300ms", "-f", "jsonl"]);
    assert!(begun.elapsed() < Duration::from_secs(20));
    let line = &lines(&run.code(4))[0];
    assert_eq!(line["message"], "no usable answer: timed out after 300ms");
}

#[test]
fn a_whole_answer_counts_even_if_its_end_never_comes() {
    let body = r#"{"code":200,"result":"pass"}"#;
    let longer = format!("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{body}");
    let server = Server::start(longer, Duration::ZERO);
    let run = Folder::at(&server.url).verify(NIK, PHONE, &["--timeout", "500ms", "-f", "jsonl"]);
    assert_eq!(lines(&run.code(0))[0]["outcome"], "pass");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn half_an_answer_without_a_length_is_no_answer() {
    let half = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"code\":200,\"resu".to_vec();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let mut got = String::new();
        while !got.ends_with('}') {
            let read = stream.read(&mut request).unwrap();
            got.push_str(std::str::from_utf8(&request[..read]).unwrap());
        }
        stream.write_all(&half).unwrap();
    });
    let run = Folder::at(&url).verify(NIK, PHONE, &["-f", "jsonl"]).code(4);
    assert_eq!(lines(&run)[0]["charged"], "unknown");
    served.join().unwrap();
}

#[test]
fn answers_that_contradict_themselves_are_unknown() {
    for body in [
        r#"{"code":200,"result":"pass","result":"fail"}"#,
        "\u{feff}{\"code\":200,\"result\":\"pass\"}",
        "[200]",
        "<html>please log in</html>",
    ] {
        let server = Server::start(json(body), Duration::ZERO);
        let run = Folder::at(&server.url).verify(NIK, PHONE, &["-f", "jsonl"]).code(4);
        assert_eq!(lines(&run)[0]["outcome"], "unknown", "{body}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn what_is_not_http_is_unknown() {
    let server = Server::start("SSH-2.0-OpenSSH_9.2\r\n", Duration::ZERO);
    let run = Folder::at(&server.url).verify(NIK, PHONE, &["-f", "jsonl"]).code(4);
    assert_eq!(lines(&run)[0]["outcome"], "unknown");
}

#[test]
fn a_server_that_refuses_the_request_itself_stops_the_run_at_the_first() {
    for status in ["401 Unauthorized", "403 Forbidden", "404 Not Found", "405 Method Not Allowed"] {
        let server = Server::start(response(status, "", "<html></html>"), Duration::ZERO);
        let folder = Folder::at(&server.url);
        folder.write("a.csv", crate::support::applicants(20));
        let run = folder.idv(&["batch", "a.csv", "-c", "1"]).code(5);
        assert_eq!(server.requests().len(), 1, "{status}");
        assert!(lines(&run).iter().all(|line| line["charged"] == "no"), "{status}");
        assert!(stderr(&run).contains("IDV_ENDPOINT"), "{status}");
    }
}

#[test]
fn tls_to_a_plain_port_is_not_sent_and_stops_the_run() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url.replace("http://", "https://"));
    folder.write("a.csv", crate::support::applicants(20));
    let run = folder.idv(&["batch", "a.csv", "-c", "1"]).code(5);
    let lines = lines(&run);
    assert_eq!(lines[0]["outcome"], "unavailable");
    assert_eq!(lines[1]["outcome"], "skipped");
    assert!(stderr(&run).contains("no trusted TLS connection"));
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
}
