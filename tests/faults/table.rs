//! The table of faults in `docs/reliability.md` has a row for each number, and names tests that are
//! there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names of all functions under a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let names = text.split("#[test]").chain(text.split("#[tokio::test]")).skip(1);
            let names = names.filter_map(|rest| rest.split_once("fn ")?.1.split('(').next());
            found.extend(names.map(str::to_owned));
        }
    }
}

#[test]
fn every_fault_has_a_row_and_every_test_in_it_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = BTreeSet::new();
    functions(&root.join("tests"), &mut tests);
    functions(&root.join("src"), &mut tests);
    let page = fs::read_to_string(root.join("docs/reliability.md")).unwrap();
    let table = page.split_once("## Every fault and its test").unwrap().1;
    let table = table.split("\n## ").next().unwrap();
    let mut numbers = Vec::new();
    let mut named = BTreeSet::new();
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let Ok(number) = cells[0].parse::<u32>() else { continue };
        numbers.push(number);
        let own: Vec<_> = cells[4].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let is_of_it = |test: &String| test.starts_with(&format!("fault_{number:02}_"));
        // Later tests are named as sentences alone.
        let has_test = if number > 64 { !own.is_empty() } else { own.iter().any(is_of_it) };
        assert!(has_test, "{number} has no test of its own");
        for test in own {
            assert!(tests.contains(&test), "{number}: there is no {test}");
            named.insert(test);
        }
    }
    assert!(numbers.iter().copied().eq(1..=94), "{numbers:?}");
    let missing = tests.iter().filter(|test| test.starts_with("fault_") && !named.contains(*test));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&String>::new(), "not in the table");
}
