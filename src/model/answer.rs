//! The answer of the endpoint: reads every published shape, and derives the outcome.
//!
//! The provider's guide contradicts itself and its other versions (`docs/answers.md`). So all
//! shapes are accepted, and the verdict is strict: an answer that is not clearly a pass is never
//! one.

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::model::code::{self, Charge, Class};
use crate::model::outcome::Outcome;

/// An answer with a legible `code`. Every other field may be absent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The provider's status code.
    pub code: i64,
    /// The provider's message.
    pub message: Option<String>,
    /// The provider's name for this call; an opaque string.
    pub sequence_id: Option<String>,
    /// The verdict: `pass` or `success`, `fail`, `no record`.
    pub result: Option<String>,
    /// Whether the number and the phone belong together.
    pub id_phone_match: Option<String>,
    /// Whether the number and the name belong together.
    pub id_name_match: Option<String>,
    /// The sentence that stands in place of the match fields in the older shape.
    pub reason: Option<String>,
    /// Fields without a documented name. They may hold personal data and are never stored.
    pub extra: Map<String, Value>,
}

/// The reason why a body is no answer. Quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not one JSON object, or not UTF-8.
    #[error("the body is not a JSON object")]
    NotJson,
    /// A key stands twice, with different values.
    #[error("the body has a key twice, with different values")]
    Contradiction,
    /// No `code`, or one that is no whole number.
    #[error("the body has no legible code")]
    NoCode,
}

impl Answer {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<Self, Unreadable> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let mut fields = read_object(body)?;
        let code = fields.shift_remove("code").as_ref().and_then(whole_number);
        let mut take = |key: &str| fields.shift_remove(key).and_then(text);
        Ok(Self {
            code: code.ok_or(Unreadable::NoCode)?,
            message: take("message"),
            sequence_id: take("sequence_id"),
            result: take("result"),
            id_phone_match: take("id_phone_match"),
            id_name_match: take("id_name_match"),
            reason: take("reason"),
            extra: fields,
        })
    }

    /// The charge of the call. The code alone decides.
    pub fn charge(&self) -> Charge {
        code::charge(self.code)
    }

    /// The class of the code; `None` if it is not documented.
    pub fn class(&self) -> Option<Class> {
        let class = code::find(self.code)?.class;
        Some(if class == Class::Record && self.names_the_account() {
            Class::Account
        } else {
            class
        })
    }

    /// A refusal that names the credentials is about the account, not the record.
    fn names_the_account(&self) -> bool {
        self.message.as_deref().is_some_and(|message| {
            let message = message.to_lowercase();
            ["partner_code", "partner_key"].iter().any(|name| message.contains(name))
        })
    }

    /// The outcome of a record with this final answer.
    pub fn outcome(&self) -> Outcome {
        match self.class() {
            None => Outcome::Unrecognised,
            Some(Class::Answered) => self.verdict(),
            Some(Class::Record) => Outcome::Refused,
            Some(Class::Account | Class::Quota | Class::Passing) => Outcome::Unavailable,
        }
    }

    fn verdict(&self) -> Outcome {
        let said = Said::of(self);
        match plain(self.result.as_deref().unwrap_or_default()).as_str() {
            "pass" | "success" if !said.objects() => Outcome::Pass,
            "fail" | "no record" if said.only_passes() => Outcome::Unrecognised,
            "no record" => Outcome::NoRecord,
            "fail" if said.other => Outcome::Unrecognised,
            "fail" if said.no_record && !said.mismatch => Outcome::NoRecord,
            "fail" => Outcome::Fail,
            _ => Outcome::Unrecognised,
        }
    }
}

/// The details of an answer beside its result.
#[derive(Default)]
struct Said {
    /// Number of match fields that say pass.
    passes: usize,
    /// A match field is `fail`, or the reason says "does not match".
    mismatch: bool,
    /// A match field is `no_record_...`, or the reason says "No record".
    no_record: bool,
    /// A match field holds a word that no version of the guide knows.
    other: bool,
}

impl Said {
    fn of(answer: &Answer) -> Self {
        let reason = plain(answer.reason.as_deref().unwrap_or_default());
        let mut said = Self {
            mismatch: reason.contains("not match"),
            no_record: reason.contains("no record"),
            ..Self::default()
        };
        for word in [&answer.id_phone_match, &answer.id_name_match].into_iter().flatten() {
            match plain(word).as_str() {
                "pass" | "success" => said.passes += 1,
                "fail" => said.mismatch = true,
                word if word.starts_with("no record") => said.no_record = true,
                _ => said.other = true,
            }
        }
        said
    }

    /// Whether a detail contradicts a pass.
    fn objects(&self) -> bool {
        self.mismatch || self.no_record || self.other
    }

    /// Whether both match fields are present and every detail says pass.
    fn only_passes(&self) -> bool {
        self.passes == 2 && !self.objects()
    }
}

/// Normalises a word for comparison: case, outer space, and `_`, `-` or space do not matter.
fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['_', '-'], " ")
}

/// A whole number, or a string of one.
fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Reads a field of any type as text; `null` is absent.
fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(value.to_string())
        }
    }
}

/// One JSON object. A key may occur twice only with the same value.
fn read_object(body: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let mut doubled = false;
    let fields = deserializer.deserialize_map(Object { doubled: &mut doubled });
    if doubled {
        return Err(Unreadable::Contradiction);
    }
    let fields = fields.map_err(|_| Unreadable::NotJson)?;
    deserializer.end().map_err(|_| Unreadable::NotJson)?;
    Ok(fields)
}

