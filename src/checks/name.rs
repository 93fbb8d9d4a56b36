//! Names: white space, invisible characters and Unicode composition are normalised, nothing else.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::checks::damaged_name;
use crate::checks::punctuation::keeps_text;
use crate::model::characters::{is_blank, visible};
use crate::model::problem::{NameProblem, Problem};
use crate::model::record::is_canonical_ascii;

/// The name trimmed, with single spaces and without invisible characters, in NFC. `None` if it is so
/// already.
pub(crate) fn normalised(value: &str) -> Option<String> {
    // Only a formula that keeps a text begins so.
    if is_canonical_ascii(value) && !value.starts_with(['=', '\'']) {
        return None;
    }
    let shown = visible(value);
    let mut collapsed = String::with_capacity(shown.len());
    for word in keeps_text(&shown).split(is_blank).filter(|word| !word.is_empty()) {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    let composed = if is_nfc(&collapsed) { collapsed } else { collapsed.nfc().collect::<String>() };
    (composed != value).then_some(composed)
}

/// Characters of a name on a KTP at most.
const LONGEST: usize = 200;

/// Words that programs write where there is nothing, as they write them.
const PLACEHOLDERS: [&str; 26] = [
    "NULL",
    "null",
    "Null",
    "NIL",
    "nil",
    "nan",
    "NaN",
    "NAN",
    "None",
    "none",
    "NONE",
    "N/A",
    "n/a",
    "N.A.",
    "<NA>",
    "\\N",
    "undefined",
    "UNDEFINED",
    "(blank)",
    "(null)",
    "(NULL)",
    "<null>",
    "<NULL>",
    "[null]",
    "[NULL]",
    "<nil>",
];

/// Bytes of the longest of these words.
const LONGEST_PLACEHOLDER: usize = 15;

/// The same in Indonesian, in any case.
const NOTHING: [&str; 8] = [
    "tidak ada",
    "tdk ada",
    "kosong",
    "(kosong)",
    "belum ada",
    "tidak diketahui",
    "tidak ada data",
    "data kosong",
];

/// The problem of a normalised name. Only an empty name and one that no card can have are problems,
/// since names are of every kind.
pub(crate) fn problem(value: &str) -> Option<Problem> {
    if value.is_empty() {
        return Some(NameProblem::Empty.into());
    }
    let unlikely = no_name(value).or_else(|| unlikely(value)).map(Problem::from);
    unlikely.or_else(|| damaged_name::problem(value)).or_else(|| {
        let has_digits = value.bytes().any(|byte| byte.is_ascii_digit());
        has_digits.then(|| NameProblem::Digits.into())
    })
}

/// Whether a text is a word for nothing.
fn is_placeholder(value: &str) -> bool {
    value.len() <= LONGEST_PLACEHOLDER
        && (PLACEHOLDERS.contains(&value)
            || NOTHING.iter().any(|nothing| value.eq_ignore_ascii_case(nothing)))
}

/// The problem of a text in the place of a name.
fn no_name(value: &str) -> Option<NameProblem> {
    if is_placeholder(value) {
        return Some(NameProblem::Placeholder);
    }
    (!value.contains(char::is_alphabetic)).then_some(NameProblem::NoLetters)
}

/// The problem of a name that no card has.
fn unlikely(value: &str) -> Option<NameProblem> {
    // The length in bytes is checked first: it is never shorter, and needs no counting.
    if value.len() > LONGEST && value.chars().count() > LONGEST {
        return Some(NameProblem::Long);
    }
    value.contains(char::is_control).then_some(NameProblem::Control)
}

/// Whether a name needs no change and has no problem, as most: ASCII letters with single spaces and the
/// punctuation of names.
pub(crate) fn is_clean(value: &str) -> bool {
    let (mut before, mut words) = (b' ', 0);
    for byte in value.bytes() {
        let plain = matches!(byte, b' ' | b'\'' | b'(' | b')' | b',' | b'-' | b'.' | b'`' | b'a'..=b'z' | b'A'..=b'Z');
        if !plain || (byte == b' ' && before == b' ') {
            return false;
        }
        words += usize::from(before == b' ' && byte.is_ascii_alphabetic());
        before = byte;
    }
    before != b' ' && words > 0 && value.len() <= LONGEST && !is_placeholder(value)
}
