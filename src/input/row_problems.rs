//! Problems in the way a row is written.

use crate::input::csv::record_splitter::Flaw;
use crate::input::detected_format::Encoding;
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
