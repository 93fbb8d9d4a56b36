//! Signs of fraud in a file, and the rows that are written.

use crate::support::{Folder, Sandbox, jsonl, lines, stderr, stdout, table};

/// Three people with one phone, one number with two names, and one person without a sign.
const FILE: &str = "nik,phone,name\n\
    3309990101900001,081234567801,Budi Contoh\n\
    3309990101900002,081234567801,Siti Contoh\n\
    3309990101900003,+62 812-3456-7801,Agus Misal\n\
    3309990101900004,081234567804,Dewi Misal\n\
    3309990101900004,081234567804,Eko Umpama\n\
    3309990101909001,081234567806,Ani Umpama\n";

const SHARED: [&str; 6] = [
    "phone_number.shared",
    "phone_number.shared",
    "phone_number.shared",
    "id_number.shared",
    "id_number.shared",
    "",
];

#[test]
fn signs_of_fraud_stand_in_the_plan_the_results_and_the_report_and_hold_nothing() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", FILE);
    let run = folder.idv(&["check", "a.csv", "-f", "jsonl", "-o", "p.csv"]).code(0);
    let plan = &lines(&run)[0];
    let found = |code: &str| {
        let all = plan["problems"].as_array().unwrap();
        all.iter().find(|problem| problem["code"] == code).unwrap().clone()
    };
    assert_eq!(found("phone_number.shared")["rows"], 3);
    assert_eq!(found("phone_number.shared")["first"][2]["line"], 4);
    assert_eq!(found("id_number.shared")["first"][0]["row"], 4);
    assert_eq!(found("id_number.shared")["level"], "note");
    let checked = table(&folder.read("p.csv"), b',');
    assert_eq!(checked.iter().map(|row| &*row["idv_problems"]).collect::<Vec<_>>(), SHARED);
    let run = folder.idv(&["batch", "a.csv", "-o", "r.csv", "--report", "p.html"]).code(0);
    let rows = table(&folder.read("r.csv"), b',');
    assert_eq!(rows.iter().map(|row| &*row["idv_problems"]).collect::<Vec<_>>(), SHARED);
    assert!(rows.iter().all(|row| row["idv_source"] == "api"), "{}", stderr(&run));
    let report = folder.read("p.html");
    assert!(report.contains("phone_number.shared") && report.contains("rows 1, 2, 3"), "{report}");
    assert!(stdout(&folder.idv(&["check", "a.csv", "-f", "table"])).contains("id_number.shared"));
    assert_eq!(sandbox.charged(), 6);
}

#[test]
fn a_stream_has_no_signs_of_fraud() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let command = folder.command(&["batch", "-", "-f", "jsonl"]);
    let run = assert_cmd::Command::from_std(command).write_stdin(FILE).assert().code(0);
    assert!(lines(&run).iter().all(|row| row["problems"].as_array().unwrap().is_empty()));
    assert_eq!(sandbox.charged(), 6);
}

#[test]
fn only_rows_with_the_wanted_outcomes_are_written_and_the_sums_stay_whole() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", format!("{FILE}1,081234567899,Tidak Lengkap\n"));
    let args = ["batch", "a.csv", "-o", "r.jsonl", "--summary", "s.json", "--only", "fail,held"];
    folder.idv(&args).code(3);
    let rows = jsonl(&folder.read("r.jsonl"));
    let outcomes: Vec<_> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["fail", "held"]);
    assert_eq!((&rows[0]["row"], &rows[1]["row"]), (&6.into(), &7.into()));
    let summary: serde_json::Value = serde_json::from_str(&folder.read("s.json")).unwrap();
    assert_eq!((&summary["rows"], &summary["by_outcome"]["pass"]), (&7.into(), &5.into()));
    folder.idv(&["batch", "a.csv", "--only", "nonsense"]).code(2);
    assert_eq!(sandbox.charged(), 6);
}
