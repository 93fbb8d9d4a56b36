//! Keys that are in no file of settings: printed by a command, or in a certificate of the client.

use std::time::Duration;

use predicates::prelude::*;
use rustls::version::{TLS12, TLS13};

use crate::support::server::{Server, json};
use crate::support::tls::{Authority, TlsServer};
use crate::support::{Folder, NAME, NIK, PHONE, Sandbox, stderr};

const LOCAL: &[&str] = &["127.0.0.1", "localhost"];
const KEY: &str = "s3cr3t-of-the-vault";

fn record() -> Vec<&'static str> {
    vec!["verify", "--nik", NIK, "--phone", PHONE, "--name", NAME]
}

/// A run whose key comes from a variable or from a flag, with no other key.
fn run(folder: &Folder, more: &[&str], variable: Option<&str>) -> assert_cmd::assert::Assert {
    let mut command = folder.command(&[&record(), more].concat());
    command.env_remove("IDV_PARTNER_KEY");
    if let Some(variable) = variable {
        command.env("IDV_PARTNER_KEY_COMMAND", variable);
    }
    assert_cmd::Command::from_std(command).assert()
}

/// The key with which a run asked.
fn asked(server: &Server) -> String {
    let head = server.requests().remove(0).head;
    head.split_whitespace().nth(1).unwrap().split_once("partner_key=").unwrap().1.to_owned()
}

#[test]
fn the_key_is_the_one_line_that_a_command_prints() {
    for (flag, variable) in [(true, false), (false, true), (true, true)] {
        let server = Server::start(json(r#"{"code":200,"result":"pass"}"#), Duration::ZERO);
        let folder = Folder::at(&server.url);
        folder.write("vault", format!("{KEY}\n"));
        let print = if cfg!(windows) { "type vault" } else { "cat vault" };
        let more = if flag { vec!["--partner-key-command", print] } else { vec![] };
        // The flag counts before the variable, which would fail.
        let set = variable.then_some(if flag { "exit 1" } else { print });
        run(&folder, &more, set).code(0);
        assert_eq!(asked(&server), KEY);
    }
}

#[test]
fn a_command_that_prints_no_key_is_refused_without_showing_what_it_printed() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("two", format!("{KEY}\n{KEY}\n"));
    folder.write("endless", format!("{KEY}\n").repeat(100_000));
    let show = if cfg!(windows) { "type" } else { "cat" };
    for (command, why) in [
        ("exit 7", "failed with exit code 7".to_owned()),
        ("echo oops 1>&2 && exit 3", "failed with exit code 3".to_owned()),
        (&format!("{show} two"), "prints more than one line".to_owned()),
        (&format!("{show} endless"), "prints more than a key".to_owned()),
        ("cd .", "prints nothing".to_owned()),
        ("idv-no-such-program", "failed with exit code".to_owned()),
    ] {
        for (flags, variable) in
            [(vec!["--partner-key-command", command], None), (vec![], Some(command))]
        {
            let said = stderr(&run(&folder, &flags, variable).code(2).stdout(""));
            assert!(said.contains(&why), "{command}: {said}");
            assert!(said.contains("hint: run it by hand"), "{said}");
            assert!(!said.contains(KEY), "{said}");
            assert_eq!(said.contains("oops"), command.contains("oops"), "{said}");
        }
    }
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn a_key_that_is_set_in_two_ways_is_refused() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let mut command = folder.command(&record());
    command.env("IDV_PARTNER_KEY_COMMAND", "echo other");
    assert_cmd::Command::from_std(command).assert().code(2).stderr(predicate::str::contains(
        "both IDV_PARTNER_KEY and IDV_PARTNER_KEY_COMMAND are set in the environment: keep one",
    ));
    assert_eq!(sandbox.requests(), 0);
}

#[test]
#[cfg(unix)]
fn a_command_from_a_file_that_everybody_may_write_is_not_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let file = folder.write(".env", "IDV_PARTNER_KEY_COMMAND='touch ran; echo key'\n");
    for (mode, code) in [(0o666, 2), (0o600, 0)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let said = stderr(&run(&folder, &[], None).code(code));
        assert_eq!(said.contains("is not run: others can write .env"), code == 2, "{said}");
        assert_eq!(folder.path("ran").exists(), code == 0);
    }
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn neither_the_ledger_nor_the_command_to_resume_holds_the_command_of_the_key() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", crate::support::applicants(3));
    let mut command = folder.command(&["batch", "a.csv", "--max-charges", "1", "-o", "r.csv"]);
    command.env_remove("IDV_PARTNER_KEY").args(["--partner-key-command", "echo 4711-0815"]);
    let stopped = assert_cmd::Command::from_std(command).assert().code(5);
    assert!(!stderr(&stopped).contains("4711"), "{}", stderr(&stopped));
    let runs = folder.idv(&["ledger", "--sandbox", "runs", "-f", "jsonl"]).code(0);
    runs.stdout(predicate::str::contains("--partner-key-command ***"))
        .stdout(predicate::str::contains("4711").not());
    assert_eq!(sandbox.charged(), 1);
}

