//! The result of `idv verify` as a card for people.

use std::borrow::Cow;

use crate::model::answer::Answer;
use crate::model::code::{self, Charge, Code};
use crate::model::outcome::{Outcome, Source};
use crate::model::problem::Level;
use crate::model::record::Field;
use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::output::result_columns::{self, Mask};
use crate::output::table::{Style, paint};
use crate::output::text;
use crate::output::text_layout;
use crate::run::tally::Match;

/// Details of a card beside the result.
#[derive(Debug, Clone, Default)]
pub struct CardDetails {
    /// Facts from the number itself. They are personal data, so `None` under a mask.
    pub says: Option<String>,
    /// The flag with which `idv ledger` finds the call.
    pub ledger: String,
    /// Whether colour is used.
    pub color: bool,
    /// Columns of the terminal. 0 breaks no line.
    pub width: usize,
}

/// Width of the column of names.
const NAMES: usize = 14;

/// Columns that a text of the endpoint takes at most.
const LONGEST: usize = 800;

/// Makes the card of one result.
pub fn card(row: &Row, verdict: &Verdict, mask: &Mask, details: &CardDetails) -> String {
    let mut card = Card { text: String::new(), details };
    card.headline(verdict);
    card.matches(row, verdict.answer.as_ref(), mask);
    card.record(row, mask);
    card.answer(row, verdict, mask);
    card.notes(row);
    card.hints(verdict);
    card.text
}

/// Whether a text is a card of idv: its first word is an outcome, and it has a record and a charge.
pub(crate) fn is_card(text: &str) -> bool {
    let is_outcome = |word: &str| {
        let heads = |o: Outcome| [false, true].map(|color| headword(o, color));
        Outcome::ALL.into_iter().flat_map(heads).any(|head| head == word)
    };
    let has = |name: &str| text.lines().any(|line| line.starts_with(&format!("  {name:<NAMES$}")));
    text.split("  ").next().is_some_and(is_outcome) && has("id_number") && has("charged")
}

fn headword(outcome: Outcome, color: bool) -> String {
    paint(&outcome.word().to_uppercase(), Style::of(outcome), color).into_owned()
}

struct Card<'a> {
    text: String,
    details: &'a CardDetails,
}

impl Card<'_> {
    fn headline(&mut self, verdict: &Verdict) {
        let word = headword(verdict.outcome, self.details.color);
        self.paragraph(&format!("{word}  {}", meaning(verdict)));
    }

    fn matches(&mut self, row: &Row, answer: Option<&Answer>, mask: &Mask) {
        let Some(answer) = answer else { return };
        let said = [("phone", &answer.id_phone_match), ("name", &answer.id_name_match)];
        if said.iter().any(|(_, value)| value.is_some()) {
            self.text.push('\n');
        }
        for (name, value) in said {
            if let Some(value) = value {
                self.matching(name, &mask.text(row, value));
            }
        }
    }

    fn matching(&mut self, name: &str, value: &str) {
        let found = Match::of(Some(value));
        let (style, word, words) = match found {
            Match::Pass => (Style::Good, "pass", Cow::Borrowed("belongs to the number")),
            Match::Fail => (Style::Bad, "fail", "does not belong to the number".into()),
            Match::NoRecord => (Style::Warn, "no record", no_record(value).into()),
            Match::Other => (Style::Warn, "?", brief(value).into()),
        };
        let word = self.paint(&format!("{word:<11}"), style).into_owned();
        self.line(&format!("  {name:<NAMES$}{word}{words}"));
    }

    fn record(&mut self, row: &Row, mask: &Mask) {
        self.text.push('\n');
        for field in Field::ALL {
            let sent = row.record.get(field);
            if field.spec().default == Some(sent) {
                continue;
            }
            self.pair(field.name(), &text::shown(&mask.field(field, sent)));
            if let Some(read) = read(row, field).filter(|read| *read != sent && !mask.is_on()) {
                self.pair("", &format!("(read as {})", text::shown(read)));
            }
        }
    }

    fn answer(&mut self, row: &Row, verdict: &Verdict, mask: &Mask) {
        self.text.push('\n');
        self.pair("charged", charged(verdict));
        if let Some(at) = verdict.at {
            self.pair("when", &at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
        }
        let answer = verdict.answer.as_ref();
        if let Some(answer) = answer {
            let meaning = code::find(answer.code).map_or("not documented", |code| code.meaning);
            self.pair("code", &format!("{}: {meaning}", answer.code));
        }
        if verdict.outcome == Outcome::Unrecognised
            && let Some(result) = answer.and_then(|answer| answer.result.as_deref())
        {
            self.pair("result", &brief(&mask.text(row, result)));
        }
        if let Some(reason) = answer.and_then(|answer| answer.reason.as_deref()) {
            self.pair("reason", &brief(&mask.text(row, reason)));
        }
        // The message of a plain verdict is "success", which a person might read as "pass".
        let message =
            result_columns::message(row, verdict, mask).filter(|_| !is_verdict(verdict.outcome));
        if let Some(message) = message {
            self.pair("message", &brief(&message));
        }
        if let Some(id) = answer.and_then(|answer| answer.sequence_id.as_deref()) {
            self.pair("sequence_id", &brief(id));
        }
    }

    fn notes(&mut self, row: &Row) {
        let says = self.details.says.as_deref();
        if says.is_some() || !row.problems.is_empty() {
            self.text.push('\n');
        }
        for problem in &row.problems {
            self.note(problem.level, &problem.message);
        }
        if let Some(says) = says {
            self.note(Level::Note, says);
        }
    }

    fn note(&mut self, level: Level, message: &str) {
        let style = if level == Level::Note { Style::Faint } else { Style::Warn };
        let level = format!("{:<NAMES$}", level.word());
        let level = self.paint(&level, style).into_owned();
        self.hanging(&level, message);
    }

    fn hints(&mut self, verdict: &Verdict) {
        let hints = hints(verdict, &self.details.ledger);
        if !hints.is_empty() {
            self.text.push('\n');
        }
        for hint in hints {
            self.paragraph(&hint);
        }
    }

    fn paint<'t>(&self, text: &'t str, style: Style) -> Cow<'t, str> {
        paint(text, style, self.details.color)
    }

    fn pair(&mut self, name: &str, value: &str) {
        self.hanging(&format!("{name:<NAMES$}"), value);
    }

    /// Writes a value beside its name. The rest of a long value stands below.
    fn hanging(&mut self, name: &str, value: &str) {
        let indent = " ".repeat(2 + NAMES);
        let first = format!("  {name}");
        self.line(&text_layout::wrap(value, self.details.width, &first, &indent));
    }

    fn paragraph(&mut self, text: &str) {
        self.line(&text_layout::wrap(text, self.details.width, "", ""));
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }
}

