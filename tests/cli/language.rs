//! The language for people: chosen by a flag, a setting or the locale; machines read the same in both.

use predicates::prelude::*;

use crate::support::{Folder, NAME, NIK, PHONE, Sandbox, stderr, stdout};

/// Applicants with a pass, a fail, a held row, a refusal, an unknown and a duplicate.
const APPLICANTS: &str = "nik,hp,nama\n\
    3310990101900001,081234567890,Budi Contoh\n\
    3310990101909001,081234567891,Siti Umpama\n\
    331099010190,081234567892,Agus Contoh\n\
    3310990101900004,0800011340,Dewi Contoh\n\
    3310990101900005,0800100002,Rina Contoh\n\
    3310990101900001,081234567890,Budi Contoh\n\
    3310990101900007,0800000302,Tono 2 Contoh\n";

/// The commands that a clerk types, with what stands on stderr, each in a fresh folder.
fn typical_runs() -> Vec<Vec<&'static str>> {
    let verify = |phone: &'static str, nik: &'static str| {
        vec!["verify", "--sandbox", "-f", "table", "--nik", nik, "--phone", phone, "--name", NAME]
    };
    vec![
        vec!["batch", "a.csv", "--sandbox", "-o", "r.csv", "--retries", "0", "--no-progress"],
        vec!["batch", "a.csv", "--sandbox", "-o", "r.csv", "--price", "1000", "--retries", "0"],
        vec!["batch", "a.csv", "--sandbox", "-o", "r.csv", "--max-charges", "1"],
        vec!["batch", "a.csv", "--sandbox", "-o", "r.xlsx", "--report", "r.html", "--retries", "0"],
        vec!["batch", "a.csv", "--sandbox", "-o", "r.csv", "--shard", "1/2", "--retries", "0"],
        vec!["batch", "a.csv", "--sandbox", "-f", "table", "--retries", "0"],
        vec!["batch", "a.csv", "--sandbox", "-o", "r.csv", "--max-unknown", "0", "--retries", "0"],
        vec!["batch", "one.csv", "--sandbox", "-o", "r.csv"],
        vec!["batch", "empty.csv", "--sandbox", "-o", "r.csv"],
        vec!["check", "a.csv", "--sandbox", "-f", "table"],
        vec!["check", "a.csv", "--sandbox", "-f", "table", "--price", "0.25"],
        vec!["check", "swapped.csv", "--sandbox", "-f", "table"],
        vec!["check", "a.csv", "--sandbox", "-f", "table", "-o", "rows.csv"],
        vec!["check", "a.csv", "-f", "table"],
        verify(PHONE, NIK),
        verify(PHONE, "3310990101909001"),
        verify("0800100002", NIK),
        verify("12345", NIK),
        verify("0800000305", NIK),
        vec!["verify", "--sandbox", "-f", "table", "--nik", NIK],
        vec!["batch", "missing.csv", "--sandbox", "-o", "r.csv"],
        vec!["batch", ".", "--sandbox", "-o", "r.csv"],
        vec!["batch", "nothing.csv", "--sandbox", "-o", "r.csv"],
        vec!["batch", "headless.csv", "--sandbox", "-o", "r.csv"],
        vec!["batch", "page.xls", "--sandbox", "-o", "r.csv"],
        vec!["batch", "other.csv", "--sandbox", "-o", "r.csv"],
        vec!["batch", "a.csv", "-o", "r.csv"],
        vec!["batch", "a.csv", "--sandbox", "-o", "other.csv"],
        vec!["batch", "a.csv", "--sandbox", "-o", "a.csv"],
        vec!["batch", "a.csv", "--sandbox", "-o", "r.csv", "--report", "r.csv"],
        vec!["batch", "a.csv", "--sandbox", "-o", "no/such/folder/r.csv"],
        vec!["batch", "a.csv", "--sandbox", "-o", "r.csv.age"],
    ]
}

