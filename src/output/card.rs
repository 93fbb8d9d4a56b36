//! The result of `idv verify` as a card for people.

use std::borrow::Cow;

use crate::model::answer::Answer;
use crate::model::code::{self, Charge};
use crate::model::field_match::Match;
use crate::model::outcome::{Outcome, Source};
use crate::model::problem::Level;
use crate::model::record::Field;
use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::output::result_columns::Mask;
use crate::output::table::{Style, paint};
use crate::output::text;
use crate::output::text_layout;
use crate::words::{Lang, Words};

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
    /// The language.
    pub lang: Lang,
}

/// Width of the column of names.
const NAMES: usize = 14;

/// Columns that a text of the endpoint takes at most.
const LONGEST: usize = 800;

/// Makes the card of one result.
pub fn card(row: &Row, verdict: &Verdict, mask: &Mask, details: &CardDetails) -> String {
    let mut card = Card { text: String::new(), details, words: details.lang.words() };
    card.headline(verdict);
    card.matches(row, verdict.answer.as_ref(), mask);
    card.record(row, mask);
    card.answer(row, verdict, mask);
    card.notes(row);
    card.hints(verdict);
    card.text
}

/// Whether a text is a card of idv: its first words are an outcome, and it has a record and a charge.
pub(crate) fn is_card(text: &str) -> bool {
    Lang::ALL.into_iter().any(|lang| is_card_in(text, lang))
}

fn is_card_in(text: &str, lang: Lang) -> bool {
    let is_outcome = |word: &str| {
        let heads = |o: Outcome| [false, true].map(|color| headword(o, lang, color));
        Outcome::ALL.into_iter().flat_map(heads).any(|head| head == word)
    };
    let has = |name: &str| text.lines().any(|line| line.starts_with(&format!("  {name:<NAMES$}")));
    let words = lang.words();
    let [charged, ..] = words.card_labels();
    text.split("  ").next().is_some_and(is_outcome)
        && has(words.field(Field::IdNumber))
        && has(charged)
}

fn headword(outcome: Outcome, lang: Lang, color: bool) -> String {
    let word = lang.words().outcome(outcome).to_uppercase();
    paint(&word, Style::of(outcome), color).into_owned()
}

struct Card<'a> {
    text: String,
    details: &'a CardDetails,
    words: &'static dyn Words,
}

