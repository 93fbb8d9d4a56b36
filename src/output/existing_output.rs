//! Recognises files that idv wrote, by how they begin: only these are replaced without `--force`.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::output::encryption::is_encrypted_output;
use crate::output::{card, report, xlsx};

/// The beginning of a file as text. For a workbook, its first row.
fn beginning(path: &Path) -> io::Result<String> {
    let mut beginning = Vec::new();
    File::open(path)?.take(64 * 1024).read_to_end(&mut beginning)?;
    if beginning.starts_with(b"PK\x03\x04") {
        // A file that is no readable workbook was not written by idv.
        return Ok(xlsx::first_row(path).unwrap_or_else(|| "no workbook".to_owned()));
    }
    Ok(String::from_utf8_lossy(&beginning).into_owned())
}

/// Whether a file is empty, or begins as a file of a check.
pub(super) fn is_check(path: &Path) -> io::Result<bool> {
    let text = beginning(path)?;
    let line = text.lines().next().unwrap_or_default();
    let holds = |words: &[&str]| words.iter().all(|word| line.contains(word));
    Ok(text.is_empty()
        || holds(&["idv_row", "idv_line", "idv_level", "idv_problems"])
        || (line.starts_with('{') && holds(&["\"row\":", "\"line\":", "\"level\":"])))
}

/// Whether a file is empty, or begins as a result, summary or report of idv.
pub(super) fn is_idv_output(path: &Path) -> io::Result<bool> {
    let text = beginning(path)?;
    let line = text.lines().next().unwrap_or_default();
    let holds = |words: &[&str]| words.iter().all(|word| line.contains(word));
    Ok(text.is_empty()
        || holds(&["idv_row", "idv_outcome", "idv_charged"])
        || (line.starts_with('{') && holds(&["\"row\":", "\"outcome\":", "\"charged\":"]))
        || (line.starts_with('{') && text.contains("\"by_outcome\":"))
        || is_encrypted_output(&text)
        || report::is_report(&text)
        || card::is_card(&text)
        || holds(&["ROW", "ID NUMBER", "OUTCOME", "CHARGED"]))
}
