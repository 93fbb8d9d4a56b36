//! Results as JSON Lines: one object a row, `null` for what is absent.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};

use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::outcome::{Outcome, Source};
use crate::model::problem::{Level, Problem};
use crate::model::record::{Field, Record};
use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::output::result_columns::{self, Mask};
use crate::output::text;
use crate::output::{AddedColumns, Layout, Sink, Writer};

/// Writes results as JSON Lines.
pub(crate) struct Jsonl {
    out: Writer,
    mask: Mask,
    added: AddedColumns,
    keys: Keys,
}

impl Jsonl {
    /// Writes to `out`.
    pub(crate) fn new(out: Writer, layout: Layout) -> Self {
        Self { out, mask: layout.mask, added: layout.added, keys: Keys::default() }
    }
}

impl Sink for Jsonl {
    fn write(&mut self, row: &Row, verdict: &Verdict) -> io::Result<()> {
        let keys = self.keys.of(&row.columns);
        let mut serializer =
            serde_json::Serializer::with_formatter(&mut self.out, EscapingFormatter);
        match self.added {
            AddedColumns::Results => {
                Line::new(row, verdict, keys, &self.mask).serialize(&mut serializer)?;
            }
            AddedColumns::Checks => {
                CheckedLine::new(row, verdict, keys, &self.mask).serialize(&mut serializer)?;
            }
        }
        self.out.write_all(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[derive(Serialize)]
struct Line<'a> {
    row: u64,
    outcome: Outcome,
    code: Option<i64>,
    message: Option<Cow<'a, str>>,
    sequence_id: Option<&'a str>,
    result: Option<Cow<'a, str>>,
    id_phone_match: Option<Cow<'a, str>>,
    id_name_match: Option<Cow<'a, str>>,
    reason: Option<Cow<'a, str>>,
    charged: Charge,
    source: Source,
    attempts: u32,
    elapsed_ms: Option<u64>,
    verified_at: Option<String>,
    sent: Option<Sent<'a>>,
    input: Input<'a>,
    problems: Problems<'a>,
    extra: Option<&'a serde_json::Map<String, serde_json::Value>>,
}

impl<'a> Line<'a> {
    fn new(row: &'a Row, verdict: &'a Verdict, keys: &'a [String], mask: &'a Mask) -> Self {
        let answer = verdict.answer.as_ref();
        // Any text of an answer may repeat a number of the record.
        let said = |field: fn(&'a Answer) -> Option<&'a str>| {
            answer.and_then(field).map(|text| mask.text(row, text))
        };
        Self {
            row: row.number,
            outcome: verdict.outcome,
            code: answer.map(|answer| answer.code),
            message: result_columns::message(row, verdict, mask),
            sequence_id: answer.and_then(|answer| answer.sequence_id.as_deref()),
            result: said(|answer| answer.result.as_deref()),
            id_phone_match: said(|answer| answer.id_phone_match.as_deref()),
            id_name_match: said(|answer| answer.id_name_match.as_deref()),
            reason: said(|answer| answer.reason.as_deref()),
            charged: verdict.charged,
            source: verdict.source,
            attempts: verdict.attempts,
            elapsed_ms: result_columns::elapsed_ms(verdict),
            verified_at: result_columns::verified_at(verdict),
            sent: (verdict.source != Source::Local).then_some(Sent { record: &row.record, mask }),
            input: Input { row, keys, mask },
            problems: Problems { problems: &row.problems, mask },
            // Fields without a documented name may hold personal data. A mask hides all of them.
            extra: answer
                .filter(|_| !mask.is_on() && verdict.source == Source::Api)
                .map(|answer| &answer.extra),
        }
    }
}

/// A row that was checked and not sent.
#[derive(Serialize)]
struct CheckedLine<'a> {
    row: u64,
    line: u64,
    level: Option<Level>,
    /// The values to send. `null` for a row that would be held.
    sent: Option<Sent<'a>>,
    input: Input<'a>,
    problems: Problems<'a>,
}

impl<'a> CheckedLine<'a> {
    fn new(row: &'a Row, verdict: &Verdict, keys: &'a [String], mask: &'a Mask) -> Self {
        let sent = verdict.outcome != Outcome::Held;
        Self {
            row: row.number,
            line: row.line,
            level: row.worst(),
            sent: sent.then_some(Sent { record: &row.record, mask }),
            input: Input { row, keys, mask },
            problems: Problems { problems: &row.problems, mask },
        }
    }
}

struct Sent<'a> {
    record: &'a Record,
    mask: &'a Mask,
}

impl Serialize for Sent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Field::ALL.len()))?;
        for field in Field::ALL {
            map.serialize_entry(field.name(), &self.mask.field(field, self.record.get(field)))?;
        }
        map.end()
    }
}