fn folder() -> Folder {
    let folder = Folder::bare();
    folder.write("a.csv", APPLICANTS);
    folder.write("one.csv", "nik,hp,nama\n3310990101900001,081234567890,Budi Contoh\n");
    folder.write("empty.csv", "nik,hp,nama\n");
    folder.write("nothing.csv", "");
    folder.write("headless.csv", "3310990101900001,081234567890,Budi Contoh\n");
    folder.write("page.xls", "<html><table><tr><td>nik</td></tr></table></html>");
    folder.write("other.csv", "nik,hp,alamat\n3310990101900001,081234567890,Jalan\n");
    let swapped = "nik,hp,nama\n081234567890,3310990101900001,Budi Contoh\n";
    folder.write("swapped.csv", swapped);
    folder
}

/// Lines that are words: no path, no column of figures, no command.
fn sentences(text: &str) -> Vec<String> {
    let letters = |line: &str| line.chars().filter(|c| c.is_alphabetic()).count();
    let words = |line: &str| line.split_whitespace().filter(|word| letters(word) >= 2).count();
    text.lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| words(line) >= 2 && !line.starts_with("idv "))
        .collect()
}

#[test]
fn no_english_sentence_is_left_in_a_run_in_indonesian() {
    let mut compared = 0;
    for run in typical_runs() {
        let said = |lang: &str| {
            let folder = folder();
            let assert = folder.idv(&[&run[..], &["--lang", lang]].concat());
            let card = if run[0] == "verify" { stdout(&assert) } else { String::new() };
            let plan = if run[0] == "check" { stdout(&assert) } else { String::new() };
            sentences(&(stderr(&assert) + &card + &plan))
        };
        let (english, indonesian) = (said("en"), said("id"));
        compared += english.len();
        for line in english {
            assert!(!indonesian.contains(&line), "{run:?} says in Indonesian: {line}");
        }
    }
    assert!(compared > 150, "only {compared} sentences were compared");
}

