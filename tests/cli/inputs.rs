//! Files as people have them, through the whole program: what is damaged is not paid for.

use predicates::prelude::*;

use crate::support::{Folder, Sandbox, lines, stderr};

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_suspect_row_is_held_in_a_batch_and_sent_on_request() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write(
        "a.csv",
        "nik,phone,name\n\
         331099010190001,081234567890,Fifteen digits\n\
         3.31023E+15,081234567890,Notation\n\
         3310994501900001,081234567890,Day 45 is a woman's\n\
         3310993301900001,081234567890,Day 33 is nobody's\n",
    );
    let run = folder.idv(&["batch", "a.csv"]).code(3);
    let lines = lines(&run);
    let found: Vec<_> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(found, ["held", "held", "pass", "held"]);
    assert_eq!(lines[0]["problems"][0]["code"], "id_number.length");
    assert_eq!(lines[0]["problems"][0]["level"], "suspect");
    assert!(stderr(&run).contains("--suspect send"));
    assert_eq!(sandbox.charged(), 1);
    folder.idv(&["batch", "a.csv", "--suspect", "send"]).code(0);
    assert_eq!(sandbox.charged(), 4);
}

#[test]
fn a_suspect_record_is_verified_with_a_warning_or_held_on_request() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.verify("3310225629467", "081234567890", &["--suspect", "hold"]).code(3);
    assert_eq!(sandbox.requests(), 0);
    let run = folder.verify("3310225629467", "081234567890", &[]).code(0);
    run.stderr(predicate::str::contains("warning: "));
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn every_kind_of_file_that_real_programs_make_is_verified() {
    let sandbox = Sandbox::start();
    for file in [
        "python-comma.csv",
        "python-bom-semicolon.csv",
        "python-1252-bar.csv",
        "python-utf16-tab.txt",
        "python-utf16be-tab.txt",
        "python.jsonl",
        "openpyxl.xlsx",
    ] {
        let folder = Folder::at(&sandbox.url);
        let run = folder.idv(&["batch", &fixture(file), "--quiet"]);
        let lines = lines(&run);
        assert!(lines.len() >= 4, "{file}: {}", lines.len());
        let sent = |field: &str| lines.iter().filter(|line| !line["sent"][field].is_null()).count();
        assert!(sent("id_number") >= 4, "{file}");
        let renee = |line: &&serde_json::Value| line["sent"]["name"] == "Renée Wijaya";
        assert_eq!(lines.iter().filter(renee).count(), 1, "{file}");
    }
    assert!(sandbox.charged() > 0);
}

#[test]
fn what_is_not_detected_can_be_said() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let utf16 = "nik\thp\tnama\r\n3310990101900001\t081234567890\tBudi\r\n";
    folder.write("a.txt", utf16.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>());
    let flags = ["--encoding", "utf-16be", "--delimiter", "tab", "--input-format", "csv"];
    folder.idv(&[&["batch", "a.txt"], &flags[..]].concat()).code(0);
    folder.write("b.csv", "Budi;3310990101900001;081234567890\n");
    let maps = ["--map", "id_number=2", "--map", "phone_number=3", "--map", "name=1"];
    folder.idv(&[&["batch", "b.csv", "--no-header"], &maps[..]].concat()).code(0);
    for wrong in [["--encoding", "ebcdic"], ["--input-format", "pdf"]] {
        folder.idv(&[&["batch", "b.csv"], &wrong[..]].concat()).code(2).stdout("");
    }
    let run = folder.idv(&["batch", &fixture("openpyxl.xlsx"), "--sheet", "absent"]).code(2);
    run.stderr(predicate::str::contains("no such sheet").and(predicate::str::contains("Pemohon")));
    assert_eq!(sandbox.charged(), 1);
}
