//! Time: deadlines and waits go by the clock that never jumps, and a machine that slept leaves in
//! doubt what was under way.

#![cfg(target_os = "linux")]

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::endpoint::Endpoint;
use crate::ledger_agreement::{calls, count, stays_held};
use crate::program::{library, signal, wait_until};
use crate::support::server::json;
use crate::support::{Folder, NAME, NIK, PHONE, Sandbox, jsonl, with_phones};

#[test]
fn fault_52_a_wall_clock_that_jumps_ends_no_deadline_and_no_wait() {
    let sandbox = Sandbox::with(&["--latency", "20ms"]);
    let folder = Folder::at(&sandbox.url);
    let Some(clock) = library(&folder, "clock.c") else { return };
    // A pass, a wish of one second, silence up to the deadline, passes.
    let phones = [
        "081234567801",
        "0800100007",
        "0800100001",
        "081234567802",
        "081234567803",
        "081234567804",
    ];
    folder.write("a.csv", with_phones(&phones));
    let flags = ["batch", "a.csv", "-o", "r.jsonl", "-c", "2", "--timeout", "2s", "-v"];
    let mut command = folder.command(&flags);
    command.env("LD_PRELOAD", clock);
    let begun = Instant::now();
    let output = command.output().unwrap();
    let elapsed = begun.elapsed();
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    assert!((Duration::from_secs(2)..Duration::from_secs(30)).contains(&elapsed), "{elapsed:?}");
    let rows = jsonl(&folder.read("r.jsonl"));
    assert_eq!((count(&rows, "pass", "yes"), count(&rows, "unknown", "unknown")), (5, 1));
    let years: std::collections::HashSet<_> =
        rows.iter().map(|row| row["verified_at"].as_str().unwrap()[..4].to_owned()).collect();
    assert!(years.len() > 1, "the clock did not jump: {years:?}");
    let calls = calls(&folder);
    assert_eq!((count(&calls, "pass", "yes"), count(&calls, "unknown", "unknown")), (5, 1));
    assert_eq!(sandbox.charged(), 6);
}

/// The process stands still while the endpoint answers into nothing and goes away.
#[test]
fn fault_53_a_machine_that_slept_through_the_answer_leaves_the_call_in_doubt() {
    let asleep = Arc::new(AtomicBool::new(false));
    let closes = Arc::clone(&asleep);
    let endpoint = Endpoint::start(move |number, stream| {
        // The first is closed unanswered while the machine sleeps.
        if number == 0 {
            wait_until(|| closes.load(Ordering::SeqCst));
        } else {
            let _ = std::io::Write::write_all(stream, json(r#"{"code":200}"#).as_bytes());
        }
    });
    let folder = Folder::at(&endpoint.url);
    let args = ["verify", "--nik", NIK, "--phone", PHONE, "--name", NAME, "-f", "jsonl"];
    let mut command = folder.command(&args);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    wait_until(|| endpoint.requests() == 1);
    signal(&child, "-STOP");
    asleep.store(true, Ordering::SeqCst);
    std::thread::sleep(Duration::from_millis(500));
    signal(&child, "-CONT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    let line = &jsonl(&String::from_utf8(output.stdout).unwrap())[0];
    assert_eq!((&line["outcome"], &line["charged"]), (&"unknown".into(), &"unknown".into()));
    assert!(line["message"].as_str().unwrap().starts_with("no usable answer: "), "{line}");
    assert_eq!(count(&calls(&folder), "unknown", "unknown"), 1);
    stays_held(&folder, PHONE);
    assert_eq!(endpoint.requests(), 1);
}
