//! The house is as ARCHITECTURE.md draws it: each module imports only what the table allows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The rows `| module | may use |` of the table of arrows.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let words = |cell: &str| -> BTreeSet<String> {
        cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let arrows = text.split("## Arrows").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut allowed = BTreeMap::new();
    for line in arrows.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.split('|').collect();
        for module in words(cells[1]) {
            assert!(allowed.insert(module.clone(), words(cells[2])).is_none(), "{module} twice");
        }
    }
    allowed
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The module of a file: the first part of its path below `src`.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn modules_import_only_what_the_table_of_arrows_allows() {
    let allowed = allowed();
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    assert!(files.len() > 30, "only {} files were found", files.len());
    let mut seen = BTreeSet::new();
    for file in files {
        let own = module(&file);
        if own == "lib" || own == "main" {
            continue;
        }
        seen.insert(own.clone());
        let may = allowed.get(&own).unwrap_or_else(|| panic!("{own} is not in the table"));
        let text = fs::read_to_string(&file).unwrap();
        for used in text.split("crate::").skip(1) {
            let used: String =
                used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let fine = used.is_empty() || used == own || may.contains(&used);
            assert!(fine, "{} uses {used}, which the table does not allow", file.display());
        }
    }
    assert_eq!(seen, allowed.into_keys().collect(), "the table has a module that is not there");
}

#[test]
fn every_file_begins_with_its_purpose_and_stays_short() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{}", file.display());
        let lines = text.split("#[cfg(test)]").next().unwrap().lines().count();
        let only_tests = file.to_string_lossy().ends_with("tests.rs")
            || file.components().any(|c| c.as_os_str() == "tests");
        assert!(only_tests || lines < 400, "{} has {lines} lines before its tests", file.display());
    }
}

/// The codes of problems and signs that stand in a text between these marks.
fn codes(text: &str, mark: char) -> BTreeSet<String> {
    let subjects = ["id_number", "phone_number", "name", "id_type", "country", "row", "columns"];
    let is_word = |part: &str| part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let is_code = |word: &&str| {
        word.split_once('.').is_some_and(|(of, what)| subjects.contains(&of) && is_word(what))
    };
    text.split(mark).filter(is_code).map(str::to_owned).collect()
}

#[test]
fn every_problem_is_explained_and_none_besides() {
    let mut files = Vec::new();
    for folder in ["src/checks", "src/input"] {
        sources(&root().join(folder), &mut files);
    }
    let found: BTreeSet<_> =
        files.iter().flat_map(|file| codes(&fs::read_to_string(file).unwrap(), '"')).collect();
    assert!(found.len() > 30, "only {} codes were found", found.len());
    let explained = fs::read_to_string(root().join("docs/input.md")).unwrap();
    assert_eq!(found, codes(&explained, '`'));
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let reasons = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if let (true, Some((name, _))) = (inside, line.split_once(" = ")) {
            assert!(reasons.contains(&format!("| `{name}` |")), "{name} has no reason");
        }
    }
}
