//! Makes text from outside safe to show: control characters and direction marks are escaped.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use crate::platform::ShellSyntax;

/// Whether a terminal would obey a character instead of showing it, or the character changes the
/// direction of the text around it.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Writes control characters and direction marks as `\u{1b}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_control) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_control(c) {
            // Writing to a String can't fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// The name of a file, escaped.
pub(crate) fn path(path: &Path) -> String {
    escape(&path.to_string_lossy()).into_owned()
}

/// Escapes a message of idv that may quote text from outside. Line breaks, colours and isolating marks
/// are kept.
pub fn message(text: &str) -> Cow<'_, str> {
    let is_ours = |c: char| matches!(c, '\n' | '\u{2068}' | '\u{2069}');
    if !text.chars().any(|c| is_control(c) && !is_ours(c)) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = colour(rest).unwrap_or(c.len_utf8());
        let (piece, after) = rest.split_at(taken);
        if taken > c.len_utf8() || is_ours(c) {
            shown.push_str(piece);
        } else {
            shown.push_str(&escape(piece));
        }
        rest = after;
    }
    shown.into()
}

/// Length of the colour sequence at the beginning of a text (ECMA-48's SGR).
fn colour(text: &str) -> Option<usize> {
    let orders = text.strip_prefix("\u{1b}[")?;
    let end = orders.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    orders[end..].starts_with('m').then_some(2 + end + 1)
}

/// Escapes a text and isolates right-to-left text, so that the text beside it stays in place.
pub fn shown(text: &str) -> Cow<'_, str> {
    isolate(escape(text))
}

pub(super) fn isolate(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().any(is_right_to_left) { format!("\u{2068}{text}\u{2069}").into() } else { text }
}

/// Whether a letter belongs to Unicode's blocks of right-to-left scripts.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        || matches!(c, '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Quotes a word of a command line for the shell in use, if needed.
pub fn quoted(word: &str) -> Cow<'_, str> {
    ShellSyntax::current().quote(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_instead() {
        assert_eq!(escape("a\u{1b}[31mb\u{202e}c\n"), "a\\u{1b}[31mb\\u{202e}c\\u{a}");
        assert!(matches!(escape("Siti Nurhaliza"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_message_keeps_its_lines_and_colours_and_obeys_nothing_else() {
        let said = "a\n\u{1b}[1;31mred\u{1b}[0m \u{1b}[2J\u{1b}]0;x\u{7} \u{202e}\u{9b}1m\u{1b}[";
        assert_eq!(
            message(said),
            "a\n\u{1b}[1;31mred\u{1b}[0m \\u{1b}[2J\\u{1b}]0;x\\u{7} \\u{202e}\\u{9b}1m\\u{1b}["
        );
        assert!(matches!(message("a\nb"), Cow::Borrowed(_)));
    }
}
