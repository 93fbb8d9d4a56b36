//! Reads a file of applicants as people have it, and gives one [`Row`] after the other.
//!
//! Made in this order: open the source, see what it is ([`Shape`]), settle which column is which
//! field, then read. Everything that could make a whole file wrong is found before the first row.

mod buffer;
mod cells;
mod csv;
mod detect;
mod detected_format;
mod encoding;
mod error;
mod header;
mod jsonl;
mod lines;
mod row_builder;
mod row_problems;
mod source;
mod workbook;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

pub(crate) use crate::input::csv::plain::Listing;
pub(crate) use crate::input::detected_format::Shape;
pub use crate::input::detected_format::{Encoding, Format};
pub use crate::input::error::InputError;
pub(crate) use crate::input::jsonl::object::read_object;

use crate::input::detect::Detected;
use crate::input::source::Source;
use crate::model::record::Field;
use crate::model::row::Row;

/// What the user says of the input; all that isn't said is detected.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The byte between two cells of a CSV file.
    pub delimiter: Option<u8>,
    /// Which column is which field: by the column's name, or by its number from 1.
    pub map: Vec<(Field, String)>,
    /// Whether the first record of a CSV file or a sheet is an applicant; then columns go by number.
    pub no_header: bool,
    /// How the characters of a text file are written.
    pub encoding: Option<Encoding>,
    /// How the file is laid out.
    pub format: Option<Format>,
    /// The sheet of a workbook; the first one else.
    pub sheet: Option<String>,
}

/// The rows of one input, in order. Reading the same file twice takes two of them.
pub struct Reader {
    rows: Rows,
    failed: bool,
}

/// Each format's own way to rows.
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

    /// Reads from anything but a workbook; `name` is what the messages call it.
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

    /// The names of the columns that the rows have; those of a former result are left out. In JSON
    /// Lines each row has columns of its own, and these are those of the first rows together.
    pub fn columns(&self) -> &Arc<[String]> {
        match &self.rows {
            Rows::Csv(rows) => rows.columns(),
            Rows::Jsonl(rows) => rows.columns(),
            Rows::Xlsx(rows) => rows.columns(),
        }
    }

    /// What was detected, and which column is which field.
    pub fn shape(&self) -> &Shape {
        match &self.rows {
            Rows::Csv(rows) => rows.shape(),
            Rows::Jsonl(rows) => rows.shape(),
            Rows::Xlsx(rows) => rows.shape(),
        }
    }

    /// How many bytes of the source have been made into rows. Of a workbook this isn't known, and
    /// stays 0.
    pub fn position_bytes(&self) -> u64 {
        match &self.rows {
            Rows::Csv(rows) => rows.position_bytes(),
            Rows::Jsonl(rows) => rows.position_bytes(),
            Rows::Xlsx(_) => 0,
        }
    }
}

/// After an error there are no more rows: what follows a failed read can't be trusted.
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
