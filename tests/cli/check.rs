//! `idv check` and `idv batch --dry-run`: everything but sending, and what they say comes true.

use predicates::prelude::*;
use serde_json::{Value, json};

use crate::support::{Folder, NIK, Sandbox, applicants, jsonl, lines, stderr, stdout, table};

/// Two that pass, one of them twice and once in another spelling; a malformed one, a suspect one.
const MIXED: &str = "nik;hp;nama;ref\n\
    3310990101900001;081234567890;Budi;A\n\
    3310990101900002;081234567891;Siti;B\n\
    3310990101900001;+62 812-3456-7890;Budi;C\n\
    331099010190001;081234567892;Agus;D\n\
    3310990101900003;0812;Dewi;=1+1\n\
    '3310990101900002;81234567891; Siti ;F\n";

fn plan(folder: &Folder, args: &[&str], exit: i32) -> Value {
    let run = folder.idv(&[&["check"], args].concat()).code(exit);
    lines(&run).remove(0)
}

#[test]
fn what_a_check_says_is_what_a_batch_does() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", MIXED);
    let plan = plan(&folder, &["a.csv"], 3);
    let numbers = ["rows", "held", "duplicates", "answered", "in_doubt", "to_send"];
    assert_eq!(numbers.map(|name| plan[name].as_u64()), [6, 2, 2, 0, 0, 2].map(Some));
    let same = json!([{ "row": 3, "same_as": 1 }, { "row": 6, "same_as": 2 }]);
    assert_eq!(plan["first_duplicates"], same);
    assert_eq!(sandbox.requests(), 0, "a check asks nobody");
    assert!(!folder.path("state").exists(), "a check makes no ledger");

    folder.idv(&["batch", "a.csv"]).code(3);
    assert_eq!(sandbox.charged(), 2);
    let plan = self::plan(&folder, &["a.csv"], 3);
    assert_eq!(numbers.map(|name| plan[name].as_u64()), [6, 2, 2, 2, 0, 0].map(Some));
    assert!(plan["oldest_answer"].as_str().unwrap().starts_with("20"));
    assert_eq!(sandbox.requests(), 2);
}

#[test]
fn a_long_file_is_counted_row_by_row_whatever_the_ledger_knows() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let text = applicants(3000);
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<_> = rows.lines().collect();
    // Every fifth is known; the last five hundred come twice.
    let known: Vec<_> = rows.iter().step_by(5).copied().collect();
    folder.write("known.csv", format!("{header}\n{}\n", known.join("\n")));
    folder.idv(&["batch", "known.csv", "--quiet"]).code(0);
    let all = [&rows[..], &rows[2500..]].concat();
    folder.write("a.csv", format!("{header}\n{}\n", all.join("\n")));
    let plan = plan(&folder, &["a.csv"], 0);
    let numbers = ["rows", "duplicates", "answered", "to_send"];
    assert_eq!(numbers.map(|name| plan[name].as_u64()), [3500, 500, 600, 2400].map(Some));
    assert_eq!(plan["first_duplicates"][0], json!({ "row": 3001, "same_as": 2501 }));
    folder.idv(&["batch", "a.csv", "--quiet"]).code(0);
    assert_eq!(sandbox.charged(), 3000);
}

