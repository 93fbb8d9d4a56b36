//! Masks personal data: digit runs in messages, names, and fields under `--mask`.

use std::borrow::Cow;

use crate::model::record::Field;

/// Digit runs of this length and more may be a NIK or a phone number.
const TELLING_DIGITS: usize = 8;

/// Masks every run of 8 or more digits, since the text may repeat a NIK or a phone number.
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

/// Masks a name wherever it stands as whole words, in any case. Returns `None` if the text does not
/// contain it.
pub fn mask_name(text: &str, name: &str) -> Option<String> {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (mut masked, mut done) = (String::new(), 0);
    for (at, _) in text.char_indices() {
        if at < done || word(text[..at].chars().next_back()) {
            continue;
        }
        let Some(length) = length_of_name(&text[at..], name) else { continue };
        let (found, after) = text[at..].split_at(length);
        if !word(after.chars().next()) {
            masked.push_str(&text[done..at]);
            masked.extend(found.chars().map(|c| if c == ' ' { ' ' } else { '*' }));
            done = at + length;
        }
    }
    (done > 0).then(|| masked + &text[done..])
}

/// The length of the name at the beginning of a text. `None` if the text does not begin with it.
fn length_of_name(text: &str, name: &str) -> Option<usize> {
    let mut letters = name.chars().flat_map(char::to_lowercase).peekable();
    letters.peek()?;
    for (at, c) in text.char_indices() {
        if letters.peek().is_none() {
            return Some(at);
        }
        if !c.to_lowercase().all(|letter| letters.next() == Some(letter)) {
            return None;
        }
    }
    letters.peek().is_none().then_some(text.len())
}

/// Masks a field's value for `--mask`: enough is left to tell two values apart, too little to find
/// a person.
pub(crate) fn mask(field: Field, value: &str) -> String {
    match field {
        Field::IdNumber => keep_ends(value, 4, 2),
        Field::PhoneNumber => keep_ends(value, 3, 2),
        Field::Name => {
            value.split(' ').map(|word| keep_ends(word, 1, 0)).collect::<Vec<_>>().join(" ")
        }
        Field::IdType | Field::Country => value.to_owned(),
    }
}

/// Keeps the first and last characters and masks the rest, at least half of the text.
fn keep_ends(text: &str, first: usize, last: usize) -> String {
    let count = text.chars().count();
    let (first, last) = if (first + last) * 2 <= count { (first, last) } else { (count / 4, 0) };
    let star = |(i, c)| if i < first || i + last >= count { c } else { '*' };
    text.chars().enumerate().map(star).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_digit_runs_are_starred_out() {
        assert_eq!(mask_digits("id 3310990101909001 and 081299"), "id **************** and 081299");
        assert_eq!(mask_digits("12345678"), "********");
        assert!(matches!(mask_digits("phone_number error 42"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_name_is_masked_where_it_stands_alone_in_whatever_case() {
        let masked = |text, name| mask_name(text, name);
        assert_eq!(
            masked("name BUDI CONTOH, not Budi Contoh.", "Budi Contoh").as_deref(),
            Some("name **** ******, not **** ******.")
        );
        assert_eq!(masked("validation failed", "Ali"), None);
        assert_eq!(masked("Renée is Renée", "Renée").as_deref(), Some("***** is *****"));
        assert_eq!(masked("no RENÉE, Renée.", "renée").as_deref(), Some("no *****, *****."));
        assert_eq!(masked("Renées", "Renée"), None);
        assert_eq!(masked("name empty", ""), None);
        assert_eq!(masked("", "Budi"), None);
    }

    #[test]
    fn a_mask_hides_at_least_half() {
        assert_eq!(mask(Field::IdNumber, "3310990101909001"), "3310**********01");
        assert_eq!(mask(Field::PhoneNumber, "081234567890"), "081*******90");
        assert_eq!(mask(Field::Name, "Budi A. Contoh"), "B*** A* C*****");
        assert_eq!(mask(Field::IdNumber, "331099"), "3*****");
        assert_eq!(mask(Field::Name, "Al"), "A*");
    }
}
