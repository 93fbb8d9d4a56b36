//! Names: white space and the composition of characters are a matter of writing, nothing else is.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::words::is_invisible;

/// The name trimmed, with single spaces, composed; `None` where it is so already.
pub fn normalised(value: &str) -> Option<String> {
    if is_normal(value) {
        return None;
    }
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

/// Plain ASCII with single spaces between words, which most names are.
fn is_normal(value: &str) -> bool {
    let mut before = b' ';
    for byte in value.bytes() {
        if !byte.is_ascii() || byte.is_ascii_control() || (byte == b' ' && before == b' ') {
            return false;
        }
        before = byte;
    }
    before != b' ' || value.is_empty()
}
