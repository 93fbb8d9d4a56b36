//! Several machines at once, and commits whose answer is lost.

use crate::cluster::Cluster;
use crate::cutter::Cutter;
use crate::machine::{Machine, assert_paid_once, end, finish, wait_until};
use crate::support::{Sandbox, applicants};

#[test]
fn two_machines_with_the_same_file_pay_once_and_both_results_are_whole() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::with(&["--latency", "2ms"]);
    let machines = [(); 2].map(|()| Machine::new(&sandbox, &cluster.url()));
    let rows = applicants(3000);
    let runs =
        machines.each_ref().map(|machine| machine.batch(&rows, &["-c", "16"]).spawn().unwrap());
    for run in runs {
        let (code, said) = finish(run);
        assert_eq!(code, 0, "{said}");
    }
    for machine in &machines {
        assert_eq!(machine.outcomes("pass"), 3000);
    }
    assert_eq!(cluster.open_calls(), 0);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 3000);
}

#[test]
fn duplicates_share_one_call_and_retries_claim_anew() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::with(&["--latency", "5ms"]);
    let machine = Machine::new(&sandbox, &cluster.url());
    // Code 600 twice for each fourth record, then as usual; each other row three times.
    let mut rows = String::from("nik,phone,name\n");
    for n in 0..40 {
        let (phone, times) =
            if n % 4 == 0 { ("0800100008".to_owned(), 1) } else { (format!("08123456{n:04}"), 3) };
        rows += &format!("33109901019{:05},{phone},Contoh {n}\n", 10 + n).repeat(times);
    }
    let (code, said) = end(&mut machine.batch(&rows, &["-c", "8", "--retries", "30"]));
    assert_eq!(code, 0, "{said}");
    let results = machine.results();
    let from = |source: &str| results.iter().filter(|row| row["source"] == source).count();
    assert_eq!((results.len(), from("api"), from("duplicate")), (100, 40, 60));
    assert_eq!(cluster.open_calls(), 0);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 40);
}

#[test]
fn a_single_record_is_known_to_every_machine_and_to_the_plan() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::start();
    let (first, second) =
        (Machine::new(&sandbox, &cluster.url()), Machine::new(&sandbox, &cluster.url()));
    let url = cluster.url();
    let flags = ["--ledger", &url, "-f", "jsonl"];
    first.folder.verify(crate::support::NIK, crate::support::PHONE, &flags).success();
    let again = second.folder.verify(crate::support::NIK, crate::support::PHONE, &flags).success();
    assert_eq!(crate::support::lines(&again)[0]["source"], "ledger");
    let row = format!(
        "nik,phone,name\n{},{},{}\n3310990101900077,081234567877,Contoh\n",
        crate::support::NIK,
        crate::support::PHONE,
        crate::support::NAME
    );
    second.folder.write("b.csv", row);
    let plan = second.folder.idv(&["check", "b.csv", "-f", "jsonl", "--ledger", &url]).success();
    let plan: serde_json::Value = serde_json::from_str(&crate::support::stdout(&plan)).unwrap();
    assert_eq!((&plan["answered"], &plan["to_send"]), (&1.into(), &1.into()), "{plan}");
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn a_commit_whose_answer_is_lost_is_claimed_again_and_pays_once() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let cuts = 200;
    let cutter = Cutter::before(&cluster, cuts);
    let sandbox = Sandbox::with(&["--latency", "3ms"]);
    let machine = Machine::new(&sandbox, &cutter.url());
    // Every second record of the first run is asked by a second machine too, which is not cut.
    let other = Machine::new(&sandbox, &cluster.url());
    let mut run = 0;
    while cutter.left() > 0 {
        assert!(run < 20, "{} cuts are left", cutter.left());
        let rows = applicants(2000 * (run + 1));
        let first = machine.batch(&rows, &["-c", "4"]).spawn().unwrap();
        let second = other.batch(&rows, &["-c", "4"]).spawn().unwrap();
        for run in [first, second] {
            let (code, said) = finish(run);
            assert_eq!(code, 0, "{said}");
        }
        run += 1;
    }
    assert_eq!(machine.outcomes("pass"), 2000 * run);
    assert_eq!(cluster.open_calls(), 0);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 2000 * run);
}

