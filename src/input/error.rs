//! The errors of a whole input. Each message says what happened, where, and what to do next, and shows
//! no value of an applicant.

use std::io;

use thiserror::Error;

use crate::input::detected_format::{list, printable};
use crate::model::record::Field;

/// The reason why an input can't be read, or not any further.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InputError {
    /// There is no such file.
    #[error("{file}: no such file; check the name, or give - to read standard input")]
    NotFound {
        /// The file.
        file: String,
    },
    /// A directory was given.
    #[error("{file} is a directory; name a file in it")]
    Directory {
        /// The directory.
        file: String,
    },
    /// The file can't be opened.
    #[error("{file} can't be opened: {source}; check that you may read it")]
    Open {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed on the way.
    #[error(
        "{file}, line {line}: reading failed: {source}; the rows before it were read; copy the file \
         to a disk of this machine and run the command again"
    )]
    Read {
        /// The file.
        file: String,
        /// The line that was to be read.
        line: u64,
        /// What the system said.
        source: io::Error,
    },
    /// The file was changed while it was read.
    #[error(
        "{file} was changed while it was read or you were asked; run the command again, which reads \
         what is there now"
    )]
    Changed {
        /// The file.
        file: String,
    },
    /// The file is empty.
    #[error(
        "{file} is empty; export it again, with a first line that names the columns, such as \
         id_number,phone_number,name"
    )]
    Empty {
        /// The file.
        file: String,
    },
    /// The file has a format that is not supported.
    #[error("{file} {what}; {next}")]
    Format {
        /// The file.
        file: String,
        /// What it is.
        what: String,
        /// What to do.
        next: String,
    },
    /// An option that means nothing for this file.
    #[error("{file} is {format}, where {option} means nothing; leave it out")]
    Pointless {
        /// The file.
        file: String,
        /// Its format.
        format: &'static str,
        /// The option.
        option: &'static str,
    },
    /// The first line is an applicant.
    #[error(
        "{file}, line {line}: the first line looks like an applicant, not like the names of the \
         columns; put a line before it that names them, such as id_number,phone_number,name, or \
         say which column is which: `--no-header --map id_number=1 --map phone_number=2 --map name=3`; \
         if a later line names them, say which: `--header-row N`"
    )]
    NoHeader {
        /// The file.
        file: String,
        /// The line.
        line: u64,
    },
    /// A required field has no column.
    #[error(
        "{file}, line {line}: no column is {}; the columns are {}; say which it is: {}{}",
        names(fields, " or "),
        list(columns),
        maps(fields),
        other_header(rows)
    )]
    MissingField {
        /// The file.
        file: String,
        /// The line of the header.
        line: u64,
        /// The fields without a column.
        fields: Vec<Field>,
        /// The columns found.
        columns: Vec<String>,
        /// The first records of the file, if the header may be another one.
        rows: Vec<String>,
    },
    /// No record near the beginning is a header.
    #[error(
        "{file}: none of the first {searched} rows names the columns; {}; say on which line the \
         header is: `--header-row N`, and which column is which: `--map id_number=COLUMN \
         --map phone_number=COLUMN --map name=COLUMN`; without a header: `--no-header --map \
         id_number=1 --map phone_number=2 --map name=3`",
        rows.join("; ")
    )]
    HeaderNotFound {
        /// The file.
        file: String,
        /// Number of records that were searched.
        searched: usize,
        /// The first records.
        rows: Vec<String>,
    },
    /// `--header-row` names a line without a record.
    #[error("{file}: no row begins on line {line}; name the line of the header with --header-row")]
    NoSuchRow {
        /// The file.
        file: String,
        /// The line.
        line: u64,
    },
    /// Several columns could be the same field.
    #[error(
        "{file}, line {line}: more than one column could be {}: {}; say which: {}",
        field.name(), list(columns), choices(*field, keys)
    )]
    AmbiguousField {
        /// The file.
        file: String,
        /// The line of the header.
        line: u64,
        /// The field.
        field: Field,
        /// The possible columns.
        columns: Vec<String>,
        /// The values for `--map`: the names, or the numbers of columns with the same name.
        keys: Vec<String>,
    },
    /// `--map` names a missing column.
    #[error(
        "{file}, line {line}: --map {}={} names no column; the columns are {}",
        field.name(), printable(column), list(columns)
    )]
    NoSuchColumn {
        /// The file.
        file: String,
        /// The line of the header.
        line: u64,
        /// The field.
        field: Field,
        /// The column named.
        column: String,
        /// The columns found.
        columns: Vec<String>,
    },
    /// `--map` gives a field twice.
    #[error("--map gives {} twice: {}; keep one", field.name(), list(columns))]
    MappedTwice {
        /// The field.
        field: Field,
        /// The columns given for it.
        columns: Vec<String>,
    },
    /// `--map` gives one column to two fields.
    #[error(
        "--map makes column {} both {} and {}; keep one",
        printable(column), fields[0].name(), fields[1].name()
    )]
    SharedColumn {
        /// The column.
        column: String,
        /// The fields.
        fields: [Field; 2],
    },
    /// A delimiter that can't be one.
    #[error("the delimiter must be one plain character, such as , ; | or a tab")]
    Delimiter,
}

/// Where else the header may be.
fn other_header(rows: &[String]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    format!("; if another line is the header, name it with `--header-row N`: {}", rows.join("; "))
}

fn names(fields: &[Field], between: &str) -> String {
    fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(between)
}

fn maps(fields: &[Field]) -> String {
    let maps: Vec<_> =
        fields.iter().map(|field| format!("--map {}=COLUMN", field.name())).collect();
    format!("`{}`", maps.join(" "))
}

fn choices(field: Field, keys: &[String]) -> String {
    let choice = |key: &String| format!("`--map {}`", quoted_argument(field.name(), key));
    keys.iter().map(choice).collect::<Vec<_>>().join(" or ")
}

/// `field=column` as a shell takes it.
fn quoted_argument(field: &str, column: &str) -> String {
    let plain = column.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if plain {
        format!("{field}={column}")
    } else {
        format!("'{field}={}'", printable(column).replace('\'', r"'\''"))
    }
}
