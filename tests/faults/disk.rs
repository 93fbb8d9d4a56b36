//! The disk: without an intent on it nothing is sent, and an answer that came is not lost for want of
//! room, or of a disk that does as it is told.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::ledger_agreement::{calls, count};
use crate::program::{await_requests, can_trace, like};
use crate::support::{Folder, Sandbox, applicants, has_dev_full, jsonl, stderr, stdout};

/// A file system of 2 MiB, unmounted at the end.
struct Small(PathBuf);

impl Small {
    /// `None`, and a word about it, where none can be mounted.
    fn mount(at: PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=2m", "idv-faults"]).arg(&at).output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            println!("skipped: no file system can be mounted here");
            return None;
        }
        Some(Self(at))
    }

    /// Writes until nothing more fits.
    fn fill(&self) {
        let mut junk = std::fs::File::create(self.0.join("junk")).unwrap();
        while junk.write_all(&[0; 512]).is_ok() {}
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("junk")).unwrap();
    }

    fn make_read_only(&self) {
        let mut mount = Command::new("mount");
        assert!(mount.args(["-o", "remount,ro"]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let status = Command::new("umount").arg(&self.0).status().unwrap();
        assert!(status.success(), "{} is still mounted", self.0.display());
    }
}

/// The calls of a ledger that was named.
fn calls_of(folder: &Folder, ledger: &str) -> Vec<serde_json::Value> {
    let show = ["ledger", "show", "-f", "jsonl", "--ledger", ledger];
    jsonl(&stdout(&folder.idv(&show).code(0)))
}

#[test]
fn fault_34_a_disk_that_is_full_before_the_intent_sends_nothing() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let Some(small) = Small::mount(folder.path("small")) else { return };
    folder.write("a.csv", applicants(20));
    let batch = ["batch", "a.csv", "--ledger", "small/ledger.db"];
    small.fill();
    let run = folder.idv(&batch).code(2).stdout("");
    assert!(stderr(&run).contains("is full, so nothing more is sent"), "{}", stderr(&run));
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
    small.make_room();
    folder.idv(&batch).code(0);
    assert_eq!(count(&calls_of(&folder, "small/ledger.db"), "pass", "yes"), 20);
    assert_eq!(sandbox.charged(), 20);
}

#[test]
fn fault_35_a_disk_that_is_full_when_answers_come_loses_none_of_them() {
    let sandbox = Sandbox::with(&["--latency", "1s"]);
    let folder = Folder::at(&sandbox.url);
    let Some(small) = Small::mount(folder.path("small")) else { return };
    folder.write("a.csv", applicants(40));
    let batch = ["batch", "a.csv", "-c", "8", "--ledger", "small/ledger.db", "-o", "r.jsonl"];
    let child = folder.command(&batch).stderr(Stdio::piped()).spawn().unwrap();
    await_requests(&sandbox, 8);
    small.fill();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("stopped: the ledger: ") && said.contains("full"), "{said}");
    let (rows, charged) = (jsonl(&folder.read("r.jsonl")), sandbox.charged());
    assert!((8..40).contains(&charged), "{charged}");
    // Every answer is in the results and in the ledger, and what could not be claimed was not sent.
    assert_eq!(count(&rows, "pass", "yes") as u64, charged);
    assert_eq!(count(&rows, "skipped", "no") as u64, 40 - charged);
    let calls = calls_of(&folder, "small/ledger.db");
    assert_eq!(
        (count(&calls, "pass", "yes") as u64, count(&calls, "unknown", "unknown")),
        (charged, 0)
    );
    small.make_room();
    folder.idv(&batch).code(0);
    assert_eq!(
        (sandbox.charged(), sandbox.charges()["most_charges_for_one_record"].clone()),
        (40, 1.into())
    );
}

#[test]
fn fault_36_a_ledger_that_may_not_be_written_fails_before_the_first_send() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(3));
    for ledger in ["/proc/idv/ledger.db", "/dev/null/ledger.db"] {
        let run = folder.idv(&["batch", "a.csv", "--ledger", ledger]).code(2).stdout("");
        let said = stderr(&run);
        assert!(said.contains(&format!("the ledger {ledger} cannot be written")), "{said}");
    }
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
    let Some(small) = Small::mount(folder.path("small")) else { return };
    let batch = ["batch", "a.csv", "--ledger", "small/ledger.db", "--fresh"];
    folder.idv(&batch).code(0);
    small.make_read_only();
    let run = folder.idv(&batch).code(2).stdout("");
    assert!(stderr(&run).contains("cannot be written"), "{}", stderr(&run));
    assert_eq!((sandbox.requests(), sandbox.charged()), (3, 3));
}

/// The call of this number to fsync or fdatasync says that the disk has failed.
fn with_a_failing_sync(folder: &Folder, number: u32) -> (Option<i32>, String) {
    let args = ["batch", "a.csv", "-c", "4", "-o", "r.jsonl"];
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e"]);
    strace.arg(format!("inject=fsync,fdatasync:error=EIO:when={number}"));
    let output = like(strace, &folder.command(&args)).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn fault_37_a_sync_that_fails_stops_the_run_and_loses_nothing() {
    if !can_trace() {
        return;
    }
    let mut stopped = 0;
    for number in [2, 5, 9, 14] {
        let sandbox = Sandbox::start();
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", applicants(60));
        let (exit, said) = with_a_failing_sync(&folder, number);
        match exit {
            // Before the first send.
            Some(2) => assert_eq!(sandbox.requests(), 0, "{said}"),
            Some(6) => {
                assert!(said.contains("stopped: the ledger: "), "{said}");
                stopped += 1;
            }
            // The first is the results file's own, perhaps: what was not sent is told.
            other => panic!("sync {number}: {other:?}: {said}"),
        }
        let charged = sandbox.charged();
        if exit == Some(6) {
            let calls = calls(&folder);
            let unknown = count(&calls, "unknown", "unknown") as u64;
            assert_eq!(count(&calls, "pass", "yes") as u64 + unknown, charged, "sync {number}");
        }
        // The disk is well again: the rest is asked, and nothing is asked twice.
        let again = folder.idv(&["batch", "a.csv", "-o", "r.jsonl"]);
        assert!(matches!(again.get_output().status.code(), Some(0 | 4)), "sync {number}");
        assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1, "sync {number}");
        assert_eq!(jsonl(&folder.read("r.jsonl")).len(), 60);
    }
    assert!(stopped >= 1, "no sync failed while records were sent");
}

