//! Punctuation in numbers: the characters that belong to the writing and not to the number.

use crate::model::characters::{is_blank, is_invisible, trimmed};

/// A cell without the ways by which people keep a zero at its beginning: `="0812"`, an apostrophe, a tab
/// or another control character.
pub(crate) fn unwrapped(mut cell: &str) -> &str {
    loop {
        let bare = trimmed(keeps_text(cell));
        let bare = bare.trim_start_matches(|c: char| is_apostrophe(c) || c.is_control());
        if bare.len() == cell.len() {
            return cell;
        }
        cell = bare;
    }
}

/// The text of a formula `="text"`, by which people keep a text as it is.
pub(crate) fn keeps_text(mut cell: &str) -> &str {
    loop {
        let shown = trimmed(cell);
        // A results file has an apostrophe before it.
        let formula = shown.strip_prefix('\'').unwrap_or(shown);
        match formula.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
            Some(text) => cell = text,
            None => return cell,
        }
    }
}

/// Whether a character only groups digits or is invisible: white space, dots, apostrophes, dashes, and
/// characters without width.
pub(crate) fn is_punctuation(c: char) -> bool {
    is_blank(c) || is_invisible(c) || is_apostrophe(c) || is_dash(c) || c == '.'
}

/// Whether a character is one of the apostrophes that spreadsheets and keyboards write.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{b4}')
}

/// Whether a character is one of the dashes.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// The whole part and the decimals of a number that a program wrote as a fraction, with one or two
/// digits after a dot or comma. Groups of digits are longer.
pub(crate) fn fraction(value: &str) -> Option<(&str, &str)> {
    let (whole, decimals) = value.split_once(['.', ','])?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (is_number(whole) && is_number(decimals) && decimals.len() <= 2).then_some((whole, decimals))
}

/// Whether all decimals are zero.
pub(crate) fn is_zero(decimals: &str) -> bool {
    decimals.bytes().all(|byte| byte == b'0')
}

/// Whether a number is written with an exponent (`6,28123E+11`), which has lost its last digits.
pub(crate) fn is_notation(value: &str) -> bool {
    value.split_once(['e', 'E']).is_some_and(|(mantissa, exponent)| {
        mantissa.starts_with(|c: char| c.is_ascii_digit())
            && mantissa.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
            && exponent.trim_start_matches(['+', '-']).bytes().all(|b| b.is_ascii_digit())
    })
}
