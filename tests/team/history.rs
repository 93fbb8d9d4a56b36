//! The commands of `idv ledger` over all machines, and what the database holds.

use serde_json::Value;

use crate::cluster::Cluster;
use crate::machine::{Machine, assert_paid_once, end, finish};
use crate::support::{NAME, NIK, PHONE, Sandbox, applicants, lines, stderr, stdout, with_phones};

/// Runs a command of `idv ledger` on a machine that asked nothing.
struct Desk<'a> {
    machine: Machine,
    cluster: &'a Cluster,
}

impl<'a> Desk<'a> {
    fn new(sandbox: &Sandbox, cluster: &'a Cluster) -> Self {
        Self { machine: Machine::new(sandbox, &cluster.url()), cluster }
    }

    fn ledger(&self, words: &[&str]) -> assert_cmd::assert::Assert {
        let url = self.cluster.url();
        self.machine.folder.idv(&[&["ledger"], words, &["--ledger", &url]].concat())
    }

    fn rows(&self, words: &[&str]) -> Vec<Value> {
        lines(&self.ledger(words).success())
    }
}

#[test]
fn runs_calls_bill_and_export_are_those_of_all_machines() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::start();
    let machines = [(); 2].map(|()| Machine::new(&sandbox, &cluster.url()));
    end(&mut machines[0].batch(&applicants(30), &["--reference", "first"]));
    end(&mut machines[1].batch(&applicants(50), &["--reference", "second"]));
    let desk = Desk::new(&sandbox, &cluster);
    let runs = desk.rows(&["runs"]);
    let told: Vec<_> =
        runs.iter().map(|run| (run["reference"].as_str(), run["charged"].as_u64())).collect();
    assert_eq!(told, [(Some("first"), Some(30)), (Some("second"), Some(20))]);
    assert!(runs.iter().all(|run| run["state"] == "done" && run["host"].is_string()), "{runs:?}");
    assert!(
        runs.iter().all(|run| run["db_user"] == "idv" && run["os_user"].is_string()),
        "{runs:?}"
    );
    let table = stdout(&desk.ledger(&["runs", "-f", "table"]).success());
    assert!(table.contains("@ idv"), "{table}");
    assert_eq!(desk.rows(&["show"]).len(), 50);
    assert_eq!(desk.rows(&["show", "--outcome", "pass", "--since", "1h"]).len(), 50);
    assert_eq!(desk.rows(&["show", "--until", "1h"]).len(), 0);
    assert_eq!(desk.rows(&["show", "--run", "1"])[0]["db_user"], "idv");
    let days = stdout(&desk.ledger(&["bill", "-f", "table"]).success());
    assert!(days.contains("50") && !days.contains("paid twice"), "{days}");
    for key in ["month", "day", "code", "operator"] {
        let sums = desk.rows(&["bill", "--by", key]);
        assert_eq!((sums.len(), &sums[0]["charged"]), (1, &50.into()), "{key}: {sums:?}");
    }
    assert_eq!(desk.rows(&["show", "--run", "2"]).len(), 20);
    let bill = desk.rows(&["bill", "--by", "reference"]);
    assert_eq!((&bill[0]["charged"], &bill[1]["charged"]), (&30.into(), &20.into()), "{bill:?}");
    assert_eq!(desk.rows(&["export"]).len(), 52);
    assert_eq!(desk.rows(&["find", "--nik", "3310990101900002"]).len(), 1);
    let chain = stderr(&desk.ledger(&["verify"]).code(2));
    assert!(chain.contains("journal"), "{chain}");
    assert_eq!(sandbox.charged(), 50);
}

#[test]
fn a_call_in_doubt_is_settled_from_any_machine() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, &cluster.url());
    // Charged, then silence.
    let rows = with_phones(&["0800100001", "0800100001", "081234567890"]);
    let (code, said) = end(&mut machine.batch(&rows, &["--timeout", "1s"]));
    assert_eq!(code, 4, "{said}");
    let desk = Desk::new(&sandbox, &cluster);
    let unknown = desk.rows(&["show", "--outcome", "unknown"]);
    let number = |at: usize| unknown[at]["call"].to_string();
    desk.ledger(&["resolve", &number(0), "--charged"]).success();
    desk.ledger(&["resolve", &number(1), "--not-charged"]).success();
    desk.ledger(&["resolve", "99999", "--charged"]).code(2);
    let answered = desk.rows(&["show", "--outcome", "pass"])[0]["call"].to_string();
    desk.ledger(&["resolve", &answered, "--charged"]).code(2);
    let before = sandbox.requests();
    let other = Machine::new(&sandbox, &cluster.url());
    let (code, said) = end(&mut other.batch(&rows, &["--timeout", "1s"]));
    // The one that was not charged is asked again, and nothing else.
    assert_eq!((code, sandbox.requests() - before), (4, 1), "{said}");
    assert_eq!((other.outcomes("unknown"), other.outcomes("pass")), (2, 1));
    assert_eq!(sandbox.charged(), 4);
}

