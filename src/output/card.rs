//! One result as a card that a person reads in a second.

use std::fmt::Write as _;

use crate::code::{self, Charge};
use crate::outcome::{Outcome, Source, Verdict};
use crate::output::fields::{self, Mask};
use crate::output::table::{Style, paint};
use crate::record::Field;
use crate::row::Row;
use crate::text;

/// The card of one result.
pub fn card(row: &Row, verdict: &Verdict, mask: &Mask, color: bool) -> String {
    let mut card = Card(String::new());
    let word = verdict.outcome.word().to_uppercase();
    let word = paint(&word, Style::of(verdict.outcome), color);
    card.line(&format!("{word}  {}", verdict.outcome.meaning()));
    card.line("");
    for field in Field::ALL {
        card.pair(field.name(), &record_field(row, field, mask));
    }
    card.line("");
    card.answer(verdict, mask);
    card.pair("charged", charged(verdict));
    if let Some(at) = fields::verified_at(verdict) {
        card.pair("at", &at);
    }
    for problem in &row.problems {
        card.pair(problem.level.word(), &problem.message);
    }
    if let Some(hint) = hint(verdict) {
        card.line("");
        card.line(&hint);
    }
    card.0
}

struct Card(String);

impl Card {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn pair(&mut self, name: &str, value: &str) {
        // Writing to a String can't fail.
        let _ = writeln!(self.0, "  {name:<15} {}", text::escape(value));
    }

    fn answer(&mut self, verdict: &Verdict, mask: &Mask) {
        if let Some(answer) = &verdict.answer {
            let said = [
                ("result", &answer.result),
                ("id_phone_match", &answer.id_phone_match),
                ("id_name_match", &answer.id_name_match),
                ("reason", &answer.reason),
            ];
            for (name, value) in said {
                if let Some(value) = value {
                    self.pair(name, value);
                }
            }
            let meaning = code::find(answer.code).map_or("not documented", |code| code.meaning);
            self.pair("code", &format!("{} - {meaning}", answer.code));
        }
        if let Some(message) = fields::message(verdict, mask) {
            self.pair("message", &message);
        }
        if let Some(id) = verdict.answer.as_ref().and_then(|answer| answer.sequence_id.as_ref()) {
            self.pair("sequence_id", id);
        }
    }
}

/// The value that is sent, and the one that was read where that was written otherwise.
fn record_field(row: &Row, field: Field, mask: &Mask) -> String {
    let sent = row.record.get(field);
    let at = row.columns.iter().position(|column| column == field.name());
    let read = at.and_then(|at| row.cells.get(at)).unwrap_or(sent);
    let shown = mask.field(field, sent);
    if read == sent || mask.is_on() {
        shown.into_owned()
    } else {
        format!("{shown}  (read as {read})")
    }
}

const fn charged(verdict: &Verdict) -> &'static str {
    match (verdict.source, verdict.charged) {
        (Source::Ledger | Source::Duplicate, _) => "no - known from an earlier call",
        (_, Charge::Yes) => "yes",
        (_, Charge::No) => "no",
        (_, Charge::Unknown) => "unknown - it may have been",
    }
}

fn hint(verdict: &Verdict) -> Option<String> {
    let action = |code| code::find(code).map(|code| code.action.to_owned());
    match verdict.outcome {
        Outcome::Pass | Outcome::Skipped => None,
        Outcome::Fail => Some(
            "A fail is not proof of fraud: a phone registered by a relative also fails.".to_owned(),
        ),
        Outcome::NoRecord => Some("This says nothing against the person.".to_owned()),
        Outcome::Held => Some("Nothing was sent. Repair the field and run again.".to_owned()),
        Outcome::Refused | Outcome::Unavailable => {
            verdict.answer.as_ref().and_then(|answer| action(answer.code))
        }
        Outcome::Unrecognised => {
            Some("Take this answer to TrustDecision, with its sequence_id.".to_owned())
        }
        Outcome::Unknown => Some(
            "Asking again may be charged a second time: look at the invoice, or ask TrustDecision."
                .to_owned(),
        ),
    }
}
