//! Text that came from outside, made safe to show: escaped, masked, cut to a width.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::record::Field;

/// Digit runs of this length may be a NIK or a phone number.
const TELLING_DIGITS: usize = 8;

/// A character that a terminal obeys instead of showing it, or that changes the direction or the
/// order of the text around it.
pub fn is_control(c: char) -> bool {
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

/// The text with every run of 8 or more digits starred out: it may echo a NIK or a phone.
pub fn mask_digits(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut rest = text;
    let mut found = false;
    while let Some(start) = rest.find(|c: char| c.is_numeric()) {
        let run = rest[start..].find(|c: char| !c.is_numeric()).unwrap_or(rest.len() - start);
        let digits = &rest[start..start + run];
        masked.push_str(&rest[..start]);
        if digits.chars().count() >= TELLING_DIGITS {
            found = true;
            masked.extend(digits.chars().map(|_| '*'));
        } else {
            masked.push_str(digits);
        }
        rest = &rest[start + run..];
    }
    if !found {
        return Cow::Borrowed(text);
    }
    masked.push_str(rest);
    Cow::Owned(masked)
}

/// A field's value as `--mask` shows it: enough to tell two apart, too little to find a person.
pub fn mask(field: Field, value: &str) -> String {
    match field {
        Field::IdNumber => keep_ends(value, 4, 2),
        Field::PhoneNumber => keep_ends(value, 3, 2),
        Field::Name => {
            value.split(' ').map(|word| keep_ends(word, 1, 0)).collect::<Vec<_>>().join(" ")
        }
        Field::IdType | Field::Country => value.to_owned(),
    }
}

/// The first and last characters, stars between them; at least half of the text is starred.
fn keep_ends(text: &str, first: usize, last: usize) -> String {
    let count = text.chars().count();
    let (first, last) = if (first + last) * 2 <= count { (first, last) } else { (count / 4, 0) };
    let star = |(i, c)| if i < first || i + last >= count { c } else { '*' };
    text.chars().enumerate().map(star).collect()
}

/// The text escaped and brought to exactly so many columns: cut with `…`, or filled with spaces.
pub fn fit(text: &str, width: usize) -> String {
    let mut shown = cut(text, width);
    let missing = width.saturating_sub(shown.width());
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
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        shown.push(c);
    }
    shown.push('…');
    shown
}

/// A count with its noun: `1 row`, `2 rows`, `1,024 rows`.
pub fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// A number with a comma at each thousand.
pub fn thousands(number: u64) -> String {
    grouped(&number.to_string())
}

/// Digits with a comma at each thousand.
pub fn grouped(digits: &str) -> String {
    let comma = |i: usize| i > 0 && (digits.len() - i).is_multiple_of(3);
    digits.chars().enumerate().fold(String::new(), |mut text, (i, digit)| {
        if comma(i) {
            text.push(',');
        }
        text.push(digit);
        text
    })
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
    fn long_digit_runs_are_starred_out() {
        assert_eq!(mask_digits("id 3310990101909001 and 081299"), "id **************** and 081299");
        assert_eq!(mask_digits("12345678"), "********");
        assert!(matches!(mask_digits("phone_number error 42"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_mask_hides_at_least_half() {
        assert_eq!(mask(Field::IdNumber, "3310990101909001"), "3310**********01");
        assert_eq!(mask(Field::PhoneNumber, "081234567890"), "081*******90");
        assert_eq!(mask(Field::Name, "Budi A. Contoh"), "B*** A* C*****");
        assert_eq!(mask(Field::IdNumber, "331099"), "3*****");
        assert_eq!(mask(Field::Name, "Al"), "A*");
    }

    #[test]
    fn wide_characters_count_as_two_columns() {
        assert_eq!(fit("陳大文", 8), "陳大文  ");
        assert_eq!(fit("陳大文", 5), "陳大…");
        assert_eq!(fit("陳大文", 4), "陳… ");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(1_234_567, "row"), "1,234,567 rows");
        assert_eq!(thousands(123), "123");
    }
}