#[test]
fn the_terms_of_the_run_count_in_its_check() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let doubtful = crate::support::with_phones(&["081234567890", "0800100002"]);
    folder.write("a.csv", doubtful);
    folder.idv(&["batch", "a.csv"]).code(4);
    for (flags, answered, in_doubt, to_send) in [
        (&[][..], 1, 1, 0),
        (&["--fresh"], 0, 1, 1),
        (&["--max-age", "1d"], 1, 1, 0),
        (&["--max-age", "2999-01-01T00:00:00Z"], 0, 1, 1),
        (&["--unknown", "resend"], 1, 0, 1),
    ] {
        let plan = plan(&folder, &[&["a.csv"], flags].concat(), 0);
        let found = ["answered", "in_doubt", "to_send"].map(|name| plan[name].as_u64().unwrap());
        assert_eq!(found, [answered, in_doubt, to_send], "{flags:?}");
    }
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn each_problem_comes_with_its_level_its_first_rows_and_a_repair() {
    let folder = Folder::bare();
    folder.write("a.csv", MIXED);
    let problems = plan(&folder, &["a.csv"], 3)["problems"].clone();
    let found: Vec<_> = problems.as_array().unwrap().iter().collect();
    assert_eq!(found[0]["code"], "phone_number.format");
    assert_eq!(found[0]["level"], "malformed");
    assert_eq!(found[0]["first"], json!([{ "row": 5, "line": 6 }]));
    assert_eq!(found[1]["code"], "id_number.length");
    assert_eq!(found[1]["level"], "suspect");
    assert!(found[1]["message"].as_str().unwrap().contains("15 digits"));
    let text = stdout(&folder.idv(&["check", "a.csv", "-f", "table"]).code(3));
    for said in [
        "CSV with semicolons, UTF-8; id_number = \"nik\"",
        "        2  held, not sent",
        "row 3 is row 1, row 6 is row 2",
        "malformed  phone_number.format, 1 row: row 5 (line 6)",
        "08 and 10 to 13 digits in all.",
        "ledger not consulted",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    for person in [NIK, "081234567890", "Budi", "3310990101900003"] {
        assert!(!text.contains(person), "{person}: {text}");
    }
}

#[test]
fn suspect_rows_are_no_reason_for_3_where_they_would_be_sent() {
    let folder = Folder::bare();
    folder.write("a.csv", "nik,hp,nama\n331099010190001,081234567890,Budi\n");
    assert_eq!(plan(&folder, &["a.csv"], 3)["to_send"], 0);
    assert_eq!(plan(&folder, &["a.csv", "--suspect", "send"], 0)["to_send"], 1);
    folder.write("b.csv", applicants(3));
    assert_eq!(plan(&folder, &["b.csv"], 0)["to_send"], 3);
    folder.write("c.csv", "nik,hp,nama\n");
    assert_eq!(plan(&folder, &["c.csv"], 0)["rows"], 0);
}

#[test]
fn signs_of_a_damaged_file_are_told_by_check_and_by_batch() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let row = |n| format!("33109901019{n:04}0,8123456{n:04},Contoh {n}\n");
    folder
        .write("a.csv", (0..60).map(row).fold("nik,hp,nama\n".to_owned(), |text, row| text + &row));
    let plan = plan(&folder, &["a.csv"], 3);
    let codes: Vec<_> =
        plan["signs"].as_array().unwrap().iter().map(|sign| sign["code"].clone()).collect();
    assert_eq!(codes, ["id_number.rounded", "phone_number.leading_zero"]);
    let run = folder.idv(&["batch", "a.csv", "--max-charges", "0"]).code(5);
    run.stderr(predicate::str::contains("warning: 60 of 60 identity numbers end in 0"));
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn the_price_is_exact_and_from_the_flag_or_the_settings() {
    let folder = Folder::bare();
    folder.write("a.csv", applicants(1234));
    let price = json!({ "each": "0.10", "total": "123.40" });
    assert_eq!(plan(&folder, &["a.csv", "--price", "0.10"], 0)["price"], price);
    let mut command = folder.command(&["check", "a.csv", "-f", "table"]);
    command.env("IDV_PRICE", "1000");
    let run = assert_cmd::Command::from_std(command).assert().code(0);
    assert!(stdout(&run).contains("    1,234  to send, 1,234,000 at 1,000 each"));
    for wrong in ["1.000", "Rp1000", "free"] {
        folder.idv(&["check", "a.csv", "--price", wrong]).code(2).stdout("");
    }
    let mut command = folder.command(&["check", "a.csv"]);
    command.env("IDV_PRICE", "cheap");
    let run = assert_cmd::Command::from_std(command).assert().code(2).stdout("");
    run.stderr(predicate::str::contains("IDV_PRICE"));
}

#[test]
fn the_rows_are_written_with_what_is_wrong_beside_them() {
    let folder = Folder::bare();
    folder.write("a.csv", MIXED);
    folder.idv(&["check", "a.csv", "-o", "p.csv"]).code(3);
    let rows = table(&folder.read("p.csv"), b';');
    assert_eq!(rows.len(), 6);
    assert_eq!((&rows[2]["hp"][..], &rows[2]["ref"][..]), ("+62 812-3456-7890", "C"));
    assert_eq!(rows[2]["idv_phone_number_sent"], "081234567890");
    assert_eq!(rows[2]["idv_problems"], "");
    assert_eq!((&rows[3]["idv_line"][..], &rows[3]["idv_level"][..]), ("5", "suspect"));
    assert_eq!(rows[4]["idv_problems"], "phone_number.format");
    assert!(rows[4]["idv_repair"].contains("10 to 13 digits"));
    assert_eq!(rows[4]["idv_phone_number_sent"], "", "it would not be sent");
    assert_eq!(rows[4]["ref"], "'=1+1");

    folder.idv(&["check", "a.csv", "-o", "p.jsonl"]).code(3);
    let rows = jsonl(&folder.read("p.jsonl"));
    assert_eq!(rows[4]["input"]["ref"], "=1+1");
    assert_eq!(rows[4]["problems"][0]["code"], "phone_number.format");
    assert!(rows[4]["sent"].is_null());
    assert_eq!(rows[5]["sent"]["id_number"], "3310990101900002");
    // What was checked is an input again.
    assert_eq!(plan(&folder, &["p.csv"], 3)["rows"], 6);
}

#[test]
fn masked_rows_name_nobody() {
    let folder = Folder::bare();
    folder.write("a.csv", MIXED);
    for file in ["p.csv", "p.jsonl"] {
        folder.idv(&["check", "a.csv", "-o", file, "--mask"]).code(3);
        for person in [NIK, "081234567890", "812-3456", "Budi", "Agus"] {
            assert!(!folder.read(file).contains(person), "{person} in {file}");
        }
    }
}

#[test]
fn a_check_never_replaces_what_was_paid_for() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    folder.idv(&["batch", "a.csv", "-o", "r.csv"]).code(0);
    let paid = folder.read("r.csv");
    for command in [&["check", "a.csv"][..], &["batch", "a.csv", "--dry-run"]] {
        let run = folder.idv(&[command, &["-o", "r.csv"]].concat()).code(2).stdout("");
        run.stderr(predicate::str::contains("--force"));
    }
    assert_eq!(folder.read("r.csv"), paid);
    assert!(!folder.path("r.csv.part").exists());
    folder.idv(&["check", "a.csv", "-o", "p.csv"]).code(0);
    folder.idv(&["check", "a.csv", "-o", "p.csv"]).code(0);
    folder.idv(&["batch", "a.csv", "-o", "p.csv"]).code(0);
    assert!(folder.read("p.csv").contains("idv_outcome"));
    folder.idv(&["check", "a.csv", "-o", "p.csv", "--force"]).code(0);
    assert!(folder.read("p.csv").contains("idv_repair"));
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn a_dry_run_is_a_check_and_needs_neither_endpoint_nor_key() {
    let folder = Folder::bare();
    folder.write("a.csv", MIXED);
    let check = folder.idv(&["check", "a.csv", "--price", "2"]).code(3);
    let dry = folder.idv(&["batch", "a.csv", "--price", "2", "--dry-run"]).code(3);
    assert_eq!(stdout(&check), stdout(&dry));
    let limited = folder.idv(&["batch", "a.csv", "--dry-run", "--max-charges", "1"]).code(3);
    assert_eq!(
        (&lines(&limited)[0]["to_send"], &lines(&limited)[0]["calls"]),
        (&2.into(), &1.into())
    );
    folder.idv(&["batch", "a.csv", "--dry-run", "-f", "csv"]).code(2).stdout("");
    assert!(!folder.path("state").exists());
}

#[test]
fn whose_answers_count_is_told_by_the_partner_code_alone() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    folder.idv(&["batch", "a.csv"]).code(0);
    let check = |code: Option<&str>| {
        let mut command = folder.command(&["check", "a.csv"]);
        command.env_remove("IDV_PARTNER_KEY").env_remove("IDV_PARTNER_CODE");
        command.envs(code.map(|code| ("IDV_PARTNER_CODE", code)));
        lines(&assert_cmd::Command::from_std(command).assert().code(0)).remove(0)
    };
    assert_eq!(check(Some("demo"))["answered"], 2);
    assert_eq!(check(Some("another"))["answered"], 0);
    let unknown = check(None);
    assert!(unknown["answered"].is_null());
    assert_eq!((&unknown["ledger"]["consulted"], &unknown["to_send"]), (&false.into(), &2.into()));
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn a_ledger_of_the_other_kind_or_a_broken_one_is_refused() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(1));
    folder.idv(&["batch", "a.csv", "--ledger", "l.db"]).code(0);
    let live = ["check", "a.csv", "--ledger", "l.db", "--endpoint", "https://h.example/"];
    folder.idv(&live).code(2).stdout("").stderr(predicate::str::contains("kind sandbox"));
    folder.write("broken.db", "no database at all, whatever it is called");
    folder.idv(&["check", "a.csv", "--ledger", "broken.db"]).code(2).stdout("");
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn a_template_is_an_empty_file_that_every_command_takes() {
    let folder = Folder::bare();
    let run = folder.idv(&["check", "--template"]).code(0).stderr("");
    assert_eq!(stdout(&run), "id_number,phone_number,name\n");
    for file in ["t.csv", "t.xlsx"] {
        folder.idv(&["check", "--template", "-o", file]).code(0).stdout("");
        let run = folder.idv(&["batch", file, "--sandbox"]).code(0);
        assert!(stderr(&run).contains("0 rows"), "{}", stderr(&run));
        assert!(!folder.path(&format!("{file}.part")).exists());
    }
    folder.idv(&["check", "--template", "-f", "table"]).code(2).stdout("");
    folder.idv(&["check", "--template", "a.csv"]).code(2).stdout("");
    folder.idv(&["check"]).code(2).stdout("");
}

#[test]
fn stdin_is_checked_too_and_a_file_that_cannot_be_read_is_refused() {
    let folder = Folder::bare();
    let command = folder.command(&["check", "-"]);
    let run = assert_cmd::Command::from_std(command).write_stdin(MIXED).assert().code(3);
    assert_eq!(lines(&run)[0]["rows"], 6);
    folder.write("a.csv", MIXED);
    folder.write("no_column.csv", "nik,nama\n1,2\n");
    for (args, said) in [
        (&["absent.csv"][..], "no such file"),
        (&["no_column.csv"], "--map phone_number="),
        (&["a.csv", "-o", "a.csv", "--force"], "is the input"),
        (&["a.csv", "-o", "absent/p.csv"], "can't write"),
        (&["a.csv", "-o", "p.txt"], ".csv, .jsonl or .xlsx"),
    ] {
        let run = folder.idv(&[&["check"], args].concat()).code(2).stdout("");
        assert!(stderr(&run).contains(said), "{args:?}: {}", stderr(&run));
    }
    assert_eq!(folder.read("a.csv"), MIXED);
}
