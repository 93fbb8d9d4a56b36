//! Country and kind of document: the endpoint knows one value of each, which people write in many ways.

use crate::model::characters::{is_invisible, trimmed};
use crate::model::problem::Problem;
use crate::model::record::Field;
use crate::model::row::Row;

/// Words for Indonesia, in lower case, without spaces and punctuation.
const COUNTRY: &[&str] =
    &["id", "idn", "ina", "indonesia", "republikindonesia", "ri", "nkri", "wni"];

/// Words for the identity card.
const ID_TYPE: &[&str] = &[
    "ktp",
    "ektp",
    "ktpel",
    "ktpelektronik",
    "nik",
    "kartutandapenduduk",
    "kartutandapendudukelektronik",
];

/// Turns each value into the endpoint's, or finds a problem.
pub(crate) fn check(row: &mut Row) {
    constant(row, Field::IdType, ID_TYPE);
    constant(row, Field::Country, COUNTRY);
}

fn constant(row: &mut Row, field: Field, words: &[&str]) {
    let only = field.spec().default.unwrap_or_default();
    let value = row.record.get(field);
    if value == only {
        return;
    }
    if words.contains(&plain(value).as_str()) {
        row.record.set(field, only.to_owned());
    } else {
        row.problems.push(Problem::Unsupported { field, only });
    }
}

/// The letters and digits of a value, in lower case.
fn plain(value: &str) -> String {
    let kept = trimmed(value).chars().filter(|c| c.is_alphanumeric() && !is_invisible(*c));
    kept.flat_map(char::to_lowercase).collect()
}
