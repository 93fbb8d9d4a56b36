//! Replays the corpora of the fuzz targets: the same promises, without a fuzzer.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

/// Runs every file of a corpus, and says which one breaks a promise.
fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = fs::read_dir(folder).expect("the corpus is there");
    let mut files: Vec<_> = files.map(|file| file.expect("it can be read").path()).collect();
    files.sort();
    assert!(files.len() >= 20, "only {} files", files.len());
    for file in files {
        let bytes = fs::read(&file).expect("it can be read");
        let kept = catch_unwind(AssertUnwindSafe(|| run(&bytes)));
        assert!(kept.is_ok(), "{} breaks a promise", file.display());
    }
}

#[test]
fn whatever_the_endpoint_answers_is_read_as_it_stands() {
    replay("answer", fuzz::answer::run);
}

#[test]
fn whatever_is_said_is_shown_and_never_obeyed() {
    replay("escape", fuzz::escape::run);
}

#[test]
fn whatever_a_file_of_applicants_is_its_rows_keep_their_count() {
    replay("reader", fuzz::reader::run);
}

#[test]
fn whatever_a_settings_file_is_the_key_is_not_shown() {
    replay("settings", fuzz::settings::run);
}
