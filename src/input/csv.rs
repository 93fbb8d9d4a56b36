//! Rows from CSV: finds the delimiter and the header, then makes a row of each record. A record
//! that is damaged becomes a row that says so.

use std::io::Read;
use std::sync::Arc;

use ::csv::StringRecord;

use super::Options;
use super::buffer::Buffer;
use super::cells::{Cells, Text};
use super::columns::{self, Mapping, Place};
use super::cut::{self, Cut, Cutter, Flaw};
use super::error::InputError;
use super::shape::{Encoding, Format, Shape};
use crate::problem::Problem;
use crate::record::{Field, Record};
use crate::row::Row;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// The rows of a CSV source.
pub struct Rows {
    cutter: Cutter,
    cells: Cells,
    file: String,
    columns: Arc<[String]>,
    /// Which cells of a record are kept; `None` means all of them.
    kept: Option<Vec<usize>>,
    width: usize,
    mapping: Mapping,
    shape: Shape,
    number: u64,
}

impl Rows {
    /// Reads the header and settles which column is which field.
    pub fn open(
        source: Box<dyn Read + Send>,
        name: &str,
        options: &Options,
    ) -> Result<Self, InputError> {
        let read_error =
            |line| move |source| InputError::Read { file: name.to_owned(), line, source };
        let mut buffer = Buffer::new(source);
        let bom = skip_bom(&mut buffer).map_err(read_error(1))?;
        let mut cutter = Cutter::new(buffer, b',');
        let ahead = cutter.peek().map_err(read_error(1))?;
        if ahead.is_empty() {
            return Err(InputError::Empty { file: name.to_owned() });
        }
        refuse_other_formats(ahead, name)?;
        let delimiter = choose_delimiter(ahead, options)?;
        cutter.set_delimiter(delimiter);
        let mut cells = Cells::default();
        let line = cutter.line();
        cutter.next(None, &mut cells).map_err(read_error(line))?;
        let headers = headers_of(&cells);
        let place = Place { file: name, line };
        let mapping = settle(&headers, options, place)?;
        Ok(Self::new(cutter, &headers, mapping, bom, name))
    }

    fn new(cutter: Cutter, headers: &[String], mapping: Mapping, bom: bool, name: &str) -> Self {
        let width = headers.len();
        let (dropped, columns): (Vec<_>, Vec<_>) =
            headers.iter().cloned().partition(|header| columns::is_ours(header));
        let kept = (!dropped.is_empty())
            .then(|| (0..width).filter(|index| !columns::is_ours(&headers[*index])).collect());
        let column = |field| mapping.column(field).map(|index| headers[index].clone());
        let shape = Shape {
            format: Format::Csv,
            delimiter: cutter.delimiter(),
            encoding: Encoding::Utf8,
            bom,
            dropped,
            fields: Field::ALL.map(column),
        };
        Self {
            cutter,
            cells: Cells::default(),
            file: name.to_owned(),
            columns: columns.into(),
            kept,
            width,
            mapping,
            shape,
            number: 0,
        }
    }

    /// The names of the columns that the rows have.
    pub fn columns(&self) -> &Arc<[String]> {
        &self.columns
    }

    /// What was detected.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// How many bytes were made into rows.
    pub fn position_bytes(&self) -> u64 {
        self.cutter.position()
    }

    /// The next row.
    pub fn next(&mut self) -> Option<Result<Row, InputError>> {
        match self.cutter.next(Some(self.width), &mut self.cells) {
            Ok(cut) => cut.map(|cut| Ok(self.row(&cut))),
            Err(source) => {
                let (file, line) = (self.file.clone(), self.cutter.line());
                Some(Err(InputError::Read { file, line, source }))
            }
        }
    }

    fn row(&mut self, cut: &Cut) -> Row {
        self.number += 1;
        let problems = self.problems(cut);
        let text = self.cells.as_text().unwrap_or_default();
        Row {
            number: self.number,
            line: cut.line,
            columns: Arc::clone(&self.columns),
            cells: self.kept_cells(text),
            record: self.record(text),
            problems,
        }
    }

