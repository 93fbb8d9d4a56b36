//! Fits text into columns and lines of a terminal: widths, cutting, line breaks.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

use crate::output::text::{escape, isolate};

/// Wraps a text at so many columns, as [`lines`] does. The first line begins with `first`, the others
/// with `indent`, which is at least as wide. A width of 0 breaks no line.
pub fn wrap(text: &str, width: usize, first: &str, indent: &str) -> String {
    let room = if width == 0 { usize::MAX } else { width.saturating_sub(indent.width()) };
    first.to_owned() + &lines(text, room).join(&format!("\n{indent}"))
}

/// Columns that a text takes on a terminal.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// Escapes a text and fits it to exactly so many columns: cut with `…`, or filled with spaces.
pub fn fit(text: &str, width: usize) -> String {
    let cut = cut(text, width);
    let missing = width.saturating_sub(cut.width());
    let mut shown = isolate(cut.into()).into_owned();
    shown.extend(std::iter::repeat_n(' ', missing));
    shown
}

/// Escapes a text and cuts it to at most so many columns.
pub fn cut(text: &str, width: usize) -> String {
    let text = escape(text);
    if text.width() <= width {
        return text.into_owned();
    }
    let mut shown = String::new();
    let mut used = 1;
    // A letter with its marks, or a sign of several characters, is never split.
    for letter in text.graphemes(true) {
        used += letter.width();
        if used > width {
            break;
        }
        shown.push_str(letter);
    }
    shown.push('…');
    shown
}

/// Breaks a text at spaces into lines of at most so many columns. A command between backticks stays
/// whole, so that it can be copied, even if its line is then too long.
pub fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let (mut inside, mut used) = (false, 0);
    for word in text.split_inclusive(|c| {
        inside ^= c == '`';
        c == ' ' && !inside
    }) {
        if used > 0 && used + word.trim_end().width() > width {
            lines.push(String::new());
            used = 0;
        }
        // Measuring the whole line at each word would be quadratic.
        used += word.width();
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::text::shown;

    #[test]
    fn wide_characters_count_as_two_columns() {
        assert_eq!(fit("陳大文", 8), "陳大文  ");
        assert_eq!(fit("陳大文", 5), "陳大…");
        assert_eq!(fit("陳大文", 4), "陳… ");
    }

    #[test]
    fn a_letter_of_several_characters_is_cut_off_whole() {
        assert_eq!(cut("Ne\u{301}e\u{301}e\u{301}", 3), "Ne\u{301}…");
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        assert_eq!(cut(&family.repeat(3), 5), format!("{family}{family}…"));
        assert_eq!(columns(&fit(&"\u{2764}\u{fe0f}".repeat(9), 6)), 6);
    }

    #[test]
    fn a_long_value_goes_on_below_itself() {
        assert_eq!(wrap("one two three", 10, "a: ", "   "), "a: one two\n   three");
        assert_eq!(wrap("one two three", 0, "a: ", "   "), "a: one two three");
        assert_eq!(wrap("陳大文 陳大文", 8, "", ""), "陳大文\n陳大文");
    }

    #[test]
    fn lines_are_broken_at_spaces_and_never_within_a_command() {
        let text = "look with `idv ledger show --outcome unknown` and compare";
        assert_eq!(
            lines(text, 20),
            ["look with", "`idv ledger show --outcome unknown`", "and compare"]
        );
        assert_eq!(
            lines(text, 46),
            ["look with `idv ledger show --outcome unknown`", "and compare"]
        );
        assert_eq!(lines(text, usize::MAX), [text]);
        assert_eq!(lines("", 20), [""]);
        assert_eq!(lines("陳大文 陳大文", 7), ["陳大文", "陳大文"]);
    }

    #[test]
    fn what_is_written_from_right_to_left_moves_nothing_beside_it() {
        assert_eq!(
            fit("\u{645}\u{62d}\u{645}\u{62f}", 6),
            "\u{2068}\u{645}\u{62d}\u{645}\u{62f}\u{2069}  "
        );
        assert_eq!(shown("\u{5d0}\u{202e}"), "\u{2068}\u{5d0}\\u{202e}\u{2069}");
        assert_eq!(shown("Siti"), "Siti");
    }
}