#[test]
fn the_card_says_in_the_language_of_the_run_why_no_answer_came() {
    for (lang, said, doubt) in [
        ("en", "no usable answer: connection closed before message completed", "call 1 of run 1"),
        ("id", "tanpa jawaban yang bisa dipakai: sambungan ditutup", "panggilan 1 dari proses 1"),
    ] {
        let sandbox = Sandbox::start();
        let folder = Folder::at(&sandbox.url);
        let flags = ["--nik", NIK, "--phone", "0800100002", "--name", NAME, "--lang", lang];
        let verify = || {
            let card =
                stdout(&folder.idv(&[&["verify", "-f", "table"][..], &flags].concat()).code(4));
            card.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let card = verify();
        assert!(card.contains(said), "{card}");
        let card = verify();
        assert!(card.contains(doubt), "the second card tells of the first call: {card}");
        let line = stdout(&folder.idv(&[&["verify", "-f", "jsonl"][..], &flags].concat()).code(4));
        assert!(line.contains("no usable answer: connection closed"), "{line}");
        assert_eq!(sandbox.charged(), 1, "nothing is sent again");
    }
}

#[test]
fn programs_read_the_same_in_both_languages() {
    for format in ["jsonl", "csv"] {
        let written = |lang: &str| {
            let sandbox = Sandbox::start();
            let folder = Folder::at(&sandbox.url);
            folder.write("a.csv", APPLICANTS);
            let args =
                ["batch", "a.csv", "-f", format, "--retries", "0", "--summary", "s.json", "--lang"];
            let assert = folder.idv(&[&args[..], &[lang]].concat()).code(4);
            let mut summary: serde_json::Value =
                serde_json::from_str(&folder.read("s.json")).unwrap();
            // What depends on the clock.
            for key in ["started_at", "ended_at", "elapsed_s", "rows_per_second", "latency_ms"] {
                summary[key] = serde_json::Value::Null;
            }
            assert_eq!(sandbox.charged(), 3);
            (timeless(&stdout(&assert), format), summary, assert.get_output().status.code())
        };
        let (english, indonesian) = (written("en"), written("id"));
        assert_eq!(english.0, indonesian.0);
        let next = |summary: &serde_json::Value| summary["next"].to_string().replace("en", "id");
        assert_eq!(next(&english.1), next(&indonesian.1), "commands differ in their flag only");
        assert_eq!(english.1["by_outcome"], indonesian.1["by_outcome"]);
        assert_eq!(english.2, indonesian.2);
    }
}

/// Results without what differs between two runs: times and the provider's sequence ids.
fn timeless(results: &str, format: &str) -> Vec<String> {
    let varies = ["idv_sequence_id", "idv_elapsed_ms", "idv_verified_at"];
    if format == "jsonl" {
        let strip = |line: &str| {
            let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
            for key in ["sequence_id", "elapsed_ms", "verified_at"] {
                line[key] = serde_json::Value::Null;
            }
            line.to_string()
        };
        return results.lines().map(strip).collect();
    }
    let mut lines = results.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let kept = |cells: Vec<&str>| {
        let kept = cells.iter().zip(&header).filter(|(_, name)| !varies.contains(name));
        kept.map(|(cell, _)| (*cell).to_owned()).collect::<Vec<_>>().join(",")
    };
    lines.map(kept).collect()
}

#[test]
fn the_language_comes_from_the_flag_the_setting_or_the_locale() {
    let indonesian = predicate::str::contains("rencana: ");
    let english = predicate::str::contains("plan: ");
    for (variables, flag, is_indonesian) in [
        (&[("LANG", "id_ID.UTF-8")][..], None, true),
        (&[("LANG", "id")], None, true),
        (&[("LANG", "en_US.UTF-8")], None, false),
        (&[("LANG", "id_ID.UTF-8"), ("LC_ALL", "C")], None, false),
        (&[("LANG", "C"), ("LC_MESSAGES", "id_ID")], None, true),
        (&[("IDV_LANG", "id"), ("LC_ALL", "C")], None, true),
        (&[("IDV_LANG", "en"), ("LANG", "id_ID.UTF-8")], None, false),
        (&[("IDV_LANG", "en")], Some("id"), true),
        (&[], None, false),
    ] {
        let folder = folder();
        let mut args = vec!["batch", "one.csv", "--sandbox", "-f", "jsonl"];
        args.extend(flag.iter().flat_map(|lang| ["--lang", lang]));
        let mut command = folder.command(&args);
        command.env_remove("LC_ALL");
        command.envs(variables.iter().copied());
        let assert = assert_cmd::Command::from_std(command).assert().code(0);
        let said = if is_indonesian { &indonesian } else { &english };
        assert!(said.eval(&stderr(&assert)), "{variables:?} {flag:?}");
    }
}

#[test]
fn a_language_that_is_unknown_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let file = folder.write("a.csv", APPLICANTS);
    let mut command = folder.command(&["batch", file.to_str().unwrap()]);
    command.env("IDV_LANG", "fr");
    let assert = assert_cmd::Command::from_std(command).assert().code(2);
    assert!(stderr(&assert).contains("IDV_LANG must be id or en"));
    let assert = folder.idv(&["batch", "a.csv", "--lang", "fr"]).code(2);
    assert!(stderr(&assert).contains("say id or en"));
    assert_eq!(sandbox.charged(), 0);
}

#[test]
fn the_report_is_in_the_language_of_the_run() {
    let folder = folder();
    let args = ["batch", "a.csv", "--sandbox", "-o", "r.csv", "--retries", "0", "--price", "1000"];
    folder.idv(&[&args[..], &["--report", "r.html", "--lang", "id"]].concat()).code(4);
    let page = folder.read("r.html");
    assert!(page.starts_with("<!doctype html>\n<html lang=\"id\">"));
    for said in ["<h2 id=\"verdicts\">Hasil</h2>", "tidak sesuai", "WIB", "Rp2.000", "Biaya"] {
        assert!(page.contains(said), "{said}");
    }
    for english in ["Rows", "Charged", "Verdicts", " the ", " rows"] {
        assert!(!page.contains(english), "{english}");
    }
    // A report of idv is replaced without --force, in whichever language.
    folder.idv(&[&args[..], &["--report", "r.html", "--lang", "en"]].concat()).code(4);
    assert!(folder.read("r.html").contains("<h2 id=\"verdicts\">Verdicts</h2>"));
}
