//! The summary as a person sees it: on a terminal of any width, and with colour only where it is
//! wanted.

#![cfg(unix)]

use std::process::Command;

use rexpect::session::spawn_command;

use crate::support::{Folder, PHONE, Sandbox, stderr, with_phones};

/// Rows of which something becomes that calls for advice.
fn mixed() -> String {
    with_phones(&[PHONE, PHONE, "0800011340", "0800100012", "0800100004", "08123O"])
}

/// What stands on a terminal of so many columns when a run is over.
fn on_terminal(folder: &Folder, columns: u16, more: &[&str]) -> String {
    let args = ["batch", "a.csv", "-o", "r.csv", "--no-progress", "--price", "1000"];
    let program = folder.command(&[&args, more].concat());
    let mut command = Command::new("sh");
    let script = format!("stty cols {columns} rows 40 && exec \"$0\" \"$@\"");
    command.args(["-c", &script]).arg(program.get_program()).args(program.get_args());
    command.current_dir(folder.dir.path());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("TERM", "xterm-256color").env_remove("NO_COLOR");
    let said = spawn_command(command, Some(60_000)).unwrap().exp_eof().unwrap();
    // It gives a character for each byte.
    let bytes: Vec<u8> = said.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let said = String::from_utf8(bytes).unwrap();
    said.split_once(" rows in ").unwrap().1.to_owned()
}

/// The text without colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}

#[test]
fn no_line_is_wider_than_the_terminal_but_a_command_to_copy() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", mixed());
    for columns in [60, 80, 132] {
        let said = plain(&on_terminal(&folder, columns, &[]));
        assert!(said.contains("charged: "), "{said}");
        for line in said.lines().filter(|line| !line.contains("idv ledger")) {
            let width = line.chars().count();
            assert!(width <= usize::from(columns), "{width} of {columns}: {line}");
        }
        let command = "idv ledger show --sandbox --outcome unknown";
        assert!(said.lines().any(|line| line.contains(command)), "{said}");
    }
    assert_eq!(sandbox.charged(), 4);
}

#[test]
fn bars_have_the_colours_of_their_outcomes_unless_none_are_wanted() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", mixed());
    let said = on_terminal(&folder, 100, &[]);
    assert!(said.contains("\u{1b}[32m█") && said.contains("\u{1b}[1mnext: "), "{said:?}");
    let said = on_terminal(&folder, 100, &["--color", "never"]);
    assert!(said.contains('█') && !said.contains('\u{1b}'), "{said:?}");
    let args = ["batch", "a.csv", "-o", "r.csv", "--color", "always"];
    assert!(stderr(&folder.idv(&args).code(4)).contains("\u{1b}[32m█"));
    assert_eq!(sandbox.charged(), 4);
}

#[test]
fn the_summary_says_what_was_known_and_what_that_saved() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", mixed() + "3310990101900010,081234567890,Contoh 0\n");
    folder.idv(&["batch", "a.csv", "-q", "-o", "r.csv"]).code(4);
    let args = ["batch", "a.csv", "-o", "r.csv", "--price", "0.25"];
    let said = stderr(&folder.idv(&args).code(4));
    assert!(said.contains("price: 0.00 at 0.25 a call"), "{said}");
    assert!(said.contains("known already: "), "{said}");
    assert!(said.contains("from the ledger; saved 3 charges, worth 0.75"), "{said}");
    assert!(said.contains("phone pass"), "{said}");
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
}

#[test]
fn a_command_that_it_names_runs_as_it_stands() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", mixed());
    let ledger = "Budi's $ledger.db";
    let args = ["batch", "a.csv", "-q", "-o", "r.csv", "--ledger", ledger, "--summary", "s.json"];
    folder.idv(&args).code(4);
    let summary: serde_json::Value = serde_json::from_str(&folder.read("s.json")).unwrap();
    let next = summary["next"].as_array().unwrap();
    let mut commands =
        next.iter().flat_map(|next| next.as_str().unwrap().split('`').skip(1).step_by(2));
    let show = commands.find(|command| command.starts_with("idv ledger show")).unwrap();
    let shell = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(folder.dir.path());
        let program = std::path::Path::new(env!("CARGO_BIN_EXE_idv")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", program.display()));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{script}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let calls: Vec<_> = crate::support::jsonl(&shell(&format!("{show} -f jsonl")));
    assert_eq!(calls.len(), 2, "{calls:#?}");
    for call in calls {
        let number = call["call"].to_string();
        let resolve = show.replace("show", "resolve").replace("--outcome unknown", &number);
        shell(&format!("{resolve} --not-charged"));
    }
    assert_eq!(shell(&format!("{show} -f jsonl")), "");
    assert_eq!(sandbox.charged(), 4);
}
