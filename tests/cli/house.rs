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

/// A file under `src` as a module path: `ledger/writer.rs` is `["ledger", "writer"]`.
type Module = Vec<String>;

fn module_path(file: &Path) -> Module {
    let inside = file.strip_prefix(root().join("src")).unwrap().with_extension("");
    let mut path: Module = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if path.last().is_some_and(|last| last == "mod") {
        path.pop();
    }
    path
}

/// The paths of a `use` tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((before, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap().trim().to_owned()];
    };
    let inner = rest.rsplit_once('}').unwrap().0;
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 {
            let branch = inner[start..at].trim();
            start = (at + 1).min(inner.len());
            found.extend(leaves(branch).into_iter().filter(|leaf| !leaf.is_empty()));
        }
    }
    found.into_iter().map(|leaf| format!("{}{leaf}", before.trim())).collect()
}

/// The `use crate::` paths of a file before its tests, and whether each is a re-export.
fn imports(text: &str) -> Vec<(bool, Module)> {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut found = Vec::new();
    for piece in text.split("use crate::").skip(1).zip(text.split("use crate::")) {
        let (after, before) = piece;
        let exported = before.rsplit('\n').next().unwrap().trim_start().starts_with("pub");
        for leaf in leaves(after.split(';').next().unwrap()) {
            found.push((exported, leaf.split("::").map(str::to_owned).collect()));
        }
    }
    found
}

/// The file that an import leads to: re-exports are followed to the file that defines the item.
fn target(path: &Module, files: &BTreeMap<Module, Vec<(bool, Module)>>) -> Option<Module> {
    let module =
        (1..=path.len()).rev().map(|n| path[..n].to_vec()).find(|m| files.contains_key(m))?;
    let item = path.get(module.len());
    let export = files[&module].iter().find(|(exported, to)| *exported && to.last() == item);
    match export {
        Some((_, to)) => target(to, files),
        None => Some(module),
    }
}

/// A folder's `mod.rs` is left out: it is the front of its files, and they use its types.
#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut sources_found = Vec::new();
    sources(&root().join("src"), &mut sources_found);
    let files: BTreeMap<Module, Vec<(bool, Module)>> = sources_found
        .iter()
        .filter(|file| !file.to_string_lossy().contains("tests"))
        .map(|file| (module_path(file), imports(&fs::read_to_string(file).unwrap())))
        .collect();
    let fronts: BTreeSet<Module> = sources_found
        .iter()
        .filter(|file| file.ends_with("mod.rs") || file.ends_with("lib.rs"))
        .map(|file| module_path(file))
        .collect();
    let mut arrows: BTreeMap<Module, BTreeSet<Module>> = files
        .iter()
        .filter(|(file, _)| !fronts.contains(*file))
        .map(|(file, imports)| {
            let to = imports.iter().filter_map(|(_, path)| target(path, &files));
            (file.clone(), to.filter(|to| to != file && !fronts.contains(to)).collect())
        })
        .collect();
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 200, "{arrows:?}");
    // A file without arrows is no part of a circle, and is taken away until none is left.
    loop {
        let ends: Vec<Module> =
            arrows.iter().filter(|(_, to)| to.is_empty()).map(|(file, _)| file.clone()).collect();
        if ends.is_empty() {
            break;
        }
        for end in ends {
            arrows.remove(&end);
            for to in arrows.values_mut() {
                to.remove(&end);
            }
        }
    }
    let left: Vec<_> = arrows
        .iter()
        .map(|(file, to)| {
            let to: Vec<_> = to.iter().map(|to| to.join("::")).collect();
            format!("{} uses {}", file.join("::"), to.join(", "))
        })
        .collect();
    assert!(left.is_empty(), "files in or before a circle:\n{}", left.join("\n"));
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
    for folder in ["src/checks", "src/input", "src/model"] {
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
