//! Takes the partner key out of answers that repeat it, before anyone sees them or the ledger stores
//! them.

use reqwest::Url;
use serde_json::{Map, Value};

use crate::model::answer::Answer;

/// The shortest key that is redacted: a shorter one may be part of any word.
const SHORTEST: usize = 8;

/// The text in place of the key.
const PLACEHOLDER: &str = "[key]";

/// The key in all its spellings. Never printed.
pub(super) struct KeyRedactor(Vec<String>);

impl KeyRedactor {
    /// Makes a redactor for the key in the query of this URL.
    pub(super) fn new(url: &Url) -> Self {
        let is_key = |name: &str| name == "partner_key";
        let key = url.query_pairs().find(|(name, _)| is_key(name)).map(|(_, key)| key.into_owned());
        let Some(key) = key.filter(|key| key.len() >= SHORTEST) else { return Self(Vec::new()) };
        let pairs =
            url.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let sent: Vec<_> = pairs.filter(|(name, _)| is_key(name)).map(|(_, key)| key).collect();
        // Values that are no text are shown as JSON, where the key is escaped.
        let in_json = Value::from(key.as_str()).to_string();
        let mut forms = vec![in_json[1..in_json.len() - 1].to_owned(), key];
        for sent in sent {
            forms.extend([sent.to_owned(), sent.to_lowercase(), sent.replace("%20", "+")]);
        }
        forms.sort();
        forms.dedup();
        Self(forms)
    }

    /// Redacts every text of the answer.
    pub(super) fn redact(&self, answer: &mut Answer) {
        let Answer { message, sequence_id, result, id_phone_match, id_name_match, reason, .. } =
            answer;
        let texts = [message, sequence_id, result, id_phone_match, id_name_match, reason];
        texts.into_iter().flatten().for_each(|text| self.redact_text(text));
        self.redact_fields(&mut answer.extra);
    }

    fn redact_fields(&self, fields: &mut Map<String, Value>) {
        if fields.keys().any(|name| self.is_in(name)) {
            let former = std::mem::take(fields);
            fields.extend(former.into_iter().map(|(mut name, value)| {
                self.redact_text(&mut name);
                (name, value)
            }));
        }
        fields.values_mut().for_each(|value| self.redact_value(value));
    }

    fn redact_value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.redact_text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.redact_value(value)),
            Value::Object(fields) => self.redact_fields(fields),
            // The key may consist of digits only.
            Value::Number(number) if self.is_in(&number.to_string()) => *value = PLACEHOLDER.into(),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|form| text.contains(form))
    }

    fn redact_text(&self, text: &mut String) {
        for form in &self.0 {
            if text.contains(form) {
                *text = text.replace(form, PLACEHOLDER);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(key: &str, said: &str) -> String {
        let mut url = Url::parse("https://h.example/").unwrap();
        url.query_pairs_mut().append_pair("partner_code", "c").append_pair("partner_key", key);
        let body = serde_json::json!({
            "code": 200, "message": said, "reason": [said], "x": {"y": [said], "z": {said: 1}}, said: 2,
        });
        let mut answer = Answer::read(body.to_string().as_bytes()).unwrap();
        KeyRedactor::new(&url).redact(&mut answer);
        let message = answer.message.unwrap();
        assert_eq!(answer.extra["x"]["y"][0], message);
        assert_eq!(
            (&answer.extra["x"]["z"][&message], &answer.extra[&message]),
            (&1.into(), &2.into())
        );
        assert_eq!(answer.reason, Some(Value::from(vec![message.clone()]).to_string()));
        message
    }

    #[test]
    fn a_key_that_is_repeated_is_taken_out_however_it_is_written() {
        let key = "k+/=%26 Zz";
        for form in [key, "k%2B%2F%3D%2526+Zz", "k%2b%2f%3d%2526+zz"] {
            assert_eq!(cleaned(key, &format!("key {form} is wrong")), "key [key] is wrong");
        }
        assert_eq!(cleaned(key, "partner_key error"), "partner_key error");
        assert_eq!(cleaned("quo\"ted\\key", "key quo\"ted\\key"), "key [key]");
    }

    #[test]
    fn a_key_of_digits_is_taken_out_of_numbers_too() {
        let url = Url::parse("https://h.example/?partner_key=1234567890").unwrap();
        let mut answer = Answer::read(br#"{"code":200,"x":[1234567890,12345]}"#).unwrap();
        KeyRedactor::new(&url).redact(&mut answer);
        assert_eq!(answer.extra["x"], serde_json::json!(["[key]", 12345]));
    }

    #[test]
    fn a_key_that_may_be_a_part_of_any_word_is_left() {
        assert_eq!(cleaned("success", "success"), "success");
        assert_eq!(cleaned("", "success"), "success");
    }
}
