//! A crash names nobody, and leaves no image of the memory.

use std::process::{Command, Stdio};

use crate::support::{Folder, NAME, NIK, PHONE, Sandbox};

/// In a process of its own: the program's own hook, and a panic with a person in it.
#[test]
fn fault_47_a_panic_tells_its_place_and_names_nobody() {
    if std::env::var_os("IDV_TEST_PANIC").is_some() {
        idv::internal::prepare_crash();
        panic!("no such cell: {NIK} of {NAME}");
    }
    let mut itself = Command::new(std::env::current_exe().unwrap());
    itself.args(["--exact", "crash::fault_47_a_panic_tells_its_place_and_names_nobody"]);
    let output = itself.arg("--nocapture").env("IDV_TEST_PANIC", "1").output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(said.contains("failed because of a bug at tests/faults/crash.rs:"), "{said}");
    assert!(said.contains("idv ledger show --outcome unknown"), "{said}");
    assert!(!said.contains(NIK) && !said.contains(NAME), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn fault_47_the_program_leaves_no_core_file() {
    let sandbox = Sandbox::with(&["--latency", "2s"]);
    let folder = Folder::at(&sandbox.url);
    let args = ["verify", "--nik", NIK, "--phone", PHONE, "--name", NAME];
    let idv = folder.command(&args);
    // Whoever started it would have one of any size.
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -c unlimited; exec \"$@\"", "sh"]);
    let mut child = crate::program::like(shell, &idv)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    crate::program::await_requests(&sandbox, 1);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{core}");
    crate::program::signal(&child, "-SEGV");
    child.wait().unwrap();
    let core = std::fs::read_dir(folder.dir.path())
        .unwrap()
        .find(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("core"));
    assert!(core.is_none(), "{core:?}");
    assert_eq!(sandbox.requests(), 1);
}
