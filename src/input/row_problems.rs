//! Problems in the way a row is written.

use crate::input::detected_format::Encoding;
use crate::input::raw_record::Flaw;
use crate::model::characters::trimmed;
use crate::model::problem::RowProblem;

/// The problem of a row with invalid characters.
pub(crate) fn of_text(text: &str, encoding: Encoding) -> Option<RowProblem> {
    if encoding.marks_damage() && has_mark(text) {
        return Some(RowProblem::Encoding { encoding: encoding.name() });
    }
    memchr::memchr(0, text.as_bytes()).is_some().then_some(RowProblem::Nul)
}

/// Whether a text has U+FFFD, with which decoding replaces invalid bytes.
fn has_mark(text: &str) -> bool {
    !text.is_ascii() && text.contains('\u{fffd}')
}

/// The problem of a record that is not whole.
pub(crate) fn of_flaw(flaw: Flaw) -> RowProblem {
    match flaw {
        Flaw::Quote => RowProblem::Quote,
        Flaw::TooLong => RowProblem::TooLong,
    }
}

/// Whether a cell holds the error of a formula, or a formula in the place of its result.
pub(crate) fn is_formula(cell: &str) -> bool {
    // Nearly every cell begins with another letter or a digit.
    if let None | Some(b'0'..=b'9' | b'A'..=b'D' | b'F'..=b'Z' | b'a'..=b'z' | b'+') =
        cell.as_bytes().first()
    {
        return false;
    }
    // A results file has an apostrophe before what a spreadsheet would run.
    let cell = trimmed(cell);
    let cell = if cell.starts_with("'=") { &cell[1..] } else { cell };
    match cell.as_bytes() {
        [b'#', ..] => ERRORS.iter().any(|error| cell.eq_ignore_ascii_case(error)),
        [b'E', b'r', b'r', b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        // `="0812"` is a way to keep a zero.
        [b'=', after, ..] => *after != b'"',
        _ => false,
    }
}

/// The errors of formulas, as spreadsheets write them.
const ERRORS: [&str; 16] = [
    "#N/A",
    "#REF!",
    "#NAME?",
    "#VALUE!",
    "#DIV/0!",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#BUSY!",
    "#GETTING_DATA",
    "#ERROR!",
];
