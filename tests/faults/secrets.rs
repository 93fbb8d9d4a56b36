//! The key and people stay where they belong: every command and every fault, and then every byte
//! that was written is searched.

use std::process::{Command, Output, Stdio};

use crate::program::{await_requests, wait_until};
use crate::secret_search::{KEY, PERSON, bytes_of, files, no_key, no_key_or_person};
use crate::support::server::{self, Server, json};
use crate::support::{Folder, Sandbox};

const NIK: &str = PERSON[0];
const NAME: &str = PERSON[1];
const PHONE: &str = PERSON[2];

/// The program, as talkative as it can be, with the key.
fn command(folder: &Folder, args: &[&str]) -> Command {
    let mut command = folder.command(args);
    command.env("IDV_PARTNER_KEY", KEY).env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace");
    command
}

/// Runs a command; nothing of the key is on stdout, nothing of anybody on stderr.
#[track_caller]
fn run(folder: &Folder, args: &[&str]) -> Output {
    let output = command(folder, args).output().unwrap();
    assert!(output.status.code().is_some(), "{args:?} was killed");
    no_key_or_person(&format!("stderr of {args:?}"), &output.stderr);
    no_key(&format!("stdout of {args:?}"), &output.stdout);
    output
}

/// Runs a command whose stdout is not a result: neither the key nor a person is on it.
#[track_caller]
fn run_for_nobody(folder: &Folder, args: &[&str]) -> Output {
    let output = run(folder, args);
    no_key_or_person(&format!("stdout of {args:?}"), &output.stdout);
    output
}

/// No file holds the key; none but results and inputs holds a person.
#[track_caller]
fn search_files(folder: &Folder) {
    let mut found = Vec::new();
    files(folder.dir.path(), &mut found);
    assert!(found.len() > 1, "only {found:?}");
    for file in found {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if name == "my.env" || name == "key" {
            continue;
        }
        if name.starts_with("result") || name.starts_with("input") {
            no_key(&name, &bytes_of(&file));
        } else {
            no_key_or_person(&name, &bytes_of(&file));
        }
    }
}

/// The person with each of these phones, an answered one after each.
fn input(phones: &[&str]) -> String {
    let rows = phones
        .iter()
        .zip('A'..)
        .map(|(phone, letter)| format!("{NIK},{phone},{NAME}\n{NIK},{PHONE},{NAME} {letter}\n"));
    "nik,phone,name\n".to_owned() + &rows.collect::<String>()
}

#[test]
fn no_batch_shows_the_key_or_a_person_whatever_it_meets() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    // Each unknown slows a run down: the other faults are met one by one, below.
    let phones = ["0800100002", "0800100005", "0800100007", "0800100012", "0800011340", "0812"];
    folder.write("input.csv", input(&phones));
    for (file, more) in [
        ("result.csv", &[][..]),
        ("result.jsonl", &["--mask"]),
        ("result.xlsx", &[]),
        ("result.txt", &["-f", "table"]),
    ] {
        let flags = ["batch", "input.csv", "-vv", "--timeout", "1s", "--retries", "1", "-c", "1"];
        let outputs = ["-o", file, "--summary", "summary.json", "--report", "report.html"];
        let output = run(&folder, &[&flags[..], &outputs, &["--price", "1000"], more].concat());
        assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
        search_files(&folder);
    }
    for phone in ["0800000301", "0800000305", "0800100009"] {
        folder.write("input.csv", input(&[phone]));
        let args =
            ["batch", "input.csv", "-vv", "-c", "1", "-f", "csv", "--summary", "summary.json"];
        assert_eq!(run(&folder, &args).status.code(), Some(5));
        search_files(&folder);
    }
    assert!(sandbox.charged() >= 9);
}

/// The key of a vault and the key of a certificate: in no file but their own, whatever the run meets.
#[test]
#[cfg(unix)]
fn no_file_holds_what_a_key_command_prints_or_the_key_of_a_certificate() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("key", format!("{KEY}\n"));
    let pem = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let secret = pem.lines().nth(1).unwrap().as_bytes().to_vec();
    folder.write("client.key", &pem);
    folder.write("client.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    folder.write("input.csv", input(&["0800100002", "0800011340"]));
    let commands = ["cat key", "cat key key", "cat key; exit 3", "cat key >&2; exit 3"];
    let certificate = ["--client-cert", "client.pem", "--client-key", "client.key"];
    for (command, more) in
        commands.into_iter().zip([&[][..]; 4]).chain([("cat key", &certificate[..])])
    {
        let args = ["batch", "input.csv", "-vv", "-o", "result.csv", "--timeout", "1s"];
        let flags = ["--report", "report.html", "--summary", "summary.json", "-c", "1"];
        let key = ["--partner-key-command", command];
        let mut idv = folder.command(&[&args[..], &flags, &key, more].concat());
        idv.env_remove("IDV_PARTNER_KEY").env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace");
        let output = idv.output().unwrap();
        // The program shows what the command says on stderr, and nothing else of it.
        if !command.contains(">&2") {
            no_key_or_person(command, &output.stderr);
        }
        no_key(command, &output.stdout);
        assert_eq!(
            output.status.code(),
            Some(if command == "cat key" && more.is_empty() { 4 } else { 2 })
        );
        search_files(&folder);
        let mut found = Vec::new();
        files(folder.dir.path(), &mut found);
        for file in found.iter().filter(|file| !file.ends_with("client.key")) {
            let bytes = bytes_of(file);
            let holds = memchr::memmem::find(&bytes, &secret).is_some();
            assert!(!holds, "{} holds the client's key", file.display());
        }
        assert!(memchr::memmem::find(&output.stderr, &secret).is_none());
    }
    assert_eq!(sandbox.charged(), 3);
}

