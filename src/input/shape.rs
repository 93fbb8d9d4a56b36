//! What an input was found to be: printed in one line, so that a wrong guess is seen.

use std::fmt;

use crate::record::Field;

/// How a file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Cells between delimiters.
    #[default]
    Csv,
}

/// How the characters of a file are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, and so plain ASCII too.
    #[default]
    Utf8,
}

impl Encoding {
    /// Its usual name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
        }
    }
}

/// What an input was found to be. Its `Display` is one line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// How it is laid out.
    pub format: Format,
    /// The byte between two cells.
    pub delimiter: u8,
    /// How its characters are written.
    pub encoding: Encoding,
    /// Whether it begins with a byte order mark.
    pub bom: bool,
    /// The columns of a former result that were left out.
    pub dropped: Vec<String>,
    /// For each field, in the order of [`Field::ALL`], the column that it is read from.
    pub fields: [Option<String>; 5],
}

impl Shape {
    /// The column that a field is read from.
    pub fn column_of(&self, field: Field) -> Option<&str> {
        self.fields[field as usize].as_deref()
    }

    fn write_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, field) in Field::ALL.into_iter().enumerate() {
            f.write_str(if index == 0 { "; " } else { ", " })?;
            match (self.column_of(field), field.spec().default) {
                (Some(column), _) => write!(f, "{} = \"{}\"", field.name(), printable(column))?,
                (None, default) => {
                    write!(f, "{} = {} by default", field.name(), default.unwrap_or("empty"))?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CSV with {}, {}", delimiter_word(self.delimiter), self.encoding.name())?;
        if self.bom {
            f.write_str(" with a byte order mark")?;
        }
        self.write_fields(f)?;
        match self.dropped.len() {
            0 => Ok(()),
            1 => write!(f, "; 1 column of a former result is left out"),
            many => write!(f, "; {many} columns of a former result are left out"),
        }
    }
}

fn delimiter_word(delimiter: u8) -> String {
    match delimiter {
        b',' => "commas".to_owned(),
        b';' => "semicolons".to_owned(),
        b'\t' => "tabs".to_owned(),
        b'|' => "bars".to_owned(),
        other => format!("'{}' between cells", char::from(other).escape_default()),
    }
}

/// How many characters of a column's name a message shows.
const SHOWN: usize = 40;

/// How many columns a message names.
const LISTED: usize = 30;

/// A text from a file as a terminal may show it: cut, and without what a terminal would obey.
pub fn printable(text: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut shown: String = text.chars().take(SHOWN).map(plain).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// The names of columns, in quotes.
pub fn list(columns: &[String]) -> String {
    let quoted = |column: &String| format!("\"{}\"", printable(column));
    let mut shown: Vec<_> = columns.iter().take(LISTED).map(quoted).collect();
    if columns.len() > LISTED {
        shown.push(format!("and {} more", columns.len() - LISTED));
    }
    shown.join(", ")
}
