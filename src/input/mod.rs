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
mod header_search;
mod header_words;
mod jsonl;
mod lines;
mod raw_record;
mod record_kind;
mod row_builder;
mod row_problems;
mod source;
mod table;
mod watched_file;
mod workbook;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

pub(crate) use crate::input::csv::plain::PlainCsv;
pub(crate) use crate::input::detected_format::DetectedFormat;
pub use crate::input::detected_format::{Encoding, Format};
pub use crate::input::error::InputError;
pub(crate) use crate::input::jsonl::object::read_object;
pub(crate) use crate::input::watched_file::FileStamp;

use crate::input::detect::Detected;
use crate::input::header::ColumnChoice;
use crate::input::source::Source;
use crate::input::table::TableRows;
use crate::input::watched_file::ChangeFlag;
use crate::model::left_out::LeftOutCounter;
use crate::model::record::Field;
use crate::model::row::Row;

/// The user's options for an input. Everything else is detected.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The byte between two cells of a CSV file.
    pub delimiter: Option<u8>,
    /// The column of a field, by its name or its number from 1.
    pub map: Vec<(Field, String)>,
    /// Fields whose columns are not read, so that their defaults hold.
    pub ignore: Vec<Field>,
    /// Whether the first record of a CSV file or a sheet is an applicant. Columns then have numbers.
    pub no_header: bool,
    /// The line of the header in the file. `None` searches for it.
    pub header_row: Option<u64>,
    /// The encoding of a text file.
    pub encoding: Option<Encoding>,
    /// The format of the file.
    pub format: Option<Format>,
    /// The sheet of a workbook. `None` is the first visible one.
    pub sheet: Option<String>,
}

impl Options {
    /// The user's word about columns.
    fn columns(&self) -> ColumnChoice {
        ColumnChoice { map: self.map.clone(), ignore: self.ignore.clone() }
    }

    /// Refuses an option that means nothing for the format of the file.
    fn refuse_pointless(&self, detected: &Detected, name: &str) -> Result<(), InputError> {
        let (format, option) = match detected {
            Detected::Text(Format::Jsonl, _) if self.header_row.is_some() => {
                ("JSON", "--header-row")
            }
            Detected::Text(format, _) if self.sheet.is_some() => (format.described(), "--sheet"),
            _ => return Ok(()),
        };
        let file = name.to_owned();
        Err(InputError::Pointless { file, format, option })
    }
}

/// Reads the rows of one input in order. Reading a file twice takes two readers.
pub struct Reader {
    rows: Rows,
    failed: bool,
    /// The watch over a regular file.
    watch: Option<Watch>,
}

/// The watch over a regular file.
struct Watch {
    file: String,
    stamp: FileStamp,
    changed: ChangeFlag,
}

/// The reader of each kind of format.
enum Rows {
    Table(TableRows),
    Jsonl(jsonl::Rows),
}

impl Reader {
    /// Opens a file, or standard input for `-`, and reads up to the end of its header.
    pub fn open(path: &Path, options: &Options) -> Result<Self, InputError> {
        let name = source::name_of(path);
        Self::new(source::open(path, &name)?, &name, options)
    }

    /// Opens a file again, if it is still the one with this stamp.
    pub(crate) fn reopen(
        path: &Path,
        options: &Options,
        stamp: FileStamp,
    ) -> Result<Self, InputError> {
        let reader = Self::open(path, options);
        match &reader {
            Ok(reader) if reader.stamp() == Some(stamp) => {}
            _ => return Err(InputError::Changed { file: source::name_of(path) }),
        }
        reader
    }

    /// The stamp of a regular file when it was opened.
    pub(crate) fn stamp(&self) -> Option<FileStamp> {
        self.watch.as_ref().map(|watch| watch.stamp)
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
        let watch = match &source {
            Source::File(file) => Some(Watch {
                file: name.to_owned(),
                stamp: file.stamp(),
                changed: file.change_flag(),
            }),
            Source::Stream(_) => None,
        };
        let rows =
            Self::rows(source, name, options).map_err(|error| changed(watch.as_ref(), error))?;
        Ok(Self { rows, failed: false, watch })
    }

    fn rows(source: Source, name: &str, options: &Options) -> Result<Rows, InputError> {
        let detected = detect::detect(source, name, options)?;
        options.refuse_pointless(&detected, name)?;
        Ok(match detected {
            Detected::Text(Format::Jsonl, text) => Rows::Jsonl(jsonl::Rows::open(text, options)?),
            Detected::Text(_, text) => Rows::Table(TableRows::of_csv(text, options)?),
            Detected::Workbook(format, file) => {
                Rows::Table(TableRows::of_workbook(format, file, name, options)?)
            }
        })
    }

    /// The names of the columns, without those of a former result. In JSON Lines each row has its own
    /// columns; these are the columns of the first rows together.
    pub fn columns(&self) -> &Arc<[String]> {
        match &self.rows {
            Rows::Table(rows) => rows.columns(),
            Rows::Jsonl(rows) => rows.columns(),
        }
    }

    /// The detected format and the mapping of columns to fields.
    pub fn detected(&self) -> &DetectedFormat {
        match &self.rows {
            Rows::Table(rows) => rows.detected(),
            Rows::Jsonl(rows) => rows.detected(),
        }
    }

    /// Bytes of the source that were made into rows. For a workbook it is not known and stays 0.
    pub fn position_bytes(&self) -> u64 {
        match &self.rows {
            Rows::Table(rows) => rows.position_bytes(),
            Rows::Jsonl(rows) => rows.position_bytes(),
        }
    }

    /// Counts the records that are no rows, while the rows are read.
    pub(crate) fn left_out(&self) -> LeftOutCounter {
        match &self.rows {
            Rows::Table(rows) => rows.left_out(),
            Rows::Jsonl(rows) => rows.left_out(),
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
            Rows::Table(rows) => rows.next(),
            Rows::Jsonl(rows) => rows.next(),
        };
        self.failed = matches!(row, Some(Err(_)));
        row.map(|row| row.map_err(|error| changed(self.watch.as_ref(), error)))
    }
}

/// The reason of an error: a file that has changed can't be read as it was.
fn changed(watch: Option<&Watch>, error: InputError) -> InputError {
    match watch {
        Some(watch) if watch.changed.is_set() => InputError::Changed { file: watch.file.clone() },
        _ => error,
    }
}

#[cfg(test)]
mod tests;
