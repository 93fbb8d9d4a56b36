//! Reads files that real programs made (`tests/fixtures/make.py` says how).

use std::path::{Path, PathBuf};

use idv::internal::checks;
use idv::internal::checks::FileSigns;
use idv::internal::input::{Encoding, Format, InputError, Options, Reader};
use idv::internal::model::Field;
use idv::internal::model::Row;

const PEOPLE: [[&str; 3]; 4] = [
    ["3310990101909001", "081234567890", "BUDI SANTOSO"],
    ["9171995212859002", "085712345678", "Siti Nur'aini"],
    ["3310993112879003", "08171234567", "Renée Wijaya"],
    ["3310994101019004", "089512345678", "Abd. Rahman, S.Pd."],
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn open(name: &str, options: &Options) -> Reader {
    Reader::open(&fixture(name), options).expect("the fixture can be read")
}

fn prepared(reader: Reader) -> Vec<Row> {
    let mut rows: Vec<Row> = reader.map(Result::unwrap).collect();
    rows.iter_mut().for_each(checks::prepare);
    rows
}

fn sent(row: &Row) -> [&str; 3] {
    [Field::IdNumber, Field::PhoneNumber, Field::Name].map(|field| row.record.get(field))
}

fn codes(row: &Row) -> Vec<&str> {
    row.problems.iter().map(idv::Problem::code).collect()
}

fn is_the_people(name: &str, options: &Options) -> Vec<Row> {
    let rows = prepared(open(name, options));
    assert_eq!(rows.len(), PEOPLE.len(), "{name}");
    for (row, person) in rows.iter().zip(&PEOPLE) {
        assert_eq!(&sent(row), person, "{name}");
        assert!(row.problems.is_empty(), "{name}: {:?}", row.problems);
    }
    rows
}

#[test]
fn each_programs_csv_gives_the_same_people() {
    for (name, encoding, delimiter, bom) in [
        ("python-comma.csv", Encoding::Utf8, b',', false),
        ("python-bom-semicolon.csv", Encoding::Utf8, b';', true),
        ("python-1252-bar.csv", Encoding::Windows1252, b'|', false),
        ("python-utf16-tab.txt", Encoding::Utf16Le, b'\t', true),
        ("python-utf16be-tab.txt", Encoding::Utf16Be, b'\t', true),
        ("python-doubled-line-ends.csv", Encoding::Utf8, b',', false),
        ("libreoffice-utf16.csv", Encoding::Utf16Le, b'\t', true),
    ] {
        let rows = is_the_people(name, &Options::default());
        let shape = open(name, &Options::default()).detected().clone();
        assert_eq!((shape.encoding, shape.delimiter, shape.bom), (encoding, delimiter, bom));
        assert_eq!(shape.format, Format::Csv);
        assert_eq!(&rows[2].cells[4], "Jl. Sudirman\nBlok B", "{name}");
    }
}

#[test]
fn what_is_told_is_not_detected() {
    let options = |encoding| Options { encoding: Some(encoding), ..Options::default() };
    is_the_people("python-1252-bar.csv", &options(Encoding::Windows1252));
    is_the_people("python-utf16be-tab.txt", &options(Encoding::Utf16Le));
    let rows = prepared(open("python-1252-bar.csv", &options(Encoding::Utf8)));
    assert_eq!(codes(&rows[2]), ["row.encoding"]);
}

#[test]
fn numbers_in_json_keep_their_digits() {
    let rows = is_the_people("python.jsonl", &Options::default());
    assert_eq!(open("python.jsonl", &Options::default()).detected().format, Format::Jsonl);
    assert_eq!(rows[1].record.get(Field::IdNumber), "9171995212859002");
    assert_eq!(rows[0].columns[..], ["nik", "no_hp", "nama", "alamat"].map(String::from));
}

#[test]
fn a_sheet_of_text_cells_gives_the_people() {
    let rows = is_the_people("openpyxl.xlsx", &Options::default());
    let reader = open("openpyxl.xlsx", &Options::default());
    assert_eq!(
        reader.detected().sheet.as_deref(),
        Some("Pemohon"),
        "the hidden sheet is passed over"
    );
    let shown = reader.detected().to_string();
    let expected = "xlsx, sheet \"Pemohon\" (the columns are in \"Angka\", \"Jauh\" too: choose with \
                    --sheet); id_number = \"NIK\"";
    assert!(shown.starts_with(expected), "{shown}");
    assert_eq!((rows[0].line, &rows[0].cells[0]), (2, "1"));
}

#[test]
fn number_cells_beyond_fifteen_digits_and_errors_are_damage() {
    let options = Options { sheet: Some("Angka".to_owned()), ..Options::default() };
    let rows = prepared(open("openpyxl.xlsx", &options));
    assert_eq!(sent(&rows[0]), ["3310990101909001", "081234567890", "BUDI SANTOSO"]);
    assert_eq!(codes(&rows[0]), ["id_number.number_cell"]);
    assert_eq!(&rows[0].cells[3], "2026-01-31");
    assert_eq!((codes(&rows[1]), rows[1].line), (vec!["row.formula"], 3));
    assert_eq!((codes(&rows[2]), rows[2].line), (vec!["phone_number.format"], 5));
    assert_eq!(&rows[2].cells[3], "2026-01-31 08:30:00");
}

#[test]
fn a_cell_far_away_takes_no_memory_and_holds_its_row_alone() {
    let options = Options { sheet: Some("Jauh".to_owned()), ..Options::default() };
    let rows = prepared(open("openpyxl.xlsx", &options));
    assert_eq!(codes(&rows[0]), Vec::<&str>::new());
    assert_eq!((codes(&rows[1]), rows[1].line), (vec!["row.too_long"], 1_048_576));
}

#[test]
fn what_a_spreadsheet_did_to_a_file_is_seen() {
    let rows = prepared(open("libreoffice-guessed.xlsx", &Options::default()));
    assert!(rows.iter().all(|row| codes(row) == ["id_number.number_cell"]));
    assert_eq!(rows[0].record.get(Field::PhoneNumber), "081234567890", "its 0 is put back");

    let mut signs = FileSigns::default();
    for row in open("libreoffice-as-shown.csv", &Options::default()) {
        signs.observe(&row.unwrap().record);
    }
    let found: Vec<_> = signs.found().iter().map(idv::internal::checks::FileSign::code).collect();
    assert_eq!(found, ["id_number.rounded"]);
    let rows = prepared(open("libreoffice-as-shown.csv", &Options::default()));
    assert_eq!(codes(&rows[1]), ["id_number.notation"], "9.171995212859E+015");
}

#[test]
fn a_sheet_that_is_not_there_names_those_that_are() {
    let options = Options { sheet: Some("Sheet1".to_owned()), ..Options::default() };
    let error = Reader::open(&fixture("openpyxl.xlsx"), &options).err().unwrap().to_string();
    assert!(error.contains("--sheet: \"Catatan\", \"Pemohon\", \"Angka\", \"Jauh\""), "{error}");
}

#[test]
fn a_workbook_that_is_cut_off_is_refused() {
    let whole = std::fs::read(fixture("openpyxl.xlsx")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("torn.xlsx");
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = Reader::open(&path, &Options::default()).err().unwrap();
    assert!(error.to_string().contains("can't be read as an .xlsx workbook"), "{error}");
    let stream = Box::new(std::io::Cursor::new(whole));
    let error = Reader::from_reader(stream, "standard input", &Options::default()).err().unwrap();
    assert!(matches!(error, InputError::Format { .. }), "{error}");
}
