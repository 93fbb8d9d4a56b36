//! Reads a file of applicants, and returns one [`Row`] after the other.
//!
//! The order is: open the source, detect its format ([`DetectedFormat`]), map columns to fields, then
//! read rows. Errors of the whole file are found before the first row.

mod buffer;
mod cells;
mod csv;
mod detect;
mod detected_format;
mod encoding;
mod error;
mod header;
mod header_words;
mod jsonl;
mod lines;
mod row_builder;
mod row_problems;
mod source;
mod workbook;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

pub(crate) use crate::input::csv::plain::PlainCsv;
pub(crate) use crate::input::detected_format::DetectedFormat;
pub use crate::input::detected_format::{Encoding, Format};
pub use crate::input::error::InputError;
pub(crate) use crate::input::jsonl::object::read_object;

use crate::input::detect::Detected;
use crate::input::source::Source;
use crate::model::record::Field;
use crate::model::row::Row;

/// The user's options for an input. Everything else is detected.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The byte between two cells of a CSV file.
    pub delimiter: Option<u8>,
    /// The column of a field, by its name or its number from 1.
    pub map: Vec<(Field, String)>,
    /// Whether the first record of a CSV file or a sheet is an applicant. Columns then have numbers.
    pub no_header: bool,
    /// The encoding of a text file.
    pub encoding: Option<Encoding>,
    /// The format of the file.
    pub format: Option<Format>,
    /// The sheet of a workbook. `None` is the first visible one.
    pub sheet: Option<String>,
}

/// Reads the rows of one input in order. Reading a file twice takes two readers.
pub struct Reader {
    rows: Rows,
    failed: bool,
}

/// The reader of each format.
enum Rows {
    Csv(csv::Rows),
    Jsonl(jsonl::Rows),
    Xlsx(workbook::xlsx::Rows),
}

impl Reader {
    /// Opens a file, or standard input for `-`, and reads up to the end of its header.
    pub fn open(path: &Path, options: &Options) -> Result<Self, InputError> {
        let name = source::name_of(path);
        Self::new(source::open(path, &name)?, &name, options)
    }

    /// Reads from a stream that is no workbook. `name` is its name in messages.
    pub fn from_reader(
        source: Box<dyn Read + Send>,
        name: &str,
        options: &Options,
    ) -> Result<Self, InputError> {
        Self::new(Source::Stream(source), name, options)
    }

    fn new(source: Source, name: &str, options: &Options) -> Result<Self, InputError> {
        let rows = match detect::detect(source, name, options)? {
            Detected::Text(Format::Jsonl, text) => Rows::Jsonl(jsonl::Rows::open(text, options)?),
            Detected::Text(_, text) => Rows::Csv(csv::Rows::open(text, options)?),
            Detected::Workbook(file) => {
                Rows::Xlsx(workbook::xlsx::Rows::open(file, name, options)?)
            }
        };
        Ok(Self { rows, failed: false })
    }

    /// The names of the columns, without those of a former result. In JSON Lines each row has its own
    /// columns; these are the columns of the first rows together.
    pub fn columns(&self) -> &Arc<[String]> {
        match &self.rows {
            Rows::Csv(rows) => rows.columns(),
            Rows::Jsonl(rows) => rows.columns(),
            Rows::Xlsx(rows) => rows.columns(),
        }
    }

    /// The detected format and the mapping of columns to fields.
    pub fn detected(&self) -> &DetectedFormat {
        match &self.rows {
            Rows::Csv(rows) => rows.detected(),
            Rows::Jsonl(rows) => rows.detected(),
            Rows::Xlsx(rows) => rows.detected(),
        }
    }

    /// Bytes of the source that were made into rows. For a workbook it is not known and stays 0.
    pub fn position_bytes(&self) -> u64 {
        match &self.rows {
            Rows::Csv(rows) => rows.position_bytes(),
            Rows::Jsonl(rows) => rows.position_bytes(),
            Rows::Xlsx(_) => 0,
        }
    }
}

/// After an error there are no more rows, since the rest of the input can't be trusted.
impl Iterator for Reader {
    type Item = Result<Row, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let row = match &mut self.rows {
            Rows::Csv(rows) => rows.next(),
            Rows::Jsonl(rows) => rows.next(),
            Rows::Xlsx(rows) => rows.next(),
        };
        self.failed = matches!(row, Some(Err(_)));
        row
    }
}

#[cfg(test)]
mod tests;
