//! The cells of any CSV file, whatever they mean: for lists that are no applicants.

use std::path::Path;

use csv::StringRecord;

use crate::input::Options;
use crate::input::cells::Cells;
use crate::input::csv::DELIMITERS;
use crate::input::csv::record_splitter::{self, Cutter};
use crate::input::detect::{self, Detected};
use crate::input::detected_format::Format;
use crate::input::error::InputError;
use crate::input::source;

/// The records of a CSV file, the header among them. Encoding and delimiter are found.
pub(crate) struct Listing {
    cutter: Cutter,
    cells: Cells,
    file: String,
}

impl Listing {
    /// Opens a file, or standard input for `-`.
    pub(crate) fn open(path: &Path) -> Result<Self, InputError> {
        let file = source::name_of(path);
        let source = source::open(path, &file)?;
        let refused = |what: &str| InputError::Format {
            file: file.clone(),
            what: what.to_owned(),
            next: "save it as CSV".to_owned(),
        };
        let text = match detect::detect(source, &file, &Options::default())? {
            Detected::Text(Format::Csv, text) => text,
            Detected::Text(..) => return Err(refused("holds JSON")),
            Detected::Workbook(_) => return Err(refused("is an .xlsx workbook")),
        };
        let mut cutter = Cutter::new(text.buffer, DELIMITERS[0]);
        let ahead = cutter.peek();
        let ahead =
            ahead.map_err(|source| InputError::Read { file: file.clone(), line: 1, source })?;
        if ahead.is_empty() {
            return Err(InputError::Empty { file });
        }
        let delimiter = widest_delimiter(ahead);
        cutter.set_delimiter(delimiter);
        Ok(Self { cutter, cells: Cells::default(), file })
    }

    /// What the messages call the file.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Reads the next record and gives the line on which it begins; `None` at the end.
    pub(crate) fn read(&mut self, record: &mut StringRecord) -> Result<Option<u64>, InputError> {
        let cut = self.cutter.next(None, &mut self.cells).map_err(|source| InputError::Read {
            file: self.file.clone(),
            line: self.cutter.line(),
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

/// The delimiter that makes most cells of the first line.
fn widest_delimiter(ahead: &[u8]) -> u8 {
    let cells_by = |delimiter: u8| {
        let mut cells = Cells::default();
        record_splitter::scan(ahead, true, delimiter, &mut cells);
        cells.len()
    };
    // Of equals the last counts, and the comma is the first choice.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| cells_by(*delimiter)).unwrap_or(b',')
}
