//! Rows from JSON Lines. Objects may differ in their keys, so rows have their own columns. Rows with
//! the same keys share them.

pub(crate) mod json_entries;
pub(crate) mod object;

use std::io;
use std::sync::Arc;

use csv::StringRecord;

use crate::input::Options;
use crate::input::detect::TextSource;
use crate::input::detected_format::{DetectedFormat, Encoding, Format};
use crate::input::error::InputError;
use crate::input::header::{self, ColumnChoice, HeaderPosition};
use crate::input::jsonl::json_entries::Object;
use crate::input::lines::{LineEnd, Lines};
use crate::input::raw_record::RawRecord;
use crate::input::row_builder::{RowBuilder, RowCounts};
use crate::model::characters::shows_nothing;
use crate::model::left_out::LeftOutCounter;
use crate::model::problem::{Problem, RowProblem};
use crate::model::record::{Field, Record};
use crate::model::row::Row;
use crate::words::FormatProblem;

/// Number of first objects whose keys are collected.
const SAMPLE: usize = 100;

/// The rows of a JSON Lines source.
pub(crate) struct Rows {
    lines: Lines,
    file: String,
    choice: ColumnChoice,
    columns: Arc<[String]>,
    detected: DetectedFormat,
    plan: Option<KeyMapping>,
    raw: RawRecord,
    counts: RowCounts,
}

/// The mapping of objects with the same keys.
struct KeyMapping {
    keys: Vec<String>,
    builder: RowBuilder,
    ambiguous: bool,
}

impl Rows {
    /// Reads the first objects and maps their keys to fields.
    pub(crate) fn open(source: TextSource, options: &Options) -> Result<Self, InputError> {
        let TextSource { buffer, name, encoding, bom } = source;
        let mut lines = Lines::new(buffer);
        let first = lines.find().map_err(|source| InputError::Read {
            file: name.clone(),
            line: lines.number(),
            source,
        })?;
        if first == LineEnd::Nothing {
            return Err(InputError::Empty { file: name });
        }
        let sample = sample(&lines);
        if sample.is_empty() {
            return Err(no_json_lines(name));
        }
        let (keys, fields) = settle(&sample, &options.columns(), &name)?;
        let (mut dropped, kept): (Vec<_>, Vec<_>) =
            keys.into_iter().partition(|key| header::is_result_column(key));
        for (_, object) in &sample {
            let new = object.dropped.iter().filter(|key| !dropped.contains(key)).cloned();
            dropped.extend(new.collect::<Vec<_>>());
        }
        let detected = DetectedFormat {
            format: Format::Jsonl,
            delimiter: b',',
            encoding,
            bom,
            dropped,
            fields,
            ..DetectedFormat::default()
        };
        Ok(Self {
            lines,
            file: name,
            choice: options.columns(),
            columns: kept.into(),
            detected,
            plan: None,
            raw: RawRecord::default(),
            counts: RowCounts::default(),
        })
    }

    /// The keys of the first objects together.
    pub(crate) fn columns(&self) -> &Arc<[String]> {
        &self.columns
    }

    /// The detected format.
    pub(crate) fn detected(&self) -> &DetectedFormat {
        &self.detected
    }

    /// Counts the objects that are no rows.
    pub(crate) fn left_out(&self) -> LeftOutCounter {
        self.counts.left_out()
    }

    /// Bytes of the source that were made into rows.
    pub(crate) fn position_bytes(&self) -> u64 {
        self.lines.position()
    }

    /// The next row.
    pub(crate) fn next(&mut self) -> Option<Result<Row, InputError>> {
        self.next_row().map_err(|source| self.read_error(source)).transpose()
    }

    fn read_error(&self, source: io::Error) -> InputError {
        InputError::Read { file: self.file.clone(), line: self.lines.number(), source }
    }

    fn next_row(&mut self) -> io::Result<Option<Row>> {
        loop {
            let end = self.lines.find()?;
            let line = self.lines.number();
            match end {
                LineEnd::Nothing => return Ok(None),
                LineEnd::TooFar => {
                    self.lines.take_too_long()?;
                    return Ok(Some(self.empty_row(line, vec![RowProblem::TooLong.into()])));
                }
                LineEnd::At(end) => {
                    let row = self.row(line, end);
                    self.lines.take(end);
                    if row.is_some() {
                        return Ok(row);
                    }
                }
            }
        }
    }

    /// The row of a line. `None` if its object has no values.
    fn row(&mut self, line: u64, end: usize) -> Option<Row> {
        let bytes = without_mark(&self.lines.window()[..end]);
        let text = String::from_utf8_lossy(bytes);
        let mut problems = Vec::new();
        if matches!(text, std::borrow::Cow::Owned(_)) {
            problems.push(RowProblem::Encoding { encoding: self.detected.encoding.name() }.into());
        }
        let object = match json_entries::read(&text) {
            Ok(object) => object,
            Err(_) if shows_nothing(&text) => {
                self.counts.left_out().add_blank();
                return None;
            }
            Err(column) => {
                problems.push(RowProblem::Json { character: column }.into());
                return Some(self.empty_row(line, problems));
            }
        };
        self.row_of(&object, line, problems)
    }