#[test]
fn a_person_is_erased_in_the_database_and_in_the_journals() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, &cluster.url());
    let url = cluster.url();
    machine.folder.verify(NIK, PHONE, &["--ledger", &url]).success();
    let desk = Desk::new(&sandbox, &cluster);
    assert_eq!(desk.rows(&["find", "--nik", NIK]).len(), 1);
    desk.ledger(&["forget", "--nik", NIK, "--yes"]).success();
    assert_eq!(desk.rows(&["find", "--nik", NIK]).len(), 0);
    assert_eq!(desk.rows(&["bill", "--by", "month"])[0]["charged"], 1);
    let id = cluster.sql("SELECT id FROM idv.ledger");
    let journal = machine.folder.path(&format!("state/idv/team-{id}.db"));
    let in_journal = || {
        let words = ["ledger", "find", "--nik", NIK, "--ledger", journal.to_str().unwrap()];
        lines(&machine.folder.idv(&words).success()).len()
    };
    assert_eq!(in_journal(), 1);
    machine.folder.idv(&["ledger", "push", "--ledger", &url]).success();
    assert_eq!(in_journal(), 0);
    // Asking again pays again.
    machine.folder.verify(NIK, PHONE, &["--ledger", &url]).success();
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn what_is_purged_is_asked_again_and_what_is_in_doubt_is_kept() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, &cluster.url());
    let rows = with_phones(&["0800100003", "081234567890", "081234567891"]);
    end(&mut machine.batch(&rows, &[]));
    let desk = Desk::new(&sandbox, &cluster);
    let purged = stderr(&desk.ledger(&["purge", "--older-than", "0s"]).success());
    assert!(purged.contains("2 calls") && purged.contains("1 call"), "{purged}");
    let (code, said) = end(&mut machine.batch(&rows, &[]));
    assert_eq!(code, 4, "{said}");
    assert_eq!((machine.outcomes("unknown"), machine.outcomes("pass")), (1, 2));
    assert_eq!(sandbox.charged(), 4);
}

#[test]
fn four_runs_spend_exactly_what_the_team_may_spend_a_day() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::with(&["--latency", "3ms"]);
    let desk = Desk::new(&sandbox, &cluster);
    desk.ledger(&["budget", "--per-day", "500"]).success();
    let machines = [(); 4].map(|()| Machine::new(&sandbox, &cluster.url()));
    let rows = applicants(1600);
    let runs = [1, 2, 3, 4].map(|shard| {
        let shard = format!("{shard}/4");
        machines[0].folder.write("unused", "");
        let at = shard.as_bytes()[0] - b'1';
        machines[usize::from(at)].batch(&rows, &["-c", "8", "--shard", &shard]).spawn().unwrap()
    });
    for run in runs {
        let (code, said) = finish(run);
        assert_eq!(code, 5, "{said}");
        assert!(said.contains("the team's budget is used up"), "{said}");
    }
    assert_eq!(cluster.open_calls(), 0);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 500);
    let budget = stdout(&desk.ledger(&["budget"]).success());
    assert!(budget.contains("500 of 500"), "{budget}");
    desk.ledger(&["budget", "--off"]).success();
    let (code, said) = end(&mut machines[0].batch(&rows, &[]));
    assert_eq!(code, 0, "{said}");
    assert_eq!(sandbox.charged(), 1600);
}

#[test]
fn uncharged_calls_are_given_back_to_the_budget() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::start();
    let desk = Desk::new(&sandbox, &cluster);
    desk.ledger(&["budget", "--per-day", "10", "--per-month", "12"]).success();
    let machine = Machine::new(&sandbox, &cluster.url());
    // Refused, and free.
    let rows = with_phones(&["0800011340"; 6]);
    let (code, said) = end(&mut machine.batch(&rows, &[]));
    assert_eq!(code, 3, "{said}");
    let (code, said) = end(&mut machine.batch(&applicants(30), &["-c", "2"]));
    assert_eq!(code, 5, "{said}");
    assert_eq!(sandbox.charged(), 10);
    desk.ledger(&["budget", "--per-day", "20", "--per-month", "12"]).success();
    end(&mut machine.batch(&applicants(30), &["-c", "2"]));
    assert_eq!(sandbox.charged(), 12);
}

#[test]
fn a_file_is_imported_into_an_empty_ledger_and_its_records_stay_known() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, "own.db");
    let rows = with_phones(&["0800100003", "0800011340", "081234567890", "081234567891"]);
    end(&mut machine.batch(&rows, &[]));
    let own = lines(&machine.folder.idv(&["ledger", "show", "--ledger", "own.db"]).success());
    let desk = Desk::new(&sandbox, &cluster);
    let file = machine.folder.path("own.db");
    desk.ledger(&["import", file.to_str().unwrap()]).success();
    let mut imported = desk.rows(&["show"]);
    // Only the team's ledger knows a user of the database: the one who imported.
    assert!(imported.iter_mut().all(|call| call["db_user"].take() == "idv"));
    assert_eq!(imported, own);
    let again = stderr(&desk.ledger(&["import", file.to_str().unwrap()]).code(2));
    assert!(again.contains("only an empty one takes a file"), "{again}");
    let before = sandbox.requests();
    let other = Machine::new(&sandbox, &cluster.url());
    let (code, said) = end(&mut other.batch(&rows, &[]));
    assert_eq!(code, 4, "{said}");
    assert_eq!((other.outcomes("unknown"), other.outcomes("pass")), (1, 2));
    // Only the one that was refused, and cost nothing, is asked again.
    assert_eq!(sandbox.requests() - before, 1);
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn a_dump_of_the_database_names_nobody() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, &cluster.url());
    machine.folder.verify(NIK, PHONE, &["--ledger", &cluster.url()]).success();
    let dump = cluster.dump(&[]);
    assert!(dump.contains("idv.answers"));
    for person in [NIK, PHONE, &PHONE[1..], NAME] {
        assert!(!dump.contains(person), "{person}");
    }
    assert_eq!(sandbox.charged(), 1);
}
