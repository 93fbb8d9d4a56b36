//! The answers' JSON, in each of the shapes that were published for this endpoint.

use serde::Serialize;

use crate::sandbox::fault::ANSWERED;
use crate::sandbox::script::Verdict;

/// Which published shape the answers have. Errors are the same in all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// The guide's examples: `result` pass or fail, and both matches.
    #[default]
    Guide,
    /// An older page: success, fail or "no record", and a `reason` in place of the matches.
    Reason,
    /// A detailed page: success, fail or "no record", both matches, and on a pass `further_info`:
    /// an object, or a string that holds one where the ID number ends in an odd digit.
    Detailed,
}

/// An answer with a verdict, its fields in the order of the guide.
#[derive(Serialize)]
struct Answer<'a> {
    code: u16,
    message: &'a str,
    sequence_id: &'a str,
    result: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_phone_match: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_name_match: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    further_info: Option<FurtherInfo>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum FurtherInfo {
    Object(Person),
    Text(String),
}

/// Nobody: the same made-up person for every record.
#[derive(Serialize)]
struct Person {
    birth_place: &'static str,
    birth_date: &'static str,
    religion: &'static str,
    gender: &'static str,
    region: &'static str,
}

const NOBODY: Person = Person {
    birth_place: "CONTOH",
    birth_date: "1970-01-01",
    religion: "CONTOH",
    gender: "PEREMPUAN",
    region: "CONTOH, CONTOH",
};

/// The guide's failure response.
#[derive(Serialize)]
struct Failure<'a> {
    code: u16,
    sequence_id: &'a str,
    message: &'a str,
}

impl Dialect {
    /// An answer with code 200.
    pub(super) fn verdict(self, verdict: Verdict, sequence_id: &str, id_number: &str) -> Vec<u8> {
        let (id_phone_match, id_name_match) = matches(verdict);
        let plain = Answer {
            code: ANSWERED,
            message: "success",
            sequence_id,
            result: self.result(verdict),
            id_phone_match: Some(id_phone_match),
            id_name_match: Some(id_name_match),
            reason: None,
            further_info: None,
        };
        json(&match self {
            Self::Guide => plain,
            Self::Reason => Answer {
                id_phone_match: None,
                id_name_match: None,
                reason: reason(verdict),
                ..plain
            },
            Self::Detailed => Answer { further_info: further_info(verdict, id_number), ..plain },
        })
    }

    const fn result(self, verdict: Verdict) -> &'static str {
        match (self, verdict) {
            (Self::Guide, Verdict::Pass) => "pass",
            (Self::Reason | Self::Detailed, Verdict::Pass) => "success",
            (_, Verdict::PhoneDiffers | Verdict::NameDiffers | Verdict::BothDiffer)
            | (Self::Guide, Verdict::NoPhone | Verdict::NoRecord) => "fail",
            (Self::Reason | Self::Detailed, Verdict::NoPhone | Verdict::NoRecord) => "no record",
        }
    }
}

/// An answer with any other code.
pub(super) fn failure(code: u16, message: &str, sequence_id: &str) -> Vec<u8> {
    json(&Failure { code, sequence_id, message })
}

fn json(answer: &impl Serialize) -> Vec<u8> {
    // Strings and numbers only: there is nothing in it that could fail.
    serde_json::to_vec(answer).unwrap_or_default()
}

/// What is found about the phone, and about the name.
const fn matches(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Pass => ("pass", "pass"),
        Verdict::PhoneDiffers => ("fail", "pass"),
        Verdict::NameDiffers => ("pass", "fail"),
        Verdict::BothDiffer => ("fail", "fail"),
        Verdict::NoPhone => ("no_record_for_phone_number", "pass"),
        Verdict::NoRecord => ("no_record_for_phone_number", "no_record_for_id_number"),
    }
}

const fn reason(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Pass => None,
        Verdict::PhoneDiffers => Some("The NIK does not match with the phone number"),
        Verdict::NameDiffers => Some("The NIK does not match with the name"),
        Verdict::BothDiffer => Some("The NIK does not match with both name and phone number"),
        Verdict::NoPhone => Some("No record for the phone number"),
        Verdict::NoRecord => Some("No record for the ID number"),
    }
}