/// A text of the endpoint, shortened for a screen.
fn brief(text: &str) -> String {
    text::shown(&text_layout::cut(text, LONGEST)).into_owned()
}

/// The value that was read for a field.
fn read(row: &Row, field: Field) -> Option<&str> {
    let at = row.columns.iter().position(|column| column == field.name());
    at.and_then(|at| row.cells.get(at))
}

const fn is_verdict(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Pass | Outcome::Fail | Outcome::NoRecord)
}

/// The meaning of the outcome, or of its matches if they say more.
fn meaning(verdict: &Verdict) -> &'static str {
    let answer = verdict.answer.as_ref();
    let said =
        |pick: fn(&Answer) -> Option<&String>| Match::of(answer.and_then(pick).map(String::as_str));
    let phone = said(|answer| answer.id_phone_match.as_ref());
    let name = said(|answer| answer.id_name_match.as_ref());
    match (verdict.outcome, phone, name) {
        (Outcome::Fail, Match::Fail, Match::Fail) => {
            "neither the phone nor the name belongs to the number"
        }
        (Outcome::Fail, Match::Fail, _) => "the phone does not belong to the number",
        (Outcome::Fail, _, Match::Fail) => "the name does not belong to the number",
        (outcome, _, _) => outcome.meaning(),
    }
}

fn no_record(value: &str) -> &'static str {
    if value.contains("phone") {
        "the provider has none of this phone"
    } else {
        "the provider has none of this number"
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

/// Possible causes of the outcome, and what to do next.
fn hints(verdict: &Verdict, ledger: &str) -> Vec<String> {
    let code = verdict.answer.as_ref().and_then(|answer| code::find(answer.code));
    let next = code.map(Code::next).filter(|next| !next.is_empty());
    let hint = match verdict.outcome {
        Outcome::Pass | Outcome::Unknown => None,
        Outcome::Fail => Some(
            "A fail is no proof of fraud: a phone registered by a relative also fails, and so does \
             another spelling of the name or a mistyped digit.",
        ),
        Outcome::NoRecord => Some(
            "This says nothing against the person: compare the number and the phone with the \
             source, or check in another way.",
        ),
        Outcome::Held => Some("Nothing was sent. Repair the field and run again."),
        Outcome::Refused => next.or(Some("Nothing was charged. Repair the record and run again.")),
        Outcome::Unavailable => {
            next.or(Some("Nothing was charged. Run the same command again later."))
        }
        Outcome::Skipped => Some("Nothing was sent. Run the same command again to ask."),
        Outcome::Unrecognised => Some("Take this answer to TrustDecision, with its sequence_id."),
    };
    let mut hints: Vec<String> = hint.into_iter().map(str::to_owned).collect();
    if verdict.outcome == Outcome::Unknown || verdict.charged == Charge::Unknown {
        hints.push(
            "Asking again may be charged a second time. Look at the invoice, then:".to_owned(),
        );
        hints.push(format!("  idv ledger show{ledger} --outcome unknown"));
        hints.push(format!("  idv ledger resolve{ledger} CALL --charged"));
        hints.push(format!("  idv ledger resolve{ledger} CALL --not-charged"));
    }
    hints
}

#[cfg(test)]
mod tests;
