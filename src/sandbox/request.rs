//! Reading a request as the guide describes it: credentials, body, required fields, their form.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use crate::sandbox::Partner;

/// The guide's code for a required parameter that is missing.
const EMPTY: u16 = 11301;
/// The guide's code for a parameter that fails validation.
const ERROR: u16 = 11340;

/// The fields the script decides by; the others only have to be valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) id_number: String,
    pub(super) phone_number: String,
}

/// Why a request isn't looked up. Costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// This parameter is missing or empty.
    Empty(&'static str),
    /// This parameter isn't what the guide asks for.
    Error(&'static str),
}

impl Refusal {
    pub(super) const fn code(self) -> u16 {
        match self {
            Self::Empty(_) => EMPTY,
            Self::Error(_) => ERROR,
        }
    }

    /// The guide's message for it, as in `phone_number error`.
    pub(super) fn message(self) -> String {
        match self {
            Self::Empty(parameter) => format!("{parameter} empty"),
            Self::Error(parameter) => format!("{parameter} error"),
        }
    }
}

/// The parts of a request that matter here.
pub(super) struct Sent<'a> {
    /// What stands behind the `?`.
    pub(super) query: &'a str,
    pub(super) content_type: Option<&'a [u8]>,
    pub(super) body: &'a [u8],
}

/// Reads a request, or says what is wrong with it first.
pub(super) fn read(sent: &Sent<'_>, partner: Option<&Partner>) -> Result<Asked, Refusal> {
    check_credentials(sent.query, partner)?;
    if !sent.content_type.is_some_and(is_json) {
        return Err(Refusal::Error("content_type"));
    }
    let fields: Map<String, Value> =
        serde_json::from_slice(sent.body).map_err(|_| Refusal::Error("body"))?;
    read_fields(fields)
}

fn check_credentials(query: &str, partner: Option<&Partner>) -> Result<(), Refusal> {
    let code = parameter(query, "partner_code").ok_or(Refusal::Empty("partner_code"))?;
    let key = parameter(query, "partner_key").ok_or(Refusal::Empty("partner_key"))?;
    let Some(partner) = partner else { return Ok(()) };
    if *code != *partner.code.as_bytes() {
        return Err(Refusal::Error("partner_code"));
    }
    if *key != *partner.key.expose_secret().as_bytes() {
        return Err(Refusal::Error("partner_key"));
    }
    Ok(())
}

/// The decoded value of a query parameter, unless it is missing or empty.
fn parameter<'a>(query: &'a str, name: &str) -> Option<Cow<'a, [u8]>> {
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .find(|(given, _)| *decoded(given) == *name.as_bytes())
        .map(|(_, value)| decoded(value))
        .filter(|value| !value.is_empty())
}

/// Form encoding: `+` is a space, and so is `%20`; a plus itself is `%2B`.
fn decoded(text: &str) -> Cow<'_, [u8]> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return Cow::Owned(percent_decode_str(&spaced).collect());
    }
    percent_decode_str(text).into()
}

fn is_json(content_type: &[u8]) -> bool {
    let kind = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    kind.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// Presence first, then form, each in the order of the guide's table.
fn read_fields(mut fields: Map<String, Value>) -> Result<Asked, Refusal> {
    let id_number = text(&mut fields, "id_number")?;
    let id_type = text(&mut fields, "id_type")?;
    let phone_number = text(&mut fields, "phone_number")?;
    text(&mut fields, "name")?;
    let country = text(&mut fields, "country")?;
    must(id_type == "KTP", "id_type")?;
    must(is_phone(&phone_number), "phone_number")?;
    must(country == "ID", "country")?;
    Ok(Asked { id_number, phone_number })
}

fn text(fields: &mut Map<String, Value>, field: &'static str) -> Result<String, Refusal> {
    match fields.get_mut(field).map(Value::take) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text),
        Some(Value::String(_) | Value::Null) | None => Err(Refusal::Empty(field)),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Err(Refusal::Error(field))
        }
    }
}

fn must(holds: bool, field: &'static str) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::Error(field)) }
}