fn further_info(verdict: Verdict, id_number: &str) -> Option<FurtherInfo> {
    let is_odd = id_number.bytes().last().is_some_and(|digit| digit % 2 == 1);
    match verdict {
        Verdict::Pass if is_odd => serde_json::to_string(&NOBODY).ok().map(FurtherInfo::Text),
        Verdict::Pass => Some(FurtherInfo::Object(NOBODY)),
        Verdict::PhoneDiffers
        | Verdict::NameDiffers
        | Verdict::BothDiffer
        | Verdict::NoPhone
        | Verdict::NoRecord => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const VERDICTS: [Verdict; 6] = [
        Verdict::Pass,
        Verdict::PhoneDiffers,
        Verdict::NameDiffers,
        Verdict::BothDiffer,
        Verdict::NoPhone,
        Verdict::NoRecord,
    ];

    fn answer(dialect: Dialect, verdict: Verdict, id_number: &str) -> Value {
        serde_json::from_slice(&dialect.verdict(verdict, "S", id_number)).unwrap()
    }

    #[test]
    fn the_guides_examples_come_out_word_for_word() {
        let sequence_id = "1648777165770866F82AC7F326307055";
        let text = |bytes| String::from_utf8(bytes).unwrap();
        assert_eq!(
            text(Dialect::Guide.verdict(Verdict::Pass, sequence_id, "1")),
            r#"{"code":200,"message":"success","sequence_id":"1648777165770866F82AC7F326307055","result":"pass","id_phone_match":"pass","id_name_match":"pass"}"#
        );
        assert_eq!(
            text(Dialect::Guide.verdict(Verdict::NameDiffers, sequence_id, "1")),
            r#"{"code":200,"message":"success","sequence_id":"1648777165770866F82AC7F326307055","result":"fail","id_phone_match":"pass","id_name_match":"fail"}"#
        );
        assert_eq!(
            text(failure(11340, "phone_number error", "170427842997****I3167369D6187177")),
            r#"{"code":11340,"sequence_id":"170427842997****I3167369D6187177","message":"phone_number error"}"#
        );
    }

    #[test]
    fn the_guide_answers_pass_or_fail_with_both_matches() {
        let missing = "no_record_for_phone_number";
        let table = [
            ("pass", "pass", "pass"),
            ("fail", "fail", "pass"),
            ("fail", "pass", "fail"),
            ("fail", "fail", "fail"),
            ("fail", missing, "pass"),
            ("fail", missing, "no_record_for_id_number"),
        ];
        for (verdict, (result, phone, name)) in VERDICTS.into_iter().zip(table) {
            let answer = answer(Dialect::Guide, verdict, "1");
            assert_eq!(answer["result"], result, "{verdict:?}");
            assert_eq!(answer["id_phone_match"], phone, "{verdict:?}");
            assert_eq!(answer["id_name_match"], name, "{verdict:?}");
            assert_eq!(answer.as_object().unwrap().len(), 6);
        }
    }

    #[test]
    fn the_older_page_gives_a_reason_and_no_matches() {
        let table = [
            ("success", None),
            ("fail", Some("The NIK does not match with the phone number")),
            ("fail", Some("The NIK does not match with the name")),
            ("fail", Some("The NIK does not match with both name and phone number")),
            ("no record", Some("No record for the phone number")),
            ("no record", Some("No record for the ID number")),
        ];
        for (verdict, (result, reason)) in VERDICTS.into_iter().zip(table) {
            let answer = answer(Dialect::Reason, verdict, "1");
            assert_eq!(answer["result"], result, "{verdict:?}");
            assert_eq!(answer.get("reason").and_then(Value::as_str), reason, "{verdict:?}");
            assert!(
                answer.get("id_phone_match").is_none() && answer.get("id_name_match").is_none()
            );
        }
    }

    #[test]
    fn the_detailed_page_tells_more_only_on_a_pass() {
        let results = ["success", "fail", "fail", "fail", "no record", "no record"];
        for (verdict, result) in VERDICTS.into_iter().zip(results) {
            let answer = answer(Dialect::Detailed, verdict, "2");
            assert_eq!(answer["result"], result, "{verdict:?}");
            assert_eq!(answer.get("further_info").is_some(), verdict == Verdict::Pass);
        }
        let object = &answer(Dialect::Detailed, Verdict::Pass, "2")["further_info"];
        let text = &answer(Dialect::Detailed, Verdict::Pass, "3")["further_info"];
        assert!(object.is_object());
        assert_eq!(serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap(), *object);
    }
}
