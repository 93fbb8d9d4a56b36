//! The columns that idv adds to a row, in the order of the results CSV: one line here is one column.

use std::borrow::Cow;

use crate::model::outcome::{Outcome, Source};

use crate::model::problem::Problem;
use crate::model::record::Field;
use crate::model::redaction;
use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::output::text;
use crate::words::Lang;

/// The columns of a result. A column of an input whose name begins with `idv_` is a former result.
pub(crate) const COLUMNS: [&str; 18] = [
    "idv_row",
    "idv_outcome",
    "idv_code",
    "idv_message",
    "idv_sequence_id",
    "idv_result",
    "idv_id_phone_match",
    "idv_id_name_match",
    "idv_reason",
    "idv_charged",
    "idv_source",
    "idv_attempts",
    "idv_elapsed_ms",
    "idv_verified_at",
    "idv_id_number_sent",
    "idv_phone_number_sent",
    "idv_name_sent",
    "idv_problems",
];

/// The columns of a check.
pub(crate) const CHECKED: [&str; 8] = [
    "idv_row",
    "idv_line",
    "idv_level",
    "idv_id_number_sent",
    "idv_phone_number_sent",
    "idv_name_sent",
    "idv_problems",
    "idv_repair",
];

/// The cells of a check. The values to send are empty if the row would be held.
pub(crate) fn checked_cells<'a>(row: &'a Row, verdict: &Verdict, mask: &Mask) -> [Cow<'a, str>; 8] {
    let sent = |field| match verdict.outcome {
        Outcome::Held => Cow::Borrowed(""),
        _ => escape_owned(mask.field(field, row.record.get(field))),
    };
    let repairs: Vec<_> = row.problems.iter().map(|problem| mask.repair(problem)).collect();
    [
        row.number.to_string().into(),
        row.line.to_string().into(),
        row.worst().map_or(Cow::Borrowed(""), |level| level.word().into()),
        sent(Field::IdNumber),
        sent(Field::PhoneNumber),
        sent(Field::Name),
        problem_codes(row),
        repairs.join(" ").into(),
    ]
}

/// The cells of a result. Control characters in texts of the endpoint are escaped.
pub(crate) fn cells<'a>(row: &'a Row, verdict: &'a Verdict, mask: &Mask) -> [Cow<'a, str>; 18] {
    let answer = verdict.answer.as_ref();
    let plain =
        |value: Option<&'a String>| value.map_or(Cow::Borrowed(""), |text| text::escape(text));
    let said = |value: Option<&'a String>| {
        value.map_or(Cow::Borrowed(""), |text| escape_owned(mask.text(row, text)))
    };
    let sent = |field| {
        sent(row, verdict, field).map_or(Cow::Borrowed(""), |v| escape_owned(mask.field(field, v)))
    };
    [
        row.number.to_string().into(),
        verdict.outcome.word().into(),
        answer.map_or(Cow::Borrowed(""), |answer| answer.code.to_string().into()),
        message(row, verdict, mask).map_or(Cow::Borrowed(""), escape_owned),
        plain(answer.and_then(|answer| answer.sequence_id.as_ref())),
        said(answer.and_then(|answer| answer.result.as_ref())),
        said(answer.and_then(|answer| answer.id_phone_match.as_ref())),
        said(answer.and_then(|answer| answer.id_name_match.as_ref())),
        said(answer.and_then(|answer| answer.reason.as_ref())),
        verdict.charged.word().into(),
        verdict.source.word().into(),
        verdict.attempts.to_string().into(),
        elapsed_ms(verdict).map_or(Cow::Borrowed(""), |millis| millis.to_string().into()),
        verified_at(verdict).unwrap_or_default().into(),
        sent(Field::IdNumber),
        sent(Field::PhoneNumber),
        sent(Field::Name),
        problem_codes(row),
    ]
}

fn escape_owned(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => text::escape(text),
        Cow::Owned(text) => Cow::Owned(text::escape(&text).into_owned()),
    }
}

/// The value that was sent for a field, by this call or an earlier one. `None` if nothing was sent.
pub(crate) fn sent<'a>(row: &'a Row, verdict: &Verdict, field: Field) -> Option<&'a str> {
    (verdict.source != Source::Local).then(|| row.record.get(field))
}

/// The message of the provider, else our explanation in English.
pub(crate) fn message<'a>(row: &Row, verdict: &'a Verdict, mask: &Mask) -> Option<Cow<'a, str>> {
    verdict.message().map(|message| mask.message(row, message))
}

/// Duration of the last attempt in whole milliseconds.
pub(crate) fn elapsed_ms(verdict: &Verdict) -> Option<u64> {
    verdict.elapsed.map(|elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
}

/// End of the last attempt: UTC, RFC 3339, milliseconds.
pub(crate) fn verified_at(verdict: &Verdict) -> Option<String> {
    verdict.at.map(|at| format!("{at:.3}"))
}

fn problem_codes(row: &Row) -> Cow<'_, str> {
    match row.problems.as_slice() {
        [] => Cow::Borrowed(""),
        [only] => Cow::Borrowed(only.code()),
        all => all.iter().map(Problem::code).collect::<Vec<_>>().join(" ").into(),
    }
}

/// The fields that `--mask` hides, and their columns in the input.
#[derive(Debug, Clone, Default)]
pub struct Mask(Option<Vec<(Field, String)>>);

impl Mask {
    /// Makes a mask that hides the fields, also in the columns that they were read from.
    pub fn on(columns: Vec<(Field, String)>) -> Self {
        Self(Some(columns))
    }

    /// Whether anything is hidden.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Masks a field's value.
    pub fn field<'a>(&self, field: Field, value: &'a str) -> Cow<'a, str> {
        if self.is_on() { redaction::mask(field, value).into() } else { value.into() }
    }

    /// Masks a cell of the input if its column holds a field. In other columns long runs of digits
    /// are masked, since they may be another number of the same person.
    pub fn cell<'a>(&self, column: &str, value: &'a str) -> Cow<'a, str> {
        let Some(columns) = &self.0 else { return value.into() };
        match columns.iter().find(|(_, name)| name == column) {
            Some((field, _)) => redaction::mask(*field, value).into(),
            None => redaction::mask_digits(value),
        }
    }

    /// The repair of a problem, with the likely value unless values are hidden.
    pub fn repair(&self, problem: &Problem) -> Cow<'static, str> {
        match problem.likely().filter(|_| !self.is_on()) {
            Some(likely) => {
                let likely = Lang::En.words().likely(likely);
                escape_owned(Cow::Owned(format!("{} {likely}", problem.message())))
            }
            None => problem.message(),
        }
    }

    /// Masks numbers and the record's name in a message.
    pub(crate) fn message<'a>(&self, row: &Row, message: Cow<'a, str>) -> Cow<'a, str> {
        match message {
            Cow::Borrowed(message) => self.text(row, message),
            Cow::Owned(message) => self.text(row, &message).into_owned().into(),
        }
    }

    /// Masks numbers and the record's name in a text.
    pub fn text<'a>(&self, row: &Row, text: &'a str) -> Cow<'a, str> {
        if !self.is_on() {
            return text.into();
        }
        let masked = redaction::mask_digits(text);
        match redaction::mask_name(&masked, row.record.get(Field::Name)) {
            Some(named) => named.into(),
            None => masked,
        }
    }
}
