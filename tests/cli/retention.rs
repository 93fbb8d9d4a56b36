//! `IDV_RETENTION`: a run erases old calls at its end, never one in doubt.

use predicates::prelude::*;
use rusqlite::Connection;

use crate::support::{Folder, NIK, PHONE, Sandbox, applicants, stderr, stdout, with_phones};

const DAY_MS: i64 = 86_400_000;

fn idv(folder: &Folder, args: &[&str], retention: &str) -> assert_cmd::assert::Assert {
    let mut command = folder.command(args);
    command.env("IDV_RETENTION", retention);
    assert_cmd::Command::from_std(command).assert()
}

fn ledger(folder: &Folder) -> std::path::PathBuf {
    stdout(&folder.idv(&["ledger", "--sandbox", "path"]).code(0)).trim().into()
}

/// Makes all calls so far older.
fn age_all(folder: &Folder, days: i64) {
    let database = Connection::open(ledger(folder)).unwrap();
    let older = |table: &str, column: &str| {
        let sql = format!("UPDATE {table} SET {column} = {column} - ?1");
        database.execute(&sql, [days * DAY_MS]).unwrap();
    };
    older("calls", "started");
    older("answers", "ended");
}

fn calls(folder: &Folder) -> usize {
    stdout(&folder.idv(&["ledger", "--sandbox", "show", "-f", "jsonl"]).code(0)).lines().count()
}

#[test]
fn a_run_erases_calls_older_than_the_retention_and_says_how_many() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("old.csv", with_phones(&["0812345678", "08123456780", "0800100002"]));
    folder.idv(&["batch", "old.csv", "-o", "old-results.csv", "--suspect", "send"]).code(4);
    age_all(&folder, 200);
    folder.write("new.csv", applicants(4));
    let run = idv(&folder, &["batch", "new.csv", "-o", "r.csv"], "180d").code(0);
    let said = stderr(&run);
    assert!(said.contains("2 calls older than IDV_RETENTION erased for good"), "{said}");
    assert!(said.contains("1 as old stay, since they are in doubt"), "{said}");
    assert_eq!(calls(&folder), 5);
    // Nothing is old any more but what is in doubt.
    let run = idv(&folder, &["batch", "new.csv", "-o", "r.csv"], "180d").code(0);
    assert!(!stderr(&run).contains("IDV_RETENTION"), "{}", stderr(&run));
    age_all(&folder, 30);
    idv(&folder, &["verify", "--nik", NIK, "--phone", PHONE, "--name", "B", "--lang", "id"], "4w")
        .code(0)
        .stderr(predicate::str::contains("4 panggilan lebih lama dari IDV_RETENTION"));
    assert_eq!(calls(&folder), 2);
    assert_eq!(sandbox.charged(), 2 + 1 + 4 + 1);
}

#[test]
fn a_retention_that_is_none_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    for retention in ["0d", "180", "12h", "soon", "-3d"] {
        let args = ["verify", "--nik", NIK, "--phone", PHONE, "--name", "Budi"];
        idv(&folder, &args, retention)
            .code(2)
            .stderr(predicate::str::contains("IDV_RETENTION must be an age of one day or more"));
    }
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn a_run_beside_another_one_erases_nothing_and_says_so() {
    let sandbox = Sandbox::with(&["--latency", "100ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.verify(NIK, PHONE, &[]).code(0);
    age_all(&folder, 200);
    folder.write("long.csv", applicants(200));
    let before = sandbox.requests();
    let mut long = folder.command(&["batch", "long.csv", "-o", "long-results.csv", "-c", "1"]);
    let mut long = long.stderr(std::process::Stdio::null()).spawn().unwrap();
    while sandbox.requests() == before {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    folder.write("a.csv", with_phones(&["081234567899"]));
    let run = idv(&folder, &["batch", "a.csv", "-o", "r.csv"], "180d").code(0);
    let said = stderr(&run);
    assert!(said.contains("calls older than IDV_RETENTION are still in the ledger"), "{said}");
    long.kill().unwrap();
    long.wait().unwrap();
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
}

/// 100,000 old calls are erased in flat memory, and the file gets smaller.
#[test]
#[cfg(target_os = "linux")]
fn a_purge_of_very_many_calls_has_flat_memory_and_makes_the_file_smaller() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.verify(NIK, PHONE, &[]).code(0);
    let file = ledger(&folder);
    copies(&file, 100_000);
    age_all(&folder, 200);
    let size = |file: &std::path::Path| std::fs::metadata(file).unwrap().len();
    let before = size(&file);
    let args = ["-v", env!("CARGO_BIN_EXE_idv"), "verify", "--nik", "3310990101900002"];
    let person = ["--phone", "081234567899", "--name", "Siti Contoh"];
    let idv = folder.command(&[]);
    let mut timed = std::process::Command::new("/usr/bin/time");
    timed.args(args).args(person).current_dir(folder.dir.path()).env("IDV_RETENTION", "180d");
    for (name, value) in idv.get_envs() {
        match value {
            Some(value) => timed.env(name, value),
            None => timed.env_remove(name),
        };
    }
    timed.env("IDV_RETENTION", "180d");
    if !std::path::Path::new("/usr/bin/time").exists() {
        println!("skipped: there is no /usr/bin/time here");
        return;
    }
    let output = timed.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("100001 calls older than IDV_RETENTION erased for good"), "{said}");
    let memory = said.lines().find_map(|line| line.trim().strip_prefix("Maximum resident set"));
    let memory: u64 = memory.unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    println!("{before} bytes before, {} after, {memory} KiB at most", size(&file));
    assert!(size(&file) < before / 20, "{} of {before}", size(&file));
    assert!(memory < 100 * 1024, "{memory} KiB");
    assert_eq!(sandbox.charged(), 2);
}

/// Fills a ledger with copies of its only call.
#[cfg(target_os = "linux")]
fn copies(file: &std::path::Path, count: u32) {
    let database = Connection::open(file).unwrap();
    let columns = "ended, outcome, charged, code, message, result, id_phone_match, id_name_match, \
                   reason, attempts";
    database
        .execute_batch(&format!(
            "BEGIN;
             WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= {count})
             INSERT INTO calls (id, run, started, slot, rest, person)
                 SELECT i, run, started, random(), randomblob(24), randomblob(24)
                 FROM n, (SELECT * FROM calls LIMIT 1);
             INSERT INTO answers (call, sequence_id, {columns})
                 SELECT c.id, hex(randomblob(16)), {columns}
                 FROM calls c, (SELECT * FROM answers LIMIT 1) WHERE c.id > 1;
             INSERT INTO chain (link, call, hash) SELECT id, id, randomblob(20) FROM calls WHERE id > 1;
             COMMIT;"
        ))
        .unwrap();
}
