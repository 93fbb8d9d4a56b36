//! Text that came from outside, made safe to show: escaped, masked, cut to a width.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

use crate::model::price::grouped;

/// A character that a terminal obeys instead of showing it, or that changes the direction or the
/// order of the text around it.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with control characters and direction marks written as `\u{1b}`.
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

/// A message of ours, in which something from outside may be quoted: all but line breaks, colours and
/// the marks that keep a direction to itself is escaped.
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

/// How long the order to change colours is with which a text begins (ECMA-48's SGR).
fn colour(text: &str) -> Option<usize> {
    let orders = text.strip_prefix("\u{1b}[")?;
    let end = orders.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    orders[end..].starts_with('m').then_some(2 + end + 1)
}

/// The text escaped; what is written from right to left keeps its direction to itself, so that what
/// stands beside it stays in its place.
pub fn shown(text: &str) -> Cow<'_, str> {
    isolate(escape(text))
}

fn isolate(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().any(is_right_to_left) { format!("\u{2068}{text}\u{2069}").into() } else { text }
}

/// A letter of Hebrew, Arabic and their neighbours (Unicode's blocks of right-to-left scripts).
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        || matches!(c, '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// The text in lines of so many columns at most, as [`lines`] breaks them: the first begun with
/// `first`, the others with `indent`, which is as wide or wider. A width of 0 breaks nothing.
pub fn wrap(text: &str, width: usize, first: &str, indent: &str) -> String {
    let room = if width == 0 { usize::MAX } else { width.saturating_sub(indent.width()) };
    first.to_owned() + &lines(text, room).join(&format!("\n{indent}"))
}

/// How many columns a text takes on a terminal.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// The text escaped and brought to exactly so many columns: cut with `…`, or filled with spaces.
pub fn fit(text: &str, width: usize) -> String {
    let cut = cut(text, width);
    let missing = width.saturating_sub(cut.width());
    let mut shown = isolate(cut.into()).into_owned();
    shown.extend(std::iter::repeat_n(' ', missing));
    shown
}

/// The text escaped and cut to at most so many columns.
pub fn cut(text: &str, width: usize) -> String {
    let text = escape(text);
    if text.width() <= width {
        return text.into_owned();
    }
    let mut shown = String::new();
    let mut used = 1;
    // A letter with its marks, or a sign of several characters, is whole or not there.
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

/// The text in lines of at most so many columns. It is broken at spaces, but not at those of a
/// command between backticks, which must stay whole to be copied: a longer one has a line of its
/// own that is too long.
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
        // To measure the whole line at each word would take for ever where nothing is broken.
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

/// A word of a command line, quoted where a shell would read more into it.
pub fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "-_./,:=+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into();
    }
    format!("'{}'", word.replace('\'', "'\\''")).into()
}

/// A part of a whole in percent: `58%`, `0.3%`, `<0.1%`; what is neither nothing nor all is never
/// shown as such.
pub(crate) fn share(part: u64, whole: u64) -> String {
    let tenths = (u128::from(part) * 2000 / u128::from(whole.max(1))).div_ceil(2);
    let tenths = if part < whole { tenths.min(999) } else { tenths };
    match tenths {
        0 if part > 0 => "<0.1%".to_owned(),
        1..100 | 990..1000 => format!("{}.{}%", tenths / 10, tenths % 10),
        _ => format!("{}%", (tenths + 5) / 10),
    }
}

/// A length of time as people say it: `0.4 s`, `2 min 5 s`, `3 h 20 min`.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", time.as_secs_f64().min(59.9)),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A short time in milliseconds, where it is very short with a decimal: `0.4 ms`, `120 ms`.
pub(crate) fn millis(time: Duration) -> String {
    let tenths = (time.as_micros() + 50) / 100;
    match tenths {
        0..100 => format!("{}.{} ms", tenths / 10, tenths % 10),
        _ => format!("{} ms", grouped(&((tenths + 5) / 10).to_string())),
    }
}

/// A count with its noun: `1 row`, `2 rows`, `1,024 rows`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// A number with a comma at each thousand.
pub(crate) fn thousands(number: u64) -> String {
    grouped(&number.to_string())
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
    fn what_is_written_from_right_to_left_moves_nothing_beside_it() {
        assert_eq!(
            fit("\u{645}\u{62d}\u{645}\u{62f}", 6),
            "\u{2068}\u{645}\u{62d}\u{645}\u{62f}\u{2069}  "
        );
        assert_eq!(shown("\u{5d0}\u{202e}"), "\u{2068}\u{5d0}\\u{202e}\u{2069}");
        assert_eq!(shown("Siti"), "Siti");
    }

    #[test]
    fn a_long_value_goes_on_below_itself() {
        assert_eq!(wrap("one two three", 10, "a: ", "   "), "a: one two\n   three");
        assert_eq!(wrap("one two three", 0, "a: ", "   "), "a: one two three");
        assert_eq!(wrap("陳大文 陳大文", 8, "", ""), "陳大文\n陳大文");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(1_234_567, "row"), "1,234,567 rows");
        assert_eq!(thousands(123), "123");
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
    fn a_word_that_a_shell_would_read_otherwise_is_quoted() {
        for (word, shown) in [
            ("/tmp/a-b_c.db", "/tmp/a-b_c.db"),
            ("my ledger", "'my ledger'"),
            ("it's $HOME", "'it'\\''s $HOME'"),
            ("", "''"),
            ("a`b", "'a`b'"),
        ] {
            assert_eq!(quoted(word), shown);
        }
    }

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_all() {
        for (part, whole, shown) in [
            (0, 0, "0%"),
            (0, 9, "0%"),
            (1, 50_000, "<0.1%"),
            (3, 1000, "0.3%"),
            (17, 3000, "0.6%"),
            (7, 12, "58%"),
            (49_999, 50_000, "99.9%"),
            (9, 9, "100%"),
        ] {
            assert_eq!(share(part, whole), shown);
        }
    }

    #[test]
    fn times_are_said_in_the_unit_that_fits() {
        let said = |millis| span(Duration::from_millis(millis));
        let shown = [0, 449, 59_999, 60_000, 125_400, 3_600_000, 12_345_000].map(said);
        let expected =
            ["0.0 s", "0.4 s", "59.9 s", "1 min 0 s", "2 min 5 s", "1 h 0 min", "3 h 25 min"];
        assert_eq!(shown, expected);
        let said = |micros| millis(Duration::from_micros(micros));
        let shown = [0, 449, 9_949, 9_950, 22_559, 30_000_000].map(said);
        assert_eq!(shown, ["0.0 ms", "0.4 ms", "9.9 ms", "10 ms", "23 ms", "30,000 ms"]);
    }
}
