//! Results as a workbook: text stays text, nothing is lost on the way, nothing is replaced.

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use predicates::prelude::*;
use std::io::Write as _;

use crate::support::{Folder, NIK, Sandbox, applicants, stderr, table};

/// The cells of a sheet of a workbook.
fn sheet(folder: &Folder, file: &str, name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook(folder.path(file)).unwrap();
    let range = book.worksheet_range(name).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

fn text(cell: &Data) -> &str {
    match cell {
        Data::String(text) => text,
        Data::Empty => "",
        other => panic!("{other:?} is no text"),
    }
}

/// The column of a name in the first row.
fn column(rows: &[Vec<Data>], name: &str) -> usize {
    rows[0].iter().position(|cell| text(cell) == name).unwrap()
}

#[test]
fn every_cell_of_the_input_is_text_and_the_summary_has_its_own_sheet() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let input = "nik;hp;nama;catatan\n\
        9171025212990011;081234567890;Renée \u{1F600};=HYPERLINK(\"x\")\n\
        3310990101909001;+62 812-3456-7891;Siti;\"two\nlines _x0041_ \u{b}\"\n\
        3310990101909001;0812;Dewi;0012\n";
    folder.write("a.csv", input);
    folder.idv(&["batch", "a.csv", "-o", "r.xlsx"]).code(3).stdout("");
    let rows = sheet(&folder, "r.xlsx", "Results");
    assert_eq!(rows.len(), 4);
    assert_eq!(text(&rows[1][0]), "9171025212990011");
    assert_eq!(text(&rows[1][2]), "Renée \u{1F600}");
    assert_eq!(text(&rows[1][3]), "=HYPERLINK(\"x\")", "text, so no apostrophe is needed");
    assert_eq!(text(&rows[2][1]), "+62 812-3456-7891");
    assert_eq!(text(&rows[2][column(&rows, "idv_phone_number_sent")]), "081234567891");
    assert_eq!(text(&rows[3][3]), "0012");
    let outcome = column(&rows, "idv_outcome");
    let outcomes: Vec<_> = rows[1..].iter().map(|row| text(&row[outcome])).collect();
    assert_eq!(outcomes, ["pass", "fail", "held"]);
    assert_eq!(rows[2][column(&rows, "idv_row")], Data::Float(2.0));
    let sums = sheet(&folder, "r.xlsx", "Summary");
    let value = |key: &str| sums.iter().find(|row| row[0] == Data::String(key.to_owned()));
    assert_eq!(value("rows").unwrap()[1], Data::Float(3.0));
    let held = sums.iter().find(|row| row[1] == Data::String("held".to_owned()));
    assert_eq!(held.unwrap()[2], Data::Float(1.0));
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn a_workbook_says_the_same_as_a_csv() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(300));
    folder.idv(&["batch", "a.csv", "--quiet"]).code(0);
    folder.idv(&["batch", "a.csv", "-o", "r.csv"]).code(0);
    folder.idv(&["batch", "a.csv", "-o", "r.xlsx"]).code(0);
    let book = sheet(&folder, "r.xlsx", "Results");
    let names: Vec<_> = book[0].iter().map(|cell| text(cell).to_owned()).collect();
    let csv = table(&folder.read("r.csv"), b',');
    assert_eq!(book.len(), csv.len() + 1);
    for (row, expected) in book[1..].iter().zip(csv) {
        for (name, cell) in names.iter().zip(row) {
            assert_eq!(&cell.to_string(), &expected[name], "{name}");
        }
    }
    assert_eq!(sandbox.charged(), 300);
}

#[test]
fn a_workbook_of_results_is_an_input_and_costs_nothing() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(5));
    folder.idv(&["batch", "a.csv", "-o", "one.xlsx"]).code(0);
    let run = folder.idv(&["batch", "one.xlsx", "-o", "two.xlsx"]).code(0);
    assert!(stderr(&run).contains("18 columns of a former result are left out"));
    let [one, two] = ["one.xlsx", "two.xlsx"].map(|file| sheet(&folder, file, "Results"));
    assert_eq!(one[0], two[0]);
    assert_eq!(text(&two[1][column(&two, "idv_source")]), "ledger");
    assert_eq!(sandbox.charged(), 5);
}

#[test]
fn only_a_workbook_of_ours_is_replaced() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(1));
    let theirs = format!("{}/tests/fixtures/openpyxl.xlsx", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(&theirs, folder.path("theirs.xlsx")).unwrap();
    folder.write("torn.xlsx", b"PK\x03\x04 no more than that");
    for file in ["theirs.xlsx", "torn.xlsx"] {
        let before = std::fs::read(folder.path(file)).unwrap();
        let run = folder.idv(&["batch", "a.csv", "-o", file]).code(2);
        run.stderr(predicate::str::contains("--force"));
        assert_eq!(std::fs::read(folder.path(file)).unwrap(), before);
    }
    assert_eq!(sandbox.requests(), 0);
    folder.idv(&["batch", "a.csv", "-o", "theirs.xlsx", "--force"]).code(0);
    folder.idv(&["batch", "a.csv", "-o", "theirs.xlsx"]).code(0);
    folder.idv(&["check", "a.csv", "-o", "theirs.xlsx"]).code(2);
    folder.idv(&["check", "a.csv", "-o", "p.xlsx"]).code(0);
    folder.idv(&["check", "a.csv", "-o", "p.xlsx"]).code(0);
    assert_eq!(text(&sheet(&folder, "p.xlsx", "Rows")[0][3]), "idv_row");
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn nothing_is_left_beside_a_workbook_and_nobody_else_reads_it() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(3));
    folder.idv(&["batch", "a.csv", "-o", "r.xlsx"]).code(0);
    #[cfg(unix)]
    assert_eq!(crate::support::mode(&folder.path("r.xlsx")), 0o600);
    let mut names: Vec<_> = std::fs::read_dir(folder.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["a.csv", "r.xlsx", "state"]);
    assert_eq!(sandbox.charged(), 3);
}

#[test]
fn a_workbook_goes_down_a_pipe_whole() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(20));
    let run = folder.idv(&["batch", "a.csv", "-f", "xlsx"]).code(0);
    folder.write("piped.xlsx", &run.get_output().stdout);
    assert_eq!(sheet(&folder, "piped.xlsx", "Results").len(), 21);
    let run = folder.verify(NIK, "081234567890", &["-f", "xlsx"]).code(0);
    folder.write("one.xlsx", &run.get_output().stdout);
    let rows = sheet(&folder, "one.xlsx", "Results");
    assert_eq!(text(&rows[1][column(&rows, "id_number")]), NIK);
    assert_eq!(sandbox.charged(), 21);
}

#[test]
fn more_rows_than_a_sheet_holds_are_refused_before_anything_is_paid() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let mut file = std::fs::File::create(folder.path("a.csv")).unwrap();
    file.write_all(b"nik,hp,nama\n3310990101900001,081234567890,Budi\n").unwrap();
    file.write_all("1,,\n".repeat(1_048_575).as_bytes()).unwrap();
    drop(file);
    let run = folder.idv(&["batch", "a.csv", "-o", "r.xlsx"]).code(2);
    run.stderr(predicate::str::contains("a sheet holds 1,048,575 rows at most"));
    assert!(!folder.path("r.xlsx.part").exists());
    assert_eq!(sandbox.requests(), 0);
}
