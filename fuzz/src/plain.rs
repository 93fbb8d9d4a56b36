//! What may never stand in an output, told without the help of the program that is tested.

/// What a terminal obeys, and what turns the text around it (Unicode's control characters, line and
/// paragraph separators, and those that control direction).
pub fn is_obeyed(c: char) -> bool {
    let code = u32::from(c);
    code < 0x20
        || (0x7f..0xa0).contains(&code)
        || [0x061c, 0x200e, 0x200f, 0x2028, 0x2029].contains(&code)
        || (0x202a..=0x202e).contains(&code)
        || (0x2066..=0x2069).contains(&code)
}

/// Lines that a terminal shows and doesn't obey. The isolates that idv sets come in pairs.
#[track_caller]
pub fn is_plain(what: &str, text: &str) {
    let isolates = ['\u{2068}', '\u{2069}'];
    let found = text.chars().find(|c| is_obeyed(*c) && *c != '\n' && !isolates.contains(c));
    assert_eq!(found, None, "{what}: {text:?}");
    let [begun, ended] = isolates.map(|c| text.matches(c).count());
    assert_eq!(begun, ended, "{what}: {text:?}");
}

/// The longest run of digits of whatever script.
pub fn longest_number(text: &str) -> usize {
    text.split(|c: char| !c.is_numeric()).map(|run| run.chars().count()).max().unwrap_or(0)
}

/// Whether the name stands in the text as words of its own, in whatever case.
pub fn holds_name(text: &str, name: &str) -> bool {
    let small = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    let (text, name) = (small(text), small(name));
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    // Stars and spaces are what a mask leaves; the one letter that two small ones are made of is a
    // letter of its own.
    let named = name.chars().any(|c| !matches!(c, '*' | ' ')) && !text.contains("i\u{307}");
    named
        && text.match_indices(&name).any(|(at, _)| {
            !word(text[..at].chars().next_back()) && !word(text[at + name.len()..].chars().next())
        })
}
