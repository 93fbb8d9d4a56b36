//! Hostile text: whatever a file or the endpoint says is shown, never obeyed, in every output.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use calamine::Reader as _;
use serde_json::{Value, json};

use crate::ledger_agreement::calls;
use crate::secret_search::bytes_of;
use crate::support::server::{self, Server};
use crate::support::{Folder, NIK, PHONE, Sandbox, jsonl, lines, stderr, stdout, table};

/// What a terminal, a spreadsheet or a browser would obey.
const TEXTS: [&str; 14] = [
    "\u{1b}[31mred\u{1b}[2J",
    "\u{9b}31mred",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]8;;http://h.example/\u{1b}\\link",
    "right\u{202e}left\u{2066}\u{2069}\u{200f}\u{61c}",
    "line\r\nnext\u{2028}next\u{85}next",
    "nul\u{0}byte\u{7f}\u{8}",
    "=HYPERLINK(\"http://h.example/\",\"x\")",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "@SUM(1+1)",
    "\t=1+1",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
];

fn is_obeyed(c: char) -> bool {
    c != '\n' && (c.is_control() || "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}".contains(c))
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2067}').contains(&c)
}

/// Nothing in it that a terminal obeys. (The isolates that idv sets itself come in pairs.)
#[track_caller]
fn is_plain(what: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    let found = text.char_indices().find(|(_, c)| is_obeyed(*c));
    assert!(
        found.is_none(),
        "{what}: {found:?} in {:?}",
        text.chars().take(2000).collect::<String>()
    );
    let isolates = |c: char| text.matches(c).count();
    assert_eq!(isolates('\u{2068}'), isolates('\u{2069}'), "{what}");
}

/// Every cell of our columns: nothing that is obeyed, nothing that a spreadsheet would run.
#[track_caller]
fn is_harmless_csv(what: &str, text: &str, ours: impl Fn(&str) -> bool) {
    let rows = table(text, b',');
    assert!(!rows.is_empty(), "{what}");
    for (column, cell) in rows.iter().flatten() {
        let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        assert!(
            !runs || cell.bytes().all(|b| b.is_ascii_digit() || b == b'-'),
            "{what} {column}: {cell:?}"
        );
        if ours(column) {
            is_plain(&format!("{what} {column}"), cell.as_bytes());
        }
    }
}

/// A workbook's cells are texts and numbers; none is a formula.
#[track_caller]
fn is_harmless_workbook(folder: &Folder, name: &str) {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(folder.path(name)).unwrap();
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).unwrap();
        assert_eq!(formulas.used_cells().count(), 0, "{name} {sheet}");
    }
    assert!(!bytes_of(&folder.path(name)).is_empty());
}

/// A page on which nothing came to life.
#[track_caller]
fn is_harmless_page(text: &str) {
    is_plain("the report", text.as_bytes());
    assert!(!text.contains("<script") && !text.contains("<img"), "{text}");
}

/// An answer with this text in every field that takes one.
fn answer(code: i64, text: &str) -> String {
    server::json(
        &json!({
            "code": code, "message": text, "sequence_id": text, "result": text,
            "id_phone_match": text, "id_name_match": text, "reason": text,
            "further_info": {text: [text]},
        })
        .to_string(),
    )
}

/// Every history of the folder's ledger.
fn check_histories(folder: &Folder) {
    for command in ["show", "bill", "runs", "export"] {
        let formats: &[&str] = if command == "export" { &[""] } else { &["table", "jsonl", "csv"] };
        for format in formats {
            let mut args = vec!["ledger", command, "--sandbox"];
            if !format.is_empty() {
                args.extend(["-f", format]);
            }
            let what = format!("ledger {command} {format}");
            let run = folder.idv(&args).code(0);
            is_plain(&what, &run.get_output().stdout);
            if *format == "csv" && !stdout(&run).is_empty() {
                is_harmless_csv(&what, &stdout(&run), |_| true);
            }
        }
    }
}

#[test]
fn fault_33_whatever_the_endpoint_says_is_shown_and_never_obeyed() {
    for (n, text) in TEXTS.into_iter().enumerate() {
        // A verdict, a refusal, an account code, an undocumented one.
        let codes: &[i64] = [&[200][..], &[11340, 200], &[301, 200], &[12223, 200]][n % 4];
        let now = Arc::new(AtomicI64::new(0));
        let code = Arc::clone(&now);
        let says = move |_| answer(code.load(Ordering::SeqCst), text).into_bytes();
        let server = Server::with(says, Duration::ZERO);
        let folder = Folder::at(&server.url);
        for (code, nik) in codes.iter().zip([NIK, "3310990101900002"]) {
            now.store(*code, Ordering::SeqCst);
            let asked = server.requests().len();
            folder.write("a.csv", format!("nik,phone,name\n{nik},{PHONE},Budi\n"));
            is_harmless_everywhere(&folder, nik, text);
            assert!(server.requests().len() > asked, "{code}");
        }
        check_histories(&folder);
    }
}

