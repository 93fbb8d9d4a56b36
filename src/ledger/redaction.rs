//! Prepares texts for the ledger: masks digits that could name a person, and cuts long texts.

use crate::model::redaction::mask_digits;

/// The longest text that is kept, in bytes.
const LONGEST: usize = 1000;

/// Masks each run of eight digits or more, and cuts a very long text.
pub(super) fn masked(text: &str) -> String {
    cut(mask_digits(text).into_owned())
}

/// Cuts a very long text.
pub(super) fn cut(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_digits_and_more_are_masked_and_fewer_are_kept() {
        assert_eq!(masked("phone 081234567890 error 11340"), "phone ************ error 11340");
        assert_eq!(masked("3310990101909001"), "****************");
        assert_eq!(masked("1234567 12345678"), "1234567 ********");
        assert_eq!(masked("\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}\u{668}"), "********");
        assert_eq!(masked(""), "");
    }

    #[test]
    fn a_very_long_text_is_cut_between_two_characters() {
        let long = masked(&"é".repeat(2000));
        assert_eq!(long.chars().count(), 501);
        assert!(long.ends_with('…'));
    }
}
