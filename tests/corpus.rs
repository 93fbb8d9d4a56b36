//! Replays the corpora of the fuzz targets: the same promises, without a fuzzer.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!((10..=80).contains(&files.len()), "{} files", files.len());
    files.sort();
    for file in files {
        let bytes = fs::read(&file).unwrap();
        assert!(bytes.len() <= 8192, "{} is large", file.display());
        let kept = catch_unwind(AssertUnwindSafe(|| run(&bytes)));
        assert!(kept.is_ok(), "a promise is broken by {}", file.display());
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
