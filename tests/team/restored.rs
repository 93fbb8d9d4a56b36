//! A database that was restored from a dump, or lost what it had committed.

use tempfile::NamedTempFile;

use crate::cluster::Cluster;
use crate::machine::{Machine, assert_paid_once, end, finish, wait_until};
use crate::support::{Sandbox, applicants, stderr};

fn dump(cluster: &Cluster) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), cluster.dump(&[])).unwrap();
    file
}

fn restore(cluster: &Cluster, file: &NamedTempFile) {
    let database = cluster.database();
    cluster.sql_in("postgres", &format!("DROP DATABASE {database} WITH (FORCE)"));
    cluster.sql_in("postgres", &format!("CREATE DATABASE {database}"));
    cluster.sql_file(file.path());
}

#[test]
fn a_dump_that_was_restored_between_two_runs_makes_nothing_paid_again() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, &cluster.url());
    end(&mut machine.batch(&applicants(100), &[]));
    let old = dump(&cluster);
    end(&mut machine.batch(&applicants(300), &[]));
    assert_eq!(sandbox.charged(), 300);
    restore(&cluster, &old);
    assert_eq!(cluster.count("SELECT count(*) FROM idv.calls"), 100);
    let (code, said) = end(&mut machine.batch(&applicants(350), &[]));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("200 calls of this machine that it had lost were put back"), "{said}");
    assert_eq!(machine.outcomes("pass"), 350);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 350);
    // The others know them again too.
    let other = Machine::new(&sandbox, &cluster.url());
    end(&mut other.batch(&applicants(350), &[]));
    assert_eq!(sandbox.charged(), 350);
}

#[test]
fn a_dump_that_was_restored_during_a_run_is_noticed_and_the_run_goes_on() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::with(&["--latency", "20ms"]);
    let machine = Machine::new(&sandbox, &cluster.url());
    let old = dump(&cluster);
    let run = machine.batch(&applicants(2000), &["-c", "8"]).spawn().unwrap();
    wait_until(|| sandbox.charged() > 400);
    restore(&cluster, &old);
    let (code, said) = finish(run);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("were put back"), "{said}");
    assert_eq!(machine.outcomes("pass"), 2000);
    let answered =
        "SELECT count(DISTINCT c.key) FROM idv.calls c JOIN idv.answers a ON a.call = c.id
                    WHERE a.charged = 1";
    assert_eq!(cluster.count(answered), 2000);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 2000);
}

#[test]
fn a_ledger_that_is_on_another_server_gets_all_calls_of_this_machine_again() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let Some(elsewhere) = Cluster::elsewhere() else { return };
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, &cluster.url());
    end(&mut machine.batch(&applicants(100), &[]));
    elsewhere.sql_file(dump(&cluster).path());
    // The runs are whole there, but not the calls: no number shows that some are missing.
    elsewhere.sql("DELETE FROM idv.calls WHERE id % 2 = 0");
    machine.folder.write("a.csv", applicants(100));
    let url = elsewhere.url();
    let words = ["batch", "a.csv", "-o", "results.jsonl", "--force", "--ledger", &url];
    let said = stderr(&machine.folder.idv(&words).success());
    assert!(said.contains("is on another server"), "{said}");
    assert!(said.contains("50 calls of this machine that it had lost were put back"), "{said}");
    assert_eq!(machine.outcomes("pass"), 100);
    // Once is enough.
    let said = stderr(&machine.folder.idv(&words).success());
    assert!(!said.contains("another server"), "{said}");
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 100);
}

#[test]
fn a_server_that_was_recovered_during_a_run_is_noticed_by_its_timeline() {
    let Some(cluster) = Cluster::own_with_ledger() else { return };
    cluster.hasten(6);
    let sandbox = Sandbox::with(&["--latency", "50ms"]);
    let machine = Machine::new(&sandbox, &cluster.url());
    let run = machine.batch(&applicants(1500), &["-c", "8"]).spawn().unwrap();
    wait_until(|| sandbox.charged() > 100);
    cluster.recover();
    assert_eq!(cluster.sql("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)"), "00000002");
    let (code, said) = finish(run);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("was restored or failed over"), "{said}");
    assert_eq!(machine.outcomes("pass"), 1500);
    assert_eq!(cluster.open_calls(), 0);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 1500);
}
