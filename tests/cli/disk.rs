//! A disk that fills up, and results that go nowhere: nothing more is sent, and nothing that was paid
//! for is lost.

use std::path::Path;
use std::process::Command;

use crate::support::{Folder, Sandbox, applicants, has_dev_full, jsonl, lines, stderr};

/// A file system of 2 MiB, unmounted at the end; `None` where none can be mounted.
struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=2m", "idv-test"]).arg(at).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(at))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let status = Command::new("umount").arg(self.0).status().unwrap();
        assert!(status.success(), "{} is still mounted", self.0.display());
    }
}

#[test]
fn a_full_disk_under_the_ledger_stops_the_run_and_loses_no_answer() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let small = folder.path("small");
    let Some(_mounted) = Small::mount(&small) else {
        println!("skipped: no tmpfs can be mounted here");
        return;
    };
    folder.write("a.csv", applicants(4_000));
    let args = ["batch", "a.csv", "-o", "r.jsonl", "-c", "16", "--ledger", "small/ledger.db"];
    let run = folder.idv(&args).code(6);
    assert!(stderr(&run).contains("full"), "{}", stderr(&run));
    let charged = sandbox.charged();
    assert!((100..4_000).contains(&charged), "{charged}");
    let bill = folder.idv(&["ledger", "bill", "--ledger", "small/ledger.db"]).code(0);
    let answered = lines(&bill).iter().filter(|call| call["charged"] == "yes").count() as u64;
    assert_eq!(answered, charged, "every answer is in the ledger");
    let rows = jsonl(&folder.read("r.jsonl"));
    assert_eq!(rows.len(), 4_000);
    let passed = rows.iter().filter(|row| row["outcome"] == "pass").count() as u64;
    assert_eq!(passed, charged, "every answer is in the results");
}

#[test]
fn a_workbook_without_room_leaves_its_rows_where_they_are() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let small = folder.path("small");
    let Some(_mounted) = Small::mount(&small) else {
        println!("skipped: no file system can be mounted here");
        return;
    };
    folder.write("a.csv", applicants(30));
    let run = folder.idv(&["batch", "a.csv", "-o", "small/r.xlsx"]).code(6);
    let said = stderr(&run);
    assert!(said.contains("there is no room for a workbook"), "{said}");
    assert!(said.contains("r.xlsx.part"), "{said}");
    let rows = crate::support::table(&folder.read("small/r.xlsx.part"), b',');
    assert_eq!(rows.iter().filter(|row| row["idv_outcome"] == "pass").count(), 30);
    assert!(!small.join("r.xlsx").exists() && !small.join("r.xlsx.new").exists());
    // What was paid for is known, and written elsewhere at no cost.
    folder.idv(&["batch", "a.csv", "-o", "r.xlsx"]).code(0);
    assert_eq!(sandbox.charged(), 30);
}

#[test]
fn a_workbook_that_cannot_be_written_is_told_in_our_words_alone() {
    if !has_dev_full() {
        return;
    }
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(3));
    let run = folder.idv(&["batch", "a.csv", "-o", "/dev/full", "-f", "xlsx"]).code(6);
    let said = stderr(&run);
    assert!(said.contains("No space left"), "{said}");
    assert!(!said.contains("ZipWriter"), "{said}");
    assert_eq!(sandbox.charged(), 3);
}
