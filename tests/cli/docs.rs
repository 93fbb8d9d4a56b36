//! Every command in the README and in docs/ runs, as it stands there, against the sandbox; and what
//! the README shows as recorded is what is printed.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Folder, Sandbox, applicants, with_phones};

/// What does not run here, and why. An entry that ends with a space stands for all that begins so.
const NOT_RUN: [(&str, &str); 3] = [
    ("cargo install ", "it builds a release for minutes"),
    ("cargo test", "it is what runs this test"),
    ("idv verify", "it asks on a terminal; terminal.rs answers it"),
];

/// Programs that may not be there.
const TOOLS: [&str; 3] = ["jq", "man", "sqlite3"];

/// A fenced block of a page.
struct Block {
    page: String,
    language: String,
    lines: Vec<String>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn blocks() -> Vec<Block> {
    let mut pages = vec![root().join("README.md")];
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    pages.extend(docs.filter(|page| page.extension().is_some_and(|ending| ending == "md")));
    pages.sort();
    pages.iter().flat_map(|page| blocks_of(page)).collect()
}

fn blocks_of(page: &Path) -> Vec<Block> {
    let name = page.file_name().unwrap().to_string_lossy().into_owned();
    let (mut blocks, mut open): (Vec<Block>, bool) = (Vec::new(), false);
    for line in fs::read_to_string(page).unwrap().lines() {
        match (line.strip_prefix("```"), open) {
            (Some(language), false) => {
                let (page, language) = (name.clone(), language.to_owned());
                blocks.push(Block { page, language, lines: Vec::new() });
                open = true;
            }
            (Some(_), true) => open = false,
            (None, true) => blocks.last_mut().unwrap().lines.push(line.to_owned()),
            (None, false) => {}
        }
    }
    assert!(!open, "{name}: a block is not closed");
    blocks
}

impl Block {
    /// The lines that a person types.
    fn commands(&self) -> Vec<&str> {
        let lines = self.lines.iter().map(String::as_str);
        match self.language.as_str() {
            "sh" => lines.collect(),
            "console" => lines.filter_map(|line| line.strip_prefix("$ ")).collect(),
            _ => Vec::new(),
        }
    }

    /// What was recorded behind them.
    fn recorded(&self) -> Vec<&str> {
        let lines = self.lines.iter().map(String::as_str);
        lines.filter(|line| !line.starts_with("$ ") && !line.trim().is_empty()).collect()
    }
}

/// A line without its remark.
fn bare(line: &str) -> &str {
    line.split("  #").next().unwrap().trim()
}

/// Whether an entry of [`NOT_RUN`] stands for this line.
fn is_listed(bare: &str, entry: &str) -> bool {
    bare == entry || (entry.ends_with(' ') && bare.starts_with(entry))
}

/// The line as it runs here, or `:` in its place.
fn runnable(line: &str) -> String {
    let bare = bare(line);
    if let Some((_, reason)) = NOT_RUN.iter().find(|(entry, _)| is_listed(bare, entry)) {
        println!("not run: {bare} ({reason})");
        return ":".to_owned();
    }
    let uses = |tool: &str| bare.split([' ', '|', '(']).any(|word| word == tool);
    match TOOLS.into_iter().find(|tool| uses(tool) && !is_there(tool)) {
        Some(tool) => {
            println!("skipped: {bare}: there is no {tool} here");
            ":".to_owned()
        }
        // It serves until Ctrl-C; a port may be taken here.
        None if bare.starts_with("idv sandbox") => {
            format!("timeout -s INT 1 {}", line.replace("--port 8080", "--port 0"))
        }
        None => line.replace("cargo run --release -- ", "idv "),
    }
}

fn is_there(tool: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {tool}")])
        .output()
        .unwrap()
        .status
        .success()
}

/// How often a script calls the program, at least.
fn calls(script: &str) -> usize {
    let starts = |line: &&str| {
        line.starts_with("idv ") || line.contains("| idv ") || line.starts_with("timeout ")
    };
    script.lines().map(str::trim).filter(starts).count()
}

/// A folder with the files that the pages name, and a ledger with two calls in doubt.
fn prepared(sandbox: &Sandbox) -> Folder {
    let folder = Folder::at(&sandbox.url);
    let home = folder.dir.path();
    fs::create_dir(home.join("samples")).unwrap();
    for entry in fs::read_dir(root().join("samples")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), home.join("samples").join(entry.file_name())).unwrap();
    }
    for name in ["applicants.csv", "applicant.json", "pemohon.csv"] {
        fs::copy(home.join("samples").join(name), home.join(name)).unwrap();
    }
    fs::copy(root().join(".env.example"), home.join(".env.example")).unwrap();
    let export = applicants(3).replace("nik,", "Nomor Pemohon,");
    folder.write("export.csv", export);
    for folder in ["incoming", ".local/share/bash-completion/completions", "bin"] {
        fs::create_dir_all(home.join(folder)).unwrap();
    }
    folder.write("incoming/one.csv", applicants(2));
    folder.write("incoming/two.csv", applicants(3));
    let id = "1648777165770866F82AC7F326307055";
    folder.write("november.csv", format!("sequence_id,time\n{id},2026-11-24 22:14:26\n"));
    symlink(env!("CARGO_BIN_EXE_idv"), home.join("bin/idv-itself")).unwrap();
    let wrapper = "#!/bin/sh\ntrap : INT\nidv-itself \"$@\"\ncode=$?\necho \"$code $*\" >> \"$IDV_LOG\"\nexit $code\n";
    let wrapper = folder.write("bin/idv", wrapper);
    fs::set_permissions(wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    folder.write("doubt.csv", with_phones(&["0800100002", "0800100003"]));
    script(
        &folder,
        "idv batch doubt.csv -o doubt.jsonl -c 1; idv batch doubt.csv --sandbox -o s.jsonl",
    );
    folder
}

