//! What stands around a run: proxies, gateways, settings files. What can't be read is refused before
//! anything is sent, and never means something else.

use std::io::Write as _;
use std::net::TcpListener;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::ledger_agreement::{count, verify};
use crate::support::server::{self, Server, response};
use crate::support::{Folder, NAME, NIK, PHONE, Sandbox, lines, stderr};

const PASS: &str = r#"{"code":200,"message":"success","sequence_id":"S1","result":"pass"}"#;
const RECORD: [&str; 7] = ["verify", "--nik", NIK, "--phone", PHONE, "--name", NAME];

/// An endpoint that is not called this machine, though it is.
fn direct_endpoint() -> (TcpListener, Folder) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, Folder::at(&format!("https://0.0.0.0:{port}/")))
}

#[test]
#[cfg(target_os = "linux")]
fn a_proxy_variable_that_can_not_be_read_whole_never_means_a_direct_connection() {
    let (listener, folder) = direct_endpoint();
    for value in [
        "http://user:s3c#ret@127.0.0.1:1",
        "http://user:s3c/ret@127.0.0.1:1",
        "http://user:s3c?ret@127.0.0.1:1",
        "http://user:s3c ret@127.0.0.1:1",
        "http://user:s3c\\ret@127.0.0.1:1",
        "http://user:s3c%ret@127.0.0.1:1",
        "ftp://user:s3cret@127.0.0.1:1",
        "socks5://user:s3cret@127.0.0.1:1",
        "socks5h://user:s3cret@127.0.0.1:1",
        "http://user:s3cret@",
    ] {
        for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            let mut command = folder.command(&[&RECORD[..], &["--timeout", "1s"]].concat());
            command.env(variable, value);
            let run = assert_cmd::Command::from_std(command).assert().code(2).stdout("");
            let said = stderr(&run);
            assert!(said.contains(variable) && !said.contains("s3c"), "{value}: {said}");
            assert!(!folder.path("state").exists(), "a ledger was made");
        }
    }
    // The direct way would have been open.
    assert!(listener.accept().is_err(), "the endpoint was reached directly");
}

#[test]
fn a_call_is_not_given_up_before_it_can_be_answered() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    for time in ["0", "0s", "1ms", "999ms", "0.5"] {
        let run = folder.idv(&[&RECORD[..], &["--timeout", time]].concat()).code(2).stdout("");
        assert!(stderr(&run).contains("1s or more"), "{time}: {}", stderr(&run));
    }
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
    let run = folder.idv(&["sandbox", "--port", "65536"]).code(2);
    assert!(stderr(&run).contains("from 0 to 65535"), "{}", stderr(&run));
}

