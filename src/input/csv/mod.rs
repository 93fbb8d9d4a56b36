//! Records from CSV: detects the delimiter, finds the header, then splits off one record after the
//! other. A damaged record has a flaw.

pub(crate) mod plain;
pub(crate) mod record_splitter;

use std::io;

use crate::input::Options;
use crate::input::cells::Cells;
use crate::input::csv::record_splitter::{RecordShape, RecordSplitter};
use crate::input::detect::TextSource;
use crate::input::error::InputError;
use crate::input::header;
use crate::input::header_search::{Below, FoundHeader, HeaderSearch};
use crate::input::raw_record::RawRecord;

/// The possible delimiters. The first one is used if all fit equally.
pub(crate) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The records of a CSV source.
pub(crate) struct CsvRecords {
    splitter: RecordSplitter,
    file: String,
}

impl CsvRecords {
    /// Opens the source and reads its header, if it has one.
    pub(crate) fn open(
        source: TextSource,
        options: &Options,
    ) -> Result<(Self, FoundHeader), InputError> {
        if options.delimiter.is_some_and(|given| !is_delimiter(given)) {
            return Err(InputError::Delimiter);
        }
        let splitter = RecordSplitter::new(source.buffer, DELIMITERS[0]);
        let mut records = Self { splitter, file: source.name };
        let told = records.told_delimiter().map_err(|error| records.read_error(error))?;
        let given = options.delimiter.or(told);
        let header = if options.no_header {
            records.columns_by_number(given, options)?
        } else {
            records.find_header(given, options)?
        };
        Ok((records, header))
    }

    /// The byte between two cells.
    pub(crate) fn delimiter(&self) -> u8 {
        self.splitter.delimiter()
    }

    /// Bytes that were made into records.
    pub(crate) fn position_bytes(&self) -> u64 {
        self.splitter.position()
    }

    /// Reads the next record. Returns false at the end.
    pub(crate) fn next(
        &mut self,
        shape: RecordShape,
        record: &mut RawRecord,
    ) -> Result<bool, InputError> {
        match self.splitter.next(Some(shape), &mut record.cells) {
            Ok(None) => Ok(false),
            Ok(Some(split)) => {
                (record.line, record.flaw) = (split.line, split.flaw);
                Ok(true)
            }
            Err(source) => Err(self.read_error(source)),
        }
    }

    fn read_error(&self, source: io::Error) -> InputError {
        InputError::Read { file: self.file.clone(), line: self.splitter.line(), source }
    }

    /// Reads a first line `sep=;`, which spreadsheets write for each other.
    fn told_delimiter(&mut self) -> io::Result<Option<u8>> {
        let told = told_delimiter(self.splitter.peek()?);
        if told.is_some() {
            self.splitter.skip_line()?;
        }
        Ok(told)
    }

    /// The columns of a file without a header. The first record stays to be read.
    fn columns_by_number(
        &mut self,
        given: Option<u8>,
        options: &Options,
    ) -> Result<FoundHeader, InputError> {
        let mut cells = Cells::default();
        let ahead = match self.splitter.peek_record() {
            Ok(ahead) => ahead,
            Err(error) => return Err(self.read_error(error)),
        };
        if ahead.is_empty() {
            return Err(InputError::Empty { file: self.file.clone() });
        }
        let most_cells = |delimiter: &u8| cells_by(ahead, *delimiter, &mut cells).len();
        // `max_by_key` returns the last of equals, and the comma is the first choice.
        let widest = DELIMITERS.into_iter().rev().max_by_key(most_cells);
        let delimiter = given.or(widest).unwrap_or(DELIMITERS[0]);
        let columns = header::names_of_header(cells_by(ahead, delimiter, &mut cells), true);
        self.splitter.set_delimiter(delimiter);
        let line = self.splitter.line();
        let place = header::HeaderPosition { file: &self.file, line };
        let mapping = header::map_fields(&columns, &options.columns(), place)?;
        Ok(FoundHeader { line: None, columns, mapping })
    }

    /// Reads up to the end of the header, with the delimiter that fits it best.
    fn find_header(
        &mut self,
        given: Option<u8>,
        options: &Options,
    ) -> Result<FoundHeader, InputError> {
        let file = self.file.clone();
        let mut search = HeaderSearch::new(options, &file);
        let mut cells = Cells::default();
        loop {
            let ahead = match self.splitter.peek_record() {
                Ok(ahead) => ahead,
                Err(error) => return Err(self.read_error(error)),
            };
            if ahead.is_empty() {
                return Err(search.not_found());
            }
            let delimiter = given.unwrap_or_else(|| best_delimiter(ahead, &search));
            cells_by(ahead, delimiter, &mut cells);
            let line = self.splitter.line();
            if !search.goes_on(line) {
                return Err(search.not_found());
            }
            if let Some(found) = search.try_record(&cells, line)? {
                if search.may_be_title(&found) && self.skip_title(&found, given, &mut search)? {
                    continue;
                }
                self.splitter.set_delimiter(delimiter);
                self.splitter.next(None, &mut cells).map_err(|error| self.read_error(error))?;
                return Ok(found);
            }
            self.splitter.skip_line().map_err(|error| self.read_error(error))?;
        }
    }

    /// Skips a title and what stands between it and the header below it. Returns false if there is none.
    fn skip_title(
        &mut self,
        title: &FoundHeader,
        given: Option<u8>,
        search: &mut HeaderSearch<'_>,
    ) -> Result<bool, InputError> {
        let mut cells = Cells::default();
        let skipped = self.splitter.skip_to(|ahead| {
            let delimiter = given.unwrap_or_else(|| best_delimiter(ahead, search));
            match search.below(title, cells_by(ahead, delimiter, &mut cells)) {
                Below::Header => Some(true),
                Below::Nothing if search.goes_on(0) => None,
                Below::Nothing | Below::Data => Some(false),
            }
        });
        skipped.map_err(|error| self.read_error(error))
    }
}

fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0)
}

/// The delimiter of a first line `sep=;`.
fn told_delimiter(ahead: &[u8]) -> Option<u8> {
    match ahead {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', told, b'\r' | b'\n', ..] => {
            is_delimiter(*told).then_some(*told)
        }
        _ => None,
    }
}

/// Splits the first record of some bytes.
fn cells_by<'a>(ahead: &[u8], delimiter: u8, cells: &'a mut Cells) -> &'a Cells {
    cells.clear();
    record_splitter::scan(ahead, true, delimiter, cells);
    cells
}

/// The delimiter with which a record is a header, or else names most fields or has most columns.
fn best_delimiter(ahead: &[u8], search: &HeaderSearch<'_>) -> u8 {
    let mut cells = Cells::default();
    let mut best = (DELIMITERS[0], (false, 0, 0));
    for delimiter in DELIMITERS {
        let score = search.score(cells_by(ahead, delimiter, &mut cells));
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}
