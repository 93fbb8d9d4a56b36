//! Encrypted outputs: only the recipients read them, and nothing plain is on the disk.

use std::io::{Read as _, Write as _};
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use predicates::prelude::*;

use crate::support::{Folder, NAME, NIK, PHONE, Sandbox, applicants, stderr};

fn decrypt(file: &Path, reader: &Identity) -> Vec<u8> {
    let bytes = std::fs::read(file).unwrap();
    let decryptor = age::Decryptor::new(&bytes[..]).unwrap();
    let reader: &dyn age::Identity = reader;
    let mut plain = Vec::new();
    decryptor.decrypt(std::iter::once(reader)).unwrap().read_to_end(&mut plain).unwrap();
    plain
}

fn holds(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

/// Every file of the folder but the inputs: none holds the name or the NIK of an applicant.
#[track_caller]
fn nothing_plain(folder: &Folder) {
    for entry in std::fs::read_dir(folder.dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() || name.starts_with("input") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for text in ["Contoh", "3310990", "idv_outcome", "by_outcome", "<html", "PK\u{3}\u{4}"] {
            assert!(!holds(&bytes, text), "{name} holds {text}");
        }
    }
}

#[test]
fn each_format_is_decrypted_to_what_a_plain_run_writes() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("input.csv", applicants(300));
    // The same answers, from the ledger, in each run.
    folder.idv(&["batch", "input.csv", "-o", "input-first.csv"]).code(0);
    let (ana, budi) = (Identity::generate(), Identity::generate());
    let to = [ana.to_public().to_string(), budi.to_public().to_string()];
    for ending in ["csv", "jsonl", "txt", "xlsx"] {
        let (plain, encrypted) = (format!("input-plain.{ending}"), format!("r.{ending}.age"));
        folder.idv(&["batch", "input.csv", "-o", &plain]).code(0);
        let outputs = ["-o", &encrypted, "--report", "r.html.age", "--summary", "r.json.age"];
        let recipients = ["--encrypt-to", &to[0], "--encrypt-to", &to[1]];
        // Twice: the second run replaces the files of the first, as a run that is resumed does.
        for _ in 0..2 {
            let args = [&["batch", "input.csv"], &outputs[..], &recipients].concat();
            folder.idv(&args).code(0);
            nothing_plain(&folder);
        }
        for reader in [&ana, &budi] {
            let decrypted = decrypt(&folder.path(&encrypted), reader);
            if ending == "xlsx" {
                folder.write("input-decrypted.xlsx", decrypted);
                let cells = |name: &str| {
                    let path = folder.path(name);
                    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
                    calamine::Reader::worksheet_range(&mut book, "Results").unwrap()
                };
                assert_eq!(cells("input-decrypted.xlsx"), cells(&plain));
            } else {
                assert_eq!(decrypted, std::fs::read(folder.path(&plain)).unwrap(), "{ending}");
            }
            let summary = decrypt(&folder.path("r.json.age"), reader);
            let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
            assert_eq!(summary["by_outcome"]["pass"], 300);
            assert!(holds(&decrypt(&folder.path("r.html.age"), reader), "<html"));
        }
        std::fs::remove_file(folder.path("r.html.age")).unwrap();
    }
    assert_eq!(sandbox.charged(), 300);
}

#[test]
fn a_single_check_and_the_rows_of_a_check_are_encrypted_too() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let reader = Identity::generate();
    let to = reader.to_public().to_string();
    folder.verify(NIK, PHONE, &["-o", "r.jsonl.age", "--encrypt-to", &to]).code(0);
    assert!(holds(&decrypt(&folder.path("r.jsonl.age"), &reader), NAME));
    // One phone of many persons: the rows are written a second time, from the beginning.
    let row = |(n, letter): (u32, char)| format!("33109901019{n:05},{PHONE},Contoh {letter}a\n");
    folder.write(
        "input.csv",
        "nik,phone,name\n".to_owned() + &(1..9).zip('A'..).map(row).collect::<String>(),
    );
    folder.idv(&["check", "input.csv", "-o", "input-rows.csv"]).code(0);
    let check = ["check", "input.csv", "-o", "rows.csv.age", "--encrypt-to", &to];
    folder.idv(&check).code(0);
    let (decrypted, plain) =
        (decrypt(&folder.path("rows.csv.age"), &reader), folder.read("input-rows.csv"));
    assert!(plain.contains("phone_number.shared"), "{plain}");
    assert_eq!(String::from_utf8(decrypted).unwrap(), plain);
    nothing_plain(&folder);
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn what_a_killed_run_leaves_is_encrypted() {
    let reader = Identity::generate();
    let to = reader.to_public().to_string();
    for file in ["r.csv.age", "r.xlsx.age"] {
        let sandbox = Sandbox::with(&["--latency", "50ms"]);
        let folder = Folder::at(&sandbox.url);
        folder.write("input.csv", applicants(2000));
        let args = ["batch", "input.csv", "-o", file, "--encrypt-to", &to, "-c", "8"];
        let mut run = folder.command(&args).stderr(std::process::Stdio::null()).spawn().unwrap();
        while sandbox.requests() < 20 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        run.kill().unwrap();
        run.wait().unwrap();
        let part = std::fs::read(folder.path(&format!("{file}.part"))).unwrap();
        assert!(part.starts_with(b"age-encryption.org/v1\n"));
        nothing_plain(&folder);
        assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
    }
}

