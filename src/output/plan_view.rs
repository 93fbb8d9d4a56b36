//! Shows a plan to people and programs: what a run over a file would do and cost.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::input::DetectedFormat;
use crate::model::price::Price;
use crate::model::problem::Level;
use crate::model::record::Field;
use crate::output::table::{Style, paint};
use crate::output::text::escape;
use crate::output::text_layout::wrap;
use crate::plan::{Plan, ProblemCount, RowPosition};
use crate::words::{Lang, Words};

/// Whether the ledger was consulted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consultation {
    /// The ledger was consulted.
    Done,
    /// There is no ledger yet.
    NoLedgerYet,
    /// The partner code is not known, so no record can be looked up.
    NoPartnerCode,
}

/// A plan, with the facts about its run.
#[derive(Debug)]
pub(crate) struct PlanView<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The name of the input.
    pub file: String,
    /// The detected format of the input.
    pub detected: &'a DetectedFormat,
    /// Where the ledger is.
    pub ledger: String,
    /// Whether the ledger was consulted.
    pub consulted: Consultation,
    /// The price of a call, if it is known.
    pub price: Option<Price>,
    /// Charges after which the run would stop.
    pub max_charges: Option<u64>,
    /// The language of the text.
    pub lang: Lang,
}

impl PlanView<'_> {
    /// Calls of the run at most.
    pub(crate) fn calls(&self) -> u64 {
        self.plan.to_send().min(self.max_charges.unwrap_or(u64::MAX))
    }

    /// The whole plan for people. A width of 0 breaks no line.
    pub(crate) fn text(&self, color: bool, width: usize) -> String {
        let (lang, words) = (self.lang, self.lang.words());
        let mut text = String::new();
        let detected =
            format!("{}: {}", escape(&self.file), escape(&self.detected.in_words(words)));
        line(&mut text, &format!("{}\n", wrap(&detected, width, "", "  ")));
        for (rows, what) in self.counts() {
            let rows = format!("{:>9}  ", lang.thousands(rows));
            line(&mut text, &wrap(&what, width, &rows, &" ".repeat(rows.len())));
        }
        if let Some(sentence) = words.left_out(self.plan.left_out) {
            line(&mut text, &format!("\n{sentence}"));
        }
        for found in &self.plan.problems {
            line(&mut text, &problem(found, lang, color, width));
        }
        for sign in &self.plan.signs {
            let word = paint(words.whole_file(), Style::Warn, color);
            let message = wrap(&words.sign(sign), width, "  ", "  ");
            line(&mut text, &format!("\n{word}  {}\n{message}", sign.code()));
        }
        line(&mut text, &format!("\n{}", wrap(&self.of_ledger(), width, "", "  ")));
        text
    }

    /// The plan in a few lines, for a person who is about to send.
    pub(crate) fn brief(&self) -> String {
        let (lang, words) = (self.lang, self.lang.words());
        let counts = self.counts();
        // Counts of 0 are left out, except the number of calls.
        let last = counts.len() - 1;
        let told =
            counts.iter().enumerate().filter(|(index, (rows, _))| *rows > 0 || *index == last);
        let told: Vec<_> =
            told.map(|(_, (rows, what))| format!("{} {what}", lang.thousands(*rows))).collect();
        let mut text = words.plan(&told.join("; "));
        if let Some(sentence) = words.left_out(self.plan.left_out) {
            let _ = write!(text, "; {sentence}");
        }
        for found in self.plan.problems.iter().filter(|found| found.problem.level() > Level::Note) {
            let (code, level) = (found.problem.code(), found.problem.level());
            let place = found.first.first().map(|at| name(*at, words));
            let explained = found.problem.in_words(lang.words());
            let said = words.problem_line(level, code, found.rows, place.as_deref(), &explained);
            let _ = write!(text, "\n  {said}");
        }
        for sign in &self.plan.signs {
            let _ = write!(text, "\n{}", words.warning(&words.sign(sign)));
        }
        let _ = write!(text, "\n{}", self.of_ledger());
        text
    }

    /// The counts of rows, each with its meaning.
    fn counts(&self) -> Vec<(u64, String)> {
        let (plan, words) = (self.plan, self.lang.words());
        let first: Vec<_> = plan.first_duplicates.iter().copied().take(2).collect();
        let mut counts = vec![
            (plan.rows, words.rows_noun(plan.rows).to_owned()),
            (plan.held, words.held().to_owned()),
            (plan.duplicates, words.duplicates(plan.duplicates, &first)),
        ];
        if let Some(rows) = plan.other_shards {
            counts.insert(1, (rows, words.other_shards().to_owned()));
        }
        if let Some(survey) = plan.ledger {
            let oldest = survey.oldest.map(|at| self.lang.zoned(at).date());
            counts.push((survey.answered, words.answered(oldest)));
            counts.push((survey.in_doubt, words.in_doubt().to_owned()));
            if survey.busy > 0 {
                counts.push((survey.busy, words.busy().to_owned()));
            }
        }
        let calls = self.calls();
        let stop = (calls < plan.to_send()).then_some(calls);
        counts.push((plan.to_send(), words.to_send(stop, self.prices())));
        counts
    }

    /// The price of all calls, and of each.
    fn prices(&self) -> Option<(Price, Price)> {
        self.price.map(|each| (each.times(self.calls()), each))
    }

    /// The question before the run pays.
    pub(crate) fn question(&self) -> String {
        let calls = self.calls();
        self.lang.words().question(calls, calls < self.plan.to_send(), self.prices())
    }

    fn of_ledger(&self) -> String {
        let (words, path) = (self.lang.words(), escape(&self.ledger));
        match self.consulted {
            Consultation::Done => words.ledger(&path),
            Consultation::NoLedgerYet => words.no_ledger_yet(&path),
            Consultation::NoPartnerCode => words.ledger_not_consulted(&path),
        }
    }

    /// The plan as JSON. Counts of the ledger are `null` if it was not consulted.
    pub(crate) fn json(&self) -> Value {
        let mut plan = self.plan_json();
        if let Some(rows) = self.plan.other_shards {
            plan["other_shards"] = rows.into();
        }
        plan
    }

    fn plan_json(&self) -> Value {
        let Plan { rows, held, duplicates, ledger, .. } = self.plan;
        let survey = ledger.unwrap_or_default();
        let known = |number: u64| ledger.map(|_| number);
        let same = |(row, of): &(u64, u64)| json!({ "row": row, "same_as": of });
        let calls = self.calls();
        json!({
            "file": self.file,
            "shape": self.detected_json(),
            "rows": rows,
            "left_out": self.plan.left_out,
            "held": held,
            "duplicates": duplicates,
            "first_duplicates": self.plan.first_duplicates.iter().map(same).collect::<Vec<_>>(),
            "answered": known(survey.answered),
            "oldest_answer": survey.oldest.map(|at| format!("{at:.3}")),
            "in_doubt": known(survey.in_doubt),
            "busy": known(survey.busy),
            "to_send": self.plan.to_send(),
            "calls": calls,
            "price": self.price.map(|each| json!({ "each": each, "total": each.times(calls) })),
            "ledger": {
                "path": self.ledger,
                "consulted": self.consulted != Consultation::NoPartnerCode,
            },
            "problems": self.plan.problems.iter().map(problem_json).collect::<Vec<_>>(),
            "signs": self.plan.signs.iter().map(|sign| json!({
                "code": sign.code(),
                "fields": sign.fields().iter().map(|field| field.name()).collect::<Vec<_>>(),
                "message": Lang::En.words().sign(sign),
            })).collect::<Vec<_>>(),
        })
    }

    fn detected_json(&self) -> Value {
        let detected = self.detected;
        let column = |field: Field| (field.name().to_owned(), detected.column_of(field).into());
        json!({
            "format": detected.format.name(),
            "delimiter": char::from(detected.delimiter).to_string(),
            "encoding": detected.encoding.name(),
            "bom": detected.bom,
            "sheet": detected.sheet,
            "other_sheets": detected.other_sheets,
            "header_line": detected.header_line,
            "columns": Map::from_iter(Field::ALL.map(column)),
            "dropped": detected.dropped,
        })
    }
}