#[test]
fn no_single_check_shows_the_key_and_a_masked_one_nobody() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let faults = (1..=14).map(|n| format!("08001000{n:02}"));
    let others = [PHONE, "0800011340", "0800000301", "0812"].map(str::to_owned);
    for phone in faults.chain(others) {
        let record = ["verify", "--nik", NIK, "--phone", &phone, "--name", NAME, "-vv"];
        run(&folder, &[&record[..], &["--timeout", "1s", "-o", "result.jsonl"]].concat());
        for format in ["table", "jsonl", "csv"] {
            run(&folder, &[&record[..], &["-f", format]].concat());
            let masked = run(&folder, &[&record[..], &["-f", format, "--mask"]].concat());
            no_key_or_person(&format!("masked {format} of {phone}"), &masked.stdout);
        }
    }
    search_files(&folder);
    assert!(sandbox.charged() >= 10);
}

#[test]
fn no_other_command_shows_the_key_or_a_person() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("input.csv", input(&["0800100002", "0800011340", "0812"]));
    run(&folder, &["batch", "input.csv", "-o", "result.csv"]);
    folder.write("invoice.csv", "sequence_id,time\nNOBODY,2026-11-25 10:00:00\n");
    let commands: [&[&str]; 20] = [
        &["check", "input.csv"],
        &["check", "input.csv", "-f", "jsonl"],
        &["batch", "input.csv", "--dry-run"],
        &["check", "input.csv", "-o", "masked.csv", "--mask"],
        &["ledger", "runs", "--sandbox", "-f", "table"],
        &["ledger", "runs", "--sandbox"],
        &["ledger", "show", "--sandbox", "-f", "table"],
        &["ledger", "show", "--sandbox", "-f", "csv"],
        &["ledger", "show", "--sandbox"],
        &["ledger", "bill", "--sandbox", "-f", "table", "--price", "5"],
        &["ledger", "bill", "--sandbox", "--invoice", "invoice.csv"],
        &["ledger", "export", "--sandbox"],
        &["ledger", "path", "--sandbox"],
        &["ledger", "resolve", "--sandbox", "1", "--charged"],
        &["ledger", "purge", "--sandbox", "--older-than", "0s"],
        &["codes"],
        &["schema", "result"],
        &["completions", "bash"],
        &["man", "batch"],
        &["--help"],
    ];
    for args in commands {
        run_for_nobody(&folder, args);
    }
    search_files(&folder);
    assert!(sandbox.charged() > 0);
}

/// The sandbox has the key of its own environment, and sees every person.
#[test]
fn the_sandbox_shows_neither() {
    let folder = Folder::bare();
    let charges = folder.path("charges.tsv");
    let args = ["sandbox", "--check-partner", "--charges", charges.to_str().unwrap()];
    let mut sandbox = command(&folder, &args);
    sandbox.env("IDV_PARTNER_CODE", "demo");
    let said = std::fs::File::create(folder.path("stderr.log")).unwrap();
    sandbox.stderr(said);
    let sandbox = Sandbox::spawn(sandbox);
    let runs = Folder::at(&sandbox.url);
    let record = ["verify", "--nik", NIK, "--phone", PHONE, "--name", NAME, "-vv"];
    assert_eq!(run(&runs, &record).status.code(), Some(0));
    let mut wrong = runs.command(&record);
    assert_eq!(wrong.arg("--fresh").output().unwrap().status.code(), Some(5));
    for file in ["charges.tsv", "stderr.log"] {
        no_key_or_person(file, &bytes_of(&folder.path(file)));
    }
    search_files(&runs);
    assert_eq!(sandbox.charged(), 1);
}

