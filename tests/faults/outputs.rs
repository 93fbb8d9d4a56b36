//! The files around a run: no output is a file that somebody needs, by any name or link, and two runs
//! never write one output.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::program::await_requests;
use crate::support::{Folder, Sandbox, applicants, jsonl, stderr};

#[test]
fn a_second_run_with_the_same_output_is_refused_before_it_pays() {
    let sandbox = Sandbox::with(&["--latency", "100ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(60));
    folder.write(
        "b.csv",
        applicants(200)
            .lines()
            .take(1)
            .chain(applicants(200).lines().skip(100))
            .fold(String::new(), |text, line| text + line + "\n"),
    );
    let first =
        ["batch", "a.csv", "-o", "r.jsonl", "-c", "2", "--summary", "s.json", "--report", "p.html"];
    let mut first = folder.command(&first);
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    await_requests(&sandbox, 1);
    // Its outputs as any output of another run, also by a link that leads to them.
    #[cfg(unix)]
    std::os::unix::fs::symlink("r.jsonl", folder.path("link.jsonl")).unwrap();
    fs::hard_link(folder.path("r.jsonl.part"), folder.path("hard.jsonl")).unwrap();
    for outputs in [
        &["-o", "r.jsonl"][..],
        &["-o", "link.jsonl"],
        &["-o", "hard.jsonl", "--force"],
        &["-o", "r.jsonl.part", "-f", "jsonl", "--force"],
        &["-o", "x.jsonl", "--summary", "r.jsonl"],
        &["-o", "x.jsonl", "--summary", "p.html"],
        &["-o", "x.jsonl", "--report", "s.json"],
    ] {
        let run =
            folder.idv(&[&["batch", "b.csv", "--ledger", "other.db"], outputs].concat()).code(2);
        assert!(stderr(&run).contains("another run is writing"), "{outputs:?}: {}", stderr(&run));
    }
    let run = folder.idv(&["check", "b.csv", "-o", "r.jsonl"]).code(2);
    assert!(stderr(&run).contains("another run is writing"), "{}", stderr(&run));
    assert!(!folder.path("other.db").exists());
    assert!(first.wait().unwrap().success());
    assert_eq!(jsonl(&folder.read("r.jsonl")).len(), 60);
    assert_eq!((sandbox.requests(), sandbox.charged()), (60, 60));
    // The run has ended, so its output is free again.
    fs::remove_file(folder.path("hard.jsonl")).unwrap();
    folder.idv(&["batch", "a.csv", "-o", "r.jsonl"]).code(0);
    assert_eq!(sandbox.charged(), 60);
}

#[test]
fn a_part_that_a_killed_run_left_is_replaced() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(3));
    folder.write("r.jsonl.part", "{\"row\":1");
    folder.idv(&["batch", "a.csv", "-o", "r.jsonl"]).code(0);
    assert_eq!(jsonl(&folder.read("r.jsonl")).len(), 3);
    assert!(!folder.path("r.jsonl.part").exists());
    assert_eq!(sandbox.charged(), 3);
}

/// Makes a name for a file: itself, a symbolic link, a hard link.
fn names(folder: &Folder, file: &str) -> Vec<String> {
    let mut names = vec![file.to_owned(), format!("./sub/../{file}")];
    let link =
        format!("sym-{}.jsonl", names.len() + fs::read_dir(folder.dir.path()).unwrap().count());
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(file), folder.path(&link)).unwrap();
    names.push(link);
    if folder.path(file).is_file() {
        let link = format!("hard-{}.jsonl", fs::read_dir(folder.dir.path()).unwrap().count());
        fs::hard_link(folder.path(file), folder.path(&link)).unwrap();
        names.push(link);
    }
    names
}

#[test]
fn no_output_is_the_ledger_or_a_file_beside_it_by_any_name_or_link() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    fs::create_dir(folder.path("sub")).unwrap();
    folder.write("a.csv", applicants(2));
    folder.idv(&["batch", "a.csv", "--ledger", "l.db", "-o", "r.jsonl"]).code(0);
    assert_eq!(sandbox.charged(), 2);
    folder.write("b.csv", applicants(9));
    for file in ["l.db", "l.db-wal", "l.db-shm", "l.db-reserve"] {
        for name in names(&folder, file) {
            for flags in [
                &["-o", &name, "-f", "jsonl"][..],
                &["-o", "x.jsonl", "--summary", &name],
                &["-o", "x.jsonl", "--report", &name],
            ] {
                let args = ["batch", "b.csv", "--ledger", "l.db", "--force"];
                let run = folder.idv(&[&args, flags].concat()).code(2).stdout("");
                assert!(
                    stderr(&run).contains("belongs to the ledger"),
                    "{flags:?}: {}",
                    stderr(&run)
                );
            }
            let args = ["check", "b.csv", "--ledger", "l.db", "--force", "-o", &name, "-f", "csv"];
            let run = folder.idv(&args).code(2);
            assert!(stderr(&run).contains("belongs to the ledger"), "{name}: {}", stderr(&run));
        }
    }
    // The part of an output is an output too.
    fs::hard_link(folder.path("l.db"), folder.path("y.jsonl.part")).unwrap();
    folder.idv(&["batch", "b.csv", "--ledger", "l.db", "-o", "y.jsonl"]).code(2);
    // The ledger of another run is a database all the same.
    let run =
        folder.idv(&["batch", "b.csv", "--ledger", "m.db", "-o", "l.db", "-f", "jsonl", "--force"]);
    assert!(stderr(&run.code(2)).contains("is a database"));
    assert_eq!((sandbox.requests(), sandbox.charged()), (2, 2));
    folder.idv(&["batch", "a.csv", "--ledger", "l.db"]).code(0);
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn no_output_is_another_output_or_the_input_by_any_name_or_link() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    fs::create_dir(folder.path("sub")).unwrap();
    folder.write("a.csv", applicants(2));
    folder.write("r.jsonl", "");
    for name in names(&folder, "r.jsonl") {
        for flag in ["--summary", "--report"] {
            let run = folder.idv(&["batch", "a.csv", "-o", "r.jsonl", flag, &name]).code(2);
            assert!(stderr(&run).contains("two outputs"), "{flag} {name}: {}", stderr(&run));
        }
    }
    let run = folder.idv(&["batch", "a.csv", "-o", "z.jsonl", "--summary", "z.jsonl.part"]).code(2);
    assert!(stderr(&run).contains("two outputs"), "{}", stderr(&run));
    for name in names(&folder, "a.csv") {
        for command in [
            &["batch", "a.csv", "--force", "-f", "jsonl", "-o", &name][..],
            &["check", "a.csv", "--force", "-f", "csv", "-o", &name],
        ] {
            let run = folder.idv(command).code(2);
            assert!(stderr(&run).contains("is the input"), "{command:?}: {}", stderr(&run));
        }
    }
    assert_eq!(folder.read("a.csv"), applicants(2));
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
}

#[test]
#[cfg(unix)]
fn an_output_goes_through_a_symbolic_link_onto_its_target() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    fs::create_dir(folder.path("sub")).unwrap();
    folder.write("a.csv", applicants(2));
    for _ in 0..2 {
        let _ = std::os::unix::fs::symlink("sub/real.jsonl", folder.path("r.jsonl"));
        folder.idv(&["batch", "a.csv", "-o", "r.jsonl"]).code(0);
        assert_eq!(jsonl(&folder.read("sub/real.jsonl")).len(), 2);
        assert_eq!(fs::read_link(folder.path("r.jsonl")).unwrap(), Path::new("sub/real.jsonl"));
    }
    assert_eq!(sandbox.charged(), 2);
}
