//! Names that another program has damaged, and what they likely were.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

use crate::model::problem::Problem;

/// The problem of a damaged name, with the likely one if it can be told.
pub(crate) fn problem(name: &str) -> Option<Problem> {
    // Nearly every name has nothing that a damaged one must have.
    if name.is_ascii() && memchr::memchr2(b'&', b'?', name.as_bytes()).is_none() {
        return None;
    }
    let decoded = without_entities(name);
    let repaired = repaired(&decoded);
    if repaired != name {
        return Some(Problem::DamagedName { likely: Some(repaired.into()) });
    }
    let is_lost = name.contains('\u{fffd}') || has_lost_letter(name);
    is_lost.then_some(Problem::DamagedName { likely: None })
}

/// Whether a question mark stands between letters.
fn has_lost_letter(name: &str) -> bool {
    let mut before = ' ';
    let mut after_mark = false;
    for c in name.chars() {
        if after_mark && c.is_alphabetic() {
            return true;
        }
        after_mark = c == '?' && (before.is_alphabetic() || (before == '?' && after_mark));
        before = c;
    }
    false
}

/// The text whose UTF-8 was read as Windows-1252, once or twice: `RenÃ©` is `René`.
fn repaired(name: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(name);
    for _ in 0..3 {
        match once_more(&text) {
            Some(better) => text = Cow::Owned(better),
            None => break,
        }
    }
    text
}

fn once_more(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        if let Ok(byte) = u8::try_from(u32::from(c)) {
            bytes.push(byte);
            continue;
        }
        let mut letter = [0; 4];
        let (encoded, _, lost) = WINDOWS_1252.encode(c.encode_utf8(&mut letter));
        if lost {
            return None;
        }
        bytes.extend_from_slice(&encoded);
    }
    String::from_utf8(bytes).ok()
}

/// The named entities of HTML that stand in names.
const ENTITIES: [(&str, &str); 26] = [
    ("amp", "&"),
    ("quot", "\""),
    ("apos", "'"),
    ("lt", "<"),
    ("gt", ">"),
    ("nbsp", " "),
    ("rsquo", "\u{2019}"),
    ("lsquo", "\u{2018}"),
    ("ndash", "\u{2013}"),
    ("aacute", "á"),
    ("agrave", "à"),
    ("acirc", "â"),
    ("auml", "ä"),
    ("aring", "å"),
    ("ccedil", "ç"),
    ("eacute", "é"),
    ("egrave", "è"),
    ("ecirc", "ê"),
    ("euml", "ë"),
    ("iacute", "í"),
    ("iuml", "ï"),
    ("ntilde", "ñ"),
    ("oacute", "ó"),
    ("ouml", "ö"),
    ("uacute", "ú"),
    ("uuml", "ü"),
];

/// The longest entity that is looked for.
const LONGEST_ENTITY: usize = 10;

/// The text with its HTML entities decoded, also those that were encoded twice.
fn without_entities(name: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(name);
    while let Some(decoded) = decoded(&text) {
        text = Cow::Owned(decoded);
    }
    text
}

fn decoded(name: &str) -> Option<String> {
    let mut text = String::with_capacity(name.len());
    let mut rest = name;
    let mut changed = false;
    while let Some(start) = rest.find('&') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.bytes().take(LONGEST_ENTITY + 2).position(|byte| byte == b';');
        let found = end.and_then(|end| Some((end, entity(&rest[1..end])?)));
        let (end, character) = found.unwrap_or_else(|| (0, "&".to_owned()));
        changed |= end > 0;
        text.push_str(&character);
        rest = &rest[end + 1..];
    }
    text.push_str(rest);
    changed.then_some(text)
}

fn entity(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = match hex {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control()).map(String::from);
    }
    let (_, letter) = ENTITIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    let is_capital =
        name.starts_with(char::is_uppercase) && letter.chars().all(char::is_alphabetic);
    Some(if is_capital { letter.to_uppercase() } else { (*letter).to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likely(name: &str) -> Option<String> {
        problem(name)?.likely().map(str::to_owned)
    }

    #[test]
    fn entities_and_misread_letters_tell_what_the_name_was() {
        for (name, was) in [
            ("Joko O&#39;Contoh", "Joko O'Contoh"),
            ("Joko O&#039;Contoh", "Joko O'Contoh"),
            ("Joko O&#x27;Contoh", "Joko O'Contoh"),
            ("Siti &amp; Contoh", "Siti & Contoh"),
            ("Joko O&amp;#39;Contoh", "Joko O'Contoh"),
            ("Ren&Eacute;e", "RenÉe"),
            ("RenÃ©e", "Renée"),
            ("RenÃƒÂ©e", "Renée"),
            ("Nuâ€™man", "Nu’man"),
        ] {
            assert_eq!(likely(name).as_deref(), Some(was), "{name}");
        }
    }

    #[test]
    fn a_lost_letter_is_damage_without_a_likely_name() {
        for name in ["Ren\u{fffd}e", "Ren?e", "Ren??e"] {
            assert_eq!(problem(name).unwrap().code(), "name.damaged", "{name}");
            assert_eq!(likely(name), None);
        }
    }

    #[test]
    fn names_of_every_script_are_not_damaged() {
        for name in
            ["Renée", "陳大文", "Nu`man", "Budi?", "A & B", "Jos\u{e9} Mar\u{ed}a", "Ã", "&; x"]
        {
            assert_eq!(problem(name), None, "{name}");
        }
    }
}
