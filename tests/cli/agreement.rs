//! Whatever bytes an input holds: `check` and `batch` agree on what is sent, and nothing worthless is.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{Folder, jsonl};

/// Cells as people and programs write them, and some that nobody should.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (1_u32..9999).prop_map(|n| format!("331099010190{n:04}")),
        4 => "08[1235][0-9]{8,9}",
        4 => "[A-Z][a-z]{1,8} [A-Z][a-z]{1,8}",
        2 => prop::sample::select(vec![
            "", " ", "-", "0", "#N/A", "null", "tidak ada", "=\"081234567890\"", "'081234567890",
            "\u{200b}", "Bu\u{200b}di", "Ren\u{e9}e", "RenÃ©", "&amp;", "\u{feff}Siti", "3,31E+15", "1", "2", "3",
            "nik", "hp", "nama", "081234\u{ad}567890", "3309990101900\u{2060}001", "\u{202e}Budi S", "\"", "\"Budi\"x", "\u{3164}", "陳大文", "D\u{fffd}wi",
        ]).prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
    ]
}

/// A row: an applicant, in whose place one cell may be anything, or any cells.
fn row() -> impl Strategy<Value = Vec<String>> {
    let person = (1_u32..9999, "08[1235][0-9]{8,9}", "[A-Z][a-z]{1,8} [A-Z][a-z]{1,8}");
    let applicant = (person, prop::option::weighted(0.4, (0_usize..3, cell()))).prop_map(
        |((serial, phone, name), other)| {
            let mut cells = vec![format!("331099010190{serial:04}"), phone, name];
            if let Some((at, cell)) = other {
                cells[at] = cell;
            }
            cells
        },
    );
    prop_oneof![3 => applicant, 1 => prop::collection::vec(cell(), 0..5)]
}

/// A table: some lines above, a header, rows, and bytes that belong to nothing.
fn table() -> impl Strategy<Value = Vec<u8>> {
    let rows = prop::collection::vec(row(), 0..12);
    let above = prop::sample::select(vec!["", "", "Laporan,,\n", "# x\n\n", "\u{feff}"]);
    let header = prop::sample::select(vec!["nik,hp,nama", "No,NIK,No HP,Nama", "NIK;HP;NAMA", ""]);
    let junk = prop::collection::vec(any::<u8>(), 0..6);
    (above, header, rows, junk, any::<bool>()).prop_map(|(above, header, rows, junk, crlf)| {
        let delimiter = if header.contains(';') { ";" } else { "," };
        let first = if header.starts_with("No") { "1," } else { "" };
        let end = if crlf { "\r\n" } else { "\n" };
        let rows: String =
            rows.iter().map(|row| first.to_owned() + &row.join(delimiter) + end).collect();
        [above.as_bytes(), header.as_bytes(), end.as_bytes(), rows.as_bytes(), &junk].concat()
    })
}

/// Objects, of which some have fewer keys.
fn objects() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(row(), 1..12).prop_map(|rows| {
        let object = |row: &Vec<String>| {
            let entries = ["nik", "hp", "nama"].iter().zip(row);
            let entries = entries.map(|(key, value)| format!("{key:?}:{}", json!(value)));
            format!("{{{}}}\n", entries.collect::<Vec<_>>().join(","))
        };
        rows.iter().map(object).collect::<String>().into_bytes()
    })
}

/// A file of any kind, or any bytes.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let utf16 = table().prop_map(|bytes| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    });
    let bytes = prop::collection::vec(any::<u8>(), 0..200);
    prop_oneof![6 => table(), 2 => objects(), 1 => utf16, 1 => bytes]
}

/// Unicode's `Default_Ignorable_Code_Point`.
fn is_invisible(c: char) -> bool {
    let ranges = [
        (0xad, 0xad),
        (0x34f, 0x34f),
        (0x61c, 0x61c),
        (0x115f, 0x1160),
        (0x17b4, 0x17b5),
        (0x180b, 0x180f),
        (0x200b, 0x200f),
        (0x202a, 0x202e),
        (0x2060, 0x206f),
        (0x3164, 0x3164),
        (0xfe00, 0xfe0f),
        (0xfeff, 0xfeff),
        (0xffa0, 0xffa0),
        (0xfff0, 0xfff8),
        (0x1_bca0, 0x1_bca3),
        (0x1_d173, 0x1_d17a),
        (0xe_0000, 0xe_0fff),
    ];
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(c)))
}

/// A row that was sent is worth its price, or a person wanted its suspects sent.
fn is_worth_it(row: &Value, suspects: bool) -> Result<(), TestCaseError> {
    let sent = |field: &str| row["sent"][field].as_str().unwrap();
    let problems = row["problems"].as_array().unwrap();
    if !(suspects && problems.iter().any(|problem| problem["level"] == "suspect")) {
        prop_assert!(sent("name").chars().any(char::is_alphabetic), "{row}");
        prop_assert_eq!(sent("id_number").chars().count(), 16, "{}", row);
        prop_assert!(!sent("name").contains(char::is_control), "{row}");
    }
    for field in ["id_number", "phone_number", "name"] {
        prop_assert!(!sent(field).contains(is_invisible), "{row}");
    }
    Ok(())
}

#[test]
fn check_and_batch_agree_on_what_is_sent_and_nothing_worthless_is() {
    let mut runner =
        TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let sent_at_all = std::cell::Cell::new(0_u64);
    let agreed = runner.run(&(file(), any::<bool>()), |(bytes, suspects)| {
        let folder = Folder::bare();
        folder.write("a.csv", &bytes);
        let run = |args: &[&str]| {
            let suspect = ["--suspect", if suspects { "send" } else { "hold" }];
            folder.command(&[args, &suspect].concat()).output().unwrap()
        };
        let check = run(&["check", "a.csv", "--sandbox", "-f", "jsonl"]);
        let batch = run(&["batch", "a.csv", "--sandbox", "-o", "r.jsonl", "--summary", "s.json"]);
        let refused = check.status.code() == Some(2);
        prop_assert_eq!(refused, batch.status.code() == Some(2));
        if refused {
            return Ok(());
        }
        let plan = &jsonl(&String::from_utf8(check.stdout).unwrap())[0];
        let summary: serde_json::Value = serde_json::from_str(&folder.read("s.json")).unwrap();
        let rows = jsonl(&folder.read("r.jsonl"));
        prop_assert_eq!(&plan["rows"], &summary["rows"]);
        prop_assert_eq!(&plan["left_out"], &summary["left_out"]);
        prop_assert_eq!(&plan["held"], &summary["by_outcome"]["held"]);
        let asked = rows.iter().filter(|row| row["source"] == "api").count() as u64;
        prop_assert_eq!(plan["to_send"].as_u64(), Some(asked));
        sent_at_all.set(sent_at_all.get() + asked);
        for row in rows.iter().filter(|row| !row["sent"].is_null()) {
            is_worth_it(row, suspects)?;
        }
        let said = String::from_utf8_lossy(&batch.stderr).into_owned();
        prop_assert!(said.contains(&format!("would have charged {asked}")), "{said}");
        Ok(())
    });
    agreed.unwrap();
    assert!(sent_at_all.get() > 20, "hardly anything was sent");
}
