//! The journal of a team's ledger is a file that no output may be.

use std::fs;
use std::path::Path;

use crate::cluster::Cluster;
use crate::machine::{Machine, end};
use crate::support::{Sandbox, applicants, stderr};

/// The file itself, and links that lead to it.
fn names(folder: &Path, file: &Path) -> Vec<String> {
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let number = fs::read_dir(folder).unwrap().count();
    let (symbolic, hard) = (folder.join(format!("s{number}")), folder.join(format!("h{number}")));
    std::os::unix::fs::symlink(file, &symbolic).unwrap();
    let mut names = vec![text(file), text(&symbolic)];
    if fs::hard_link(file, &hard).is_ok() {
        names.push(text(&hard));
    }
    names
}

#[test]
fn no_output_is_the_journal_of_a_team_ledger_by_any_name_or_link() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, &cluster.url());
    let id = cluster.sql("SELECT id FROM idv.ledger");
    let journal = |ending: &str| machine.folder.path(&format!("state/idv/team-{id}.db{ending}"));
    machine.folder.write("b.csv", applicants(9));
    let refused = |output: &str| {
        for flags in [
            &["batch", "-o", output, "-f", "jsonl"][..],
            &["batch", "-o", "x.jsonl", "--summary", output],
            &["batch", "-o", "x.jsonl", "--report", output],
            &["check", "-o", output, "-f", "csv"],
        ] {
            let args = ["b.csv", "--force", "--ledger", &cluster.url()];
            let run = machine.folder.idv(&[flags, &args].concat()).code(2);
            assert!(stderr(&run).contains("belongs to the ledger"), "{flags:?}: {}", stderr(&run));
        }
    };
    // The first run has not made it yet.
    fs::create_dir_all(journal("").parent().unwrap()).unwrap();
    refused(journal("").to_str().unwrap());
    assert_eq!(sandbox.requests(), 0);
    assert_eq!(end(&mut machine.batch(&applicants(2), &[])).0, 0);
    for ending in ["", "-wal", "-shm", "-reserve"] {
        fs::OpenOptions::new().create(true).append(true).open(journal(ending)).unwrap();
        for name in names(machine.folder.dir.path(), &journal(ending)) {
            refused(&name);
        }
    }
    assert_eq!((sandbox.requests(), sandbox.charged()), (2, 2));
    assert_eq!(end(&mut machine.batch(&applicants(2), &[])).0, 0);
    assert_eq!(sandbox.charged(), 2);
}