/// Runs a script in the folder; gives what it wrote, and the calls with their exit codes.
fn script(folder: &Folder, text: &str) -> (String, Vec<String>) {
    let log = folder.write("calls.log", "");
    let idv = folder.command(&[]);
    let mut command = Command::new("bash");
    command.args(["-c", text]).current_dir(folder.dir.path());
    for (name, value) in idv.get_envs().filter_map(|(name, value)| Some((name, value?))) {
        command.env(name, value);
    }
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", folder.path("bin").display()));
    command.env("IDV_LEDGER", folder.path("ledger.db")).env("IDV_LOG", &log);
    command.env("HOME", folder.dir.path()).stdin(std::process::Stdio::null());
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let calls = fs::read_to_string(log).unwrap().lines().map(str::to_owned).collect();
    (String::from_utf8_lossy(&said).into_owned(), calls)
}

#[test]
fn every_command_in_the_pages_runs() {
    let mut run = 0;
    for block in blocks() {
        let lines: Vec<_> = block.commands().into_iter().map(runnable).collect();
        let text = lines.join("\n");
        if calls(&text) == 0 {
            continue;
        }
        let sandbox = Sandbox::start();
        let folder = prepared(&sandbox);
        // The calls in doubt of this ledger.
        let text = text.replace(" 1042", " 1").replace(" 1043", " 2");
        let (said, called) = script(&folder, &text);
        assert!(called.len() >= calls(&text), "{}: {text}\n{said}\n{called:?}", block.page);
        for call in &called {
            let code = call.split(' ').next().unwrap();
            let fine = ["0", "1", "3", "4", "5"].contains(&code);
            assert!(fine, "{}: {call}\n{said}", block.page);
        }
        for trouble in ["command not found", "No such file", "jq: error", "syntax error"] {
            assert!(!said.contains(trouble), "{}: {text}\n{said}", block.page);
        }
        run += called.len();
        assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1, "{}", block.page);
    }
    assert!(run > 40, "only {run} commands were run");
}

#[test]
fn what_is_not_run_is_in_the_pages() {
    let blocks = blocks();
    let lines: Vec<_> = blocks.iter().flat_map(Block::commands).map(bare).collect();
    for (entry, _) in NOT_RUN {
        assert!(lines.iter().any(|line| is_listed(line, entry)), "no page says {entry}");
    }
}

#[test]
fn what_the_readme_recorded_is_what_is_printed() {
    let mut compared = 0;
    for block in blocks().iter().filter(|block| block.language == "console") {
        let lines: Vec<_> = block.commands().into_iter().map(runnable).collect();
        if lines.iter().all(|line| line == ":") || block.recorded().is_empty() {
            continue;
        }
        let folder = Folder::bare();
        std::os::unix::fs::symlink(root().join("samples"), folder.path("samples")).unwrap();
        symlink(env!("CARGO_BIN_EXE_idv"), folder.path("idv")).unwrap();
        let shown = crate::terminal::shown(&folder, &lines.join("\n"), 100);
        let printed: Vec<_> = shown.iter().map(|line| plain(line)).collect();
        for line in block.recorded() {
            let fine = printed.contains(&plain(line));
            assert!(
                fine,
                "{}: {line}\nis not printed:\n{}",
                block.page,
                shown.join("\n").trim_end()
            );
            compared += 1;
        }
    }
    assert!(compared > 60, "only {compared} lines were compared");
}

/// A line without what is another each time: figures, ids, paths, and the widths of gaps.
fn plain(line: &str) -> String {
    let mut words = Vec::new();
    for word in line.split_whitespace() {
        let id = word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let figure = word.bytes().any(|byte| byte.is_ascii_digit()) && !word.starts_with("33109");
        words.push(if id || figure || word.starts_with('/') { "#" } else { word });
    }
    words.join(" ")
}

#[test]
fn every_page_is_in_the_index_and_every_link_leads_somewhere() {
    let index = fs::read_to_string(root().join("docs/README.md")).unwrap();
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let listed = name == "README.md" || index.contains(&format!("({name})"));
        assert!(listed, "{name} is not in docs/README.md");
    }
    for page in ["README.md", "docs/README.md", "docs/recipes.md", "docs/troubleshooting.md"] {
        let page = root().join(page);
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let file = link.split('#').next().unwrap();
            if file.is_empty() || file.starts_with("https://") {
                continue;
            }
            let target = page.parent().unwrap().join(file);
            assert!(target.exists(), "{}: {link}", page.display());
        }
    }
}
