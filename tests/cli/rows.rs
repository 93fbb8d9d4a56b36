//! Which records are rows, and what their cells mean: files as people have them, and what they cost.

use rust_xlsxwriter::{Workbook, Worksheet};
use serde_json::Value;

use crate::support::{Folder, Sandbox, lines, stderr};

const A: [&str; 3] = ["3309990101900001", "081234567801", "Budi Contoh"];
const B: [&str; 3] = ["3309994202910002", "081234567802", "Siti Contoh"];
const ROW_A: &str = "3309990101900001,081234567801,Budi Contoh\n";
const ROW_B: &str = "3309994202910002,081234567802,Siti Contoh\n";

/// A run over one file, with its results and its summary.
struct Ran {
    outcomes: Vec<String>,
    sent: Vec<[String; 3]>,
    codes: Vec<Vec<String>>,
    said: String,
    left_out: (u64, u64),
}

fn run(sandbox: &Sandbox, file: &str, bytes: impl AsRef<[u8]>, args: &[&str], exit: i32) -> Ran {
    let folder = Folder::at(&sandbox.url);
    folder.write(file, bytes);
    run_in(&folder, file, args, exit)
}

fn run_in(folder: &Folder, file: &str, args: &[&str], exit: i32) -> Ran {
    let run = folder.idv(&[&["batch", file, "--summary", "s.json", "--fresh"], args].concat());
    let run = run.code(exit);
    let rows = lines(&run);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let sent =
        |row: &Value| ["id_number", "phone_number", "name"].map(|field| text(&row["sent"][field]));
    let codes = |row: &Value| {
        row["problems"].as_array().unwrap().iter().map(|problem| text(&problem["code"])).collect()
    };
    let summary: Value =
        if exit == 2 { Value::Null } else { serde_json::from_str(&folder.read("s.json")).unwrap() };
    let left_out = |key: &str| summary["left_out"][key].as_u64().unwrap_or_default();
    Ran {
        outcomes: rows.iter().map(|row| text(&row["outcome"])).collect(),
        sent: rows.iter().filter(|row| !row["sent"].is_null()).map(sent).collect(),
        codes: rows.iter().map(codes).collect(),
        said: stderr(&run),
        left_out: (left_out("blank"), left_out("header")),
    }
}

#[test]
fn records_that_are_no_rows_are_left_out_counted_and_cost_nothing() {
    let sandbox = Sandbox::start();
    let json = |[nik, phone, name]: [&str; 3]| {
        format!("{{\"nik\":\"{nik}\",\"phone\":\"{phone}\",\"name\":\"{name}\"}}\n")
    };
    for (file, text, left_out) in [
        ("a.csv", format!("nik,phone,name\n{ROW_A},,\n , ,\u{a0}\n\u{200b},,\n{ROW_B}"), (3, 0)),
        ("b.csv", format!("\n\nnik,phone,name\n{ROW_A}\n\n   \n{ROW_B},,\n"), (2, 0)),
        ("c.csv", format!("No,nik,phone,name\n1,{ROW_A}2,{ROW_B}3,,,\n4.,,,\n"), (2, 0)),
        ("d.csv", format!("nik,phone,name\n{ROW_A}NIK,Phone ,NAME\n{ROW_B}"), (0, 1)),
        ("e.csv", format!("nik,phone,name\n(1),(2),(3)\n{ROW_A}{ROW_B}"), (0, 1)),
        (
            "h.csv",
            format!("nik,phone,name\n1,2,3\n{ROW_A}nik,phone,name\n,,\n1,2,3\n{ROW_B}"),
            (1, 3),
        ),
        ("f.csv", format!("nik;phone;name\n{ROW_A};;\n{ROW_B}").replace(',', ";"), (1, 0)),
        (
            "g.jsonl",
            format!("{}{{}}\n{{\"nik\":\"\",\"name\":null}}\n{}", json(A), json(B)),
            (2, 0),
        ),
    ] {
        let ran = run(&sandbox, file, text, &[], 0);
        assert_eq!(
            (ran.sent, ran.left_out),
            (vec![A.map(str::to_owned), B.map(str::to_owned)], left_out),
            "{file}"
        );
        assert!(ran.said.contains("left out: "), "{file}: {}", ran.said);
    }
    assert_eq!(sandbox.charged(), 16);
}

