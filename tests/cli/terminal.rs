//! What a person sees on a terminal: questions, the card, the bar. Driven through a real
//! pseudo-terminal.

#![cfg(unix)]

use std::num::NonZero;
use std::process::Command;

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
    session.exp_string(" of 40 rows").unwrap();
    let rest = session.exp_eof().unwrap();
    assert!(rest.contains("40 rows in"), "{rest}");
    assert!(rest.contains("charged: 40"), "{rest}");
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

#[test]
fn a_dumb_terminal_gets_lines_instead_of_a_bar() {
    let sandbox = Sandbox::with(&["--latency", "1s"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(22));
    let mut command = folder.command(&["batch", "a.csv", "-c", "2"]);
    command.env("TERM", "dumb").env_remove("NO_COLOR");
    let said = spawn_command(command, PATIENCE).unwrap().exp_eof().unwrap();
    assert!(said.contains(" of 22 rows, "), "{said}");
    assert!(!said.contains('\u{1b}') && !said.contains('█'), "{said:?}");
    assert_eq!(sandbox.charged(), 22);
}

/// All lines that a terminal of so many columns shows at the end of a run, and what was written on
/// the way there.
fn screen(folder: &Folder, args: &[&str], columns: u16) -> (Vec<String>, String) {
    let idv = folder.command(args);
    let script = "exec \"$0\" \"$@\"";
    let mut shell = shell(folder, script, columns);
    shell.arg(idv.get_program()).args(idv.get_args());
    drawn(shell, columns)
}

/// All lines that a terminal of so many columns shows at the end of a script; `idv` is in the folder.
pub fn shown(folder: &Folder, script: &str, columns: u16) -> Vec<String> {
    let mut shell = shell(folder, script, columns);
    let path = std::env::var("PATH").unwrap();
    shell.env("PATH", format!("{}:{path}", folder.dir.path().display()));
    drawn(shell, columns).0
}

fn shell(folder: &Folder, script: &str, columns: u16) -> Command {
    let idv = folder.command(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("stty cols {columns} rows 24\n{script}")]);
    shell.current_dir(idv.get_current_dir().unwrap());
    for (name, value) in idv.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.env("TERM", "xterm-256color").env_remove("NO_COLOR");
    shell
}

fn drawn(shell: Command, columns: u16) -> (Vec<String>, String) {
    let written = spawn_command(shell, PATIENCE).unwrap().exp_eof().unwrap();
    (on_screen(&written, columns), written)
}

