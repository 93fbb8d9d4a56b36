//! A file most of which the ledger answers: known rows are found as they are read, and everything else
//! goes the way it always goes.

use crate::support::{Folder, Sandbox, applicants, jsonl};

#[test]
fn among_many_known_rows_the_new_ones_are_sent_once_and_all_stay_in_order() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(600));
    folder.idv(&["batch", "a.csv", "-o", "a.jsonl", "-q"]).success();
    assert_eq!(sandbox.charged(), 600);
    // After every hundredth known row: a new one, the same again, a held one.
    let known = applicants(600);
    let mut rows: Vec<String> = vec![known.lines().next().unwrap().to_owned()];
    for (at, line) in (10..).zip(known.lines().skip(1)) {
        rows.push(line.to_owned());
        if at % 100 == 10 {
            let new = format!("33109901019{at:05},0812999{at:05},Contoh Baru");
            rows.extend([new.clone(), new, format!("3310,0812999{at:05},Contoh Rusak")]);
        }
    }
    folder.write("b.csv", rows.join("\n"));
    for (file, sources) in [
        ("b.jsonl", ["ledger", "api", "duplicate", "local"]),
        ("c.jsonl", ["ledger", "ledger", "ledger", "local"]),
    ] {
        folder.idv(&["batch", "b.csv", "-o", file, "-q"]).code(3);
        let results = jsonl(&folder.read(file));
        assert_eq!(results.len(), 618);
        for (number, result) in (1_u64..).zip(&results) {
            assert_eq!(result["row"], number);
        }
        let source = |at: usize| results[at]["source"].as_str().unwrap();
        for block in 0..6 {
            let first = 103 * block;
            assert_eq!(
                [0, 1, 2, 3].map(|at| source(first + at)),
                sources,
                "block {block} of {file}"
            );
        }
        assert!(results.iter().filter(|result| result["source"] == "ledger").count() >= 600);
    }
    assert_eq!(sandbox.charged(), 606, "six new records, each sent once");
    folder.idv(&["batch", "b.csv", "-o", "d.jsonl", "-q", "--fresh"]).code(3);
    assert_eq!(sandbox.charged(), 1212, "with --fresh each record is sent once more");
}