#[test]
fn a_row_with_any_value_is_held_and_not_left_out() {
    let sandbox = Sandbox::start();
    let text = format!("nik,phone,name,note\n{ROW_A}TOTAL,1,\n,,,see above\n1,2,3,4\n");
    let ran = run(&sandbox, "a.csv", text, &[], 3);
    assert_eq!(ran.outcomes, ["pass", "held", "held", "held"]);
    assert_eq!(ran.left_out, (0, 0));
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn the_header_is_found_below_titles_and_named_by_its_line() {
    let sandbox = Sandbox::start();
    for (file, text, said) in [
        (
            "a.csv",
            format!("DAFTAR PEMOHON,,\nPer 26 November 2026,,\n,,\nnik,phone,name\n{ROW_A}"),
            "header in line 4",
        ),
        (
            "b.csv",
            format!("# exported by core-banking\nnik,phone,name\n{ROW_A}"),
            "header in line 2",
        ),
        ("c.csv", format!("Identitas,Kontak,\nNIK,No HP,Nama\n{ROW_A}"), "header in line 2"),
        (
            "d.csv",
            format!("Laporan; cabang Solo, Jawa Tengah\nnik,phone,name\n{ROW_A}").replace(',', ";"),
            "semicolons",
        ),
        (
            "e.csv",
            format!("\"Laporan\nJuli\",,\n\"NIK\",\"No HP\n(aktif)\",Nama\n{ROW_A}"),
            "header in line 3",
        ),
        // A title that names all three, which the rows do not follow.
        (
            "g.csv",
            format!(
                "Daftar NIK,No HP,Nama calon\r\n\r\nJuli,,\r\nNIK;No HP;Nama\r\n{}",
                ROW_A.replace(',', ";")
            ),
            "header in line 4",
        ),
        ("h.csv", format!("Daftar NIK,No HP,Nama calon\n{ROW_A}"), "id_number = \"Daftar NIK\""),
    ] {
        let ran = run(&sandbox, file, text, &[], 0);
        assert_eq!(ran.sent, [A.map(str::to_owned)], "{file}");
        assert!(ran.said.contains(said), "{file}: {}", ran.said);
    }
    let text = format!("nik,phone,name\nx,y,z\nNIK,No HP,Nama\n{ROW_A}");
    let ran = run(&sandbox, "f.csv", text, &["--header-row", "3"], 0);
    assert_eq!(ran.sent, [A.map(str::to_owned)]);
    assert_eq!(sandbox.charged(), 8);
}

#[test]
fn a_file_without_a_header_shows_its_first_rows_and_the_options_but_nobody() {
    let sandbox = Sandbox::start();
    let text = format!("Laporan,,\nTahun 2026,,\n{ROW_A}");
    for (text, args, shown) in [
        (text.clone(), &[][..], "looks like an applicant"),
        (
            "Laporan\nTahun 2026\nBerkas\nLain\n".to_owned(),
            &[],
            "line 1: \"Laporan\"; line 2: \"Tahun 2026\"; line 3: \"Berkas\"",
        ),
        (text.clone(), &["--header-row", "9"], "no row begins on line 9"),
        (text, &["--header-row", "2"], "no column is id_number"),
    ] {
        let ran = run(&sandbox, "a.csv", text, args, 2);
        assert!(ran.said.contains(shown), "{shown}: {}", ran.said);
        assert!(ran.said.contains("--header-row") && !ran.said.contains("Budi"), "{}", ran.said);
    }
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn cells_missing_at_the_end_are_empty_and_text_behind_a_quote_is_held() {
    let sandbox = Sandbox::start();
    let text = format!("nik,phone,name,email,note\n{ROW_A}3309994202910002,081234567802\n");
    let ran = run(&sandbox, "a.csv", text, &[], 3);
    assert_eq!((&ran.codes[0], &ran.codes[1]), (&vec![], &vec!["row.ragged".to_owned()]));
    let text = "nik,phone,name,note\n\
        \"3309990101900001\",\"081234567801\",\"Budi \\\"Bud\\\" Contoh\",\"x\"\n\
        3309990101900001,081234567801,\"Budi\"x,\n\
        3309990101900001,081234567801, \"Budi Contoh\" ,\n\
        3309994202910002,081234567802,Siti \"Ti\" Contoh,\"y\"\n";
    let ran = run(&sandbox, "b.csv", text, &[], 3);
    assert_eq!(ran.outcomes, ["held", "held", "pass", "pass"]);
    assert_eq!(ran.codes[0], ["row.quote"]);
    assert_eq!((&*ran.sent[0][2], &*ran.sent[1][2]), ("Budi Contoh", "Siti \"Ti\" Contoh"));
    assert_eq!(sandbox.charged(), 3);
}

#[test]
fn invisible_characters_and_ways_to_keep_a_zero_make_no_other_person() {
    let sandbox = Sandbox::start();
    let [nik, phone, name] = A;
    let rows: String = [
        [nik, phone, name].map(str::to_owned),
        [
            format!("\u{2068}{nik}\u{2069}"),
            "\u{202a}+62 812\u{2011}345\u{2011}67801\u{202c}".to_owned(),
            format!("\u{feff}{name}"),
        ],
        [format!("=\"{nik}\""), format!("=\"{phone}\""), "Budi\u{200b} Contoh".to_owned()],
        [format!("'{nik}"), format!("\t{phone}"), "Budi\u{a0}Contoh\u{fe0e}".to_owned()],
        [nik.to_owned(), "\"081,234,567,801\"".to_owned(), "Budi\u{3000} Contoh".to_owned()],
    ]
    .iter()
    .map(|row| row.join(",") + "\n")
    .collect();
    let ran = run(&sandbox, "a.csv", format!("nik,phone,name\n{rows}"), &[], 0);
    assert_eq!(ran.sent, vec![A.map(str::to_owned); 5]);
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn what_is_no_name_is_held_and_unusual_names_are_sent() {
    let sandbox = Sandbox::start();
    let with = |names: &[&str]| {
        names.iter().zip(1..).fold("nik,phone,name\n".to_owned(), |text, (name, n)| {
            text + &format!("33099901019000{n:02},0812345678{n:02},\"{name}\"\n")
        })
    };
    for (code, names) in [
        ("name.no_letters", &["-", ".", "?", "___", "0", "081234567801", "3309990101900001"][..]),
        (
            "name.placeholder",
            &[
                "NULL",
                "null",
                "nan",
                "NaN",
                "None",
                "N/A",
                "n/a",
                "\\N",
                "(NULL)",
                "undefined",
                "Tidak Ada",
                "kosong",
            ],
        ),
        (
            "name.damaged",
            &["Joko O&#039;Contoh", "Siti &amp; Contoh", "RenÃ©", "Ren\u{fffd}e", "Ren?e"],
        ),
        ("row.formula", &["#N/A", "#REF!", "#NAME?", "=VLOOKUP(A1;B2;3)"]),
    ] {
        let ran = run(&sandbox, "a.csv", with(names), &[], 3);
        assert!(ran.codes.iter().all(|codes| codes == &[code]), "{code}: {:?}", ran.codes);
        assert!(ran.sent.is_empty() && !ran.said.contains("Joko"), "{}", ran.said);
    }
    assert_eq!(sandbox.requests(), 0);
    let names = ["L", "Test", "陳大文", "Nu'man", "Nu’man", "Nu`man", "H. Budi, S.Kom", "Nunung"];
    let ran = run(&sandbox, "a.csv", with(&names), &[], 0);
    assert_eq!(ran.sent.iter().map(|sent| &*sent[2]).collect::<Vec<_>>(), names);
    assert_eq!(sandbox.charged(), 8);
}

#[test]
fn the_likely_name_stands_beside_its_row_and_not_with_mask() {
    let folder = Folder::bare();
    folder.write("a.csv", "nik,phone,name\n3309990101900001,081234567801,RenÃ©e\n");
    let run = folder.idv(&["check", "a.csv", "-o", "p.csv"]).code(3);
    assert!(folder.read("p.csv").contains("It was likely: Renée"));
    assert!(!stderr(&run).contains("Renée"));
    folder.idv(&["check", "a.csv", "-o", "p.csv", "--mask"]).code(3);
    assert!(!folder.read("p.csv").contains("Renée"));
}

#[test]
fn words_for_the_country_and_the_card_are_known_and_others_are_held_or_ignored() {
    let sandbox = Sandbox::start();
    let header = "nik,phone,name,country,id_type\n";
    let rows = |words: &[(&str, &str)]| {
        words.iter().zip(1..).fold(header.to_owned(), |text, ((country, id_type), n)| {
            text + &format!("33099901019000{n:02},0812345678{n:02},Budi,{country},{id_type}\n")
        })
    };
    let known = [
        ("ID", "KTP"),
        ("IDN", "e-KTP"),
        ("INA", "KTP-el"),
        ("INDONESIA", "KTP elektronik"),
        ("Republik Indonesia", "nik"),
        ("wni", "Kartu Tanda Penduduk"),
        ("", ""),
    ];
    run(&sandbox, "a.csv", rows(&known), &[], 0);
    let ran = run(&sandbox, "a.csv", rows(&[("SG", "KTP"), ("ID", "SIM")]), &[], 3);
    assert_eq!(ran.codes, [["country.unsupported"], ["id_type.unsupported"]]);
    assert!(ran.said.contains("--ignore country") && ran.said.contains("--ignore id_type"));
    let ignored = ["--ignore", "country", "--ignore", "id_type"];
    let ran = run(&sandbox, "a.csv", rows(&[("SG", "SIM")]), &ignored, 0);
    assert_eq!(ran.sent.len(), 1);
    run(&sandbox, "a.csv", rows(&[]), &["--ignore", "name"], 2);
    assert_eq!(sandbox.charged(), 8);
}

/// Writes a sheet with these rows of text.
fn fill(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*cells) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
}

const HEADER: &[&str] = &["nik", "phone", "name"];

#[test]
fn the_first_visible_sheet_with_the_columns_is_read_and_the_others_are_named() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("Sampul").unwrap(), &[&["Laporan"], &["2026"]]);
    let hidden = book.add_worksheet().set_name("Lama").unwrap();
    fill(hidden.set_hidden(true), &[HEADER, &B]);
    fill(book.add_worksheet().set_name("Data").unwrap(), &[&["Judul"], &[], HEADER, &A]);
    fill(book.add_worksheet().set_name("Juni").unwrap(), &[HEADER, &B]);
    book.save(folder.path("a.xlsx")).unwrap();
    let ran = run_in(&folder, "a.xlsx", &[], 0);
    assert_eq!(ran.sent, [A.map(str::to_owned)]);
    for word in ["sheet \"Data\"", "\"Juni\"", "--sheet", "header in row 3"] {
        assert!(ran.said.contains(word), "{word}: {}", ran.said);
    }
    assert!(!ran.said.contains("Lama"));
    let ran = run_in(&folder, "a.xlsx", &["--sheet", "Lama"], 0);
    assert_eq!(ran.sent, [B.map(str::to_owned)]);
    assert_eq!(sandbox.charged(), 2);
    folder.write("a.csv", format!("nik,phone,name\n{ROW_A}"));
    let ran = run_in(&folder, "a.csv", &["--sheet", "Data"], 2);
    assert!(ran.said.contains("--sheet"), "{}", ran.said);
    assert_eq!(sandbox.charged(), 2);
}

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn older_and_other_workbooks_are_read() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    for name in ["old.xls", "libreoffice.ods"] {
        let ran = run_in(&folder, &fixture(name), &[], 0);
        assert_eq!(ran.sent, [A.map(str::to_owned), B.map(str::to_owned)], "{name}");
    }
    let ran = run_in(&folder, &fixture("filtered.xlsx"), &[], 3);
    assert_eq!(ran.outcomes, ["pass", "held", "held"]);
    let ran = run_in(&folder, &fixture("not-calculated.xlsx"), &[], 3);
    assert!(ran.codes.iter().all(|codes| codes.contains(&"row.formula".to_owned())));
    assert_eq!(sandbox.charged(), 5);
}

#[test]
fn what_is_no_workbook_says_what_it_is_and_what_to_do() {
    let sandbox = Sandbox::start();
    let page =
        "<html><body><table><tr><th>NIK</th><th>HP</th><th>Nama</th></tr></table></body></html>";
    let xml = "<?xml version=\"1.0\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>";
    let utf16: Vec<u8> = page.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let encrypted = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![0; 600], name].concat();
    for (file, bytes, said) in [
        ("a.xls", page.as_bytes().to_vec(), "is a web page"),
        ("a.xlsx", [b"\xef\xbb\xbf", xml.as_bytes()].concat(), "is a web page or XML"),
        ("b.xls", utf16, "is a web page"),
        ("c.xls", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![0; 600]].concat(), "damaged"),
        ("e.xlsx", encrypted, "is protected by a password"),
        ("d.xlsx", b"PK\x03\x04 torn".to_vec(), "damaged"),
    ] {
        let ran = run(&sandbox, file, bytes, &[], 2);
        assert!(ran.said.contains(file) && ran.said.contains(said), "{file}: {}", ran.said);
        assert!(ran.said.contains("as .xlsx"), "{file}: {}", ran.said);
    }
    assert_eq!(sandbox.requests(), 0);
}
