//! What the provider's words must not carry into the ledger: digits that name a person.

/// The longest text that is kept.
const LONGEST: usize = 1000;

/// From how many digits on a run of them may be a phone number or a NIK.
const SHORTEST: usize = 8;

/// A text with every run of eight digits or more masked, and cut when it is very long.
pub(super) fn masked(text: &str) -> String {
    let mut kept = String::with_capacity(text.len().min(LONGEST));
    let mut rest = text;
    while let Some(start) = rest.find(char::is_numeric) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_numeric()).unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        kept.push_str(before);
        match digits.chars().count() {
            many if many >= SHORTEST => kept.extend(std::iter::repeat_n('*', many)),
            _ => kept.push_str(digits),
        }
        rest = after;
    }
    kept.push_str(rest);
    cut(kept)
}

/// A text cut when it is very long.
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
