//! The files that a run writes: private, whole, and never in place of something else.

use std::process::Stdio;

use predicates::prelude::*;

use crate::support::{
    Folder, NIK, Sandbox, applicants, has_dev_full, jsonl, lines, stderr, stdout,
};

#[test]
#[cfg(unix)]
fn results_are_readable_by_their_owner_alone() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    folder.idv(&["batch", "a.csv", "-o", "r.csv", "--summary", "s.json"]).code(0);
    for file in ["r.csv", "s.json"] {
        assert_eq!(crate::support::mode(&folder.path(file)), 0o600, "{file}");
        assert!(!folder.path(&format!("{file}.part")).exists(), "{file}");
    }
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn a_file_of_results_is_replaced_and_any_other_is_not() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    folder.idv(&["batch", "a.csv", "-o", "r.csv"]).code(0);
    folder.idv(&["batch", "a.csv", "-o", "r.csv"]).code(0);
    folder.write("precious.csv", "nik,note\n1,keep me\n");
    let run = folder.idv(&["batch", "a.csv", "-o", "precious.csv"]).code(2);
    run.stderr(predicate::str::contains("--force"));
    assert!(folder.read("precious.csv").contains("keep me"));
    folder.idv(&["batch", "a.csv", "-o", "precious.csv", "--force"]).code(0);
    assert!(folder.read("precious.csv").contains("idv_outcome"));
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn a_card_is_replaced_by_the_next_card_and_another_text_is_not() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    for nik in [NIK, "3310990101909001"] {
        folder.verify(nik, "081234567890", &["-o", "card.txt"]);
        assert!(folder.read("card.txt").contains(nik));
    }
    folder.verify(NIK, "081234567890", &["-o", "card.txt", "--mask", "--color", "always"]).code(0);
    folder.verify(NIK, "081234567890", &["-o", "card.txt"]).code(0);
    folder.write("note.txt", "PASS  the exam\n");
    let run = folder.verify(NIK, "081234567890", &["-o", "note.txt"]).code(2);
    assert!(stderr(&run).contains("--force"), "{}", stderr(&run));
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    for output in ["absent/r.csv", "a.csv/r.csv"] {
        let run = folder.idv(&["batch", "a.csv", "-o", output]).code(2).stdout("");
        assert!(stderr(&run).contains("can't write"), "{}", stderr(&run));
    }
    let run = folder.idv(&["batch", "a.csv", "-o", "results.doc"]).code(2);
    run.stderr(predicate::str::contains("-f csv"));
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn results_whose_place_is_taken_during_the_run_get_a_number() {
    let sandbox = Sandbox::with(&["--latency", "300ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    let mut command = folder.command(&["batch", "a.csv", "-o", "r.csv"]);
    let run = command.stderr(Stdio::piped()).spawn().unwrap();
    while sandbox.requests() == 0 {}
    std::fs::create_dir(folder.path("r.csv")).unwrap();
    let run = run.wait_with_output().unwrap();
    let text = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(0), "{text}");
    assert!(text.contains("r.csv can't be replaced"), "{text}");
    assert!(text.contains("results: r (2).csv"), "{text}");
    assert_eq!(folder.read("r (2).csv").lines().count(), 3);
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn the_format_follows_the_files_ending() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(1));
    for (file, begins) in
        [("r.csv", "nik,"), ("r.jsonl", "{"), ("r.json", "{"), ("r.txt", "   ROW")]
    {
        folder.idv(&["batch", "a.csv", "-o", file]).code(0).stdout("");
        assert!(folder.read(file).starts_with(begins), "{file}");
    }
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn a_table_has_a_line_a_row_and_no_colour_in_a_pipe() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", "nik,phone,name\n3310990101909001,081234567890,A\u{1b}[31mB\n");
    let text = stdout(&folder.idv(&["batch", "a.csv", "-f", "table", "--suspect", "send"]).code(0));
    assert_eq!(text.lines().count(), 2);
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(text.contains("A\\u{1b}[31mB"), "{text}");
    assert!(text.contains("phone fail, name pass"), "{text}");
    let text = stdout(
        &folder
            .idv(&["batch", "a.csv", "-f", "table", "--suspect", "send", "--color", "always"])
            .code(0),
    );
    assert!(text.contains("\u{1b}[31mfail"), "{text}");
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn masked_results_show_no_number_and_no_name_in_any_format() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write(
        "a.csv",
        "ref,No KTP,hp,nama,no_kk\nA-1,3310.9901.0190.0001,+62 812-3456-7890,Budi Contoh,3310990000000009\n",
    );
    for format in ["table", "jsonl", "csv"] {
        let text =
            stdout(&folder.idv(&["batch", "a.csv", "--mask", "--fresh", "-f", format]).code(0));
        for secret in [NIK, "3310.9901", "081234567890", "812-3456", "Budi", "3310990000000009"] {
            assert!(!text.contains(secret), "{format} shows {secret}: {text}");
        }
    }
    assert_eq!(sandbox.charged(), 3);
}

#[test]
fn quiet_says_nothing_and_stdout_is_data_alone() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(5));
    let run = folder.idv(&["batch", "a.csv", "--quiet"]).code(0).stderr("");
    assert_eq!(lines(&run).len(), 5);
    assert_eq!(sandbox.charged(), 5);
}

#[test]
fn verbose_says_every_attempt_without_key_or_person() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", crate::support::with_phones(&["0800100008"]));
    let text = stderr(&folder.idv(&["batch", "a.csv", "-vv"]).code(0));
    assert_eq!(text.matches("code=600").count(), 2, "{text}");
    assert_eq!(text.matches("code=200").count(), 1, "{text}");
    for secret in ["demo-key", "0800100008", "partner_key", "Contoh"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn a_full_disk_stops_the_run_with_6() {
    if !has_dev_full() {
        return;
    }
    let sandbox = Sandbox::with(&["--latency", "5ms"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(500));
    let run = folder.idv(&["batch", "a.csv", "-o", "/dev/full", "-f", "csv", "-c", "4"]).code(6);
    assert!(stderr(&run).contains("can't be written"), "{}", stderr(&run));
    let charged = sandbox.charged();
    assert!(charged < 100, "{charged} of 500 were paid though nothing could be written");
}

#[test]
fn a_leftover_part_file_is_replaced() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(1));
    folder.write("r.jsonl.part", "left over");
    folder.idv(&["batch", "a.csv", "-o", "r.jsonl"]).code(0);
    assert_eq!(jsonl(&folder.read("r.jsonl")).len(), 1);
    assert!(!folder.path("r.jsonl.part").exists());
    assert_eq!(sandbox.charged(), 1);
}
