//! Reads a file of applicants as people have it, and gives one [`Row`] after the other.
//!
//! Made in this order: open the source, see what it is ([`Shape`]), settle which column is which
//! field, then read. Everything that could make a whole file wrong is found before the first row.

mod buffer;
mod cells;
mod columns;
mod csv;
mod cut;
mod error;
mod object;
mod shape;
mod source;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

pub use error::InputError;
pub use object::{ObjectError, read_object};
pub use shape::{Encoding, Format, Shape};

use crate::record::Field;
use crate::row::Row;

/// What the user says of the input; all that isn't said is detected.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The byte between two cells of a CSV file.
    pub delimiter: Option<u8>,
    /// Which column is which field: by the column's name, or by its number from 1.
    pub map: Vec<(Field, String)>,
}

/// The rows of one input, in order. Reading the same file twice takes two of them.
pub struct Reader {
    rows: csv::Rows,
    failed: bool,
}

impl Reader {
    /// Opens a file, or standard input for `-`, and reads up to the end of its header.
    pub fn open(path: &Path, options: &Options) -> Result<Self, InputError> {
        let name = source::name_of(path);
        let source = source::open(path, &name)?;
        Self::from_reader(source, &name, options)
    }

    /// Reads from anything; `name` is what the messages call it.
    pub fn from_reader(
        source: Box<dyn Read + Send>,
        name: &str,
        options: &Options,
    ) -> Result<Self, InputError> {
        Ok(Self { rows: csv::Rows::open(source, name, options)?, failed: false })
    }

    /// The names of the columns that the rows have; those of a former result are left out.
    pub fn columns(&self) -> &Arc<[String]> {
        self.rows.columns()
    }

    /// What was detected, and which column is which field.
    pub fn shape(&self) -> &Shape {
        self.rows.shape()
    }

    /// How many bytes of the source have been made into rows.
    pub fn position_bytes(&self) -> u64 {
        self.rows.position_bytes()
    }
}

/// After an error there are no more rows: what follows a failed read can't be trusted.
impl Iterator for Reader {
    type Item = Result<Row, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let row = self.rows.next();
        self.failed = matches!(row, Some(Err(_)));
        row
    }
}

#[cfg(test)]
mod tests;