    /// What is wrong with the record just cut; its cells are text afterwards.
    fn problems(&mut self, cut: &Cut) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(cut.flaw.map(flaw_problem));
        if self.cells.as_text().is_none() {
            self.cells.make_text();
            problems.push(encoding_problem());
        }
        if memchr::memchr(0, self.cells.text()).is_some() {
            problems.push(nul_problem());
        }
        if problems.is_empty() && !self.cells.fit(self.width) {
            problems.push(ragged_problem(self.cells.len(), self.width));
        }
        problems
    }

    fn record(&self, text: Text<'_>) -> Record {
        Record::new(|field| {
            let cell = self.mapping.column(field).map_or("", |column| text.cell(column));
            match field.spec().default {
                Some(default) if cell.trim().is_empty() => default.to_owned(),
                _ => cell.to_owned(),
            }
        })
    }

    /// The cells of the original columns. What is beyond the last column is kept only where the
    /// row is ragged.
    fn kept_cells(&self, text: Text<'_>) -> StringRecord {
        let len = if self.cells.fit(self.width) { self.width } else { text.len() };
        let mut cells = StringRecord::with_capacity(text.bytes(), len);
        match &self.kept {
            None => (0..len).for_each(|index| cells.push_field(text.cell(index))),
            Some(kept) => {
                let beyond = self.width..len.max(self.width);
                let present = kept.iter().copied().filter(|index| *index < len);
                present.chain(beyond).for_each(|index| cells.push_field(text.cell(index)));
            }
        }
        cells
    }
}

fn skip_bom(buffer: &mut Buffer) -> std::io::Result<bool> {
    while buffer.window().len() < UTF8_BOM.len() && !buffer.eof() {
        buffer.fill()?;
    }
    let bom = buffer.window().starts_with(UTF8_BOM);
    if bom {
        buffer.consume(UTF8_BOM.len());
    }
    Ok(bom)
}

fn refuse_other_formats(ahead: &[u8], name: &str) -> Result<(), InputError> {
    let what = match ahead {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "is UTF-16",
        [b'P', b'K', 3, 4, ..] => "is an .xlsx file",
        _ => return Ok(()),
    };
    Err(InputError::Format {
        file: name.to_owned(),
        what: what.to_owned(),
        next: "save it as CSV UTF-8".to_owned(),
    })
}

/// The delimiter with which most fields are found in the header; then the one with most columns.
fn choose_delimiter(ahead: &[u8], options: &Options) -> Result<u8, InputError> {
    if let Some(given) = options.delimiter {
        let plain = given.is_ascii() && !matches!(given, b'"' | b'\n' | b'\r' | 0);
        return plain.then_some(given).ok_or(InputError::Delimiter);
    }
    let mut cells = Cells::default();
    let mut best = (DELIMITERS[0], (0, 0));
    for delimiter in DELIMITERS {
        cells.clear();
        cut::scan(ahead, true, delimiter, &mut cells);
        let headers = headers_of(&cells);
        let score = (columns::fields_named(&headers, &options.map), headers.len());
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    Ok(best.0)
}

fn headers_of(cells: &Cells) -> Vec<String> {
    columns::named(cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()))
}

fn settle(headers: &[String], options: &Options, place: Place<'_>) -> Result<Mapping, InputError> {
    let nothing_known = columns::fields_named(headers, &options.map) == 0;
    if nothing_known && columns::look_like_data(headers) {
        return Err(InputError::NoHeader { file: place.file.to_owned(), line: place.line });
    }
    columns::settle(headers, &options.map, place)
}

fn flaw_problem(flaw: Flaw) -> Problem {
    match flaw {
        Flaw::Quote => Problem::malformed(
            "row.quote",
            "A quote on this line is opened and not closed; close it, or double it if it belongs \
             to the text.",
        ),
        Flaw::TooLong => Problem::malformed(
            "row.too_long",
            "The row is longer than 1 MiB, so it is no applicant's; look for a lost line end.",
        ),
    }
}

fn encoding_problem() -> Problem {
    Problem::malformed(
        "row.encoding",
        "The row is not valid UTF-8; save the file as CSV UTF-8, or say how it is encoded.",
    )
}

fn nul_problem() -> Problem {
    Problem::malformed("row.nul", "The row holds NUL bytes; export the file again.")
}

fn ragged_problem(found: usize, expected: usize) -> Problem {
    Problem::malformed(
        "row.ragged",
        format!(
            "The row has {found} cells and the header {expected}; look for a delimiter that is \
             missing, or is part of a text without quotes."
        ),
    )
}