#[test]
fn a_commit_that_did_not_wait_for_its_replica_sends_nothing() {
    let Some(cluster) = Cluster::own_with_ledger() else { return };
    cluster.sql("ALTER SYSTEM SET synchronous_standby_names = 'elsewhere'");
    let sandbox = Sandbox::with(&["--latency", "200ms"]);
    let machine = Machine::new(&sandbox, &cluster.url());
    let run = machine.batch(&applicants(120), &["-c", "4"]).spawn().unwrap();
    wait_until(|| sandbox.requests() > 8);
    cluster.sql("SELECT pg_reload_conf()");
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    wait_until(|| cluster.count(waits) == 2);
    // What was claimed before is sent; then the run waits.
    let mut requests = 0;
    wait_until(|| {
        std::thread::sleep(std::time::Duration::from_secs(1));
        std::mem::replace(&mut requests, sandbox.requests()) == requests
    });
    for _ in 0..5 {
        // The commit is answered now, with a warning: the claim is made again, and waits again.
        wait_until(|| cluster.count(waits) > 0);
        cluster.sql(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
        );
        std::thread::sleep(std::time::Duration::from_millis(400));
    }
    assert_eq!(sandbox.requests(), requests);
    cluster.sql("ALTER SYSTEM RESET synchronous_standby_names");
    cluster.sql("SELECT pg_reload_conf()");
    let (code, said) = finish(run);
    assert_eq!(code, 0, "{said}");
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 120);
}

#[test]
fn the_line_of_gnu_parallel_shares_a_file_among_four_runs() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    if !std::process::Command::new("parallel")
        .arg("--version")
        .output()
        .is_ok_and(|it| it.status.success())
    {
        println!("skipped: GNU parallel is not installed here");
        return;
    }
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, "unused");
    machine.folder.write("applicants.csv", applicants(400));
    let idv = machine.folder.command(&[]);
    let mut script = crate::machine::like("sh", &idv);
    script
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/team/parallel.sh"))
        .arg("applicants.csv");
    let programs = std::path::Path::new(env!("CARGO_BIN_EXE_idv")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    script.env("PATH", path).env("IDV_LEDGER", cluster.url());
    script.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
    let (code, said) = end(&mut script);
    assert_eq!(code, 0, "{said}");
    let rows = [1, 2, 3, 4].map(|shard| {
        let results = machine.folder.read(&format!("results-{shard}.csv"));
        crate::support::table(&results, b',')
            .iter()
            .filter(|row| row["idv_outcome"] == "pass")
            .count()
    });
    assert_eq!(rows.iter().sum::<usize>(), 400, "{rows:?}");
    assert!(rows.iter().all(|rows| *rows > 50), "{rows:?}");
    assert_eq!(cluster.count("SELECT count(*) FROM idv.runs WHERE claimed > 0"), 4);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 400);
}

/// A library that sets the wall clock six hours back; `None` without a C compiler.
#[cfg(target_os = "linux")]
fn late_clock(folder: &std::path::Path) -> Option<std::path::PathBuf> {
    let (source, library) = (folder.join("late.c"), folder.join("late.so"));
    let text = "#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <time.h>\n
        int clock_gettime(clockid_t id, struct timespec *now) {
            static int (*real)(clockid_t, struct timespec *);
            if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, \"clock_gettime\");
            int done = real(id, now);
            if (id == CLOCK_REALTIME) now->tv_sec -= 6 * 3600;
            return done;
        }";
    std::fs::write(&source, text).unwrap();
    let mut compiler = std::process::Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
    if !compiler.output().is_ok_and(|output| output.status.success()) {
        println!("skipped: there is no C compiler here");
        return None;
    }
    Some(library)
}

#[cfg(target_os = "linux")]
#[test]
fn machines_whose_clocks_are_hours_apart_share_a_ledger() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let sandbox = Sandbox::with(&["--latency", "3ms"]);
    let machines = [(); 2].map(|()| Machine::new(&sandbox, &cluster.url()));
    let Some(clock) = late_clock(machines[0].folder.dir.path()) else { return };
    let rows = applicants(1000);
    let late = |more: &[&str]| {
        let mut command = machines[0].batch(&rows, &[&["-c", "8"], more].concat());
        command.env("LD_PRELOAD", &clock);
        command
    };
    let runs =
        [late(&[]), machines[1].batch(&rows, &["-c", "8"])].map(|mut run| run.spawn().unwrap());
    for run in runs {
        let (code, said) = finish(run);
        assert_eq!(code, 0, "{said}");
    }
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 1000);
    // What was answered before a run is not fresh, whatever its machine's clock says.
    let (code, said) = end(&mut late(&["--fresh"]));
    assert_eq!(code, 0, "{said}");
    assert_eq!(sandbox.charged(), 2000);
    let hours =
        "SELECT count(*) FROM idv.answers WHERE abs(extract(epoch FROM now() - ended)) > 3600";
    assert_eq!(cluster.count(hours), 0);
}