#[test]
fn what_can_not_be_encrypted_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("input.csv", applicants(2));
    let reader = Identity::generate();
    let (to, secret) = (reader.to_public().to_string(), reader.to_string());
    let secret = secret.expose_secret();
    let cut = &to[..to.len() - 3];
    let mut other = std::fs::File::create(folder.path("other.csv.age")).unwrap();
    other.write_all(b"age-encryption.org/v1\n-> X25519 AAAA\n").unwrap();
    for (args, said) in [
        (&["-o", "r.csv.age"][..], "no recipient is given"),
        (&["-o", "r.csv", "--encrypt-to", &to], "write r.csv.age"),
        (&["--encrypt-to", &to], "name a file: -o results.csv.age"),
        (&["-o", "-", "-f", "csv", "--encrypt-to", &to], "name a file: -o results.csv.age"),
        (
            &["-o", "r.csv.age", "--encrypt-to", "age1nobody"],
            "recipient 1 of --encrypt-to can't be",
        ),
        (&["-o", "r.csv.age", "--encrypt-to", &to, "--encrypt-to", cut], "recipient 2 of"),
        (&["-o", "r.csv.age", "--encrypt-to", secret], "is a secret key"),
        (&["-o", "r.csv.age", "--encrypt-to", &to, "--report", "r.html"], "write r.html.age"),
        (&["-o", "r.csv.age", "--encrypt-to", &to, "--summary", "-"], "name a file"),
        (&["-o", "r.doc.age", "--encrypt-to", &to], "can't tell the format"),
        (&["-o", "other.csv.age", "--encrypt-to", &to], "holds no results of idv"),
    ] {
        let run = folder.idv(&[&["batch", "input.csv"], args].concat()).code(2).stdout("");
        let text = stderr(&run);
        assert!(text.contains(said) && text.contains("hint:"), "{args:?}: {text}");
        assert!(!text.contains(secret) && !text.contains("age1nobody"), "{text}");
        assert!(!folder.path("r.csv.age").exists() && !folder.path("r.csv.age.part").exists());
    }
    assert_eq!(sandbox.requests(), 0);
}

/// `rust_xlsxwriter` would write the rows of a sheet to a temporary file.
#[test]
#[cfg(target_os = "linux")]
fn an_encrypted_workbook_writes_no_temporary_file() {
    let has_strace = std::process::Command::new("strace").arg("-V").output().is_ok();
    if !has_strace {
        println!("skipped: there is no strace here");
        return;
    }
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("input.csv", applicants(50));
    let to = Identity::generate().to_public().to_string();
    let idv = folder.command(&[]);
    for (name, more, temporary) in
        [("r.xlsx.age", &["--encrypt-to", &to][..], false), ("r.xlsx", &[], true)]
    {
        let mut traced = std::process::Command::new("strace");
        traced.args(["-f", "-o", "input.trace", "-e", "trace=openat"]).arg(idv.get_program());
        traced.args(["batch", "input.csv", "-o", name]).args(more).current_dir(folder.dir.path());
        for (name, value) in idv.get_envs() {
            match value {
                Some(value) => traced.env(name, value),
                None => traced.env_remove(name),
            };
        }
        assert!(traced.output().unwrap().status.success());
        let trace = folder.read("input.trace");
        let made: Vec<_> = trace.lines().filter(|line| line.contains("O_TMPFILE")).collect();
        assert_eq!(made.is_empty(), !temporary, "{made:?}");
    }
    assert_eq!(sandbox.charged(), 50);
}

#[test]
fn the_help_names_the_flag() {
    let folder = Folder::bare();
    for command in ["verify", "batch", "check"] {
        folder.idv(&[command, "--help"]).stdout(predicate::str::contains("--encrypt-to"));
    }
}
