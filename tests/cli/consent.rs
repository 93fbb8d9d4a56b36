//! Before it pays, `batch` shows its plan and asks once: a person, about money, and nobody else.
//! Driven through a real pseudo-terminal.

#![cfg(unix)]

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use predicates::prelude::*;
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use crate::support::{Folder, Sandbox, applicants, stderr};

const PATIENCE: Option<u64> = Some(60_000);

/// A live endpoint, as far as anybody can tell: its address is not on loopback, though its listener
/// is. It hangs up on everybody, before a request could be sent.
struct Live {
    url: String,
    connections: Arc<AtomicUsize>,
}

impl Live {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://0.0.0.0:{}/", listener.local_addr().unwrap().port());
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                drop(stream);
            }
        });
        Self { url, connections }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn terminal(folder: &Folder, args: &[&str]) -> PtySession {
    let args = [&["batch", "a.csv", "-o", "r.csv", "--give-up-after", "1s"], args].concat();
    let mut command = folder.command(&args);
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
    spawn_command(command, PATIENCE).unwrap()
}

fn exit(session: &PtySession) -> i32 {
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, code) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_sends_nothing_and_leaves_nothing() {
    let live = Live::start();
    let folder = Folder::at(&live.url);
    folder.write("a.csv", applicants(1200));
    for answer in ["n", "", "no", "yesterday"] {
        let mut session = terminal(&folder, &["--price", "1000"]);
        session.exp_string("plan: 1,200 rows; 1,200 to send, 1,200,000 at 1,000 each").unwrap();
        session.exp_string("Send 1,200 calls, 1,200,000 at 1,000 each? [y/N] ").unwrap();
        session.send_line(answer).unwrap();
        session.exp_string("nothing was sent").unwrap();
        session.exp_eof().unwrap();
        assert_eq!(exit(&session), 2, "{answer}");
    }
    for name in ["r.csv", "r.csv.part", "state"] {
        assert!(!folder.path(name).exists(), "{name}");
    }
    assert_eq!(live.connections(), 0);
}

#[test]
fn yes_sends_and_is_asked_for_once() {
    let live = Live::start();
    let folder = Folder::at(&live.url);
    folder.write("a.csv", applicants(2));
    let mut session = terminal(&folder, &["--max-charges", "1"]);
    session.exp_string("Send at most 1 call, each of which is charged? [y/N] ").unwrap();
    session.send_line("yes").unwrap();
    let rest = session.exp_eof().unwrap();
    assert!(!rest.contains("[y/N]"), "{rest}");
    assert_ne!(exit(&session), 2, "{rest}");
    assert!(live.connections() > 0);
    assert!(folder.read("r.csv").contains("idv_outcome"));
}

#[test]
fn a_flag_takes_the_place_of_the_answer() {
    let live = Live::start();
    let folder = Folder::at(&live.url);
    folder.write("a.csv", applicants(1));
    let said = terminal(&folder, &["--yes"]).exp_eof().unwrap();
    assert!(said.contains("plan: 1 row; 1 to send"), "{said}");
    assert!(!said.contains("[y/N]"), "{said}");
    assert!(live.connections() > 0);
}

#[test]
fn nobody_is_asked_where_nothing_is_paid() {
    let live = Live::start();
    let folder = Folder::at(&live.url);
    folder.write("a.csv", "nik,hp,nama\n3310990101900001,0812,Budi\n");
    let said = terminal(&folder, &[]).exp_eof().unwrap();
    assert!(said.contains("plan: 1 row; 1 held, not sent; 0 to send"), "{said}");
    assert!(!said.contains("[y/N]"), "{said}");
    folder.write("a.csv", applicants(1));
    let said = terminal(&folder, &["--max-charges", "0"]).exp_eof().unwrap();
    assert!(!said.contains("[y/N]"), "{said}");
    assert_eq!(live.connections(), 0);
    let sandbox = Sandbox::start();
    let said = terminal(&folder, &["--endpoint", &sandbox.url]).exp_eof().unwrap();
    assert!(!said.contains("[y/N]"), "{said}");
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn a_script_is_never_asked() {
    let live = Live::start();
    let folder = Folder::at(&live.url);
    folder.write("a.csv", applicants(1));
    let run = folder.idv(&["batch", "a.csv", "--give-up-after", "1s"]);
    let said = stderr(&run);
    assert!(said.contains("plan: 1 row; 1 to send") && !said.contains("[y/N]"), "{said}");
    assert!(live.connections() > 0);
    // Nor is the reader of a pipe, which can't be planned: it may have no end.
    let before = live.connections();
    let command = folder.command(&["batch", "-", "--give-up-after", "1s", "--quiet"]);
    let run = assert_cmd::Command::from_std(command).write_stdin(applicants(2)).assert();
    run.stderr(predicate::str::contains("[y/N]").not());
    assert!(live.connections() > before);
}

#[test]
fn a_file_that_changes_while_one_is_asked_is_not_sent() {
    let live = Live::start();
    let folder = Folder::at(&live.url);
    folder.write("a.csv", applicants(2));
    let mut session = terminal(&folder, &[]);
    session.exp_string("[y/N] ").unwrap();
    folder.write("a.csv", applicants(3));
    session.send_line("y").unwrap();
    session.exp_string("was changed").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(exit(&session), 2);
    assert!(!folder.path("r.csv.part").exists());
    assert_eq!(live.connections(), 0);
}

#[test]
fn ctrl_c_at_the_question_is_no() {
    let live = Live::start();
    let folder = Folder::at(&live.url);
    folder.write("a.csv", applicants(2));
    let mut session = terminal(&folder, &[]);
    session.exp_string("[y/N] ").unwrap();
    session.send_control('c').unwrap();
    session.exp_string("nothing was sent").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(exit(&session), 130);
    assert!(!folder.path("r.csv.part").exists());
    assert_eq!(live.connections(), 0);
}

#[test]
fn a_terminal_is_no_place_for_a_workbook() {
    let folder = Folder::bare();
    folder.write("a.csv", applicants(1));
    let command = folder.command(&["batch", "a.csv", "--sandbox", "-f", "xlsx"]);
    let mut session = spawn_command(command, PATIENCE).unwrap();
    session.exp_string("-o results.xlsx").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(exit(&session), 2);
}
