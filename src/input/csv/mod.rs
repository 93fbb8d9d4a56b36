//! Rows from CSV: detects the delimiter, reads the header, then makes a row of each record. A damaged
//! record becomes a row with a problem.

pub(crate) mod plain;
pub(crate) mod record_splitter;

use std::io;
use std::sync::Arc;

use crate::input::Options;
use crate::input::cells::Cells;
use crate::input::csv::record_splitter::{RecordSplitter, SplitRecord};
use crate::input::detect::TextSource;
use crate::input::detected_format::{DetectedFormat, Format};
use crate::input::error::InputError;
use crate::input::header::{self, HeaderPosition};
use crate::input::row_builder::{RowBuilder, RowPosition};
use crate::input::row_problems;
use crate::model::problem::Problem;
use crate::model::row::Row;

/// The possible delimiters. The first one is used if all fit equally.
pub(crate) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The rows of a CSV source.
pub(crate) struct Rows {
    splitter: RecordSplitter,
    cells: Cells,
    file: String,
    builder: RowBuilder,
    detected: DetectedFormat,
    number: u64,
}

impl Rows {
    /// Reads the header and maps columns to fields.
    pub(crate) fn open(source: TextSource, options: &Options) -> Result<Self, InputError> {
        if options.delimiter.is_some_and(|given| !is_delimiter(given)) {
            return Err(InputError::Delimiter);
        }
        let TextSource { buffer, name, encoding, bom } = source;
        let mut splitter = RecordSplitter::new(buffer, DELIMITERS[0]);
        let mut cells = Cells::default();
        let line = match read_header(&mut splitter, &mut cells, options) {
            Ok(Some(line)) => line,
            Ok(None) => return Err(InputError::Empty { file: name }),
            Err(source) => {
                return Err(InputError::Read { file: name, line: splitter.line(), source });
            }
        };
        let builder = row_builder(&cells, options, HeaderPosition { file: &name, line })?;
        let detected = DetectedFormat {
            format: Format::Csv,
            delimiter: splitter.delimiter(),
            encoding,
            bom,
            sheet: None,
            dropped: builder.dropped().to_vec(),
            fields: builder.fields().clone(),
        };
        Ok(Self { splitter, cells, file: name, builder, detected, number: 0 })
    }

    /// The names of the columns that the rows have.
    pub(crate) fn columns(&self) -> &Arc<[String]> {
        self.builder.columns()
    }

    /// The detected format.
    pub(crate) fn detected(&self) -> &DetectedFormat {
        &self.detected
    }

    /// Bytes of the source that were made into rows.
    pub(crate) fn position_bytes(&self) -> u64 {
        self.splitter.position()
    }

    /// The next row.
    pub(crate) fn next(&mut self) -> Option<Result<Row, InputError>> {
        match self.splitter.next(Some(self.builder.width()), &mut self.cells) {
            Ok(cut) => cut.map(|cut| Ok(self.row(&cut))),
            Err(source) => {
                let (file, line) = (self.file.clone(), self.splitter.line());
                Some(Err(InputError::Read { file, line, source }))
            }
        }
    }

    fn row(&mut self, cut: &SplitRecord) -> Row {
        self.number += 1;
        let place = RowPosition { number: self.number, line: cut.line };
        let problems = cut.flaw.map(row_problems::of_flaw).map(Problem::from).into_iter().collect();
        self.builder.row(place, &mut self.cells, self.detected.encoding, problems)
    }
}

/// Detects the delimiter and reads the header, or peeks at the first record if there is no header.
/// Returns its line, or `None` for an empty file.
fn read_header(
    splitter: &mut RecordSplitter,
    cells: &mut Cells,
    options: &Options,
) -> io::Result<Option<u64>> {
    let told = told_delimiter(splitter.peek()?);
    if told.is_some() {
        splitter.skip_line()?;
    }
    let ahead = splitter.peek()?;
    if ahead.is_empty() {
        return Ok(None);
    }
    let given = options.delimiter.or(told);
    let delimiter = given.unwrap_or_else(|| best_delimiter(ahead, options));
    if options.no_header {
        record_splitter::scan(ahead, true, delimiter, cells);
    }
    splitter.set_delimiter(delimiter);
    let line = splitter.line();
    if !options.no_header {
        splitter.next(None, cells)?;
    }
    Ok(Some(line))
}

fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0)
}

/// The delimiter of a first line `sep=;`, which spreadsheets write for each other.
fn told_delimiter(ahead: &[u8]) -> Option<u8> {
    match ahead {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', told, b'\r' | b'\n', ..] => {
            is_delimiter(*told).then_some(*told)
        }
        _ => None,
    }
}

/// The delimiter with which the header names most fields, or else has most columns.
fn best_delimiter(ahead: &[u8], options: &Options) -> u8 {
    let mut cells = Cells::default();
    let mut best = (DELIMITERS[0], (0, 0));
    for delimiter in DELIMITERS {
        cells.clear();
        record_splitter::scan(ahead, true, delimiter, &mut cells);
        let headers = header::names_of_header(&cells, options.no_header);
        let score = (header::fields_named(&headers, &options.map), headers.len());
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

fn row_builder(
    cells: &Cells,
    options: &Options,
    place: HeaderPosition<'_>,
) -> Result<RowBuilder, InputError> {
    let headers = header::names_of_header(cells, options.no_header);
    header::refuse_data(&headers, &options.map, place)?;
    let mapping = header::map_fields(&headers, &options.map, place)?;
    Ok(RowBuilder::new(&headers, mapping))
}