fn is_phone(text: &str) -> bool {
    text.starts_with("08")
        && (10..=13).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;

    const QUERY: &str = "partner_code=demo&partner_key=secret";

    /// The guide's own example.
    fn guide() -> Value {
        json!({
            "country": "ID",
            "phone_number": "081234567890",
            "id_type": "KTP",
            "id_number": "3310225629467",
            "name": "Joe"
        })
    }

    fn read_body(body: &str) -> Result<Asked, Refusal> {
        let sent =
            Sent { query: QUERY, content_type: Some(b"application/json"), body: body.as_bytes() };
        read(&sent, None)
    }

    fn read_query(query: &str, partner: Option<&Partner>) -> Result<(), Refusal> {
        let body = guide().to_string();
        let sent = Sent { query, content_type: Some(b"application/json"), body: body.as_bytes() };
        read(&sent, partner).map(|_| ())
    }

    #[test]
    fn the_guides_own_example_passes() {
        let asked = read_body(&guide().to_string()).unwrap();
        assert_eq!(asked.id_number, "3310225629467");
        assert_eq!(asked.phone_number, "081234567890");
    }

    #[test]
    fn a_required_field_that_says_nothing_is_empty() {
        for field in ["id_number", "id_type", "phone_number", "name", "country"] {
            let mut missing = guide();
            missing.as_object_mut().unwrap().remove(field);
            let mut bodies = vec![missing];
            for nothing in [json!(""), json!("  "), Value::Null] {
                let mut body = guide();
                body[field] = nothing;
                bodies.push(body);
            }
            for body in bodies {
                assert_eq!(read_body(&body.to_string()), Err(Refusal::Empty(field)), "{body}");
            }
        }
    }

    #[test]
    fn a_field_of_another_form_is_an_error() {
        let table = [
            ("id_number", json!(3_310_225_629_467_u64)),
            ("name", json!(["Joe"])),
            ("name", json!(true)),
            ("phone_number", json!(81_234_567_890_u64)),
            ("phone_number", json!("0812345678901234")),
            ("phone_number", json!("08123456789012")),
            ("phone_number", json!("081234567")),
            ("phone_number", json!("+6281234567")),
            ("phone_number", json!("0712345678")),
            ("phone_number", json!("0812 345 678")),
            ("country", json!("SG")),
            ("country", json!("id")),
            ("id_type", json!("SIM")),
            ("id_type", json!("ktp")),
        ];
        for (field, value) in table {
            let mut body = guide();
            body[field] = value;
            assert_eq!(read_body(&body.to_string()), Err(Refusal::Error(field)), "{body}");
        }
    }

    #[test]
    fn phones_of_ten_to_thirteen_digits_are_fine() {
        for phone in ["0812345678", "08123456789", "081234567890", "0812345678901"] {
            let mut body = guide();
            body["phone_number"] = json!(phone);
            assert!(read_body(&body.to_string()).is_ok(), "{phone}");
        }
    }

    #[test]
    fn an_unknown_field_does_not_disturb() {
        let mut body = guide();
        body["note"] = json!({"any": "thing"});
        assert!(read_body(&body.to_string()).is_ok());
    }

    #[test]
    fn a_body_that_is_no_json_object_is_an_error() {
        for body in ["", "{", "[]", "null", "country=ID", "{\"a\":1} x"] {
            assert_eq!(read_body(body), Err(Refusal::Error("body")), "{body}");
        }
    }

    #[test]
    fn a_body_must_be_announced_as_json() {
        let body = guide().to_string();
        let table: [(Option<&[u8]>, bool); 6] = [
            (Some(b"application/json"), true),
            (Some(b"Application/JSON; charset=utf-8"), true),
            (Some(b"text/plain"), false),
            (Some(b"application/jsonl"), false),
            (Some(b""), false),
            (None, false),
        ];
        for (content_type, fine) in table {
            let sent = Sent { query: QUERY, content_type, body: body.as_bytes() };
            let expected = if fine { None } else { Some(Refusal::Error("content_type")) };
            assert_eq!(read(&sent, None).err(), expected, "{content_type:?}");
        }
    }

    #[test]
    fn missing_credentials_are_named() {
        let table = [
            ("", Refusal::Empty("partner_code")),
            ("partner_key=k", Refusal::Empty("partner_code")),
            ("partner_code=&partner_key=k", Refusal::Empty("partner_code")),
            ("partner_code=c", Refusal::Empty("partner_key")),
            ("partner_code=c&partner_key", Refusal::Empty("partner_key")),
        ];
        for (query, refusal) in table {
            assert_eq!(read_query(query, None), Err(refusal), "{query}");
        }
    }

    #[test]
    fn credentials_are_compared_decoded() {
        let key = SecretString::from("k+/=%26 Zz");
        let partner = Partner { code: "a b".to_owned(), key };
        let table = [
            ("partner_code=a+b&partner_key=k%2B%2F%3D%2526+Zz", None),
            ("partner_code=a%20b&partner_key=k%2b/=%2526%20Zz", None),
            ("partner_key=k%2B%2F%3D%2526+Zz&x=1&partner%5Fcode=a+b", None),
            ("partner_code=ab&partner_key=k", Some(Refusal::Error("partner_code"))),
            ("partner_code=a+b&partner_key=k+/=%26+Zz", Some(Refusal::Error("partner_key"))),
        ];
        for (query, expected) in table {
            assert_eq!(read_query(query, Some(&partner)).err(), expected, "{query}");
        }
    }

    #[test]
    fn the_key_is_never_in_debug() {
        let partner = Partner { code: "demo".to_owned(), key: SecretString::from("hunter2") };
        assert!(!format!("{partner:?}").contains("hunter2"));
    }

    #[test]
    fn refusals_speak_as_the_guide_does() {
        assert_eq!(Refusal::Empty("name").message(), "name empty");
        assert_eq!(Refusal::Error("phone_number").message(), "phone_number error");
        assert_eq!(Refusal::Empty("name").code(), 11301);
        assert_eq!(Refusal::Error("name").code(), 11340);
    }
}
