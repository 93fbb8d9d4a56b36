//! Kills of runs, and restarts of the server.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::machine::{Machine, assert_paid_once, end, finish, wait_until};
use crate::support::{Sandbox, applicants};

const IN_FLIGHT: u64 = 16;

#[test]
fn killed_runs_leave_in_doubt_at_most_what_was_in_flight_and_nothing_is_paid_twice() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    cluster.hasten(24);
    let sandbox = Sandbox::with(&["--latency", "10ms"]);
    let machines = [(); 3].map(|()| Machine::new(&sandbox, &cluster.url()));
    let kills = std::env::var("IDV_KILLS").map_or(9, |kills| kills.parse().unwrap());
    let rows = applicants(400 * (kills + 3));
    let begin = |machine: &Machine| machine.batch(&rows, &["-c", "16"]).spawn().unwrap();
    let mut runs = machines.each_ref().map(begin);
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..kills {
        std::thread::sleep(Duration::from_millis(random.u64(100..500)));
        let at = random.usize(..3);
        runs[at].kill().unwrap();
        runs[at].wait().unwrap();
        runs[at] = begin(&machines[at]);
    }
    for run in runs {
        let (code, said) = finish(run);
        assert!([0, 4].contains(&code), "{code}: {said}");
    }
    let unknown = machines[0].outcomes("unknown");
    println!("{kills} kills, {unknown} unknown, {} charged", sandbox.charged());
    assert!(unknown <= kills * IN_FLIGHT, "{unknown} unknown");
    // What is in doubt for one machine is so for all; all else has its answer.
    for machine in &machines {
        let (code, said) = end(&mut machine.batch(&rows, &[]));
        assert!([0, 4].contains(&code), "{code}: {said}");
        assert_eq!(machine.outcomes("unknown"), unknown);
        assert_eq!(machine.outcomes("pass") + unknown, 400 * (kills + 3));
    }
    assert_eq!(cluster.open_calls(), unknown);
    assert_paid_once(&sandbox);
    let charged = sandbox.charged();
    assert!(charged + unknown >= 400 * (kills + 3) && charged <= 400 * (kills + 3));
}

#[test]
fn claims_that_were_never_sent_are_free_again_when_their_machine_starts_again() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    // One request at a time, which hangs: the claims ahead are not sent.
    let sandbox = Sandbox::with(&["--latency", "60s"]);
    let machine = Machine::new(&sandbox, &cluster.url());
    let rows = applicants(50);
    let mut run = machine.batch(&rows, &["-c", "4", "--timeout", "120s"]).spawn().unwrap();
    wait_until(|| sandbox.requests() == 4);
    wait_until(|| cluster.open_calls() > 4);
    let ahead = cluster.open_calls();
    assert!(ahead <= 4 + 8, "{ahead} claims");
    run.kill().unwrap();
    run.wait().unwrap();
    machine.folder.idv(&["ledger", "push", "--ledger", &cluster.url()]).success();
    assert_eq!(cluster.open_calls(), 4);
    drop(sandbox);
    let sandbox = Sandbox::start();
    let other = Machine::new(&sandbox, &cluster.url());
    let (code, said) = end(&mut other.batch(&rows, &[]));
    assert_eq!(code, 4, "{said}");
    assert_eq!((other.outcomes("unknown"), other.outcomes("pass")), (4, 46));
    assert_eq!(sandbox.charged(), 46);
}

#[test]
fn a_server_that_is_restarted_at_once_again_and_again_loses_nothing() {
    let Some(cluster) = Cluster::own_with_ledger() else { return };
    let sandbox = Sandbox::with(&["--latency", "20ms"]);
    let machines = [(); 2].map(|()| Machine::new(&sandbox, &cluster.url()));
    let rows = applicants(4000);
    let begin = |machine: &Machine| machine.batch(&rows, &["-c", "16"]).spawn().unwrap();
    let mut runs = machines.each_ref().map(begin);
    let mut restarts = 0;
    while runs.iter_mut().any(|run| run.try_wait().unwrap().is_none()) {
        std::thread::sleep(Duration::from_secs(3));
        cluster.control(&["-m", "immediate", "-w", "restart"]);
        restarts += 1;
    }
    for run in runs {
        let (code, said) = finish(run);
        assert_eq!(code, 0, "{said}");
    }
    println!("{restarts} restarts");
    for machine in &machines {
        assert_eq!(machine.outcomes("pass"), 4000);
    }
    assert_eq!(cluster.open_calls(), 0);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 4000);
}
