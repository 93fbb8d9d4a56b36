//! `idv batch`: rows, columns and sums.

use predicates::prelude::*;

use crate::support::{Folder, Sandbox, applicants, lines, stderr, stdout, table, with_phones};

const COLUMNS: &str = "idv_row,idv_outcome,idv_code,idv_message,idv_sequence_id,idv_result,\
    idv_id_phone_match,idv_id_name_match,idv_reason,idv_charged,idv_source,idv_attempts,\
    idv_elapsed_ms,idv_verified_at,idv_id_number_sent,idv_phone_number_sent,idv_name_sent,\
    idv_problems";

#[test]
fn results_come_in_the_order_of_the_input() {
    let sandbox = Sandbox::with(&["--latency", "1ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(3000));
    let run = folder.idv(&["batch", "a.csv", "-c", "32"]).code(0);
    let rows: Vec<_> = lines(&run).iter().map(|line| line["row"].as_u64().unwrap()).collect();
    assert!(rows.iter().copied().eq(1..=3000));
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
    assert_eq!(sandbox.charged(), 3000);
}

#[test]
fn unordered_results_come_as_they_are_done_and_each_once() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    // The first row waits a second for its second try.
    folder.write("a.csv", with_phones(&["0800100007", "081234567801", "081234567802"]));
    let run = folder.idv(&["batch", "a.csv", "--unordered"]).code(0);
    let mut rows: Vec<_> = lines(&run).iter().map(|line| line["row"].as_u64().unwrap()).collect();
    assert_eq!(rows[2], 1);
    rows.sort_unstable();
    assert_eq!(rows, [1, 2, 3]);
    assert_eq!(sandbox.charged(), 3);
}

#[test]
fn a_results_csv_has_the_inputs_columns_untouched_and_ours_after_them() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let input = "\u{feff}Ref;No. KTP;No HP;Nama;Note\r\n\
        A;3310990101900001;+62 812-3456-7890;\"Budi \"\"B\"\" Contoh\";\"two\nlines; one cell\"\r\n\
        B;3310990101909001;081234567891;Siti;=HYPERLINK(\"x\")\r\n";
    folder.write("in.csv", input);
    folder.idv(&["batch", "in.csv", "-o", "out.csv"]).code(0).stdout("");
    let text = folder.read("out.csv");
    let header = format!("\u{feff}Ref;No. KTP;No HP;Nama;Note;{}", COLUMNS.replace(',', ";"));
    assert_eq!(text.lines().next(), Some(header.as_str()));
    let rows = table(text.trim_start_matches('\u{feff}'), b';');
    assert_eq!(rows[0]["No HP"], "+62 812-3456-7890");
    assert_eq!(rows[0]["idv_phone_number_sent"], "081234567890");
    assert_eq!(rows[0]["Nama"], "Budi \"B\" Contoh");
    assert_eq!(rows[0]["Note"], "two\nlines; one cell");
    assert_eq!(rows[0]["idv_outcome"], "pass");
    assert_eq!(rows[1]["Note"], "'=HYPERLINK(\"x\")");
    assert_eq!(rows[1]["idv_id_phone_match"], "fail");
    assert_eq!(rows[1]["idv_row"], "2");
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn a_former_results_file_is_an_input_and_its_old_results_are_dropped() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("in.csv", applicants(3));
    folder.idv(&["batch", "in.csv", "-o", "one.csv"]).code(0);
    let run = folder.idv(&["batch", "one.csv", "-o", "two.csv"]).code(0);
    assert!(stderr(&run).contains("former result"));
    let header = folder.read("two.csv").lines().next().unwrap().to_owned();
    assert_eq!(header, format!("nik,phone,name,{COLUMNS}"));
    assert_eq!(sandbox.charged(), 3);
}