fn coded(name: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: {name}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[test]
fn answers_that_a_gateway_changed_on_their_way_are_read_once() {
    let gzip = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(PASS.as_bytes()).unwrap();
    for answer in [
        coded("gzip", &gzip(PASS.as_bytes())),
        coded("x-gzip", &gzip(PASS.as_bytes())),
        coded("deflate", &zlib.finish().unwrap()),
        coded("identity", format!("\u{feff}{PASS}").as_bytes()),
    ] {
        let server = Server::start(answer, Duration::ZERO);
        let folder = Folder::at(&server.url);
        verify(&folder, PHONE, &[], 0).is("pass", "yes", "success");
        folder.idv(&RECORD).code(0);
        assert_eq!(server.requests().len(), 1);
    }
    // It would unpack to more than is ever read.
    let bomb = coded("gzip", &gzip(&vec![b' '; 2 << 20]));
    let server = Server::start(bomb, Duration::ZERO);
    let folder = Folder::at(&server.url);
    verify(&folder, PHONE, &[], 4).is_held(&folder, PHONE, "longer than 1 MiB");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_wish_to_wait_that_can_not_be_read_is_a_wish_all_the_same() {
    for wish in ["soon", "-1", "1.5", "", "99999999999999999999999", "Mon, 99 Foo 2026"] {
        let busy = response("503 Service Unavailable", &format!("Retry-After: {wish}\r\n"), "<p>");
        let server = Server::with(
            move |n| {
                if n == 0 { busy.clone().into_bytes() } else { server::json(PASS).into_bytes() }
            },
            Duration::ZERO,
        );
        let folder = Folder::at(&server.url);
        let met = verify(&folder, PHONE, &[], 0);
        met.is("pass", "yes", "success");
        assert_eq!(count(&met.calls, "unavailable", "no"), 1, "{wish:?}");
        assert_eq!(server.requests().len(), 2, "{wish:?}");
    }
}

#[test]
fn marks_and_blanks_at_the_end_are_no_part_of_a_setting() {
    let server = Server::start(server::json(PASS), Duration::ZERO);
    let mut asked = 0;
    for (key, env) in [
        ("\u{feff}s3cret\r\n", "IDV_PARTNER_CODE='demo'\n"),
        ("s3cret \t\r\n\r\n", "\u{feff}IDV_PARTNER_CODE='demo'\r\n"),
        ("s3cret\u{a0}\n", "IDV_PARTNER_CODE=demo\r\n\r\n"),
        ("s3cret\u{200b}", "IDV_PARTNER_CODE='demo '\r\nIDV_RATE='5'\r\n"),
    ] {
        let folder = Folder::bare();
        folder.write("key.txt", key);
        folder.write(".env", format!("{env}IDV_ENDPOINT='{}'\r\n", server.url));
        folder.idv(&[&RECORD[..], &["--partner-key-file", "key.txt"]].concat()).code(0);
        asked += 1;
        let request = server.requests().pop().unwrap();
        let line = request.head.lines().next().unwrap().to_owned();
        assert!(line.contains("partner_code=demo&partner_key=s3cret "), "{key:?} {env:?}: {line}");
    }
    assert_eq!(server.requests().len(), asked);
}

#[test]
fn a_certificate_file_that_is_cut_off_says_so() {
    let folder = Folder::at("https://endpoint.invalid/");
    folder.write("ca.pem", "-----BEGIN CERTIFICATE-----\nMIIBkTCB+wIJAK\n");
    let run = folder.idv(&[&RECORD[..], &["--ca-cert", "ca.pem"]].concat()).code(2).stdout("");
    assert!(stderr(&run).contains("the certificate file is cut off"), "{}", stderr(&run));
}

#[test]
fn a_byte_order_mark_before_an_object_on_stdin_is_no_error() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let object = format!("\u{feff}{{\"nik\":\"{NIK}\",\"phone\":\"{PHONE}\",\"name\":\"{NAME}\"}}");
    let command = folder.command(&["verify", "-", "-f", "jsonl"]);
    let run = assert_cmd::Command::from_std(command).write_stdin(object).assert().code(0);
    assert_eq!(count(&lines(&run), "pass", "yes"), 1);
    assert_eq!(sandbox.charged(), 1);
}

/// The limit is a full disk, not a death, and what is claimed can be written.
#[test]
#[cfg(unix)]
fn a_limit_on_the_size_of_files_leaves_nothing_in_doubt() {
    let rows = 400;
    // In blocks of 512 bytes.
    for blocks in [8, 100, 300, 600, 1000, 1500, 3000, 20_000] {
        let sandbox = Sandbox::start();
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", crate::support::applicants(rows));
        let args = ["batch", "a.csv", "-o", "r.jsonl", "-c", "8", "--ledger", "l.db"];
        let mut limited = std::process::Command::new("dash");
        if limited.args(["-c", "true"]).output().is_err() {
            println!("skipped: there is no dash here");
            return;
        }
        let script = format!("ulimit -f {blocks}; exec \"$@\"");
        let mut limited = std::process::Command::new("dash");
        limited.args(["-c", &script, "dash"]);
        let limited = crate::program::like(limited, &folder.command(&args));
        let output = { limited }.output().unwrap();
        let code = output.status.code();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(code, Some(0 | 2 | 6)), "{blocks}: {:?} {said}", output.status);
        let charged = sandbox.charged();
        assert!(charged == 0 || code != Some(2), "{blocks}: {charged} {said}");
        // A later run without the limit pays for the rest, and for nothing again.
        folder.idv(&args).code(0);
        assert_eq!(sandbox.charged(), rows, "{blocks}: {charged} before; {said}");
        assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1, "{blocks}");
        let show = folder.idv(&[
            "ledger",
            "show",
            "--ledger",
            "l.db",
            "--outcome",
            "unknown",
            "-f",
            "jsonl",
        ]);
        assert!(lines(&show.code(0)).is_empty(), "{blocks}");
    }
}
