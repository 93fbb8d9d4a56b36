//! The errors of a whole input. Each message says what happened, where, and what to do next, and shows
//! no value of an applicant.

use std::fmt;
use std::io;

use crate::input::detected_format::{list, printable};
use crate::model::record::Field;
use crate::words::{FormatProblem, Lang, Words};

/// The reason why an input can't be read, or not any further.
#[derive(Debug)]
#[non_exhaustive]
pub enum InputError {
    /// There is no such file.
    NotFound {
        /// The file.
        file: String,
    },
    /// A directory was given.
    Directory {
        /// The directory.
        file: String,
    },
    /// The file can't be opened.
    Open {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed on the way.
    Read {
        /// The file.
        file: String,
        /// The line that was to be read.
        line: u64,
        /// What the system said.
        source: io::Error,
    },
    /// The file was changed while it was read.
    Changed {
        /// The file.
        file: String,
    },
    /// The file is empty.
    Empty {
        /// The file.
        file: String,
    },
    /// The file has a format that is not supported.
    Format {
        /// The file.
        file: String,
        /// What it is.
        problem: FormatProblem,
    },
    /// An option that means nothing for this file.
    Pointless {
        /// The file.
        file: String,
        /// Its format.
        format: &'static str,
        /// The option.
        option: &'static str,
    },
    /// The first line is an applicant.
    NoHeader {
        /// The file.
        file: String,
        /// The line.
        line: u64,
    },
    /// A required field has no column.
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
    HeaderNotFound {
        /// The file.
        file: String,
        /// Number of records that were searched.
        searched: usize,
        /// The first records.
        rows: Vec<String>,
    },
    /// `--header-row` names a line without a record.
    NoSuchRow {
        /// The file.
        file: String,
        /// The line.
        line: u64,
    },
    /// Several columns could be the same field.
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
    MappedTwice {
        /// The field.
        field: Field,
        /// The columns given for it.
        columns: Vec<String>,
    },
    /// `--map` gives one column to two fields.
    SharedColumn {
        /// The column.
        column: String,
        /// The fields.
        fields: [Field; 2],
    },
    /// A delimiter that can't be one.
    Delimiter,
}

impl InputError {
    /// Explains what happened, where, and what to do next.
    pub(crate) fn in_words(&self, words: &dyn Words) -> String {
        match self {
            Self::NotFound { file } => words.no_such_file(file),
            Self::Directory { file } => words.is_directory(file),
            Self::Open { file, source } => words.not_opened(file, &words.system_error(source)),
            Self::Read { file, line, source } => {
                words.not_read(file, *line, &words.system_error(source))
            }
            Self::Changed { file } => words.changed_input(file),
            Self::Empty { file } => words.input_empty(file),
            Self::Format { file, problem } => words.no_table(file, problem),
            Self::Pointless { file, format, option } => {
                words.pointless_option(file, format, option)
            }
            Self::NoHeader { file, line } => words.no_header(file, *line),
            Self::MissingField { file, line, fields, columns, rows } => {
                let names: Vec<_> = fields.iter().map(|field| field.name()).collect();
                let (fields, maps) = (names.join(words.or()), maps(fields, words));
                let rows = Some(rows.join("; ")).filter(|rows| !rows.is_empty());
                let columns = list(columns, words);
                words.no_column((file, *line), &fields, &columns, &maps, rows.as_deref())
            }
            Self::HeaderNotFound { file, searched, rows } => {
                words.header_not_found(file, *searched, &rows.join("; "))
            }
            Self::NoSuchRow { file, line } => words.no_such_row(file, *line),
            Self::AmbiguousField { file, line, field, columns, keys } => {
                let choices = choices(*field, keys, words);
                let columns = list(columns, words);
                words.ambiguous_columns((file, *line), field.name(), &columns, &choices)
            }
            Self::NoSuchColumn { file, line, field, column, columns } => {
                let map = format!("{}={}", field.name(), printable(column));
                words.no_such_column((file, *line), &map, &list(columns, words))
            }
            Self::MappedTwice { field, columns } => {
                words.mapped_twice(field.name(), &list(columns, words))
            }
            Self::SharedColumn { column, fields } => {
                words.shared_column(&printable(column), fields.map(Field::name))
            }
            Self::Delimiter => words.no_delimiter().to_owned(),
        }
    }
}

/// In English.
impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Lang::En.words()))
    }
}

impl std::error::Error for InputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { source, .. } | Self::Read { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// The flags that name the columns of these fields.
fn maps(fields: &[Field], words: &dyn Words) -> String {
    let column = words.column_placeholder();
    let maps: Vec<_> =
        fields.iter().map(|field| format!("--map {}={column}", field.name())).collect();
    format!("`{}`", maps.join(" "))
}

fn choices(field: Field, keys: &[String], words: &dyn Words) -> String {
    let choice = |key: &String| format!("`--map {}`", quoted_argument(field.name(), key));
    keys.iter().map(choice).collect::<Vec<_>>().join(words.or())
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
