//! Problems in the way a row is written.

use crate::input::csv::record_splitter::Flaw;
use crate::input::detected_format::Encoding;
use crate::model::problem::Problem;

/// The problem of a row with invalid characters.
pub(crate) fn of_text(text: &str, encoding: Encoding) -> Option<Problem> {
    if encoding.marks_damage() && has_mark(text) {
        return Some(no_text(encoding));
    }
    let has_nul = memchr::memchr(0, text.as_bytes()).is_some();
    has_nul
        .then(|| Problem::malformed("row.nul", "The row holds NUL bytes; export the file again."))
}

/// Whether a text has U+FFFD, with which decoding replaces invalid bytes.
fn has_mark(text: &str) -> bool {
    !text.is_ascii() && text.contains('\u{fffd}')
}

/// The problem of a row with undecodable bytes.
pub(crate) fn no_text(encoding: Encoding) -> Problem {
    Problem::malformed(
        "row.encoding",
        format!(
            "The row holds bytes that are no {}; save the file as CSV UTF-8, or say how it is \
             encoded with --encoding.",
            encoding.name()
        ),
    )
}

/// The problem of a record that is not whole.
pub(crate) fn of_flaw(flaw: Flaw) -> Problem {
    match flaw {
        Flaw::Quote => Problem::malformed(
            "row.quote",
            "A quote on this line is opened and not closed; close it, or double it if it belongs \
             to the text.",
        ),
        Flaw::TooLong => too_long(),
    }
}

/// The problem of a row that is too long.
pub(crate) fn too_long() -> Problem {
    Problem::malformed(
        "row.too_long",
        "The row is longer than 1 MiB, so it is no applicant's; look for a lost line end.",
    )
}

/// The problem of a line that is no JSON object.
pub(crate) fn no_object(column: usize) -> Problem {
    Problem::malformed(
        "row.json",
        format!("The line is no JSON object; look at character {column} of it."),
    )
}

/// The problem of a value that is neither text nor a number.
pub(crate) fn no_value(field: &str) -> Problem {
    Problem::malformed(
        "row.value",
        format!("The value of {field} is neither a text nor a number; write it as a text."),
    )
}

/// The problem of an object in which several keys could be the same field.
pub(crate) fn ambiguous() -> Problem {
    Problem::malformed(
        "row.ambiguous",
        "More than one key of this object could be the same field; keep one, or say which with \
         --map.",
    )
}

/// The problem of a cell whose formula has no result.
pub(crate) fn of_formula(field: &str) -> Problem {
    Problem::malformed(
        "row.formula",
        format!(
            "The cell of {field} holds an error of its formula; repair it, or paste the value."
        ),
    )
}

/// The problem of a number cell with more digits than a spreadsheet keeps.
pub(crate) fn of_number_cell() -> Problem {
    Problem::suspect(
        "id_number.number_cell",
        "The identity number is stored as a number, of which a spreadsheet keeps 15 digits only; \
         format its column as Text and fill it in again.",
    )
}
