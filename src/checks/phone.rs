//! Phone numbers: every way to write one is normalised to `08…`. Anything else, such as a letter or a
//! second number, is never repaired.

use std::ops::RangeInclusive;

use crate::checks::punctuation::{fraction, is_dash, is_notation, is_zero, unwrapped};
use crate::model::characters::{is_blank, visible};
use crate::model::problem::PhoneNumberProblem;

/// Digits of an Indonesian mobile number with its leading 0: the endpoint's rule.
const LENGTH: RangeInclusive<usize> = 10..=13;

/// Whether a value needs no change and has no problem, which is the usual case. One pass.
pub(crate) fn is_clean(value: &str) -> bool {
    is_sendable(value) && has_known_prefix(value)
}

/// The number in the endpoint's form. `None` if it has that form already, or can't be normalised.
pub(crate) fn normalised(value: &str) -> Option<String> {
    if is_sendable(value) {
        return None;
    }
    let value_visible = visible(value);
    let trimmed = unwrapped(&value_visible);
    if matches!(trimmed, "" | "0") || trimmed.chars().all(is_dash) {
        return Some(String::new());
    }
    bare(trimmed)
        .and_then(|bare| national(&bare))
        .filter(|number| is_sendable(number))
        .or_else(|| (trimmed.len() != value.len()).then(|| trimmed.to_owned()))
}

/// The problem of a normalised number.
pub(crate) fn problem(value: &str) -> Option<PhoneNumberProblem> {
    if value.is_empty() {
        return Some(PhoneNumberProblem::Empty);
    }
    if !is_sendable(value) {
        return Some(malformed(value));
    }
    if value.starts_with("0800") {
        return Some(PhoneNumberProblem::Service);
    }
    (!has_known_prefix(value)).then_some(PhoneNumberProblem::Operator)
}

fn malformed(value: &str) -> PhoneNumberProblem {
    if is_notation(value) { PhoneNumberProblem::Notation } else { PhoneNumberProblem::Format }
}

/// Whether the number has the prefix of a known operator, by libphonenumber's list. An unknown prefix
/// is no fault, since there are new ones.
fn has_known_prefix(number: &str) -> bool {
    let [b'0', b'8', third, fourth, ..] = number.as_bytes() else { return false };
    match third {
        // Telkomsel 1-3, Indosat 4-6, XL 7-9; all of Smartfren
        b'1' | b'8' => matches!(fourth, b'1'..=b'9'),
        b'2' => matches!(fourth, b'1'..=b'3'), // Telkomsel
        b'3' => matches!(fourth, b'1'..=b'3' | b'8'), // Axis
        b'5' => matches!(fourth, b'1'..=b'3' | b'5'..=b'9'), // Telkomsel, Indosat 5-8, XL 9
        b'7' => matches!(fourth, b'7' | b'8'), // XL
        b'9' => matches!(fourth, b'5'..=b'9'), // Tri
        _ => false,
    }
}

fn is_sendable(value: &str) -> bool {
    LENGTH.contains(&value.len())
        && value.starts_with("08")
        && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digits without grouping, with a leading `+` if there is one. `None` if there are other
/// characters.
fn bare(written: &str) -> Option<String> {
    let written = match fraction(written) {
        Some((whole, decimals)) if is_zero(decimals) => whole,
        Some(_) => return None,
        None if !has_grouping_commas(written) => return None,
        None => written,
    };
    let mut bare = String::with_capacity(written.len());
    for c in written.chars() {
        match c {
            '+' if bare.is_empty() => bare.push(c),
            _ if c.is_ascii_digit() => bare.push(c),
            '.' | ',' | '(' | ')' | '[' | ']' => {}
            _ if is_blank(c) || is_dash(c) => {}
            _ => return None,
        }
    }
    Some(bare)
}

/// Whether commas, if there are any, group digits as in `081,234,567,805`. Elsewhere they stand between
/// two numbers.
fn has_grouping_commas(written: &str) -> bool {
    written.split(',').skip(1).all(|group| {
        matches!(group.len(), 3 | 4) && group.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The number with a leading 0 in place of the country code, or in place of a 0 that a spreadsheet
/// removed.
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
