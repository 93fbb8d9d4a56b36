//! Shows a plan to people and programs: what a run over a file would do and cost.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::input::DetectedFormat;
use crate::model::price::Price;
use crate::model::problem::Level;
use crate::model::record::Field;
use crate::output::number_format::{count, thousands};
use crate::output::table::{Style, paint};
use crate::output::text::escape;
use crate::output::text_layout::wrap;
use crate::plan::{Plan, ProblemCount, RowPosition};

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
    /// The ledger's file.
    pub ledger: &'a Path,
    /// Whether the ledger was consulted.
    pub consulted: Consultation,
    /// The price of a call, if it is known.
    pub price: Option<Price>,
    /// Charges after which the run would stop.
    pub max_charges: Option<u64>,
}

impl PlanView<'_> {
    /// Calls of the run at most.
    pub(crate) fn calls(&self) -> u64 {
        self.plan.to_send().min(self.max_charges.unwrap_or(u64::MAX))
    }

    /// The whole plan for people. A width of 0 breaks no line.
    pub(crate) fn text(&self, color: bool, width: usize) -> String {
        let mut text = String::new();
        let detected = format!("{}: {}", escape(&self.file), escape(&self.detected.to_string()));
        line(&mut text, &format!("{}\n", wrap(&detected, width, "", "  ")));
        for (rows, what) in self.counts() {
            line(&mut text, &format!("{:>9}  {what}", thousands(rows)));
        }
        for found in &self.plan.problems {
            line(&mut text, &problem(found, color, width));
        }
        for sign in &self.plan.signs {
            let word = paint("file", Style::Warn, color);
            let message = wrap(&sign.message, width, "  ", "  ");
            line(&mut text, &format!("\n{word}  {}\n{message}", sign.code));
        }
        line(&mut text, &format!("\n{}", wrap(&self.of_ledger(), width, "", "  ")));
        text
    }

    /// The plan in a few lines, for a person who is about to send.
    pub(crate) fn brief(&self) -> String {
        let counts = self.counts();
        // Counts of 0 are left out, except the number of calls.
        let last = counts.len() - 1;
        let told =
            counts.iter().enumerate().filter(|(index, (rows, _))| *rows > 0 || *index == last);
        let told: Vec<_> =
            told.map(|(_, (rows, what))| format!("{} {what}", thousands(*rows))).collect();
        let mut text = format!("plan: {}", told.join("; "));
        for found in self.plan.problems.iter().filter(|found| found.level > Level::Note) {
            let ProblemCount { code, level, rows, message, .. } = found;
            let level = level.word();
            line(&mut text, "");
            // The row of the oldest answer.
            let place =
                found.first.first().map_or_else(String::new, |at| format!(", {}", name(*at)));
            let _ = write!(text, "  {level} {code}, {}{place}: {message}", count(*rows, "row"));
        }
        for sign in &self.plan.signs {
            let _ = write!(text, "\nwarning: {}", sign.message);
        }
        let _ = write!(text, "\n{}", self.of_ledger());
        text
    }

    /// The counts of rows, each with its meaning.
    fn counts(&self) -> Vec<(u64, String)> {
        let plan = self.plan;
        let mut counts = vec![
            (plan.rows, if plan.rows == 1 { "row" } else { "rows" }.to_owned()),
            (plan.held, "held, not sent".to_owned()),
            (plan.duplicates, self.duplicates()),
        ];
        if let Some(rows) = plan.other_shards {
            counts.insert(1, (rows, "of other shards, not in the results".to_owned()));
        }
        if let Some(survey) = plan.ledger {
            let oldest = survey.oldest.map_or_else(String::new, |at| {
                format!(", the oldest on {}", at.strftime("%Y-%m-%d"))
            });
            counts.push((survey.answered, format!("answered by the ledger, at no charge{oldest}")));
            counts.push((survey.in_doubt, "in doubt, may have been charged already".to_owned()));
            if survey.busy > 0 {
                counts.push((survey.busy, "asked by another run right now".to_owned()));
            }
        }
        counts.push((plan.to_send(), format!("to send{}", self.cost())));
        counts
    }

    fn duplicates(&self) -> String {
        let named = |(row, of): &(u64, u64)| format!("row {row} is row {of}");
        let first: Vec<_> = self.plan.first_duplicates.iter().take(2).map(named).collect();
        match self.plan.duplicates {
            0 => "duplicates".to_owned(),
            1 => format!("duplicate, sharing the call of its row: {}", first.join(", ")),
            _ => format!("duplicates, sharing the calls of their rows: {}", first.join(", ")),
        }
    }

    fn cost(&self) -> String {
        let calls = self.calls();
        let stop = if calls < self.plan.to_send() {
            format!(", stopping at {}", count(calls, "charge"))
        } else {
            String::new()
        };
        let price = self.price.map(|each| format!(", {} at {each} each", each.times(calls)));
        format!("{stop}{}", price.unwrap_or_default())
    }

    fn of_ledger(&self) -> String {
        let why = match self.consulted {
            Consultation::Done => "",
            Consultation::NoLedgerYet => " (there is none yet)",
            Consultation::NoPartnerCode => {
                " (ledger not consulted: it knows records by IDV_PARTNER_CODE, which is not set)"
            }
        };
        format!("ledger: {}{why}", escape(&self.ledger.to_string_lossy()))
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
                "path": self.ledger.display().to_string(),
                "consulted": self.consulted != Consultation::NoPartnerCode,
            },
            "problems": self.plan.problems.iter().map(problem_json).collect::<Vec<_>>(),
            "signs": self.plan.signs.iter().map(|sign| json!({
                "code": sign.code,
                "fields": sign.fields.iter().map(|field| field.name()).collect::<Vec<_>>(),
                "message": sign.message,
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
            "columns": Map::from_iter(Field::ALL.map(column)),
            "dropped": detected.dropped,
        })
    }
}

/// Shows a problem with its rows and its repair.
fn problem(found: &ProblemCount, color: bool, width: usize) -> String {
    let more = if found.rows > found.first.len() as u64 { ", ..." } else { "" };
    let places: Vec<_> = found.first.iter().map(|place| name(*place)).collect();
    let rows = count(found.rows, "row");
    let head = format!("{}, {rows}: {}{more}", found.code, places.join(", "));
    let word = found.level.word();
    let indent = " ".repeat(word.len() + 2);
    let head = wrap(&head, width, &indent, &indent);
    let level = paint(word, Style::of_level(found.level), color);
    let message = wrap(&found.message, width, "  ", "  ");
    format!("\n{level}  {}\n{message}", head.trim_start())
}

fn name(place: RowPosition) -> String {
    format!("row {} (line {})", place.row, place.line)
}

fn problem_json(found: &ProblemCount) -> Value {
    let place = |place: &RowPosition| json!({ "row": place.row, "line": place.line });
    json!({
        "code": found.code,
        "level": found.level,
        "rows": found.rows,
        "first": found.first.iter().map(place).collect::<Vec<_>>(),
        "message": found.message,
    })
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