/// Shows a problem with its rows and its repair.
fn problem(found: &ProblemCount, lang: Lang, color: bool, width: usize) -> String {
    let words = lang.words();
    let more = if found.rows > found.first.len() as u64 { ", ..." } else { "" };
    let places: Vec<_> = found.first.iter().map(|place| name(*place, words)).collect();
    let (code, rows) = (found.problem.code(), words.rows(found.rows));
    let head = format!("{code}, {rows}: {}{more}", places.join(", "));
    let (level, word) = (found.problem.level(), words.level(found.problem.level()));
    let indent = " ".repeat(word.len() + 2);
    let head = wrap(&head, width, &indent, &indent);
    let level = paint(word, Style::of_level(level), color);
    let message = wrap(&found.problem.in_words(lang.words()), width, "  ", "  ");
    format!("\n{level}  {}\n{message}", head.trim_start())
}

fn name(place: RowPosition, words: &dyn Words) -> String {
    words.place(place.row, place.line)
}

fn problem_json(found: &ProblemCount) -> Value {
    let place = |place: &RowPosition| json!({ "row": place.row, "line": place.line });
    json!({
        "code": found.problem.code(),
        "level": found.problem.level(),
        "rows": found.rows,
        "first": found.first.iter().map(place).collect::<Vec<_>>(),
        "message": found.problem.message(),
    })
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests;
