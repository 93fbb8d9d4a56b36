//! The network: what is proved not sent is free and sent again; anything else is unknown, held, and
//! never sent again unasked.

use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustls::version::TLS13;

use crate::endpoint::Endpoint;
use crate::ledger_agreement::{calls, count, verify};
use crate::support::server::{json, read, serve_some};
use crate::support::tls::{Authority, Proxy, Rule, TlsServer};
use crate::support::{Folder, NIK, PHONE, Sandbox, applicants, jsonl, lines, stderr};

const LOCAL: &[&str] = &["127.0.0.1", "localhost"];
const PASS: &str = r#"{"code":200,"message":"success","result":"pass"}"#;

/// A run of three rows that never gets a connection: all free, tried again, given up.
#[track_caller]
fn never_sent(folder: &Folder, flags: &[&str], words: &str) {
    folder.write("a.csv", applicants(3));
    let args = ["batch", "a.csv", "-c", "1", "--give-up-after", "300ms"];
    let run = folder.idv(&[&args, flags].concat()).code(5);
    let rows = lines(&run);
    assert_eq!(rows.len(), 3);
    assert_eq!(count(&rows, "unavailable", "no") + count(&rows, "skipped", "no"), 3, "{rows:?}");
    let message = rows[0]["message"].as_str().unwrap();
    assert!(message.starts_with("not sent: ") && message.contains(words), "{message}");
    assert!(stderr(&run).contains("stopped: no clean answer for 0.3 s"), "{}", stderr(&run));
    let calls = calls(folder);
    assert!(!calls.is_empty());
    assert_eq!(count(&calls, "unavailable", "no"), calls.len(), "{calls:?}");
}

#[test]
fn fault_01_a_name_that_is_not_found_is_not_sent_and_free() {
    never_sent(&Folder::at("https://endpoint.invalid/"), &[], "");
}

#[test]
fn fault_02_a_refused_connection_is_not_sent_free_and_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let folder = Folder::at(&format!("http://{address}/"));
    never_sent(&folder, &[], "refused");
    // When somebody listens again, each row is answered once.
    let listener = TcpListener::bind(address).unwrap();
    let (bodies, asked) = std::sync::mpsc::channel();
    std::thread::spawn(move || serve_some(&listener, 3, PASS, &bodies));
    folder.idv(&["batch", "a.csv"]).code(0);
    assert_eq!(asked.try_iter().count(), 3);
    assert_eq!(count(&calls(&folder), "pass", "yes"), 3);
}

/// A port whose queue is full drops what comes after: the connection hangs.
#[test]
fn fault_03_a_connection_that_hangs_is_given_up_and_was_not_sent() {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    // The kernel may hold one more than it was told to.
    let full: Vec<_> = (0..4)
        .filter_map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok())
        .collect();
    assert!(full.len() < 4, "this kernel's queues never fill");
    let folder = Folder::at(&format!("http://{address}/"));
    never_sent(&folder, &["--connect-timeout", "300ms"], "the connection timed out");
}

/// One that nobody vouches for, one of another host, one of the past, one that is no TLS at all.
#[test]
fn fault_04_tls_in_trouble_stops_the_run_and_is_never_done_without() {
    let (sandbox, authority) = (Sandbox::start(), Authority::new());
    let stranger = Authority::new().certificate(LOCAL);
    let elsewhere = authority.certificate(&["elsewhere.example"]);
    let past = authority.certificate_with(LOCAL, |params| {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    });
    let before = |certificate| TlsServer::before(&sandbox.url, certificate, &[&TLS13]).url();
    let urls = [stranger, elsewhere, past].map(before);
    let plain = sandbox.url.replace("http://", "https://");
    for url in urls.into_iter().chain([plain]) {
        let folder = Folder::at(&url);
        authority.file(&folder);
        folder.write("a.csv", applicants(50));
        let run = folder.idv(&["batch", "a.csv", "--ca-cert", "ca.pem"]).code(5);
        let (said, rows, calls) = (stderr(&run), lines(&run), calls(&folder));
        assert_eq!(said.matches("stopped: no trusted TLS connection: ").count(), 1, "{said}");
        assert!(said.contains("next: check IDV_ENDPOINT, the clock of this machine"), "{said}");
        assert_eq!(count(&rows, "unavailable", "no") + count(&rows, "skipped", "no"), 50);
        assert_eq!(count(&calls, "unavailable", "no"), calls.len());
        assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
    }
}

/// The handshake never ends, so the body was never asked for.
#[test]
fn fault_05_a_time_out_before_the_body_was_asked_for_is_not_sent_and_free() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = Folder::at(&format!("https://{}/", listener.local_addr().unwrap()));
    let flags = ["--timeout", "1s", "--connect-timeout", "10s"];
    never_sent(&folder, &flags, "timed out");
}

/// Verifies a test phone of the sandbox that is perhaps charged.
fn held_by_the_sandbox(phone: &str, charges: u64, words: &str) {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    verify(&folder, phone, &[], 4).is_held(&folder, phone, words);
    assert_eq!((sandbox.requests(), sandbox.charged()), (1, charges), "{phone}");
}

