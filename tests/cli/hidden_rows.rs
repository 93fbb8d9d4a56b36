//! Hidden rows of workbooks of every kind: they are held, counted in the plan, and sent on request only.

use std::io::{Cursor, Read as _, Write as _};

use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::support::{Folder, Sandbox, lines, stderr};

const ROWS: [[&str; 3]; 4] = [
    ["nik", "phone", "name"],
    ["3309990101900001", "081234567801", "Budi Contoh"],
    ["3309994202910002", "081234567802", "Siti Contoh"],
    ["3309990303920003", "081234567803", "Agus Misal"],
];

/// A zip archive of these parts.
fn archive(parts: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut made = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in parts {
        made.start_file(name, stored).unwrap();
        made.write_all(&bytes).unwrap();
    }
    made.finish().unwrap().into_inner()
}

/// The parts of a workbook, of which some have another name or other bytes.
fn changed(book: &[u8], change: impl Fn(&mut String, &mut Vec<u8>)) -> Vec<u8> {
    let mut source = ZipArchive::new(Cursor::new(book)).unwrap();
    let parts: Vec<_> = (0..source.len())
        .map(|at| {
            let mut part = source.by_index(at).unwrap();
            let (mut name, mut bytes) = (part.name().unwrap().into_owned(), Vec::new());
            part.read_to_end(&mut bytes).unwrap();
            change(&mut name, &mut bytes);
            (name, bytes)
        })
        .collect();
    archive(parts)
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// An .xlsx workbook whose second row of data is hidden.
fn xlsx() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(&ROWS) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
    sheet.set_row_hidden(2).unwrap();
    book.save_to_buffer().unwrap()
}

/// An .ods workbook with both of its rows hidden.
fn ods() -> Vec<u8> {
    changed(&fixture("libreoffice.ods"), |name, bytes| {
        if name == "content.xml" {
            let content = String::from_utf8(bytes.clone()).unwrap();
            let mut rows = content.split("<table:table-row");
            let mut text = rows.next().unwrap().to_owned();
            for (number, row) in rows.enumerate() {
                let hidden = ["", " table:visibility=\"filter\"", " table:visibility=\"collapse\""];
                text += "<table:table-row";
                text += hidden.get(number).unwrap_or(&"");
                text += row;
            }
            *bytes = text.into_bytes();
        }
    })
}

/// An .xls workbook whose second row of data is hidden: a bit in its `ROW` record.
fn xls() -> Vec<u8> {
    let mut bytes = fixture("old.xls");
    let row = [0x08, 0x02, 0x10, 0x00, 0x02, 0x00];
    let at = bytes.windows(row.len()).position(|window| window == row).unwrap();
    bytes[at + 4 + 12] |= 0x20;
    bytes
}

/// A text as .xlsb holds it.
fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let bytes = units.iter().flat_map(|unit| unit.to_le_bytes());
    u32::try_from(units.len()).unwrap().to_le_bytes().into_iter().chain(bytes).collect()
}

/// An .xlsb workbook whose second row of data is hidden.
fn xlsb() -> Vec<u8> {
    let record =
        |kind: &[u8], body: &[u8]| [kind, &[u8::try_from(body.len()).unwrap()], body].concat();
    let (zero, number) = (0_u32.to_le_bytes(), |n: u32| n.to_le_bytes());
    let sheet = [&zero[..], &number(1), &wide("rId1"), &wide("Data")].concat();
    let book = [
        record(&[0x83, 1], &[]),
        record(&[0x8f, 1], &[]),
        record(&[0x9c, 1], &sheet),
        record(&[0x90, 1], &[]),
        record(&[0x84, 1], &[]),
    ];
    let mut cells = vec![record(&[0x94, 1], &[0; 16]), record(&[0x91, 1], &[])];
    for (row, texts) in (0..).zip(&ROWS) {
        let flags = [0, if row == 2 { 0x10 } else { 0 }, 0];
        let head = [&number(row)[..], &zero, &[0x2c, 1], &flags, &zero].concat();
        cells.push(record(&[0], &head));
        for (column, text) in (0..).zip(texts) {
            cells.push(record(&[6], &[&number(column)[..], &zero, &wide(text)].concat()));
        }
    }
    cells.push(record(&[0x92, 1], &[]));
    let relations = "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.bin\"/></Relationships>";
    archive([
        ("xl/workbook.bin".to_owned(), book.concat()),
        ("xl/_rels/workbook.bin.rels".to_owned(), relations.into()),
        ("xl/worksheets/sheet1.bin".to_owned(), cells.concat()),
    ])
}

#[test]
fn hidden_rows_of_a_workbook_are_held_and_sent_on_request() {
    let sandbox = Sandbox::start();
    let mut paid = 0;
    for (file, bytes, held) in [
        ("a.xlsx", xlsx(), &[false, true, false][..]),
        ("a.xls", xls(), &[false, true]),
        ("a.xlsb", xlsb(), &[false, true, false]),
        ("a.ods", ods(), &[true, true]),
        // Some programs write the names of the parts so.
        (
            "b.xlsx",
            changed(&xlsx(), |name, _| {
                *name = name.replace("xl/worksheets/sheet1", "xl\\WorkSheets\\Sheet1");
            }),
            &[false, true, false],
        ),
    ] {
        let folder = Folder::at(&sandbox.url);
        folder.write(file, bytes);
        let run = folder.idv(&["batch", file]).code(3);
        let rows = lines(&run);
        let is_held: Vec<_> = rows.iter().map(|row| row["outcome"] == "held").collect();
        assert_eq!(is_held, held, "{file}: {}", stderr(&run));
        let hidden = rows.iter().filter(|row| row["outcome"] == "held");
        assert!(hidden.clone().all(|row| row["problems"][0]["code"] == "row.hidden"), "{rows:?}");
        let count = match hidden.count() {
            1 => "row.hidden, 1 row".to_owned(),
            many => format!("row.hidden, {many} rows"),
        };
        assert!(stderr(&run).contains(&count), "{file}: {}", stderr(&run));
        paid += held.iter().filter(|held| !**held).count() as u64;
        assert_eq!(sandbox.charged(), paid, "{file}");
        folder.idv(&["batch", file, "--suspect", "send"]).code(0);
        paid += held.iter().filter(|held| **held).count() as u64;
        assert_eq!(sandbox.charged(), paid, "{file}");
    }
}

/// A sheet whose hidden rows can't be told is not sent.
#[test]
fn a_workbook_whose_hidden_rows_cannot_be_told_is_refused() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let lost = changed(&xlsx(), |name, bytes| {
        if name == "_rels/.rels" {
            *bytes = b"<Relationships/>".to_vec();
        }
    });
    folder.write("a.xlsx", lost);
    let run = folder.idv(&["batch", "a.xlsx"]).code(2);
    assert!(stderr(&run).contains("a.xlsx"), "{}", stderr(&run));
    assert_eq!(sandbox.requests(), 0);
}
