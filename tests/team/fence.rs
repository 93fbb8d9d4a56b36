//! A run that was stopped for so long that others take it for dead.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::machine::{Machine, assert_paid_once, end, finish, signal, wait_until};
use crate::support::{Sandbox, applicants, stdout};

#[test]
fn a_run_that_slept_for_too_long_sends_nothing_of_what_another_run_took_over() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    // A silent run is dead after 12 s, not 60: it beats each second, and sends for 6 s without.
    cluster.hasten(12);
    // Each request takes two seconds: what is claimed ahead waits unsent.
    let sandbox = Sandbox::with(&["--latency", "2s"]);
    let sleeper = Machine::new(&sandbox, &cluster.url());
    let rows = applicants(24);
    let run = sleeper.batch(&rows, &["-c", "4"]).spawn().unwrap();
    wait_until(|| sandbox.requests() == 4);
    wait_until(|| cluster.open_calls() > 4);
    let claimed = cluster.open_calls();
    assert!(claimed <= 4 + 8, "{claimed} claims");
    signal(&run, "-STOP");
    // The answers arrive meanwhile, and lie in the socket.
    wait_until(|| sandbox.charged() == 4);
    std::thread::sleep(Duration::from_secs(13));
    let other = Machine::new(&sandbox, &cluster.url());
    // Without the flag they are in doubt.
    let (code, said) = end(&mut other.batch(&rows, &["--max-charges", "0"]));
    assert_eq!(code, 5, "{said}");
    assert_eq!(other.outcomes("unknown"), claimed);
    let (code, said) = end(&mut other.batch(&rows, &["--unknown", "resend", "-c", "8"]));
    assert_eq!(code, 0, "{said}");
    assert_eq!(other.outcomes("pass"), 24);
    // The four that lay in the socket were asked again, as was wished.
    assert_eq!(sandbox.charged(), 28);
    signal(&run, "-CONT");
    let (code, said) = finish(run);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("were given to others"), "{said}");
    // It sent nothing more, and the answers that it had are kept beside the others.
    assert_eq!(sandbox.charged(), 28);
    let told = ["pass", "skipped", "unavailable"].map(|outcome| sleeper.outcomes(outcome));
    assert_eq!(told.iter().sum::<u64>(), 24, "{told:?}");
    let twice =
        "SELECT count(*) FROM (SELECT c.key FROM idv.calls c JOIN idv.answers a ON a.call = c.id
                 WHERE a.charged = 1 GROUP BY c.key HAVING count(*) = 2) twice";
    assert_eq!(cluster.count(twice), 4);
    let url = cluster.url();
    let bill = |format: &str| {
        let words = ["ledger", "bill", "-f", format, "--ledger", &url];
        stdout(&other.folder.idv(&words).success())
    };
    assert!(bill("table").contains("paid twice: 4 records"), "{}", bill("table"));
    let again =
        bill("jsonl").lines().filter(|line| !line.contains("\"paid_again_by\":null")).count();
    assert_eq!(again, 4, "{}", bill("jsonl"));
}

#[test]
fn a_run_that_slept_briefly_goes_on() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    cluster.hasten(24);
    let sandbox = Sandbox::with(&["--latency", "100ms"]);
    let sleeper = Machine::new(&sandbox, &cluster.url());
    let run = sleeper.batch(&applicants(100), &["-c", "4"]).spawn().unwrap();
    wait_until(|| sandbox.requests() > 10);
    signal(&run, "-STOP");
    std::thread::sleep(Duration::from_secs(4));
    signal(&run, "-CONT");
    let (code, said) = finish(run);
    assert_eq!(code, 0, "{said}");
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 100);
}