/// Verifies at an endpoint that was sent the record, and whose answer is no use.
fn held_at(endpoint: &Endpoint, words: &str) {
    let folder = Folder::at(&endpoint.url);
    verify(&folder, PHONE, &[], 4).is_held(&folder, PHONE, words);
    assert_eq!(endpoint.requests(), 1, "{words}");
}

#[test]
fn fault_06_silence_after_the_request_is_unknown_and_never_resent() {
    held_by_the_sandbox("0800100001", 1, "no usable answer: timed out after 1s");
}

#[test]
fn fault_07_closed_before_any_reply_is_unknown_and_never_resent() {
    held_by_the_sandbox("0800100002", 1, "no usable answer: ");
    held_by_the_sandbox("0800100003", 0, "no usable answer: ");
}

/// From here it cannot be told from a connection that is closed after the request.
#[test]
fn fault_07_closed_on_accept_is_unknown_unless_it_is_proved_not_sent() {
    let sandbox = Sandbox::with(&["--drop-connections", "1"]);
    let folder = Folder::at(&sandbox.url);
    let run = folder.verify(NIK, PHONE, &["-f", "jsonl"]);
    let (line, calls) = (&lines(&run)[0], calls(&folder));
    match run.get_output().status.code() {
        // The body was asked for before the close was seen.
        Some(4) => {
            assert_eq!(line["charged"], "unknown");
            assert_eq!(count(&calls, "unknown", "unknown"), 1);
            assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
        }
        // The close was seen first: proved not sent, so it was sent again.
        Some(0) => {
            assert_eq!(line["attempts"], 2);
            assert_eq!((count(&calls, "unavailable", "no"), count(&calls, "pass", "yes")), (1, 1));
            assert_eq!((sandbox.requests(), sandbox.charged()), (1, 1));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn fault_08_a_reset_after_the_request_is_unknown_and_never_resent() {
    held_by_the_sandbox("0800100014", 1, "no usable answer: ");
    let at_once = Endpoint::start(|_, stream| {
        socket2::SockRef::from(&*stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    held_at(&at_once, "no usable answer: ");
}

/// A server that answers once on each connection, and closes it just as it is used again.
#[test]
fn fault_09_a_reused_connection_that_breaks_is_unknown_and_ends_reuse() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = Folder::at(&format!("http://{}/", listener.local_addr().unwrap()));
    let connections = std::thread::spawn(move || {
        let (mut answered, mut read_whole) = (0, 0);
        while answered < 9 {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(&stream);
            for turn in 0..2 {
                if read(&mut reader).is_none() {
                    break;
                }
                read_whole += 1;
                if turn == 0 {
                    (&stream).write_all(json(PASS).as_bytes()).unwrap();
                    answered += 1;
                }
            }
        }
        read_whole
    });
    folder.write("a.csv", applicants(10));
    let run = folder.idv(&["batch", "a.csv", "-c", "1"]).code(4);
    let rows = lines(&run);
    assert_eq!((count(&rows, "pass", "yes"), count(&rows, "unknown", "unknown")), (9, 1));
    assert_eq!(rows.iter().position(|row| row["outcome"] == "unknown"), Some(1));
    assert_eq!(stderr(&run).matches("closed a connection just as it was used again").count(), 1);
    let calls = calls(&folder);
    assert_eq!((count(&calls, "pass", "yes"), count(&calls, "unknown", "unknown")), (9, 1));
    assert_eq!(connections.join().unwrap(), 10);
}

#[test]
fn fault_10_closed_inside_the_headers_is_unknown_and_never_resent() {
    for head in ["HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\n"] {
        held_at(&Endpoint::says(head), "no usable answer: ");
    }
}

#[test]
fn fault_11_a_body_cut_short_is_unknown_and_never_resent() {
    held_by_the_sandbox("0800100005", 1, "no usable answer: HTTP 200, ");
    // Without a length the end of the connection is the end of the body.
    let half = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"code\":200,\"resu";
    held_at(&Endpoint::says(half), "no usable answer: HTTP 200, the body is not a JSON object");
}

#[test]
fn fault_11_a_whole_answer_counts_even_if_its_end_never_comes() {
    let longer = format!("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{PASS}");
    let silent = longer.clone();
    let closed = Endpoint::says(longer);
    let open = Endpoint::start(move |_, stream| {
        stream.write_all(silent.as_bytes()).unwrap();
        // Until the client goes away.
        let _ = stream.read(&mut [0]);
    });
    for endpoint in [closed, open] {
        let folder = Folder::at(&endpoint.url);
        verify(&folder, PHONE, &[], 0).is("pass", "yes", "success");
        assert_eq!((endpoint.requests(), calls(&folder).len()), (1, 1));
    }
}

#[test]
fn fault_12_an_answer_that_drips_in_is_unknown_at_the_deadline() {
    let begun = Instant::now();
    held_by_the_sandbox("0800100011", 1, "timed out after 1s");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn fault_13_what_is_not_http_is_unknown_and_never_resent() {
    for banner in ["SSH-2.0-OpenSSH_9.2\r\n", "\u{1}\u{2}\u{3}\u{4}", PASS] {
        held_at(&Endpoint::says(banner), "no usable answer: ");
    }
}

#[test]
fn fault_14_a_proxy_that_refuses_stops_the_run_and_nothing_is_sent() {
    let (sandbox, authority) = (Sandbox::start(), Authority::new());
    let tls = TlsServer::before(&sandbox.url, authority.certificate(LOCAL), &[&TLS13]);
    let folder = Folder::at(&tls.url());
    authority.file(&folder);
    folder.write("a.csv", applicants(50));
    for (rule, why) in [
        (Rule::For("Basic nobody", tls.address), "it wants a user name and a password (HTTP 407)"),
        (Rule::Refuse("403 Forbidden"), "it does not connect to the endpoint"),
    ] {
        let proxy = Proxy::start(rule);
        let url = format!("http://user:s3cret@{}", proxy.address);
        let flags = ["batch", "a.csv", "--ca-cert", "ca.pem", "--proxy", &url];
        let run = folder.idv(&[&flags[..], &["--summary", "s.json"]].concat()).code(5);
        let said = stderr(&run);
        assert!(said.contains(&format!("stopped: the proxy refuses: {why}")), "{said}");
        assert!(said.contains("next: check --proxy or HTTPS_PROXY"), "{said}");
        assert!(!said.contains("s3cret"), "{said}");
        assert!(proxy.asked().len() <= 8, "{} tunnels asked for", proxy.asked().len());
        assert!(
            folder.read("s.json").contains(r#""reason": "proxy""#),
            "{}",
            folder.read("s.json")
        );
    }
    let calls = calls(&folder);
    assert_eq!(count(&calls, "unavailable", "no"), calls.len());
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
}

#[test]
fn fault_15_a_captive_portal_is_unknown_and_never_resent() {
    let page = "<html><body>Please log in to this network</body></html>";
    let portal = crate::support::server::response("200 OK", "Content-Type: text/html\r\n", page);
    held_at(&Endpoint::says(portal), "no usable answer: HTTP 200, the body is not a JSON object");
}

/// Ten answers, then the two that are in flight break off, and nobody listens any more.
#[test]
fn fault_16_a_network_that_goes_away_leaves_in_doubt_only_what_was_in_flight() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = Folder::at(&format!("http://{}/", listener.local_addr().unwrap()));
    let network = std::thread::spawn(move || {
        let got = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            while got.load(Ordering::SeqCst) < 10 {
                let (stream, _) = listener.accept().unwrap();
                let got = &got;
                scope.spawn(move || {
                    // A connection that was opened ahead is never used: it must not hold up the end.
                    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
                    if read(&mut BufReader::new(&stream)).is_some()
                        && got.fetch_add(1, Ordering::SeqCst) < 10
                    {
                        let answer =
                            json(PASS).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
                        let _ = (&stream).write_all(answer.as_bytes());
                    }
                });
            }
            drop(listener);
        });
        got.into_inner()
    });
    folder.write("a.csv", applicants(60));
    let args = ["batch", "a.csv", "-c", "2", "--give-up-after", "500ms"];
    let run = folder.idv(&args).code(5);
    let (rows, calls) = (lines(&run), calls(&folder));
    let whole = network.join().unwrap();
    let unknown = count(&rows, "unknown", "unknown");
    assert!(unknown <= 2 && 10 + unknown >= whole, "{unknown} unknown, {whole} requests");
    assert_eq!(count(&rows, "pass", "yes"), 10);
    let free = count(&rows, "unavailable", "no") + count(&rows, "skipped", "no");
    assert_eq!(10 + unknown + free, 60);
    assert_eq!((count(&calls, "pass", "yes"), count(&calls, "unknown", "unknown")), (10, unknown));
    assert!(stderr(&run).contains("stopped: no clean answer for 0.5 s"), "{}", stderr(&run));
}

/// A gateway that is broken must not burn a file.
#[test]
fn fault_16_unknowns_one_after_another_stop_the_run() {
    let endpoint = Endpoint::says("");
    let folder = Folder::at(&endpoint.url);
    folder.write("a.csv", applicants(40));
    let run = folder.idv(&["batch", "a.csv", "-c", "4", "-o", "r.jsonl"]).code(5);
    let rows = jsonl(&folder.read("r.jsonl"));
    let unknown = count(&rows, "unknown", "unknown");
    // Four in a row stop it; what was in flight by then may still come to nothing.
    assert!((4..=7).contains(&unknown), "{unknown}");
    assert_eq!(count(&rows, "skipped", "no"), 40 - unknown);
    assert_eq!(endpoint.requests(), unknown);
    assert_eq!(count(&calls(&folder), "unknown", "unknown"), unknown);
    assert!(stderr(&run).contains("calls in a row brought no usable answer"), "{}", stderr(&run));
}
