//! The NIK: the ways to write it, the numbers that can't be one, and the facts in its digits.
//!
//! Sources: article 37 of Government Regulation 37 of 2007 defines the sixteen digits: six for the
//! region of the first registration, six for the birth date with 40 added to a woman's day, four for
//! a serial number. By article 30 of Government Regulation 40 of 2019 the number never changes, even
//! if the address, the region or the birth date do. So a former region or a corrected date is valid.

use jiff::civil::Date;

use crate::checks::provinces;
use crate::checks::punctuation::{fraction, is_notation, is_punctuation, is_zero, unwrapped};
use crate::model::characters::visible;
use crate::model::problem::IdNumberProblem;
use crate::words::Lang;

const DIGITS: usize = 16;

/// Whole numbers below it are exact in floating point.
const EXACT: u64 = 1 << 53;

/// Added to a woman's day of birth.
const WOMAN: u8 = 40;

/// The facts in the digits of a NIK. They are not checked against a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nik {
    /// The province of the first registration. `None` for a code that is no province today.
    pub province: Option<&'static str>,
    /// The day of birth, 1 to 31.
    pub day: u8,
    /// The month of birth, 1 to 12.
    pub month: u8,
    /// The last two digits of the year of birth.
    pub year: u8,
    /// The sex, from the day of birth.
    pub sex: Sex,
}

/// The sex in a NIK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// The day is 41 to 71.
    Female,
    /// The day is 1 to 31.
    Male,
}

impl Nik {
    /// Reads a NIK. Returns `None` for a number that can't be one.
    ///
    /// ```
    /// use idv::nik::{Nik, Sex};
    ///
    /// let nik = Nik::read("3310994101909001").expect("it can be one");
    /// assert_eq!((nik.province, nik.sex), (Some("Jawa Tengah"), Sex::Female));
    /// assert_eq!((nik.day, nik.month, nik.year), (1, 1, 90));
    /// assert!(Nik::read("3310990000000000").is_none());
    /// ```
    pub fn read(value: &str) -> Option<Self> {
        let digits: &[u8; DIGITS] = value.as_bytes().try_into().ok()?;
        let plausible = value.bytes().all(|byte| byte.is_ascii_digit())
            && digits[0] != b'0'
            && &digits[12..] != b"0000";
        let pair = |at: usize| (digits[at] - b'0') * 10 + (digits[at + 1] - b'0');
        if !plausible {
            return None;
        }
        let (written, month, year) = (pair(6), pair(8), pair(10));
        let (day, sex) = match written.checked_sub(WOMAN) {
            None | Some(0) => (written, Sex::Male),
            Some(day) => (day, Sex::Female),
        };
        is_date(day, month).then(|| Self {
            province: provinces::name(pair(0)),
            day,
            month,
            year,
            sex,
        })
    }

    /// The possible dates of birth up to today. The number does not contain the century.
    pub fn birth_dates(&self, today: Date) -> impl Iterator<Item = Date> + use<> {
        let Self { day, month, year, .. } = *self;
        let date = move |century: i16| {
            Date::new(century + i16::from(year), month.cast_signed(), day.cast_signed()).ok()
        };
        [2000, 1900].into_iter().filter_map(date).filter(move |date| *date <= today)
    }

    /// Describes the facts in a sentence. It is personal data: never put it into a log or beside a
    /// masked number.
    pub fn describe(&self, today: Date, lang: Lang) -> String {
        let words = lang.words();
        let dates: Vec<_> = self.birth_dates(today).collect();
        let birth = match dates.as_slice() {
            // 29 February in a year that is no leap year.
            [] => words.no_birth_day(self.day, self.month, self.year),
            [one] => words.birth(*one),
            [late, early, ..] => words.birth_or(*late, early.year()),
        };
        words.nik_facts(self.province, self.sex == Sex::Female, &birth)
    }
}

/// Whether some year has such a day.
fn is_date(day: u8, month: u8) -> bool {
    let last = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day)
}

/// Whether a value needs no change and has no problem, which is the usual case. One pass.
pub(crate) fn is_clean(value: &str) -> bool {
    Nik::read(value).is_some_and(|nik| nik.province.is_some())
}

/// The sixteen digits without grouping. `None` if nothing changes or there are not sixteen digits.
pub(crate) fn normalised(value: &str) -> Option<String> {
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value_visible = visible(value);
    let trimmed = unwrapped(&value_visible);
    let recovered = match fraction(trimmed) {
        Some((digits, decimals)) => whole(digits, decimals),
        None => joined(trimmed),
    };
    recovered.or_else(|| (trimmed.len() != value.len()).then(|| trimmed.to_owned()))
}

fn joined(trimmed: &str) -> Option<String> {
    let of_number = |c: char| c.is_ascii_digit() || is_punctuation(c);
    if !trimmed.chars().all(|c| of_number(c) || c == ',') {
        return None;
    }
    let digits: String = trimmed.chars().filter(char::is_ascii_digit).collect();
    let grouped = !trimmed.contains(',') || is_thousands(trimmed);
    (digits.len() == DIGITS && grouped).then_some(digits)
}

/// Whether commas separate thousands. Elsewhere they end a number.
fn is_thousands(value: &str) -> bool {
    let mut groups = value.split(',').map(str::len);
    groups.next().is_some_and(|first| (1..=3).contains(&first)) && groups.all(|len| len == 3)
}

/// The whole part of a number that a program wrote with decimals, if it is certainly the original
/// number: exact in floating point, and not rounded to fifteen digits.
fn whole(digits: &str, decimals: &str) -> Option<String> {
    let exact = digits.parse::<u64>().is_ok_and(|number| number < EXACT);
    let rounded = digits.ends_with('0') || !is_zero(decimals);
    (digits.len() == DIGITS && exact && !rounded).then(|| digits.to_owned())
}

/// The problem of a normalised number. The endpoint accepts any number that is not empty, but a number
/// that can't be a NIK can't match.
pub(crate) fn problem(value: &str) -> Option<IdNumberProblem> {
    if value.is_empty() {
        return Some(IdNumberProblem::Empty);
    }
    match Nik::read(value) {
        Some(nik) => nik.province.is_none().then_some(IdNumberProblem::Province),
        None => Some(suspicion(value)),
    }
}

fn suspicion(value: &str) -> IdNumberProblem {
    if is_notation(value) || fraction(value).is_some() {
        IdNumberProblem::Notation
    } else if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        IdNumberProblem::Digits
    } else if value.len() != DIGITS {
        IdNumberProblem::Length { digits: value.len() }
    } else {
        impossible(value)
    }
}

/// The problem of sixteen digits that are no NIK.
fn impossible(digits: &str) -> IdNumberProblem {
    if digits.starts_with('0') {
        IdNumberProblem::FirstDigit
    } else if digits.ends_with("0000") {
        IdNumberProblem::Serial
    } else {
        IdNumberProblem::BirthDate
    }
}