/// Asks about a file in every format, and about its person alone.
#[track_caller]
fn is_harmless_everywhere(folder: &Folder, nik: &str, text: &str) {
    for file in ["r.jsonl", "r.csv", "r.xlsx", "r.txt"] {
        let format = file.rsplit('.').next().unwrap().replace("txt", "table");
        let args = ["batch", "a.csv", "-o", file, "-f", &format, "-vv", "--fresh"];
        let more = ["--summary", "s.json", "--report", "r.html"];
        let run = folder.idv(&[&args[..], &more].concat());
        is_plain("stderr", &run.get_output().stderr);
        is_harmless_page(&folder.read("r.html"));
        is_plain("the summary", folder.read("s.json").as_bytes());
        serde_json::from_str::<Value>(&folder.read("s.json")).unwrap();
    }
    is_plain("table", folder.read("r.txt").as_bytes());
    is_plain("jsonl", folder.read("r.jsonl").as_bytes());
    // What is escaped reads back as it came.
    let line = &jsonl(&folder.read("r.jsonl"))[0];
    assert_eq!((&line["message"], &line["reason"]), (&text.into(), &text.into()));
    is_harmless_csv("csv", &folder.read("r.csv"), |column| column.starts_with("idv_"));
    is_harmless_workbook(folder, "r.xlsx");
    let record = ["verify", "--nik", nik, "--phone", PHONE, "--name", "Budi", "--fresh"];
    let card = folder.idv(&[&record[..], &["-f", "table"]].concat());
    is_plain("card", &card.get_output().stdout);
}

#[test]
fn fault_33_whatever_a_file_says_is_shown_and_never_obeyed() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let mut writer = csv::Writer::from_path(folder.path("a.csv")).unwrap();
    writer.write_record(["nik", "phone", "name", "note"]).unwrap();
    for (n, text) in TEXTS.iter().enumerate() {
        let nik = format!("33109901019{n:05}");
        writer.write_record([&nik, PHONE, text, text]).unwrap();
        writer.write_record([text, text, "Budi", text]).unwrap();
        writer.write_record([&nik, PHONE, &format!("Budi {n}"), text]).unwrap();
    }
    writer.flush().unwrap();
    let mut outcomes = Vec::new();
    for (file, format) in
        [("r.jsonl", "jsonl"), ("r.csv", "csv"), ("r.xlsx", "xlsx"), ("r.txt", "table")]
    {
        let args = ["batch", "a.csv", "-o", file, "-f", format, "-vv", "--suspect", "send"];
        let run = folder.idv(&[&args[..], &["--summary", "s.json", "--report", "r.html"]].concat());
        is_plain("stderr", &run.get_output().stderr);
        is_harmless_page(&folder.read("r.html"));
        is_plain("the summary", folder.read("s.json").as_bytes());
    }
    is_plain("table", folder.read("r.txt").as_bytes());
    is_plain("jsonl", folder.read("r.jsonl").as_bytes());
    let rows = jsonl(&folder.read("r.jsonl"));
    assert_eq!(rows.len(), 3 * TEXTS.len());
    for (row, text) in rows.iter().skip(2).step_by(3).zip(TEXTS) {
        assert_eq!(row["input"]["note"], text);
        outcomes.push(row["outcome"].as_str().unwrap());
    }
    assert!(outcomes.contains(&"pass"), "{outcomes:?}");
    is_harmless_csv("csv", &folder.read("r.csv"), |column| column.starts_with("idv_"));
    is_harmless_workbook(&folder, "r.xlsx");
    for format in ["table", "jsonl"] {
        let check = folder.idv(&["check", "a.csv", "-f", format]).code(3);
        is_plain("check", &check.get_output().stdout);
        is_plain("check's stderr", &check.get_output().stderr);
    }
    folder.idv(&["check", "a.csv", "-o", "checked.csv"]);
    is_harmless_csv("checked", &folder.read("checked.csv"), |column| column.starts_with("idv_"));
    check_histories(&folder);
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
}

