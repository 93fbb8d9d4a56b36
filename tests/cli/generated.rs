//! Completions and manual pages, read by the programs that they are for.

use std::process::{Command, Output, Stdio};

use crate::support::{Folder, stderr, stdout};

fn completions(shell: &str) -> (Folder, String) {
    let folder = Folder::bare();
    let script = stdout(&folder.idv(&["completions", shell]).code(0));
    folder.write("script", &script);
    (folder, script)
}

/// What a program says, or `None` where it is not installed.
fn output(folder: &Folder, program: &str, args: &[&str]) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder.dir.path()).env("HOME", folder.dir.path());
    let output = command.stdin(Stdio::null()).output().ok();
    if output.is_none() {
        println!("skipped: there is no {program} here");
    }
    output
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let (folder, _) = completions("bash");
    let complete = |words: &[&str]| {
        let typed = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
        let last = words.len() - 1;
        let script = format!(
            "source ./script; COMP_WORDS=({typed}); COMP_CWORD={last}; \
             _idv idv '{}' '{}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words[last],
            words[last - 1]
        );
        output(&folder, "bash", &["--norc", "-c", &script]).map(|output| text(&output))
    };
    for (words, expected) in [
        (&["idv", "ba"][..], "batch\n"),
        (&["idv", "codes", "11"], "11350\n11301\n11304\n11340\n"),
        (&["idv", "batch", "--format", "js"], "jsonl\n"),
        (&["idv", "ledger", "show", "--outcome", "un"], "unrecognised\nunavailable\nunknown\n"),
        (&["idv", "ledger", "bill", "--inv"], "--invoice\n"),
        (&["idv", "completions", "f"], "fish\n"),
        (&["idv", "man", "c"], "check\ncodes\ncompletions\n"),
    ] {
        let Some(mut offered) = complete(words) else { return };
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        offered.retain(|c| c != '\r');
        assert_eq!(sorted(&offered), sorted(expected), "{words:?}");
    }
}

#[test]
fn fish_completes_commands_flags_and_values() {
    let (folder, _) = completions("fish");
    for (typed, expected) in [
        ("idv ba", "batch\t"),
        ("idv codes 30", "305\tToday's quota is used up"),
        ("idv batch x --format js", "jsonl\t"),
        ("idv ledger show --outcome unk", "unknown\t"),
        ("idv completions po", "powershell\t"),
        ("idv man ba", "batch\tVerify every record of a file"),
    ] {
        let script = format!("source script; complete -C '{typed}'");
        let Some(offered) = output(&folder, "fish", &["--no-config", "-c", &script]) else {
            return;
        };
        assert!(text(&offered).contains(expected), "{typed}: {}", text(&offered));
    }
}

#[test]
fn zsh_reads_its_completions() {
    let (folder, script) = completions("zsh");
    assert!(script.starts_with("#compdef idv\n"));
    assert!(script.contains("11340\\:"), "the codes are offered");
    if let Some(checked) = output(&folder, "zsh", &["-f", "-n", "script"]) {
        assert_eq!(text(&checked), "");
    }
}

#[test]
#[cfg(unix)]
fn zsh_completes_commands_flags_and_values() {
    let (folder, script) = completions("zsh");
    if output(&folder, "zsh", &["--version"]).is_none() {
        return;
    }
    folder.write("_idv", script);
    let mut shell = Command::new("zsh");
    shell.args(["-f", "-i"]).current_dir(folder.dir.path());
    shell.env("HOME", folder.dir.path()).env("TERM", "dumb");
    let mut session = rexpect::session::spawn_command(shell, Some(30_000)).unwrap();
    let ready = "fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; echo rea''dy";
    session.send_line(ready).unwrap();
    session.exp_string("ready").unwrap();
    for (typed, completed) in [
        ("idv ba", "idv batch "),
        ("idv man ba", "idv man batch "),
        ("idv codes 1135", "idv codes 11350 "),
        ("idv ledger bill --inv", "idv ledger bill --invoice"),
    ] {
        session.send(&format!("{typed}\t")).unwrap();
        session.flush().unwrap();
        session.exp_string(completed).unwrap();
        session.send_control('u').unwrap();
    }
}

#[test]
fn a_reader_who_has_gone_is_no_trouble() {
    let folder = Folder::bare();
    for args in [
        &["completions", "zsh"][..],
        &["man", "batch"],
        &["schema"],
        &["codes"],
        &["--help"],
        &["check", "--template"],
    ] {
        let mut command = folder.command(args);
        let (reader, writer) = std::io::pipe().unwrap();
        command.stdout(writer).stderr(Stdio::piped());
        drop(reader);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{args:?}: {} {said}", output.status);
    }
}

#[test]
fn powershell_reads_its_completions() {
    let (folder, script) = completions("powershell");
    assert!(script.contains("CompletionResult]::new('11340'"), "the codes are offered");
    let man = script.split("'idv;man' {").nth(1).unwrap().split("break").next().unwrap();
    assert!(man.contains("CompletionResult]::new('batch', 'batch'"), "{man}");
    let check = "$e = $null; [void][System.Management.Automation.Language.Parser]::ParseFile(\
                 (Resolve-Path script), [ref]$null, [ref]$e); $e.Count";
    if let Some(checked) = output(&folder, "pwsh", &["-NoProfile", "-Command", check]) {
        assert_eq!(text(&checked).trim(), "0");
    }
}

#[test]
fn a_shell_that_is_not_known_is_answered_with_those_that_are() {
    let run = Folder::bare().idv(&["completions", "tcsh"]).code(2).stdout("");
    assert!(stderr(&run).contains("bash, zsh, fish, powershell"), "{}", stderr(&run));
}

#[test]
fn every_command_has_a_page_that_man_can_read() {
    let folder = Folder::bare();
    let run = folder.idv(&["man", "--output-dir", "pages"]).code(0).stdout("");
    assert!(stderr(&run).contains("pages in pages"), "{}", stderr(&run));
    let pages: Vec<_> = std::fs::read_dir(folder.path("pages"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let commands = ["", "-verify", "-batch", "-check", "-ledger", "-ledger-bill", "-sandbox"];
    for page in commands.map(|command| format!("idv{command}.1")) {
        assert!(pages.contains(&page), "{page}: {pages:?}");
    }
    for page in pages {
        let file = format!("pages/{page}");
        let args = ["-man", "-Tutf8", "-ww", "-z", &file];
        let Some(checked) = output(&folder, "groff", &args) else { return };
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success() && said.is_empty(), "{page}: {said}");
    }
}

#[test]
fn a_page_is_named_by_its_command() {
    let folder = Folder::bare();
    for (args, title, flag) in [
        (&["man"][..], ".TH idv 1", "verify"),
        (&["man", "batch"], ".TH idv-batch 1", "concurrency"),
        (&["man", "ledger", "bill"], ".TH idv-ledger-bill 1", "invoice"),
    ] {
        let page = stdout(&folder.idv(args).code(0)).replace("\\-", "-");
        assert!(page.contains(title) && page.contains(flag), "{args:?}: {page}");
    }
    let run = folder.idv(&["man", "batch", "x"]).code(2).stdout("");
    assert!(stderr(&run).contains("no commands of its own"), "{}", stderr(&run));
}
