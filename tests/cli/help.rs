//! The help is what the README shows, and each command has an example.

use crate::support::{Folder, stdout};

fn readme() -> String {
    std::fs::read_to_string(format!("{}/README.md", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The help as it is on a wide terminal, without spaces at the ends of lines.
fn help(args: &[&str]) -> String {
    let folder = Folder::bare();
    let mut command = folder.command(args);
    command.env("COLUMNS", "100");
    let run = assert_cmd::Command::from_std(command).assert().code(0);
    stdout(&run).lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_readme_shows_the_help_as_it_is() {
    for args in [&["--help"][..], &["batch", "--help"]] {
        let help = help(args);
        assert!(readme().contains(&help), "the README has not this help:\n{help}");
    }
}

#[test]
fn each_command_has_an_example_of_itself() {
    for command in ["verify", "batch", "check", "sandbox", "codes"] {
        let help = help(&[command, "--help"]);
        assert!(help.contains(&format!("\n  idv {command}")), "{help}");
    }
}

#[test]
fn a_slip_of_the_pen_is_answered_with_the_near_word() {
    let folder = Folder::bare();
    for (args, near) in [(["bach", "x"], "batch"), (["verify", "--nam"], "--name")] {
        let run = folder.idv(&args).code(2).stdout("");
        assert!(crate::support::stderr(&run).contains(near));
    }
}

/// Each flag of the list has another value than its absence would mean: none does nothing.
#[test]
fn the_flags_are_those_of_the_contract() {
    let expected = [
        "--format",
        "--output",
        "--sandbox",
        "--endpoint",
        "--timeout",
        "--connect-timeout",
        "--mask",
        "--quiet",
        "--verbose",
        "--color",
        "--env-file",
        "--partner-key-file",
        "--force",
    ];
    let batch = [
        "--concurrency",
        "--retries",
        "--unordered",
        "--map",
        "--delimiter",
        "--summary",
        "--no-progress",
        "--price",
        "--yes",
        "--dry-run",
        "--no-header",
        "--encoding",
        "--input-format",
        "--sheet",
        "--fail-on-mismatch",
    ];
    for flag in expected {
        assert!(help(&["verify", "--help"]).contains(flag), "{flag}");
        assert!(help(&["batch", "--help"]).contains(flag), "{flag}");
    }
    for flag in batch {
        assert!(help(&["batch", "--help"]).contains(flag), "{flag}");
    }
    for flag in
        ["--template", "--price", "--suspect", "--ledger", "--max-age", "--output", "--mask"]
    {
        assert!(help(&["check", "--help"]).contains(flag), "{flag}");
    }
    for flag in
        ["--nik", "--id-number", "--phone", "--phone-number", "--name", "--country", "--id-type"]
    {
        assert!(help(&["verify", "--help"]).contains(flag), "{flag}");
    }
}