fn on_screen(written: &str, columns: u16) -> Vec<String> {
    // Tall enough that nothing scrolls away.
    let size = |number| NonZero::new(number).unwrap();
    let mut terminal = vt100::Parser::new(size(500), size(columns), 0);
    // The library hands over each byte as a character of its own.
    let bytes: Vec<u8> = written.chars().map(|c| u8::try_from(c).unwrap()).collect();
    terminal.process(&bytes);
    terminal.screen().rows(0, columns).map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn ctrl_c_leaves_nothing_of_the_bar_behind() {
    let sandbox = Sandbox::with(&["--latency", "100ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(600));
    let idv = folder.command(&["batch", "a.csv", "-o", "r.csv", "-c", "1"]);
    let mut shell = shell(&folder, "stty echo echoctl; exec \"$0\" \"$@\"", 80);
    shell.arg(idv.get_program()).args(idv.get_args());
    let mut session = spawn_command(shell, PATIENCE).unwrap();
    let mut written = session.exp_string("charged 2").unwrap() + "charged 2";
    // The terminal shows it as ^C, which moves the cursor.
    session.send_control('c').unwrap();
    written += &session.exp_eof().unwrap();
    let lines = on_screen(&written, 80);
    assert!(lines.iter().any(|line| line.starts_with("stopping: ")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains(" of 600 rows")), "{lines:#?}");
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
}

#[test]
fn rows_and_bar_are_never_mixed_up_at_any_width() {
    for columns in [60, 80, 120] {
        let sandbox = Sandbox::with(&["--latency", "15ms"]);
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", applicants(60));
        let (lines, written) = screen(&folder, &["batch", "a.csv", "-c", "2"], columns);
        // What the bar said is gone, each row stands on one line of its own, and nothing wrapped.
        assert!(written.contains(" of 60 rows"), "the bar was shown: {written}");
        let rows: Vec<_> = lines.iter().filter(|line| line.contains("331099010190")).collect();
        assert_eq!(rows.len(), 60, "{columns}: {lines:#?}");
        for (i, row) in rows.iter().enumerate() {
            assert!(row.starts_with(&format!("{:>6}  331099", i + 1)), "{columns}: {row}");
            assert!(row.ends_with("phone pass, name pass"), "{columns}: {row}");
        }
        let bar = |line: &&String| line.contains(" of 60 rows") || line.starts_with("charged 1");
        assert_eq!(lines.iter().filter(bar).count(), 0, "{columns}: {lines:#?}");
        assert_eq!(sandbox.charged(), 60);
    }
}

#[test]
fn a_card_on_a_narrow_terminal_wraps_between_words() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let record = ["verify", "--nik", "3310990101909001", "--phone", "+62 812-3456-7890"];
    let (lines, written) = screen(&folder, &[&record[..], &["--name", "Budi"]].concat(), 60);
    assert!(written.contains("\u{1b}[31mFAIL"), "{written:?}");
    let shown = lines.join("\n");
    let card = &shown[shown.find("FAIL").unwrap()..];
    let card: Vec<_> = card.trim_end().lines().filter(|line| !is_of_this_run(line)).collect();
    insta::assert_snapshot!(card.join("\n"));
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn what_a_command_says_is_broken_between_words_and_a_flag_to_copy_is_whole() {
    let folder = Folder::bare();
    folder.write("a.csv", "a,b\n1,2\n");
    let said = |args: &[&str]| screen(&folder, args, 80).0.join("\n").trim_end().to_owned();
    let batch = said(&["batch", "a.csv", "--sandbox"]);
    let flags = "`--map id_number=COLUMN --map phone_number=COLUMN --map name=COLUMN`";
    assert!(batch.contains(";\n  line 2: \"1\", \"2\""), "{batch}");
    assert!(batch.contains(&format!("\n  {flags}")), "{batch}");
    let code = said(&["codes", "305"]);
    assert!(code.contains("or ask for a\n            larger quota."), "{code}");
}

/// What is another in every run.
fn is_of_this_run(line: &str) -> bool {
    line.starts_with("  when ") || line.starts_with("  sequence_id ")
}

#[test]
fn a_log_gets_a_plain_line_every_ten_seconds() {
    let sandbox = Sandbox::with(&["--latency", "1s"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(24));
    let args = ["batch", "a.csv", "-c", "2"];
    let mut runs = Vec::new();
    for more in [&[][..], &["--quiet"], &["--no-progress"]] {
        // Each has a ledger of its own, so that they can run side by side.
        let ledger = format!("ledger{}.db", runs.len());
        let output = format!("r{}.jsonl", runs.len());
        let mut command =
            folder.command(&[&args[..], &["-o", &output, "--ledger", &ledger], more].concat());
        command.stderr(std::process::Stdio::piped());
        runs.push(command.spawn().unwrap());
    }
    let said: Vec<_> = runs
        .into_iter()
        .map(|run| String::from_utf8(run.wait_with_output().unwrap().stderr).unwrap())
        .collect();
    let lines: Vec<_> = said[0].lines().filter(|line| line.contains(" of 24 rows, ")).collect();
    // One at ten seconds; more only where the machine is slow.
    assert!(!lines.is_empty(), "{}", said[0]);
    assert!(lines[0].contains("/s, ") && lines[0].contains(" left, charged "), "{}", lines[0]);
    assert!(lines[0].ends_with("unknown 0"), "{}", lines[0]);
    assert!(!said[0].contains('\u{1b}'), "{}", said[0]);
    assert_eq!(said[1], "");
    assert!(!said[2].contains(" of 24 rows, ") && said[2].contains("24 rows in"), "{}", said[2]);
    assert_eq!(sandbox.charged(), 72);
}