struct Object<'a> {
    doubled: &'a mut bool,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut fields = Map::new();
        while let Some((key, value)) = entries.next_entry::<String, Value>()? {
            if fields.get(&key).is_some_and(|former| *former != value) {
                *self.doubled = true;
                return Err(A::Error::custom("a key twice"));
            }
            fields.insert(key, value);
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(body: &str) -> Outcome {
        Answer::read(body.as_bytes()).unwrap().outcome()
    }

    #[test]
    fn each_combination_of_result_and_matches_has_one_outcome() {
        use Outcome::{Fail, NoRecord, Pass, Unrecognised};
        let none = "no_record_for_phone_number";
        let table = [
            ("pass", Some("pass"), Some("pass"), Pass),
            (" Success ", Some("PASS"), Some("pass"), Pass),
            ("pass", None, None, Pass),
            ("pass", Some("pass"), None, Pass),
            ("pass", Some("fail"), Some("pass"), Unrecognised),
            ("pass", Some("pass"), Some(none), Unrecognised),
            ("pass", Some("maybe"), Some("pass"), Unrecognised),
            ("fail", Some("fail"), Some("pass"), Fail),
            ("fail", Some("pass"), Some("fail"), Fail),
            ("fail", Some("fail"), Some("no_record_for_id_number"), Fail),
            ("fail", None, None, Fail),
            ("fail", Some("pass"), None, Fail),
            ("fail", Some("pass"), Some("pass"), Unrecognised),
            ("fail", Some("maybe"), Some("pass"), Unrecognised),
            ("fail", Some(none), Some("pass"), NoRecord),
            ("fail", Some(none), Some("no_record_for_id_number"), NoRecord),
            ("no record", None, None, NoRecord),
            ("no record", Some("pass"), Some("pass"), Unrecognised),
            ("unsure", Some("pass"), Some("pass"), Unrecognised),
            ("", Some("pass"), Some("pass"), Unrecognised),
        ];
        for (result, phone, name, expected) in table {
            let answer = Answer {
                code: 200,
                result: Some(result.to_owned()),
                id_phone_match: phone.map(str::to_owned),
                id_name_match: name.map(str::to_owned),
                ..Answer::default()
            };
            assert_eq!(answer.outcome(), expected, "{result} {phone:?} {name:?}");
        }
    }

    #[test]
    fn the_older_shape_says_it_in_a_reason() {
        for (reason, expected) in [
            ("The NIK does not match with the phone number", Outcome::Fail),
            ("The NIK does not match with the name", Outcome::Fail),
            ("The NIK does not match with both name and phone number", Outcome::Fail),
            ("No record for the ID number", Outcome::NoRecord),
            ("No record for the phone number", Outcome::NoRecord),
        ] {
            let said = |result: &str| {
                outcome(&format!(r#"{{"code":200,"result":"{result}","reason":"{reason}"}}"#))
            };
            assert_eq!(said("fail"), expected, "{reason}");
            assert_eq!(said("success"), Outcome::Unrecognised, "{reason}");
        }
        assert_eq!(outcome(r#"{"code":200,"result":"no record"}"#), Outcome::NoRecord);
    }

    #[test]
    fn unknown_fields_are_kept_and_never_fatal() {
        let body = br#"{"code":"200","result":"pass","further_info":{"gender":"F"},"score":1.5}"#;
        let answer = Answer::read(body).unwrap();
        assert_eq!(answer.outcome(), Outcome::Pass);
        assert_eq!(
            Value::Object(answer.extra).to_string(),
            r#"{"further_info":{"gender":"F"},"score":1.5}"#
        );
    }

    #[test]
    fn a_field_of_another_type_is_read_as_its_text() {
        let answer = Answer::read(br#"{"code":200,"sequence_id":17,"message":null}"#).unwrap();
        assert_eq!(answer.sequence_id.as_deref(), Some("17"));
        assert_eq!(answer.message, None);
    }

    #[test]
    fn what_is_no_single_object_is_unreadable() {
        for body in ["", "<html>", "[]", r#"{"code":200"#, r#"{"code":200}{}"#] {
            assert_eq!(Answer::read(body.as_bytes()), Err(Unreadable::NotJson), "{body}");
        }
        assert_eq!(Answer::read(b"{\"code\":200,\"m\":\"\xff\"}"), Err(Unreadable::NotJson));
        for body in ["{}", r#"{"code":2.5}"#, r#"{"code":"ok"}"#, r#"{"code":null}"#] {
            assert_eq!(Answer::read(body.as_bytes()), Err(Unreadable::NoCode), "{body}");
        }
    }

    #[test]
    fn a_key_twice_is_read_only_when_both_agree() {
        assert!(Answer::read(br#"{"code":200,"code":200,"result":"pass"}"#).is_ok());
        assert_eq!(
            Answer::read(br#"{"code":200,"result":"pass","result":"fail"}"#),
            Err(Unreadable::Contradiction)
        );
    }

    #[test]
    fn a_refusal_that_names_the_credentials_is_about_the_account() {
        let class = |body: &str| Answer::read(body.as_bytes()).unwrap().class();
        assert_eq!(class(r#"{"code":11340,"message":"Partner_Key error"}"#), Some(Class::Account));
        assert_eq!(class(r#"{"code":11301,"message":"partner_code empty"}"#), Some(Class::Account));
        assert_eq!(class(r#"{"code":11340,"message":"phone_number error"}"#), Some(Class::Record));
        assert_eq!(class(r#"{"code":12223}"#), None);
    }
}
