//! The rate that the runs of a team share.

use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::machine::{Machine, assert_paid_once, finish};
use crate::support::{Sandbox, applicants, stdout};

const RATE: f64 = 40.0;

/// A look at the sandbox: just before and just after it, and the requests so far.
type Look = (Instant, Instant, u32);

fn look(sandbox: &Sandbox) -> Look {
    let before = Instant::now();
    let requests = sandbox.requests().try_into().unwrap();
    (before, Instant::now(), requests)
}

/// At no time do all runs together send more than the rate.
#[track_caller]
fn assert_within_the_rate(looks: &[Look]) {
    for (at, first) in looks.iter().enumerate() {
        for last in &looks[at..] {
            let seconds = (last.1 - first.0).as_secs_f64();
            let sent = f64::from(last.2 - first.2);
            // A call may be a little late, and the next one not: so much each run makes up.
            assert!(sent <= seconds * RATE + 10.0, "{sent} in {seconds:.2} s");
        }
    }
}

#[test]
fn two_runs_share_the_rate_of_the_team_and_the_last_one_gets_all_of_it() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::start();
    let machines = [(); 2].map(|()| Machine::new(&sandbox, &cluster.url()));
    let url = cluster.url();
    let budget = |words: &[&str]| {
        let words = [&["ledger", "budget", "--ledger", &url], words].concat();
        stdout(&machines[0].folder.idv(&words).success())
    };
    assert!(budget(&[]).contains("rate   no limit"));
    assert!(budget(&["--rate", "40"]).contains("rate   40 a second"));
    let begun = Instant::now();
    let rows = applicants(420);
    let begin = |at: usize| {
        let shard = ["1/2", "2/2"][at];
        machines[at].batch(&rows, &["-c", "8", "--shard", shard]).spawn().unwrap()
    };
    let mut runs = vec![begin(0)];
    let mut looks = vec![look(&sandbox)];
    while runs.iter_mut().any(|run| run.try_wait().unwrap().is_none()) || runs.len() < 2 {
        std::thread::sleep(Duration::from_millis(50));
        looks.push(look(&sandbox));
        if runs.len() < 2 && looks[looks.len() - 1].2 > 60 {
            runs.push(begin(1));
        }
    }
    for run in runs {
        let (code, said) = finish(run);
        assert_eq!(code, 0, "{said}");
    }
    let took = begun.elapsed().as_secs_f64();
    assert_within_the_rate(&looks);
    // 420 calls take 10.5 s. Together they use the rate, but for the moments in which they learn of each
    // other.
    assert!(took < 21.0, "{took} s");
    let parts = "SELECT count(*) FROM idv.runs WHERE claimed > 0 AND part BETWEEN 19.9 AND 40.1";
    assert_eq!(cluster.count(parts), 2);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 420);
    assert!(budget(&["--off"]).contains("rate   no limit"));
}