/// Names of columns, files and values that are refused are quoted in messages.
#[test]
fn fault_33_a_hostile_name_of_a_column_a_file_or_a_value_is_shown_in_messages() {
    let sandbox = Sandbox::start();
    for text in TEXTS.iter().filter(|text| !text.contains('\0')) {
        let folder = Folder::at(&sandbox.url);
        let header = |cells: &[&str]| {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(cells).unwrap();
            writer.write_record([NIK, PHONE, "Budi", ""].iter().take(cells.len())).unwrap();
            writer.into_inner().unwrap()
        };
        folder.write("other.csv", header(&["a", "b", text]));
        folder.write("a.csv", header(&["nik", "phone", "name", text]));
        let file = format!("{}.csv", text.replace('/', "_"));
        folder.write(&file, header(&["a", "b", "c"]));
        let commands: [&[&str]; 9] = [
            &["check", "other.csv"],
            &["check", "a.csv"],
            &["check", &file],
            &["check", text],
            &["check", "a.csv", "--map", &format!("name={text}")],
            &["check", "a.csv", "--sheet", text],
            &["ledger", "show", "--ledger", text],
            &["batch", "a.csv", "--endpoint", text],
            &["batch", "a.csv", "--ledger", &format!("{file}.db"), "-o", &format!("{file}.jsonl")],
        ];
        for args in commands {
            let run = folder.idv(args);
            is_plain(&format!("{args:?}"), &run.get_output().stderr);
            is_plain(&format!("{args:?}"), &run.get_output().stdout);
        }
    }
    assert_eq!(sandbox.requests(), sandbox.charged());
}

#[test]
fn fault_33_a_text_of_a_megabyte_is_cut_where_people_read_and_kept_where_programs_do() {
    // Eight times in one answer, of which 1 MiB may be read.
    let long = "x".repeat(100_000);
    let server = Server::start(answer(200, &long), Duration::ZERO);
    let folder = Folder::at(&server.url);
    folder.write("a.csv", format!("nik,phone,name\n{NIK},{PHONE},Budi\n"));
    let args = ["batch", "a.csv", "--fresh", "--summary", "s.json", "--report", "r.html"];
    let batch = |more: &[&str]| folder.idv(&[&args[..], more].concat()).code(0);
    let rows = lines(&batch(&["-f", "jsonl"]));
    assert_eq!(
        (rows[0]["message"].as_str().unwrap().len(), &rows[0]["charged"]),
        (100_000, &"yes".into())
    );
    assert!(stdout(&batch(&["-f", "table"])).len() < 1000);
    batch(&["-o", "r.xlsx"]);
    is_harmless_workbook(&folder, "r.xlsx");
    assert_eq!(table(&stdout(&batch(&["-f", "csv"])), b',')[0]["idv_message"].len(), 100_000);
    assert!(folder.read("r.html").len() < 100_000 && folder.read("s.json").len() < 100_000);
    let record = ["verify", "--nik", NIK, "--phone", PHONE, "--name", "Budi", "-f", "table"];
    let card = folder.idv(&record).code(1);
    assert!(stdout(&card).len() < 10_000, "a card of {} bytes", stdout(&card).len());
    for call in calls(&folder) {
        assert!(call.to_string().len() < 12_000, "a call of {} bytes", call.to_string().len());
    }
    // A name of a megabyte costs nothing, and the others go on.
    let text =
        format!("nik,phone,name\n{NIK},{PHONE},{}\n{NIK},{PHONE},Budi\n", "y".repeat(1 << 20));
    folder.write("b.csv", text);
    let run = folder.idv(&["batch", "b.csv", "-f", "table"]).code(3);
    assert!(stdout(&run).len() < 2_000 && stderr(&run).len() < 10_000);
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn fault_33_invalid_utf_8_in_a_file_is_read_as_windows_1252_or_held_and_never_sent_broken() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let row = |name: &[u8]| [format!("{NIK},{PHONE},").as_bytes(), name, b"\n"].concat();
    for bad in [&b"Ren\xe9e"[..], b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\x81\x8d"] {
        folder.write("a.csv", [b"nik,phone,name\n".to_vec(), row(b"Budi"), row(bad)].concat());
        for format in ["jsonl", "table", "csv"] {
            let run = folder.idv(&["batch", "a.csv", "-f", format]);
            let output = run.get_output();
            assert!(matches!(output.status.code(), Some(0 | 2 | 3)), "{bad:?}: {}", stderr(&run));
            std::str::from_utf8(&output.stdout).unwrap();
            is_plain("stderr", &output.stderr);
            if format == "table" {
                is_plain("table", &output.stdout);
            }
        }
    }
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
}