impl Card<'_> {
    fn headline(&mut self, verdict: &Verdict) {
        let word = headword(verdict.outcome, self.details.lang, self.details.color);
        self.paragraph(&format!("{word}  {}", meaning(verdict, self.words)));
    }

    fn matches(&mut self, row: &Row, answer: Option<&Answer>, mask: &Mask) {
        let Some(answer) = answer else { return };
        let (phone, name) = (self.words.phone_label(), self.words.name_label());
        let said = [(phone, &answer.id_phone_match), (name, &answer.id_name_match)];
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
        let style = match found {
            Match::Pass => Style::Good,
            Match::Fail => Style::Bad,
            Match::NoRecord | Match::Other => Style::Warn,
        };
        let (word, meaning) = match found {
            Match::Other => ("?", Cow::Owned(brief(value))),
            _ => (
                self.words.matched(found),
                self.words.match_meaning(found, value.contains("phone")).into(),
            ),
        };
        let longest = Match::ALL.map(|value| self.words.matched(value).len()).into_iter().max();
        let column = longest.unwrap_or_default() + 2;
        let word = self.paint(&format!("{word:<column$}"), style).into_owned();
        self.line(&format!("  {name:<NAMES$}{word}{meaning}"));
    }

    fn record(&mut self, row: &Row, mask: &Mask) {
        self.text.push('\n');
        for field in Field::ALL {
            let sent = row.record.get(field);
            if field.spec().default == Some(sent) {
                continue;
            }
            self.pair(self.words.field(field), &text::shown(&mask.field(field, sent)));
            if let Some(read) = read(row, field).filter(|read| *read != sent && !mask.is_on()) {
                self.pair("", &self.words.read_as(&text::shown(read)));
            }
        }
    }

    fn answer(&mut self, row: &Row, verdict: &Verdict, mask: &Mask) {
        let words = self.words;
        let [paid, when, code, result, reason, message] = words.card_labels();
        self.text.push('\n');
        self.pair(paid, charged(verdict, words));
        if let Some(at) = verdict.at {
            self.pair(when, &words.moment(at));
        }
        let answer = verdict.answer.as_ref();
        if let Some(answer) = answer {
            let known = code::find(answer.code);
            let meaning =
                known.map_or(words.not_documented(), |code| words.code_meaning(code.name));
            self.pair(code, &format!("{}: {meaning}", answer.code));
        }
        if verdict.outcome == Outcome::Unrecognised
            && let Some(said) = answer.and_then(|answer| answer.result.as_deref())
        {
            self.pair(result, &brief(&mask.text(row, said)));
        }
        if let Some(said) = answer.and_then(|answer| answer.reason.as_deref()) {
            self.pair(reason, &brief(&mask.text(row, said)));
        }
        if let Some(said) = said(row, verdict, mask, words) {
            self.pair(message, &brief(&said));
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
            self.note(problem.level(), &problem.in_words(self.details.lang.words()));
        }
        if let Some(says) = says {
            self.note(Level::Note, says);
        }
    }

    fn note(&mut self, level: Level, message: &str) {
        let style = if level == Level::Note { Style::Faint } else { Style::Warn };
        let level = format!("{:<NAMES$}", self.words.level(level));
        let level = self.paint(&level, style).into_owned();
        self.hanging(&level, message);
    }

    fn hints(&mut self, verdict: &Verdict) {
        let hints = hints(verdict, self.words, &self.details.ledger);
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

/// The message of the provider, or why there is no answer. The message of a plain verdict is left out:
/// it is "success", which a person might read as "pass".
fn said<'a>(
    row: &Row,
    verdict: &'a Verdict,
    mask: &Mask,
    words: &dyn Words,
) -> Option<Cow<'a, str>> {
    let said = verdict.message_in(words).filter(|_| !is_verdict(verdict.outcome))?;
    Some(mask.message(row, said))
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
fn meaning(verdict: &Verdict, words: &dyn Words) -> &'static str {
    let answer = verdict.answer.as_ref();
    let said =
        |pick: fn(&Answer) -> Option<&String>| Match::of(answer.and_then(pick).map(String::as_str));
    let phone = said(|answer| answer.id_phone_match.as_ref());
    let name = said(|answer| answer.id_name_match.as_ref());
    match (verdict.outcome, phone, name) {
        (Outcome::Fail, Match::Fail, Match::Fail) => words.neither_belongs(),
        (Outcome::Fail, Match::Fail, _) => words.phone_does_not_belong(),
        (Outcome::Fail, _, Match::Fail) => words.name_does_not_belong(),
        (outcome, _, _) => words.outcome_meaning(outcome),
    }
}

fn charged(verdict: &Verdict, words: &dyn Words) -> &'static str {
    match (verdict.source, verdict.charged) {
        (Source::Ledger | Source::Duplicate, _) => words.known_from_earlier(),
        (_, Charge::Unknown) => words.perhaps_charged(),
        (_, charge) => words.charge(charge),
    }
}

/// Possible causes of the outcome, and what to do next.
fn hints(verdict: &Verdict, words: &dyn Words, ledger: &str) -> Vec<String> {
    let code = verdict.answer.as_ref().and_then(|answer| code::find(answer.code));
    let next = code.map(|code| words.code_next(code.name)).filter(|next| !next.is_empty());
    let hint = match verdict.outcome {
        Outcome::Pass | Outcome::Unknown => None,
        Outcome::Fail => Some(words.fail_hint()),
        Outcome::NoRecord => Some(words.no_record_hint()),
        Outcome::Held => Some(words.held_hint()),
        Outcome::Refused => next.or(Some(words.refused_hint())),
        Outcome::Unavailable => next.or(Some(words.unavailable_hint())),
        Outcome::Skipped => Some(words.skipped_hint()),
        Outcome::Unrecognised => Some(words.unrecognised_hint()),
    };
    let mut hints: Vec<String> = hint.into_iter().map(str::to_owned).collect();
    if verdict.outcome == Outcome::Unknown || verdict.charged == Charge::Unknown {
        hints.push(words.unknown_hint().to_owned());
        hints.push(format!("  idv ledger show{ledger} --outcome unknown"));
        hints.push(format!("  idv ledger resolve{ledger} CALL --charged"));
        hints.push(format!("  idv ledger resolve{ledger} CALL --not-charged"));
    }
    hints
}

#[cfg(test)]
mod tests;