/// Overwrites a piece of a file.
fn damage(path: &Path, from: usize, length: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let to = (from + length).min(bytes.len());
    assert!(from < to, "{} has only {} bytes", path.display(), bytes.len());
    bytes[from..to].fill(0xA7);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn fault_38_a_damaged_ledger_sends_nothing_and_says_how_to_recover() {
    let sandbox = Sandbox::start();
    for (from, length) in [(16, 84), (100, 4000), (4096, 1 << 20)] {
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", applicants(300));
        folder.write("b.csv", applicants(310));
        folder.idv(&["batch", "a.csv", "--ledger", "l.db", "--sandbox"]).code(0);
        damage(&folder.path("l.db"), from, length);
        let run = folder.idv(&["batch", "b.csv", "--ledger", "l.db"]);
        let said = stderr(&run);
        assert!(matches!(run.get_output().status.code(), Some(2 | 6)), "{said}");
        assert!(said.contains("is damaged") && said.contains(".recover"), "{from}: {said}");
    }
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
}

#[test]
fn fault_39_a_ledger_of_a_later_idv_sends_nothing() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    folder.idv(&["batch", "a.csv", "--ledger", "l.db"]).code(0);
    let version = |number: i64| {
        let connection = rusqlite::Connection::open(folder.path("l.db")).unwrap();
        let found = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        connection.pragma_update(None, "user_version", number).unwrap();
        found
    };
    let known = version(99);
    let run = folder.idv(&["batch", "a.csv", "--ledger", "l.db"]).code(2).stdout("");
    let said = stderr(&run);
    assert!(said.contains("schema 99") && said.contains("install the newer idv"), "{said}");
    version(known);
    assert_eq!(count(&calls_of(&folder, "l.db"), "pass", "yes"), 2);
    assert_eq!((sandbox.requests(), sandbox.charged()), (2, 2));
}

#[test]
fn fault_40_results_that_cannot_be_written_are_in_the_ledger_and_are_written_by_the_next_run() {
    if !has_dev_full() {
        return;
    }
    let sandbox = Sandbox::with(&["--latency", "2ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(300));
    let mut command = folder.command(&["batch", "a.csv", "-c", "4"]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("stopped: the results can't be written: "), "{said}");
    let charged = sandbox.charged();
    assert!(charged < 100, "{charged} of 300 were paid though nothing could be written");
    assert_eq!(count(&calls(&folder), "pass", "yes") as u64, charged);
    // A file that was torn by a kill is replaced.
    folder.write("r.jsonl.part", "{\"row\":1,\"outcome\":\"pa");
    folder.idv(&["batch", "a.csv", "-o", "r.jsonl"]).code(0);
    let rows = jsonl(&folder.read("r.jsonl"));
    let known = rows.iter().filter(|row| row["source"] == "ledger").count() as u64;
    assert_eq!((rows.len(), known, sandbox.charged()), (300, charged, 300));
    assert!(!folder.path("r.jsonl.part").exists());
}

/// The system says that the folder is on a network file system, where locks do not hold.
#[test]
fn fault_41_a_ledger_on_a_network_file_system_is_refused_before_anything_is_sent() {
    if !can_trace() {
        return;
    }
    let sandbox = Sandbox::start();
    for (magic, name) in [("69690000", "nfs"), ("424d53ff", "cifs"), ("424d53fe", "smb")] {
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", applicants(3));
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=statfs", "-e"]);
        strace.arg(format!("inject=statfs:poke_exit=@arg2={magic}00000000"));
        let output = like(strace, &folder.command(&["batch", "a.csv"])).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout), (Some(2), Vec::new()), "{said}");
        assert!(said.contains("is on a network file system (") && said.contains(name), "{said}");
        assert!(said.contains("name a file on a local disk with --ledger"), "{said}");
        assert!(!folder.path("state").exists(), "a ledger was made");
    }
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
}

#[test]
fn fault_42_an_output_that_is_the_input_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    std::fs::create_dir(folder.path("sub")).unwrap();
    std::fs::hard_link(folder.path("a.csv"), folder.path("sub/link.csv")).unwrap();
    for output in ["a.csv", "./sub/../a.csv", "sub/link.csv"] {
        for flag in ["-o", "--summary", "--report"] {
            let run = folder.idv(&["batch", "a.csv", flag, output, "--force"]).code(2).stdout("");
            assert!(stderr(&run).contains("is the input"), "{flag} {output}: {}", stderr(&run));
        }
    }
    let run = folder.idv(&["batch", "a.csv", "-o", "x.jsonl", "--summary", "x.jsonl"]).code(2);
    assert!(stderr(&run).contains("two outputs"), "{}", stderr(&run));
    assert_eq!(folder.read("a.csv"), applicants(2));
    assert!(!folder.path("x.jsonl.part").exists() && !folder.path("state").exists());
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
}
