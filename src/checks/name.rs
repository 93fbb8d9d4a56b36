//! Names: white space and Unicode composition are normalised, nothing else.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::checks::punctuation::is_invisible;
use crate::model::problem::NameProblem;

/// The name trimmed, with single spaces, in NFC. `None` if it is so already.
pub(crate) fn normalised(value: &str) -> Option<String> {
    if value.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
        return Some(String::new());
    }
    let mut collapsed = String::with_capacity(value.len());
    for word in value.split_whitespace() {
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

/// The problem of a normalised name. Only an empty name and one that no card can have are problems,
/// since names are of every kind.
pub(crate) fn problem(value: &str) -> Option<NameProblem> {
    if value.is_empty() {
        return Some(NameProblem::Empty);
    }
    // The length in bytes is checked first: it is never shorter, and needs no counting.
    if value.len() > LONGEST && value.chars().count() > LONGEST {
        return Some(NameProblem::Long);
    }
    if value.contains(char::is_control) {
        return Some(NameProblem::Control);
    }
    if value.bytes().any(|byte| byte.is_ascii_digit()) {
        return Some(NameProblem::Digits);
    }
    (!value.is_ascii() && value.contains('\u{fffd}')).then_some(NameProblem::Damaged)
}

/// Whether a name needs no change and has no problem, as most: ASCII with single spaces and no digits.
pub(crate) fn is_clean(value: &str) -> bool {
    let mut before = b' ';
    for byte in value.bytes() {
        let plain = matches!(byte, b' '..=b'/' | b':'..=b'~');
        if !plain || (byte == b' ' && before == b' ') {
            return false;
        }
        before = byte;
    }
    before != b' ' && value.len() <= LONGEST
}
