//! An answer that repeats the key, as one that refuses it may: the key is taken out of it before
//! anybody sees it, or the ledger keeps it.

use reqwest::Url;
use serde_json::Value;

use crate::answer::Answer;

/// A shorter key may be a part of any word.
const SHORTEST: usize = 8;

/// What stands in the key's place.
const INSTEAD: &str = "[key]";

/// The key as it may be written. Not to be printed.
pub(super) struct Scrub(Vec<String>);

impl Scrub {
    /// For the key in the query of this URL.
    pub(super) fn of(url: &Url) -> Self {
        let is_key = |name: &str| name == "partner_key";
        let key = url.query_pairs().find(|(name, _)| is_key(name)).map(|(_, key)| key.into_owned());
        let Some(key) = key.filter(|key| key.len() >= SHORTEST) else { return Self(Vec::new()) };
        let pairs =
            url.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let sent: Vec<_> = pairs.filter(|(name, _)| is_key(name)).map(|(_, key)| key).collect();
        let mut forms = vec![key];
        for sent in sent {
            forms.extend([sent.to_owned(), sent.to_lowercase(), sent.replace("%20", "+")]);
        }
        forms.sort();
        forms.dedup();
        Self(forms)
    }

    /// Takes it out of every text of the answer.
    pub(super) fn clean(&self, answer: &mut Answer) {
        let Answer { message, sequence_id, result, id_phone_match, id_name_match, reason, .. } =
            answer;
        let texts = [message, sequence_id, result, id_phone_match, id_name_match, reason];
        texts.into_iter().flatten().for_each(|text| self.clean_text(text));
        answer.extra.values_mut().for_each(|value| self.clean_value(value));
    }

    fn clean_value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.clean_text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.clean_value(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.clean_value(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn clean_text(&self, text: &mut String) {
        for form in &self.0 {
            if text.contains(form) {
                *text = text.replace(form, INSTEAD);
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
        let body = serde_json::json!({"code": 200, "message": said, "x": {"y": [said]}});
        let mut answer = Answer::read(body.to_string().as_bytes()).unwrap();
        Scrub::of(&url).clean(&mut answer);
        let message = answer.message.unwrap();
        assert_eq!(answer.extra["x"]["y"][0], message);
        message
    }

    #[test]
    fn a_key_that_is_repeated_is_taken_out_however_it_is_written() {
        let key = "k+/=%26 Zz";
        for form in [key, "k%2B%2F%3D%2526+Zz", "k%2b%2f%3d%2526+zz"] {
            assert_eq!(cleaned(key, &format!("key {form} is wrong")), "key [key] is wrong");
        }
        assert_eq!(cleaned(key, "partner_key error"), "partner_key error");
    }

    #[test]
    fn a_key_that_may_be_a_part_of_any_word_is_left() {
        assert_eq!(cleaned("success", "success"), "success");
        assert_eq!(cleaned("", "success"), "success");
    }
}
