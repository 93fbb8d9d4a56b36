//! A database that is not there: at the start, for a while, for good.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::machine::{Machine, assert_paid_once, end, finish, wait_until};
use crate::support::{Sandbox, applicants};

#[test]
fn a_database_that_is_away_for_20_s_delays_the_run_and_loses_nothing() {
    let Some(cluster) = Cluster::own_with_ledger() else { return };
    let sandbox = Sandbox::with(&["--latency", "20ms"]);
    let machine = Machine::new(&sandbox, &cluster.url());
    let run = machine.batch(&applicants(1500), &["-c", "8"]).spawn().unwrap();
    wait_until(|| sandbox.requests() > 200);
    cluster.control(&["-m", "fast", "-w", "stop"]);
    let before = sandbox.requests();
    std::thread::sleep(Duration::from_secs(20));
    // What was claimed already: in flight, and ahead.
    let meanwhile = sandbox.requests() - before;
    assert!(meanwhile <= 8 + 16, "{meanwhile} requests without the database");
    cluster.control(&["-w", "start"]);
    let (code, said) = finish(run);
    assert_eq!(code, 0, "{said}");
    assert_eq!(machine.outcomes("pass"), 1500);
    assert_eq!(cluster.open_calls(), 0);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 1500);
}

#[test]
fn a_database_that_stays_away_ends_the_run_with_6_and_the_answers_are_delivered_later() {
    let Some(cluster) = Cluster::own_with_ledger() else { return };
    let sandbox = Sandbox::with(&["--latency", "1s"]);
    let machine = Machine::new(&sandbox, &cluster.url());
    let flags = ["-c", "4", "--give-up-after", "2s"];
    let run = machine.batch(&applicants(4), &flags).spawn().unwrap();
    wait_until(|| sandbox.requests() == 4);
    cluster.control(&["-m", "fast", "-w", "stop"]);
    let (code, said) = finish(run);
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("idv ledger push"), "{said}");
    // The results are whole, and told: the journal has them.
    assert_eq!(machine.outcomes("pass"), 4);
    cluster.control(&["-w", "start"]);
    assert_eq!(cluster.open_calls(), 4);
    machine.folder.idv(&["ledger", "push", "--ledger", &cluster.url()]).success();
    assert_eq!(cluster.open_calls(), 0);
    let other = Machine::new(&sandbox, &cluster.url());
    let (code, said) = end(&mut other.batch(&applicants(4), &[]));
    assert_eq!(code, 0, "{said}");
    assert_eq!(sandbox.charged(), 4);
}

#[test]
fn without_a_database_at_the_start_nothing_is_sent_and_the_exit_code_is_6() {
    let Some(cluster) = Cluster::own_with_ledger() else { return };
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, &cluster.url());
    cluster.control(&["-m", "fast", "-w", "stop"]);
    let (code, said) = end(&mut machine.batch(&applicants(4), &[]));
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("the team ledger is away"), "{said}");
    assert_eq!(sandbox.requests(), 0);
}

/// Lets each insert into `idv.calls` and `idv.answers` fail so often, with this code.
fn fail(cluster: &Cluster, share: f64, code: &str) {
    cluster.sql(&format!(
        "CREATE OR REPLACE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF random() < {share} THEN RAISE EXCEPTION 'made to fail' USING ERRCODE = '{code}'; END IF;
             RETURN NEW;
         END $$;
         CREATE OR REPLACE TRIGGER fail BEFORE INSERT ON idv.calls FOR EACH STATEMENT EXECUTE FUNCTION public.fail();
         CREATE OR REPLACE TRIGGER fail BEFORE INSERT ON idv.answers FOR EACH STATEMENT EXECUTE FUNCTION public.fail();"
    ));
}

#[test]
fn a_database_whose_disk_is_full_delays_the_run_and_loses_nothing() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::with(&["--latency", "20ms"]);
    let machine = Machine::new(&sandbox, &cluster.url());
    let run = machine.batch(&applicants(600), &["-c", "8"]).spawn().unwrap();
    wait_until(|| sandbox.requests() > 100);
    fail(&cluster, 1.1, "53100");
    std::thread::sleep(Duration::from_secs(1));
    let before = sandbox.requests();
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(sandbox.requests(), before);
    cluster.sql("DROP FUNCTION public.fail CASCADE");
    let (code, said) = finish(run);
    assert_eq!(code, 0, "{said}");
    assert_eq!(machine.outcomes("pass"), 600);
    assert_eq!(cluster.open_calls(), 0);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 600);
}

#[test]
fn deadlocks_and_serialization_failures_are_tried_again() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    for code in ["40P01", "40001"] {
        fail(&cluster, 0.3, code);
        let sandbox = Sandbox::with(&["--latency", "3ms"]);
        let machine = Machine::new(&sandbox, &cluster.url());
        let flags = ["-c", "4", "--fresh"];
        let (exit, said) = end(&mut machine.batch(&applicants(300), &flags));
        assert_eq!(exit, 0, "{said}");
        assert_eq!(cluster.open_calls(), 0);
        assert_paid_once(&sandbox);
        assert_eq!(sandbox.charged(), 300);
    }
}

#[test]
fn sessions_that_are_ended_again_and_again_lose_nothing() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::with(&["--latency", "5ms"]);
    let machines = [(); 2].map(|()| Machine::new(&sandbox, &cluster.url()));
    let rows = applicants(2000);
    let mut runs =
        machines.each_ref().map(|machine| machine.batch(&rows, &["-c", "8"]).spawn().unwrap());
    while runs.iter_mut().any(|run| run.try_wait().unwrap().is_none()) {
        std::thread::sleep(Duration::from_millis(150));
        cluster.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'idv' AND datname = current_database()",
        );
    }
    for run in runs {
        let (code, said) = finish(run);
        // A run that can't even begin says so, and has sent nothing.
        assert!([0, 6].contains(&code), "{code}: {said}");
    }
    for machine in &machines {
        let (code, said) = end(&mut machine.batch(&rows, &[]));
        assert_eq!(code, 0, "{said}");
        assert_eq!(machine.outcomes("pass"), 2000);
    }
    assert_eq!(cluster.open_calls(), 0);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 2000);
}
