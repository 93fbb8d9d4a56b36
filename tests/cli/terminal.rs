//! What a person sees on a terminal: questions, the card, the bar. Driven through a real
//! pseudo-terminal.

#![cfg(unix)]

use rexpect::session::{PtySession, spawn_command};

use crate::support::{Folder, NIK, Sandbox, applicants};

const PATIENCE: Option<u64> = Some(60_000);

fn terminal(folder: &Folder, args: &[&str]) -> PtySession {
    let mut command = folder.command(args);
    command.env("TERM", "xterm-256color").env_remove("NO_COLOR");
    spawn_command(command, PATIENCE).unwrap()
}

#[test]
fn missing_fields_are_asked_for_and_the_card_is_in_colour() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let mut session = terminal(&folder, &["verify", "--nik", NIK]);
    session.exp_string("The mobile number").unwrap();
    session.send_line("+62 812-3456-7890").unwrap();
    session.exp_string("The name as on the KTP").unwrap();
    session.send_line("Budi Contoh").unwrap();
    session.exp_string("\u{1b}[32mPASS").unwrap();
    session.exp_string("(read as +62 812-3456-7890)").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn a_batch_shows_a_table_and_a_bar_that_goes_away() {
    let sandbox = Sandbox::with(&["--latency", "100ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(40));
    let mut session = terminal(&folder, &["batch", "a.csv", "-c", "2"]);
    session.exp_string("OUTCOME").unwrap();
    session.exp_string("/40 rows").unwrap();
    let rest = session.exp_eof().unwrap();
    assert!(rest.contains("40 rows in"), "{rest}");
    assert!(rest.contains("charged: 40"), "{rest}");
    // Each row stands on a line of its own: what a line shows is what came after its last clearing.
    let shown: Vec<_> = rest.lines().filter_map(|line| line.rsplit("\u{1b}[2K").next()).collect();
    let rows: Vec<_> = shown.iter().filter(|line| line.contains("Contoh ")).collect();
    assert!(rows.len() >= 38, "{rest}");
    assert!(!rows.iter().any(|line| line.contains("/40 rows")), "{rest}");
    assert_eq!(sandbox.charged(), 40);
}

#[test]
fn no_color_and_no_progress_are_obeyed() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(3));
    let mut command = folder.command(&["batch", "a.csv", "--no-progress"]);
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
    let mut session = spawn_command(command, PATIENCE).unwrap();
    let said = session.exp_eof().unwrap();
    assert!(said.contains("Contoh 3"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
    assert_eq!(sandbox.charged(), 3);
}
