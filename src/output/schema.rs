//! The JSON Schemas of the outputs, draft 2020-12, one file each.

use serde_json::{Map, Value, json};

/// The outputs that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    /// A line of `-f jsonl`.
    Result,
    /// The file of `--summary`.
    Summary,
    /// The output of `check -f jsonl`.
    Plan,
    /// A line of `check -o FILE.jsonl`.
    Checked,
}

impl Schema {
    /// Every schema.
    pub(crate) const ALL: [Self; 4] = [Self::Result, Self::Summary, Self::Plan, Self::Checked];

    /// The word on the command line.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Summary => "summary",
            Self::Plan => "plan",
            Self::Checked => "checked",
        }
    }

    /// The schema, as JSON.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Result => include_str!("../../schemas/result.json"),
            Self::Summary => include_str!("../../schemas/summary.json"),
            Self::Plan => include_str!("../../schemas/plan.json"),
            Self::Checked => include_str!("../../schemas/checked.json"),
        }
    }
}

/// All schemas in one, which accepts any of the outputs.
///
/// # Errors
///
/// A schema is no JSON, which a test excludes.
pub(crate) fn all() -> serde_json::Result<Value> {
    let mut schemas = Map::new();
    for schema in Schema::ALL {
        schemas.insert(schema.word().to_owned(), serde_json::from_str(schema.text())?);
    }
    Ok(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:idv:schema",
        "title": "What idv writes as JSON",
        "anyOf": Schema::ALL.map(|schema| json!({ "$ref": format!("urn:idv:schema:{}", schema.word()) })),
        "$defs": schemas,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::code::Charge;
    use crate::model::field_match::Match;
    use crate::model::outcome::{Outcome, Source};
    use crate::model::problem::Level;
    use crate::model::record::Field;
    use crate::model::stop_reason::StopReason;

    fn schema(of: Schema) -> Value {
        serde_json::from_str(of.text()).unwrap()
    }

    #[test]
    fn the_words_are_those_of_the_program() {
        let (result, summary) = (schema(Schema::Result), schema(Schema::Summary));
        let outcomes = json!(Outcome::ALL.map(Outcome::word));
        let sources = json!(Source::ALL.map(Source::word));
        let charges = json!([Charge::Yes, Charge::No, Charge::Unknown].map(Charge::word));
        let levels = json!([Level::Malformed, Level::Suspect, Level::Note].map(Level::word));
        let fields = json!(Field::ALL.map(Field::name));
        assert_eq!(result["properties"]["outcome"]["enum"], outcomes);
        assert_eq!(result["properties"]["source"]["enum"], sources);
        assert_eq!(result["properties"]["charged"]["enum"], charges);
        assert_eq!(result["properties"]["sent"]["required"], fields);
        assert_eq!(result["$defs"]["problem"]["properties"]["level"]["enum"], levels);
        assert_eq!(summary["properties"]["by_outcome"]["required"], outcomes);
        assert_eq!(summary["properties"]["by_source"]["required"], sources);
        assert_eq!(summary["properties"]["charged"]["required"], charges);
        let stopped = &summary["properties"]["stopped"]["oneOf"][1];
        assert_eq!(stopped["properties"]["reason"]["enum"], json!(StopReason::WORDS));
        assert_eq!(summary["$defs"]["match"]["enum"], json!(Match::ALL.map(Match::word)));
    }

    #[test]
    fn each_schema_has_its_own_name_and_they_make_one() {
        for of in Schema::ALL {
            assert_eq!(schema(of)["$id"], format!("urn:idv:schema:{}", of.word()));
        }
        assert_eq!(all().unwrap()["$defs"].as_object().unwrap().len(), Schema::ALL.len());
    }
}
