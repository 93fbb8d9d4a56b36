//! Reads the cells of any CSV file, such as an invoice.

use std::path::Path;

use csv::StringRecord;

use crate::input::Options;
use crate::input::cells::Cells;
use crate::input::csv::DELIMITERS;
use crate::input::csv::record_splitter::{self, RecordSplitter};
use crate::input::detect::{self, Detected};
use crate::input::detected_format::Format;
use crate::input::error::InputError;
use crate::input::source;
use crate::words::FormatProblem;

/// The records of a CSV file, with its header. Encoding and delimiter are detected.
pub(crate) struct PlainCsv {
    splitter: RecordSplitter,
    cells: Cells,
    file: String,
}

impl PlainCsv {
    /// Opens a file, or standard input for `-`.
    pub(crate) fn open(path: &Path) -> Result<Self, InputError> {
        let file = source::name_of(path);
        let source = source::open(path, &file)?;
        let refused = |problem| InputError::Format { file: file.clone(), problem };
        let text = match detect::detect(source, &file, &Options::default())? {
            Detected::Text(Format::Csv, text) => text,
            Detected::Text(..) => return Err(refused(FormatProblem::JsonForCsv)),
            Detected::Workbook(..) => return Err(refused(FormatProblem::WorkbookForCsv)),
        };
        let mut splitter = RecordSplitter::new(text.buffer, DELIMITERS[0]);
        let ahead = splitter.peek();
        let ahead =
            ahead.map_err(|source| InputError::Read { file: file.clone(), line: 1, source })?;
        if ahead.is_empty() {
            return Err(InputError::Empty { file });
        }
        let delimiter = widest_delimiter(ahead);
        splitter.set_delimiter(delimiter);
        Ok(Self { splitter, cells: Cells::default(), file })
    }

    /// The name of the file in messages.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Reads the next record and returns its first line. `None` at the end.
    pub(crate) fn read(&mut self, record: &mut StringRecord) -> Result<Option<u64>, InputError> {
        let cut = self.splitter.next(None, &mut self.cells).map_err(|source| InputError::Read {
            file: self.file.clone(),
            line: self.splitter.line(),
            source,
        })?;
        record.clear();
        if self.cells.as_text().is_none() {
            self.cells.make_text();
        }
        let text = self.cells.as_text().unwrap_or_default();
        for index in 0..text.len() {
            record.push_field(text.cell(index));
        }
        Ok(cut.map(|cut| cut.line))
    }
}

/// The delimiter with which the first line has most cells.
fn widest_delimiter(ahead: &[u8]) -> u8 {
    let cells_by = |delimiter: u8| {
        let mut cells = Cells::default();
        record_splitter::scan(ahead, true, delimiter, &mut cells);
        cells.len()
    };
    // `max_by_key` returns the last of equals, and the comma is the first choice.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| cells_by(*delimiter)).unwrap_or(b',')
}