/// Wrong hosts, wrong ports, no TLS, a proxy that is not there.
#[test]
fn no_trouble_on_the_way_shows_the_key_or_a_person() {
    let sandbox = Sandbox::start();
    let tls = sandbox.url.replace("http://", "https://");
    for (endpoint, more) in [
        ("http://127.0.0.1:9/", &[][..]),
        ("https://endpoint.invalid/", &[]),
        ("http://h.example/", &[]),
        (tls.as_str(), &[]),
        ("https://endpoint.invalid/", &["--proxy", "http://user:k+%2F@127.0.0.1:9"]),
    ] {
        let folder = Folder::at(endpoint);
        folder.write("input.csv", input(&[PHONE]));
        let flags = ["batch", "input.csv", "-vv", "--timeout", "2s", "--retries", "0", "--report"];
        let flags = [&flags[..], &["report.html", "--give-up-after", "200ms"], more].concat();
        assert_ne!(run(&folder, &flags).status.code(), Some(0), "{endpoint}");
        no_key_or_person(
            "a report",
            &std::fs::read(folder.path("report.html")).unwrap_or_default(),
        );
    }
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
}

/// Files that hold the key or people, and cannot be understood.
#[test]
fn no_file_that_cannot_be_understood_is_quoted() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let row = format!("{NIK},{PHONE},{NAME}");
    folder.write("input-no-header.csv", format!("{row}\n"));
    folder.write("input-other.csv", format!("{NIK},{NAME},other\n1,2,3\n"));
    folder.write("input-quote.csv", format!("nik,phone,name\n{NIK},{PHONE},\"{NAME}\n{row}\n"));
    folder.write(
        "input.jsonl",
        format!("{{\"nik\":\"{NIK}\",\"phone\":\"{PHONE}\",\"name\":{NAME}}}\n"),
    );
    for line in
        [format!("IDV_PARTNER_KEY={KEY}"), format!("IDV_PARTNER_KEY='{KEY}"), KEY.to_owned()]
    {
        folder.write("my.env", format!("{line}\n"));
        run_for_nobody(&folder, &["batch", "input-quote.csv", "--env-file", "my.env"]);
    }
    folder.write("key", format!("{KEY}\nand more\n"));
    run_for_nobody(&folder, &["check", "input-quote.csv"]);
    for file in ["input-no-header.csv", "input-other.csv", "input-quote.csv", "input.jsonl"] {
        run(&folder, &["batch", file, "-vv", "-o", "result.jsonl"]);
        run_for_nobody(&folder, &["check", file]);
        run_for_nobody(&folder, &["batch", file, "--partner-key-file", "key", "--dry-run"]);
    }
    search_files(&folder);
    assert!(sandbox.charged() <= 1);
}

/// An endpoint that repeats whatever it got.
#[test]
fn an_answer_that_repeats_the_key_and_the_person_is_cleaned_of_it() {
    for (code, key) in [(11340, KEY), (12223, "k%2B%2F%3D%2526%20Zz"), (200, KEY)] {
        let said = format!("{NIK} / {PHONE}: partner key {key} of no use");
        let named = format!("{} / {said}", NAME.to_uppercase());
        let body = serde_json::json!({
            "code": code, "message": named, "reason": named, "sequence_id": format!("S-{key}"),
            "result": said, "further_info": {"echo": [said]},
        });
        let page = server::response("500 Error", "", &format!("<html>{said}</html>"));
        for answer in [json(&body.to_string()), page] {
            let server = Server::start(answer, std::time::Duration::ZERO);
            let folder = Folder::at(&server.url);
            folder.write("input.csv", format!("nik,phone,name\n{NIK},{PHONE},{NAME}\n"));
            for file in ["result.jsonl", "result.csv"] {
                let args = ["batch", "input.csv", "-vv", "-o", file, "--report", "report.html"];
                run(&folder, &[&args[..], &["--summary", "summary.json"]].concat());
            }
            run_for_nobody(&folder, &["ledger", "show", "--sandbox"]);
            run_for_nobody(&folder, &["ledger", "export", "--sandbox"]);
            let record = ["verify", "--nik", NIK, "--phone", PHONE, "--name", NAME];
            for format in ["table", "jsonl", "csv"] {
                run_for_nobody(
                    &folder,
                    &[&record[..], &["--mask", "--fresh", "-f", format]].concat(),
                );
            }
            search_files(&folder);
            assert!(!server.requests().is_empty());
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn neither_the_command_line_nor_what_a_killed_run_leaves_shows_the_key_or_a_person() {
    let sandbox = Sandbox::with(&["--latency", "200ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("input.csv", input(&[PHONE; 20]));
    let args = ["batch", "input.csv", "-c", "2", "-vv", "-o", "result.jsonl"];
    let mut child = command(&folder, &args).stderr(Stdio::null()).spawn().unwrap();
    await_requests(&sandbox, 3);
    no_key_or_person(
        "the command line",
        &std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap(),
    );
    wait_until(|| folder.path("result.jsonl.part").exists());
    search_files(&folder);
    child.kill().unwrap();
    child.wait().unwrap();
    search_files(&folder);
    assert!(sandbox.charged() >= 2);
}