struct Problems<'a> {
    problems: &'a [Problem],
    mask: &'a Mask,
}

impl Serialize for Problems<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.problems.iter().map(|problem| ProblemLine {
            code: problem.code(),
            level: problem.level(),
            message: self.mask.repair(problem),
        }))
    }
}

#[derive(Serialize)]
struct ProblemLine<'a> {
    code: &'static str,
    level: Level,
    message: Cow<'a, str>,
}

struct Input<'a> {
    row: &'a Row,
    keys: &'a [String],
    mask: &'a Mask,
}

impl Serialize for Input<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (i, cell) in self.row.cells.iter().enumerate() {
            let column = self.row.columns.get(i).map_or("", String::as_str);
            let cell = self.mask.cell(column, cell);
            match self.keys.get(i) {
                Some(key) => map.serialize_entry(key, &cell)?,
                // A ragged row has more cells than the header has names.
                None => map.serialize_entry(&format!("column_{}", i + 1), &cell)?,
            }
        }
        map.end()
    }
}

/// The names of the columns as keys. An object can't hold a key twice, so a repeated name gets a
/// number.
#[derive(Default)]
struct Keys {
    columns: Option<Arc<[String]>>,
    keys: Vec<String>,
}

impl Keys {
    fn of(&mut self, columns: &Arc<[String]>) -> &[String] {
        let known = self.columns.as_ref().is_some_and(|known| Arc::ptr_eq(known, columns));
        if !known {
            self.keys = unique(columns);
            self.columns = Some(Arc::clone(columns));
        }
        &self.keys
    }
}

fn unique(columns: &[String]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::with_capacity(columns.len());
    for column in columns {
        let numbered = (2..).map(|n| format!("{column}_{n}"));
        let mut names = std::iter::once(column.clone()).chain(numbered);
        keys.extend(names.find(|name| !keys.contains(name)));
    }
    keys
}

/// Writes a value as one line of JSON.
pub fn write_line(value: &impl Serialize, mut out: impl io::Write) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, EscapingFormatter))?;
    out.write_all(b"\n")
}

/// Formats compact JSON, and also escapes terminal control characters and direction marks. JSON
/// itself demands U+0000 to U+001F only.
struct EscapingFormatter;

impl Formatter for EscapingFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.is_ascii() && !fragment.contains('\u{7f}') {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(text::is_control) {
            out.write_all(&rest.as_bytes()[..at])?;
            let c = rest[at..].chars().next().unwrap_or_default();
            write!(out, "\\u{:04x}", u32::from(c))?;
            rest = &rest[at + c.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        CompactFormatter.write_char_escape(out, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_comes_again_gets_a_number() {
        let columns = ["nik", "note", "note", "note_2", "note"].map(str::to_owned);
        assert_eq!(unique(&columns), ["nik", "note", "note_2", "note_2_2", "note_3"]);
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped_and_reads_back_the_same() {
        let text = "a\u{9b}31m\u{202e}b\u{7f}\u{1b}é";
        let mut written = Vec::new();
        let mut serializer =
            serde_json::Serializer::with_formatter(&mut written, EscapingFormatter);
        text.serialize(&mut serializer).unwrap();
        let written = String::from_utf8(written).unwrap();
        assert_eq!(written, r#""a\u009b31m\u202eb\u007f\u001bé""#);
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}
