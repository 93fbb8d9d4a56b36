//! Names: white space and Unicode composition are normalised, nothing else.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::checks::punctuation::is_invisible;
use crate::model::problem::Problem;

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
pub(crate) fn problem(value: &str) -> Option<Problem> {
    if value.is_empty() {
        return Some(Problem::malformed(
            "name.empty",
            "There is no name; fill in the name as it stands on the KTP.",
        ));
    }
    // The length in bytes is checked first: it is never shorter, and needs no counting.
    if value.len() > LONGEST && value.chars().count() > LONGEST {
        return Some(Problem::suspect(
            "name.long",
            "The name has more than 200 characters; look for cells or rows that have run together.",
        ));
    }
    if value.contains(char::is_control) {
        return Some(Problem::suspect(
            "name.control",
            "The name holds control characters, which no name has; write it again by hand.",
        ));
    }
    if value.bytes().any(|byte| byte.is_ascii_digit()) {
        return Some(Problem::note(
            "name.digits",
            "The name holds digits; is it the right column?",
        ));
    }
    (!value.is_ascii() && value.contains('\u{fffd}'))
        .then(|| Problem::note("name.damaged", "A letter of the name was lost in another program."))
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
