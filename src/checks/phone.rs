//! Phone numbers: every form of writing leads to `08…`. What isn't a form of writing, a letter or a
//! second number, is never repaired.

use super::words::{has_decimals, is_apostrophe, is_dash, is_invisible};
use crate::problem::Problem;

/// The digits of an Indonesian mobile number, with its leading 0: the endpoint's rule.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=13;

/// The number as the endpoint takes it; `None` where it is so already, or can't be made so.
pub fn normalised(value: &str) -> Option<String> {
    if is_sendable(value) {
        return None;
    }
    let trimmed = value.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    if matches!(trimmed, "" | "0") || trimmed.chars().all(is_dash) {
        return Some(String::new());
    }
    bare(trimmed)
        .and_then(|bare| national(&bare))
        .filter(|number| is_sendable(number))
        .or_else(|| (trimmed.len() != value.len()).then(|| trimmed.to_owned()))
}

/// What is wrong with a normalised number.
pub fn problem(value: &str) -> Option<Problem> {
    if value.is_empty() {
        return Some(Problem::malformed(
            "phone_number.empty",
            "There is no phone number; fill in the applicant's mobile number.",
        ));
    }
    if !is_sendable(value) {
        return Some(Problem::malformed("phone_number.format", format_message(value)));
    }
    value
        .starts_with("0800")
        .then(|| Problem::note("phone_number.service", "0800 is a service number, not a person's."))
}

fn format_message(value: &str) -> &'static str {
    if is_notation(value) {
        "A spreadsheet turned the phone number into a power of ten; format its column as Text and \
         fill it in again."
    } else {
        "The phone number must be one Indonesian mobile number: 08 and 10 to 13 digits in all."
    }
}

/// Whether a number is written with an exponent: `6,28123E+11`.
fn is_notation(value: &str) -> bool {
    value.split_once(['e', 'E']).is_some_and(|(mantissa, exponent)| {
        mantissa.starts_with(|c: char| c.is_ascii_digit())
            && mantissa.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
            && exponent.trim_start_matches('+').bytes().all(|b| b.is_ascii_digit())
    })
}

fn is_sendable(value: &str) -> bool {
    value.starts_with("08")
        && LENGTH.contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digits, with a leading `+` if there is one, without what groups them; `None` if anything
/// else stands among them.
fn bare(trimmed: &str) -> Option<String> {
    let written = trimmed.trim_start_matches(is_apostrophe);
    let written = match written.find(['.', ',']) {
        Some(point) if has_decimals(written) => &written[..point],
        _ => written,
    };
    let mut bare = String::with_capacity(written.len());
    for c in written.chars() {
        match c {
            '+' if bare.is_empty() => bare.push(c),
            _ if c.is_ascii_digit() => bare.push(c),
            '.' | '(' | ')' | '[' | ']' => {}
            _ if c.is_whitespace() || is_invisible(c) || is_dash(c) => {}
            _ => return None,
        }
    }
    Some(bare)
}

/// The number with its national 0 in place of the country's code, or put back where a spreadsheet
/// took it.
fn national(bare: &str) -> Option<String> {
    let rest = if let Some(abroad) = bare.strip_prefix('+') {
        abroad.strip_prefix("62")?
    } else if let Some(abroad) = bare.strip_prefix("0062").or_else(|| bare.strip_prefix("62")) {
        abroad
    } else {
        bare
    };
    let rest = rest.strip_prefix('0').unwrap_or(rest);
    rest.starts_with('8').then(|| format!("0{rest}"))
}
