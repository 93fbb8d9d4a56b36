//! Reads the record of `idv verify -`: one JSON object.

use std::sync::Arc;

use csv::StringRecord;
use serde_json::value::RawValue;

use crate::input::header_words::{self, Certainty};
use crate::input::jsonl::json_entries::{Entries, text_of};
use crate::model::characters::{is_invisible, shows_nothing};
use crate::model::record::{Field, Record};
use crate::model::row::Row;

/// The reason why a text is no record. Shows no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ObjectError {
    /// Not one JSON object.
    #[error(
        "stdin is not one JSON object (line {line}, column {column})\n\n  \
         hint: {{\"nik\": \"3310990101900001\", \"phone\": \"081234567890\", \"name\": \"Budi\"}}"
    )]
    NotAnObject {
        /// Line from 1; 0 for an empty text.
        line: usize,
        /// Column from 1.
        column: usize,
    },
    /// A required field is missing.
    #[error("the JSON object has no key for {}\n\n  hint: it may be called {}", .0.name(), .0.spec().headers[..4].join(", "))]
    Missing(Field),
    /// Two keys mean one field.
    #[error("the JSON object has two keys for {}: \"{first}\" and \"{second}\"; keep one", .field.name())]
    Twice {
        /// The field.
        field: Field,
        /// A key.
        first: String,
        /// The other one.
        second: String,
    },
    /// A field that is neither text nor a number.
    #[error("the value of \"{0}\" must be a string; write it in double quotes")]
    NotText(String),
}

/// Reads one object. Its keys name fields as column headers do; other keys are kept as columns.
/// Numbers are read digit by digit, never as floating point.
pub(crate) fn read_object(text: &str) -> Result<Row, ObjectError> {
    let text = text.trim_start_matches(is_invisible);
    let Entries(pairs) = serde_json::from_str(text).map_err(|error| not_an_object(&error))?;
    let mut cells = StringRecord::new();
    let of = keys_of_fields(&pairs)?;
    for (at, (key, raw)) in pairs.iter().enumerate() {
        match text_of(raw.get()).map_err(|error| not_an_object(&error))? {
            Some(value) => cells.push_field(&value),
            None if of.contains(&Some(at)) => return Err(ObjectError::NotText(key.clone())),
            None => cells.push_field(raw.get()),
        }
    }
    let missing = |field: &Field| field.spec().default.is_none() && of[*field as usize].is_none();
    if let Some(field) = Field::ALL.into_iter().find(missing) {
        return Err(ObjectError::Missing(field));
    }
    let record = Record::from_fields(|field| {
        let given = of[field as usize].and_then(|at| cells.get(at)).filter(|v| !shows_nothing(v));
        given.or(field.spec().default).unwrap_or_default().to_owned()
    });
    let columns: Arc<[String]> = pairs.into_iter().map(|(key, _)| key).collect();
    Ok(Row { number: 1, line: 1, columns, cells, record, problems: Vec::new() })
}

/// The key of each field. Of several keys the most certain one counts; two equal ones are refused.
fn keys_of_fields(
    pairs: &[(String, &RawValue)],
) -> Result<[Option<usize>; Field::ALL.len()], ObjectError> {
    let mut found: [Option<(Certainty, usize)>; Field::ALL.len()] = [None; Field::ALL.len()];
    for (at, (key, _)) in pairs.iter().enumerate() {
        let Some((field, certainty)) = header_words::field_of(key) else { continue };
        let best = &mut found[field as usize];
        match best {
            Some((other, first)) if *other == certainty => {
                let (first, second) = (pairs[*first].0.clone(), key.clone());
                return Err(ObjectError::Twice { field, first, second });
            }
            Some((other, _)) if *other > certainty => {}
            Some(_) | None => *best = Some((certainty, at)),
        }
    }
    Ok(found.map(|best| best.map(|(_, at)| at)))
}

fn not_an_object(error: &serde_json::Error) -> ObjectError {
    ObjectError::NotAnObject { line: error.line(), column: error.column() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_every_digit() {
        let row = read_object(r#"{"nik":9171022512990011,"hp":6281234567890,"nama":"B","n":1.50}"#);
        let row = row.unwrap();
        assert_eq!(row.record.get(Field::IdNumber), "9171022512990011");
        assert_eq!(row.record.get(Field::Country), "ID");
        assert_eq!(row.cells.get(3), Some("1.50"));
        let row = read_object(r#"{"nik":3.310990101900001e15,"hp":"1","nama":"B"}"#).unwrap();
        assert_eq!(row.record.get(Field::IdNumber), "3.310990101900001e15");
    }

    #[test]
    fn a_byte_order_mark_before_the_object_is_no_error() {
        let row = read_object("\u{feff}{\"nik\":\"1\",\"hp\":\"2\",\"nama\":\"3\"}").unwrap();
        assert_eq!(row.record.get(Field::IdNumber), "1");
    }

    #[test]
    fn errors_show_no_value() {
        for text in [r#"{"nik":"331099"#, r#"{"nik":"331099"}"#, r#"{"nik":["331099"]}"#] {
            let error = read_object(text).unwrap_err().to_string();
            assert!(!error.contains("331099\""), "{error}");
        }
    }
}
