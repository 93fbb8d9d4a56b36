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
    for command in
        ["verify", "batch", "check", "sandbox", "ledger", "codes", "completions", "man", "schema"]
    {
        let help = help(&[command, "--help"]);
        assert!(help.contains(&format!("\n  idv {command}")), "{help}");
    }
}

/// A line that a terminal breaks can't be copied.
#[test]
fn every_example_fits_a_terminal_of_80_columns() {
    let mut seen = 0;
    for command in [
        "",
        "verify",
        "batch",
        "check",
        "sandbox",
        "ledger",
        "codes",
        "completions",
        "man",
        "schema",
    ] {
        let help = help(&[command, "--help"][usize::from(command.is_empty())..]);
        let example = |line: &&str| line.starts_with("  idv ") || line.starts_with("  export ");
        for line in help.lines().filter(example) {
            assert!(line.len() < 80, "{line}");
            seen += 1;
        }
    }
    assert!(seen > 25, "only {seen} examples were seen");
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
        "--fail-on-mismatch",
        "--exit-zero-on",
        "--shard",
    ];
    for flag in expected {
        assert!(help(&["verify", "--help"]).contains(flag), "{flag}");
        assert!(help(&["batch", "--help"]).contains(flag), "{flag}");
    }
    for flag in batch {
        assert!(help(&["batch", "--help"]).contains(flag), "{flag}");
    }
    for flag in
        ["--nik", "--id-number", "--phone", "--phone-number", "--name", "--country", "--id-type"]
    {
        assert!(help(&["verify", "--help"]).contains(flag), "{flag}");
    }
}