/// A sandbox behind a server that demands certificates of its authority; and files of a client that
/// has one: `client.pem`, `client.key`, and `ca.pem`.
fn behind_demanding_tls(
    version: &'static rustls::SupportedProtocolVersion,
) -> (Sandbox, Authority, Folder) {
    let (sandbox, authority) = (Sandbox::start(), Authority::new());
    let tls = TlsServer::demanding(&sandbox.url, &authority, LOCAL, version);
    let folder = Folder::at(&tls.url());
    authority.file(&folder);
    let (certificate, key) = authority.certificate(&["client"]);
    folder.write("client.pem", certificate.pem());
    folder.write("client.key", key.serialize_pem());
    (sandbox, authority, folder)
}

#[test]
fn a_server_that_demands_a_certificate_gets_it_and_charges_once() {
    for version in [&TLS12, &TLS13] {
        let (sandbox, _authority, folder) = behind_demanding_tls(version);
        let flags = ["--ca-cert", "ca.pem", "--client-cert", "client.pem", "--client-key"];
        folder.verify(NIK, PHONE, &[&flags[..], &["client.key"]].concat()).code(0);
        assert_eq!(sandbox.charged(), 1);
    }
}

#[test]
fn a_server_that_demands_a_certificate_charges_nothing_without_it() {
    for version in [&TLS12, &TLS13] {
        let (sandbox, _authority, folder) = behind_demanding_tls(version);
        let run = folder.verify(NIK, PHONE, &["--ca-cert", "ca.pem"]).code(5);
        assert!(stderr(&run).contains("no trusted TLS connection"), "{}", stderr(&run));
        let shown = folder.idv(&["ledger", "--sandbox", "show", "-f", "jsonl"]).code(0);
        shown.stdout(predicate::str::contains("\"charged\":\"unknown\"").not());

        let stranger = Authority::new();
        let (certificate, key) = stranger.certificate(&["client"]);
        folder.write("other.pem", certificate.pem());
        folder.write("other.key", key.serialize_pem());
        let flags = ["--ca-cert", "ca.pem", "--client-cert", "other.pem", "--client-key"];
        folder.verify(NIK, PHONE, &[&flags[..], &["other.key"]].concat()).code(5);
        assert_eq!(sandbox.charged(), 0);
    }
}

#[test]
fn a_certificate_or_a_key_that_is_none_is_refused_before_anything_is_sent() {
    let (sandbox, authority, folder) = behind_demanding_tls(&TLS13);
    let (certificate, key) = (folder.read("client.pem"), folder.read("client.key"));
    folder.write("cut.pem", &certificate[..certificate.len() / 2]);
    folder.write("cut.key", &key[..key.len() / 2]);
    folder.write("empty", "");
    folder.write("locked.key", key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n\
               AAAA\n-----END RSA PRIVATE KEY-----\n";
    folder.write("old.key", old);
    folder.write("other.key", authority.certificate(&["client"]).1.serialize_pem());
    for (cert, key, said) in [
        ("cut.pem", "client.key", "--client-cert cut.pem: the certificate file is cut off"),
        ("client.pem", "cut.key", "--client-key cut.key: the key file is cut off"),
        ("empty", "client.key", "--client-cert empty: there is no certificate in it"),
        ("client.key", "client.key", "--client-cert client.key: there is no certificate in it"),
        ("client.pem", "empty", "--client-key empty: there is no private key in it"),
        ("client.pem", "client.pem", "--client-key client.pem: there is no private key in it"),
        ("client.pem", "locked.key", "--client-key locked.key: the key is encrypted"),
        ("client.pem", "old.key", "--client-key old.key: the key is encrypted"),
        (
            "client.pem",
            "other.key",
            "--client-key other.key: it is not the key of this certificate",
        ),
        ("absent.pem", "client.key", "--client-cert absent.pem: "),
    ] {
        let flags = ["--ca-cert", "ca.pem", "--client-cert", cert, "--client-key", key];
        let run = folder.verify(NIK, PHONE, &flags).code(2);
        let text = stderr(&run);
        assert!(text.contains(said) && text.contains("hint: it must hold"), "{text}");
    }
    folder.verify(NIK, PHONE, &["--client-cert", "client.pem"]).code(2);
    folder.verify(NIK, PHONE, &["--client-key", "client.key"]).code(2);
    assert_eq!(sandbox.requests(), 0);
}