    fn row_of(&mut self, object: &Object, line: u64, mut problems: Vec<Problem>) -> Option<Row> {
        let plan = match self.plan.take() {
            Some(plan) if plan.keys == object.keys => plan,
            _ => {
                let place = HeaderPosition { file: &self.file, line };
                KeyMapping::new(&object.keys, &self.choice, place)
            }
        };
        self.raw.line = line;
        self.raw.cells.clear();
        for value in &object.values {
            self.raw.cells.extend(value.text.as_bytes());
            self.raw.cells.end_cell();
        }
        problems.extend(plan.problems(object));
        let encoding = self.detected.encoding;
        let row = plan.builder.row(&mut self.counts, &mut self.raw, encoding, problems);
        self.plan = Some(plan);
        row
    }

    /// Makes the row of an unreadable line.
    fn empty_row(&mut self, line: u64, problems: Vec<Problem>) -> Row {
        Row {
            number: self.counts.next_row(),
            line,
            columns: Arc::clone(&self.columns),
            cells: StringRecord::new(),
            record: Record::default(),
            problems,
        }
    }
}

impl KeyMapping {
    fn new(keys: &[String], choice: &ColumnChoice, place: HeaderPosition<'_>) -> Self {
        let headers = header::column_names(keys.iter().cloned());
        let mapping = header::map_present_fields(&headers, choice, place);
        let ambiguous = mapping.is_err() || has_twice(keys);
        let builder = RowBuilder::new(&headers, mapping.unwrap_or_default());
        Self { keys: keys.to_vec(), builder, ambiguous }
    }

    fn problems(&self, object: &Object) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.ambiguous {
            problems.push(RowProblem::Ambiguous.into());
        }
        for field in Field::ALL {
            let column = self.builder.mapping().column(field);
            if column.is_some_and(|column| !object.values[column].plain) {
                problems.push(RowProblem::Value { field }.into());
            }
        }
        problems
    }
}

/// The next objects with their lines, as far as they are read already.
fn sample(lines: &Lines) -> Vec<(u64, Object)> {
    let window = lines.window();
    let whole = match memchr::memrchr(b'\n', window) {
        Some(end) if !lines.eof() => &window[..end],
        _ => window,
    };
    (lines.number()..)
        .zip(whole.split(|byte| *byte == b'\n'))
        .take(SAMPLE)
        .filter_map(|(number, line)| {
            let text = String::from_utf8_lossy(without_mark(line));
            Some((number, json_entries::read(&text).ok()?))
        })
        .collect()
}

/// Collects all keys of some objects, and the key of each field. An object with a contradiction tells
/// nothing, unless all have one.
fn settle(
    sample: &[(u64, Object)],
    choice: &ColumnChoice,
    file: &str,
) -> Result<(Vec<String>, [Option<String>; Field::ALL.len()]), InputError> {
    let mut keys: Vec<String> = Vec::new();
    let mut fields = [const { None }; Field::ALL.len()];
    let (mut clear, mut refused) = (0, None);
    for (line, object) in sample {
        let headers = header::column_names(object.keys.iter().cloned());
        let place = HeaderPosition { file, line: *line };
        match header::map_present_fields(&headers, choice, place) {
            Ok(_) if has_twice(&object.keys) => {}
            Ok(mapping) => {
                clear += 1;
                for field in Field::ALL {
                    if let (None, Some(index)) = (&fields[field as usize], mapping.column(field)) {
                        fields[field as usize] = Some(headers[index].clone());
                    }
                }
            }
            Err(error) => refused = refused.or(Some(error)),
        }
        let new = headers.into_iter().filter(|key| !keys.contains(key));
        keys.extend(new.collect::<Vec<_>>());
    }
    if let (0, Some(error)) = (clear, refused) {
        return Err(error);
    }
    let line = sample.first().map_or(1, |(line, _)| *line);
    header::refuse_unmapped(&keys, choice, &fields, HeaderPosition { file, line })?;
    Ok((keys, fields))
}

/// Whether a key comes twice.
fn has_twice(keys: &[String]) -> bool {
    keys.iter().enumerate().any(|(at, key)| keys[..at].contains(key))
}

/// A line without a byte order mark, which joined files have in their middle.
fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(Encoding::UTF8_MARK).unwrap_or(line)
}

fn no_json_lines(file: String) -> InputError {
    InputError::Format { file, problem: FormatProblem::NoJsonObject }
}
