//! Characters that nobody sees: the invisible ones are no part of a value, and the blank ones separate
//! words.

use std::borrow::Cow;

/// Whether a character is invisible: Unicode's `Default_Ignorable_Code_Point`, which includes byte
/// order marks, direction marks, joiners, fillers and variation selectors.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether a character is white space of any width. The blank of Braille looks like one.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// Whether a text shows nothing.
pub(crate) fn shows_nothing(text: &str) -> bool {
    match text.as_bytes().first() {
        None => true,
        Some(b'!'..=b'~') => false,
        Some(_) => text.chars().all(|c| is_blank(c) || is_invisible(c)),
    }
}

/// Takes the invisible characters out of a text.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !is_invisible(*c)).collect())
}

/// Takes the blank and invisible characters off both ends of a text.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c| is_blank(c) || is_invisible(c))
}

/// A value without a byte order mark, and without the blanks and the line break at its end.
pub fn bare(value: &str) -> &str {
    let value = value.trim_start_matches('\u{feff}');
    value.trim_end_matches(|c| is_blank(c) || is_invisible(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_taken_out_and_blanks_stay() {
        assert_eq!(visible("De\u{200b}wi\u{fe0f}\u{2069} M\u{a0}x\u{feff}"), "Dewi M\u{a0}x");
        assert!(matches!(visible("Renée"), Cow::Borrowed(_)));
        assert_eq!(trimmed("\u{feff}\u{a0} Budi\t\u{2800}"), "Budi");
    }

    #[test]
    fn blanks_and_invisible_characters_show_nothing() {
        for text in ["", " ", "\t\u{a0}", "\u{200b}\u{feff}", "\u{3164}", "\u{2800}"] {
            assert!(shows_nothing(text), "{text:?}");
        }
        for text in ["-", "0", "\u{200b}x", "é"] {
            assert!(!shows_nothing(text), "{text:?}");
        }
    }
}
