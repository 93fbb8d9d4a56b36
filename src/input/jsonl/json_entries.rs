//! Reads the entries of one JSON object: keys in order, repeated keys too, and numbers digit by digit.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A value of an object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Value {
    /// The text, the digits of a number, nothing for null, else the JSON itself.
    pub text: String,
    /// Whether it is a text, a number or null.
    pub plain: bool,
}

/// The object on a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Object {
    /// The keys in order. A repeated key is repeated here.
    pub keys: Vec<String>,
    /// The values, in the same order.
    pub values: Vec<Value>,
    /// The keys of a former result that contained this object as its input.
    pub dropped: Vec<String>,
}

/// Reads an object, or returns the position of the error. Of a former result of idv only its input is
/// read.
pub(crate) fn read(line: &str) -> Result<Object, usize> {
    let entries: Entries<'_> = serde_json::from_str(line).map_err(|error| error.column())?;
    let has = |name: &str| entries.0.iter().any(|(key, _)| key == name);
    if has("outcome") && has("sequence_id") {
        let input = entries.0.iter().find(|(key, raw)| key == "input" && is_object(raw));
        if let Some((_, input)) = input {
            let inner = serde_json::from_str(input.get()).map_err(|error| error.column())?;
            let dropped = entries.0.iter().map(|(key, _)| key.clone()).collect();
            return object(inner, dropped);
        }
    }
    object(entries, Vec::new())
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

fn object(entries: Entries<'_>, dropped: Vec<String>) -> Result<Object, usize> {
    let mut object = Object { dropped, ..Object::default() };
    for (key, raw) in entries.0 {
        object.keys.push(key);
        object.values.push(value(raw.get())?);
    }
    Ok(object)
}

fn value(raw: &str) -> Result<Value, usize> {
    let text = text_of(raw).map_err(|error| error.column())?;
    let plain = text.is_some();
    Ok(Value { text: text.unwrap_or_else(|| raw.to_owned()), plain })
}

/// The text of a string, the digits of a number, nothing for `null`. `None` for any other value.
pub(crate) fn text_of(raw: &str) -> serde_json::Result<Option<String>> {
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).map(Some),
        Some(b'-' | b'0'..=b'9') => Ok(Some(raw.to_owned())),
        Some(b'n') => Ok(Some(String::new())),
        _ => Ok(None),
    }
}

/// The entries of an object with their raw values.
pub(crate) struct Entries<'a>(pub Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(8);
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        read(line).unwrap().values.into_iter().map(|value| value.text).collect()
    }

    #[test]
    fn a_number_keeps_every_digit_that_is_written() {
        let line = r#"{"a": 9171022512990011, "b": 3.310e15, "c": 081}"#;
        assert!(read(line).is_err(), "081 is no number in JSON");
        let line = r#"{"a": 9171022512990011, "b": 3.310e15, "c": 12345678901234567890123}"#;
        assert_eq!(texts(line), ["9171022512990011", "3.310e15", "12345678901234567890123"]);
    }

    #[test]
    fn texts_are_unescaped_and_null_is_nothing() {
        assert_eq!(texts(r#"{"a": "Ren\u00e9\n", "b": null, "c": true}"#), ["René\n", "", "true"]);
    }

    #[test]
    fn only_texts_numbers_and_null_are_plain() {
        let object = read(r#"{"a":"x","b":1,"c":null,"d":true,"e":{},"f":[1]}"#).unwrap();
        let plain: Vec<_> = object.values.iter().map(|value| value.plain).collect();
        assert_eq!(plain, [true, true, true, false, false, false]);
    }

    #[test]
    fn of_a_former_result_only_the_input_is_read() {
        let line = r#"{"row":1,"outcome":"pass","sequence_id":"x","input":{"nik":"1","hp":2}}"#;
        let object = read(line).unwrap();
        assert_eq!(object.keys, ["nik", "hp"]);
        assert_eq!(object.dropped, ["row", "outcome", "sequence_id", "input"]);
    }

    #[test]
    fn what_is_no_object_is_told_by_its_place_alone() {
        for line in ["", "[]", "1", "\"x\"", "{\"a\":", "{} {}", "{\"a\":\"\\ud800\"}"] {
            assert!(read(line).is_err(), "{line}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        assert!(!read(&deep).unwrap().values[0].plain, "however deep, it is no value");
    }
}
