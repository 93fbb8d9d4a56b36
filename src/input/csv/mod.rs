//! Rows from CSV: finds the delimiter and the header, then makes a row of each record. A record
//! that is damaged becomes a row that says so.

pub(crate) mod plain;
pub(crate) mod record_splitter;

use std::io;
use std::sync::Arc;

use crate::input::Options;
use crate::input::cells::Cells;
use crate::input::csv::record_splitter::{Cut, Cutter};
use crate::input::detect::TextSource;
use crate::input::detected_format::{Format, Shape};
use crate::input::error::InputError;
use crate::input::header::{self, Place};
use crate::input::row_builder::{Layout, RowPlace};
use crate::input::row_problems;
use crate::model::row::Row;

/// What may stand between two cells; the first one where all are alike.
pub(crate) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The rows of a CSV source.
pub(crate) struct Rows {
    cutter: Cutter,
    cells: Cells,
    file: String,
    layout: Layout,
    shape: Shape,
    number: u64,
}

impl Rows {
    /// Reads the header and settles which column is which field.
    pub(crate) fn open(source: TextSource, options: &Options) -> Result<Self, InputError> {
        if options.delimiter.is_some_and(|given| !is_delimiter(given)) {
            return Err(InputError::Delimiter);
        }
        let TextSource { buffer, name, encoding, bom } = source;
        let mut cutter = Cutter::new(buffer, DELIMITERS[0]);
        let mut cells = Cells::default();
        let line = match read_header(&mut cutter, &mut cells, options) {
            Ok(Some(line)) => line,
            Ok(None) => return Err(InputError::Empty { file: name }),
            Err(source) => {
                return Err(InputError::Read { file: name, line: cutter.line(), source });
            }
        };
        let layout = layout(&cells, options, Place { file: &name, line })?;
        let shape = Shape {
            format: Format::Csv,
            delimiter: cutter.delimiter(),
            encoding,
            bom,
            sheet: None,
            dropped: layout.dropped().to_vec(),
            fields: layout.fields().clone(),
        };
        Ok(Self { cutter, cells, file: name, layout, shape, number: 0 })
    }

    /// The names of the columns that the rows have.
    pub(crate) fn columns(&self) -> &Arc<[String]> {
        self.layout.columns()
    }

    /// What was detected.
    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// How many bytes were made into rows.
    pub(crate) fn position_bytes(&self) -> u64 {
        self.cutter.position()
    }

    /// The next row.
    pub(crate) fn next(&mut self) -> Option<Result<Row, InputError>> {
        match self.cutter.next(Some(self.layout.width()), &mut self.cells) {
            Ok(cut) => cut.map(|cut| Ok(self.row(&cut))),
            Err(source) => {
                let (file, line) = (self.file.clone(), self.cutter.line());
                Some(Err(InputError::Read { file, line, source }))
            }
        }
    }

    fn row(&mut self, cut: &Cut) -> Row {
        self.number += 1;
        let place = RowPlace { number: self.number, line: cut.line };
        let problems = cut.flaw.map(row_problems::of_flaw).into_iter().collect();
        self.layout.row(place, &mut self.cells, self.shape.encoding, problems)
    }
}

/// Finds the delimiter and cuts the header, or looks at the first record where there is none. Gives
/// the line it stands on; nothing where there is nothing.
fn read_header(
    cutter: &mut Cutter,
    cells: &mut Cells,
    options: &Options,
) -> io::Result<Option<u64>> {
    let told = told_delimiter(cutter.peek()?);
    if told.is_some() {
        cutter.skip_line()?;
    }
    let ahead = cutter.peek()?;
    if ahead.is_empty() {
        return Ok(None);
    }
    let given = options.delimiter.or(told);
    let delimiter = given.unwrap_or_else(|| best_delimiter(ahead, options));
    if options.no_header {
        record_splitter::scan(ahead, true, delimiter, cells);
    }
    cutter.set_delimiter(delimiter);
    let line = cutter.line();
    if !options.no_header {
        cutter.next(None, cells)?;
    }
    Ok(Some(line))
}

fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0)
}

/// The delimiter of a first line `sep=;`, by which spreadsheets tell each other.
fn told_delimiter(ahead: &[u8]) -> Option<u8> {
    match ahead {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', told, b'\r' | b'\n', ..] => {
            is_delimiter(*told).then_some(*told)
        }
        _ => None,
    }
}

/// The delimiter with which most fields are found in the header; then the one with most columns.
fn best_delimiter(ahead: &[u8], options: &Options) -> u8 {
    let mut cells = Cells::default();
    let mut best = (DELIMITERS[0], (0, 0));
    for delimiter in DELIMITERS {
        cells.clear();
        record_splitter::scan(ahead, true, delimiter, &mut cells);
        let headers = header::of_cells(&cells, options.no_header);
        let score = (header::fields_named(&headers, &options.map), headers.len());
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

fn layout(cells: &Cells, options: &Options, place: Place<'_>) -> Result<Layout, InputError> {
    let headers = header::of_cells(cells, options.no_header);
    header::refuse_data(&headers, &options.map, place)?;
    let mapping = header::settle(&headers, &options.map, place)?;
    Ok(Layout::new(&headers, mapping))
}