#[test]
fn malformed_rows_are_held_with_their_reason_and_the_others_go_on() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write(
        "a.csv",
        "nik,phone,name\n\
         3310990101900001,0812345678O0,Letter O\n\
         3310990101900002,081234567890,\n\
         ,081234567890,No number\n\
         3310990101900004,081234567890,Good\n\
         3310990101900005,081234567890\n\
         3310990101900006,6281234567890,Good too\n",
    );
    let run = folder.idv(&["batch", "a.csv"]).code(3);
    let lines = lines(&run);
    let codes: Vec<_> = lines.iter().map(|l| l["problems"][0]["code"].as_str()).collect();
    assert_eq!(
        codes,
        [
            Some("phone_number.format"),
            Some("name.empty"),
            Some("id_number.empty"),
            None,
            Some("row.ragged"),
            None
        ]
    );
    assert_eq!(lines.iter().filter(|line| line["outcome"] == "held").count(), 4);
    assert_eq!(lines[5]["sent"]["phone_number"], "081234567890");
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn columns_are_mapped_by_hand_where_their_headers_do_not_say_it() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", "kolom a|no hp|Pelanggan\n3310990101900001|081234567890|Budi\n");
    let run = folder.idv(&["batch", "a.csv"]).code(2);
    run.stderr(predicate::str::contains("--map id_number="));
    let maps = ["--map", "id_number=Kolom A", "--map", "name=Pelanggan"];
    folder.idv(&[&["batch", "a.csv"], &maps[..]].concat()).code(0);
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn the_delimiter_is_found_or_said() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    for (delimiter, flag) in [(",", ","), (";", ";"), ("|", "|"), ("\t", "tab")] {
        let text =
            ["nik", "hp", "nama\n3310990101900001", "081234567890", "Budi\n"].join(delimiter);
        folder.write("a.csv", text);
        folder.idv(&["batch", "a.csv"]).code(0);
        folder.idv(&["batch", "a.csv", "--delimiter", flag]).code(0);
    }
    folder.idv(&["batch", "a.csv", "--delimiter", ";"]).code(2).stdout("");
    folder.idv(&["batch", "a.csv", "--delimiter", "xx"]).code(2).stdout("");
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn the_summary_adds_up_on_stderr_and_in_its_file() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write(
        "a.csv",
        with_phones(&["081234567890", "0800011340", "0800100012", "0812", "0800011350"]),
    );
    let args = ["batch", "a.csv", "--summary", "s.json", "--retries", "0"];
    let run = folder.idv(&args).code(4);
    let summary: serde_json::Value = serde_json::from_str(&folder.read("s.json")).unwrap();
    assert_eq!(summary["rows"], 5);
    for outcome in ["pass", "refused", "unrecognised", "held", "unavailable"] {
        assert_eq!(summary["by_outcome"][outcome], 1, "{outcome}");
    }
    assert_eq!(summary["charged"], serde_json::json!({"yes": 1, "no": 3, "unknown": 1}));
    assert_eq!(summary["by_code"]["200"]["rows"], 1);
    assert_eq!(summary["by_code"]["12223"]["charged"], "unknown");
    assert_eq!(summary["by_problem"]["phone_number.format"], 1);
    assert_eq!(summary["exit_code"], 4);
    let text = stderr(&run);
    assert!(text.contains("charged: 1   not charged: 3   unknown: 1"), "{text}");
    assert!(text.contains("5 rows in "), "{text}");
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn an_answered_file_exits_with_0_and_on_request_with_1_for_a_mismatch() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", "nik,phone,name\n3310990101909001,081234567890,Budi\n");
    folder.idv(&["batch", "a.csv"]).code(0);
    folder.idv(&["batch", "a.csv", "--fail-on-mismatch"]).code(1);
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn a_header_alone_is_zero_rows() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", "nik,phone,name\n");
    let run = folder.idv(&["batch", "a.csv", "-f", "csv"]).code(0);
    assert_eq!(stdout(&run), format!("nik,phone,name,{COLUMNS}\n"));
    assert!(stderr(&run).contains("0 rows"));
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn a_file_that_cannot_be_read_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("empty.csv", "");
    folder.write("no_header.csv", "3310990101900001,081234567890,Budi\n");
    folder.write("no_column.csv", "nik,nama\n3310990101900001,Budi\n");
    folder.write("two.csv", "nik,phone,hp,nama\n3310990101900001,0812,0813,Budi\n");
    std::fs::create_dir(folder.path("folder.csv")).unwrap();
    for (file, said) in [
        ("absent.csv", "no such file"),
        ("empty.csv", "empty"),
        ("no_header.csv", "header"),
        ("no_column.csv", "--map phone_number="),
        ("two.csv", "--map phone_number="),
        ("folder.csv", "folder"),
    ] {
        let run = folder.idv(&["batch", file]).code(2).stdout("");
        let text = stderr(&run);
        assert!(text.to_lowercase().contains(said), "{file}: {text}");
        assert!(text.contains(file), "{file}: {text}");
        assert!(!text.contains("3310990101900001"), "{file}: {text}");
    }
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn stdin_is_an_input_that_may_come_slowly() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let mut command = folder.command(&["batch", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    input.write_all(b"nik,phone,name\n").unwrap();
    for n in 1..=3 {
        writeln!(input, "331099010190000{n},08123456789{n},Contoh {n}").unwrap();
        // The row's answer is here before the next row is written.
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["row"], &line["outcome"]), (&n.into(), &"pass".into()));
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(sandbox.charged(), 3);
}
