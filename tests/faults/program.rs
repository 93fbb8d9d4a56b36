//! The program as a process that others stop, kill, trace and watch.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::support::Sandbox;

/// `outer` as it would start `inner`: its program, words, folder and environment.
pub fn like(mut outer: Command, inner: &Command) -> Command {
    outer.arg(inner.get_program()).args(inner.get_args());
    if let Some(folder) = inner.get_current_dir() {
        outer.current_dir(folder);
    }
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// Whether system calls can be watched and made to fail; says so if not.
pub fn can_trace() -> bool {
    let mut strace = Command::new("strace");
    let traced = strace.args(["-qq", "-o", "/dev/null", "true"]).output();
    let can = traced.is_ok_and(|output| output.status.success());
    if !can {
        println!("skipped: strace is not installed here, or may not trace");
    }
    can
}

/// Sends a signal.
pub fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Waits until something is so.
#[track_caller]
pub fn wait_until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the run does not get on");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until the sandbox has had so many requests.
#[track_caller]
pub fn await_requests(sandbox: &Sandbox, count: u64) {
    wait_until(|| sandbox.requests() >= count);
}

/// A library made of a C file of this folder, to be loaded before a program; `None`, and a word about
/// it, without a C compiler.
#[cfg(target_os = "linux")]
pub fn library(folder: &crate::support::Folder, source: &str) -> Option<std::path::PathBuf> {
    let library = folder.path(source).with_extension("so");
    let source = format!("{}/tests/faults/{source}", env!("CARGO_MANIFEST_DIR"));
    let mut compiler = Command::new("cc");
    let made = compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).args([&source, "-ldl"]);
    if !made.output().is_ok_and(|output| output.status.success()) {
        println!("skipped: there is no C compiler here");
        return None;
    }
    Some(library)
}
