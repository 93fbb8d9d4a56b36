//! The detected format of an input. It is printed in one line, so that a wrong guess is noticed.

use std::fmt;

use crate::model::record::{Field, plain_header};
use crate::words::{Lang, Words};

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Cells between delimiters.
    #[default]
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// A workbook of a spreadsheet program.
    Xlsx,
    /// A workbook of Excel before 2007.
    Xls,
    /// A binary workbook of Excel.
    Xlsb,
    /// An `OpenDocument` workbook.
    Ods,
}

impl Format {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Xlsb => "xlsb",
            Self::Ods => "ods",
        }
    }

    /// What a file of it is, in a message.
    pub(super) const fn described(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Jsonl => "JSON Lines",
            Self::Xlsx => "an .xlsx workbook",
            Self::Xls => "an old .xls workbook",
            Self::Xlsb => "an .xlsb workbook",
            Self::Ods => "an .ods workbook",
        }
    }

    /// The format of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "json" => Some(Self::Jsonl),
            "xlsx" | "xlsm" => Some(Self::Xlsx),
            "xls" => Some(Self::Xls),
            "xlsb" => Some(Self::Xlsb),
            "ods" => Some(Self::Ods),
            _ => None,
        }
    }
}

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, and so plain ASCII too.
    #[default]
    Utf8,
    /// Two bytes a letter, the lower one first: "Unicode Text" on Windows.
    Utf16Le,
    /// Two bytes a letter, the higher one first.
    Utf16Be,
    /// A byte a letter, as older programs in western Europe and Indonesia write it.
    Windows1252,
}

impl Encoding {
    /// The byte order mark of UTF-8.
    pub const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

    /// Its usual name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "Windows-1252",
        }
    }

    /// The encoding of this name; a bare `utf-16` is taken in the order of its byte order mark.
    pub fn of_name(name: &str) -> Option<Self> {
        match plain_header(name).as_str() {
            "utf8" => Some(Self::Utf8),
            "utf16" | "utf16le" => Some(Self::Utf16Le),
            "utf16be" => Some(Self::Utf16Be),
            "windows1252" | "cp1252" | "latin1" | "iso88591" | "ansi" => Some(Self::Windows1252),
            _ => None,
        }
    }

    /// The encoding of a byte order mark.
    pub(super) fn by_mark(head: &[u8]) -> Option<Self> {
        match head {
            [0xef, 0xbb, 0xbf, ..] => Some(Self::Utf8),
            [0xff, 0xfe, ..] => Some(Self::Utf16Le),
            [0xfe, 0xff, ..] => Some(Self::Utf16Be),
            _ => None,
        }
    }

    /// Whether decoding replaces invalid bytes by U+FFFD.
    pub(super) const fn marks_damage(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }

    /// The encoding of the WHATWG standard.
    pub(super) fn standard(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
        }
    }
}

/// The detected format of an input. Its `Display` is one line for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DetectedFormat {
    /// The format.
    pub format: Format,
    /// The byte between two cells. A comma if the format has none.
    pub delimiter: u8,
    /// The encoding.
    pub encoding: Encoding,
    /// Whether it begins with a byte order mark.
    pub bom: bool,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// Other sheets of the workbook that have the columns too.
    pub other_sheets: Vec<String>,
    /// The line of the header in a text, or its row in a sheet. `None` without a header.
    pub header_line: Option<u64>,
    /// The columns of a former result that were left out.
    pub dropped: Vec<String>,
    /// The column of each field, in the order of [`Field::ALL`].
    pub fields: [Option<String>; 5],
}

impl DetectedFormat {
    /// The column of a field.
    pub fn column_of(&self, field: Field) -> Option<&str> {
        self.fields[field as usize].as_deref()
    }

    /// Describes the format in one line.
    pub(crate) fn in_words(&self, words: &dyn Words) -> String {
        let (encoding, bom) = (self.encoding.name(), self.bom);
        let (format, of_sheet) = match self.format {
            Format::Csv => (words.csv(self.delimiter, encoding, bom), false),
            Format::Jsonl => (words.json_lines(encoding, bom), false),
            workbook => {
                let sheet = printable(self.sheet.as_deref().unwrap_or_default());
                let others =
                    Some(list(&self.other_sheets, words)).filter(|others| !others.is_empty());
                (words.workbook(workbook.name(), &sheet, others.as_deref()), true)
            }
        };
        // A header on the first line is where everybody expects it.
        let header = self.header_line.filter(|line| *line > 1);
        let header = header.map(|line| format!(", {}", words.header_in(line, of_sheet)));
        let fields = Field::ALL.map(|field| self.field_in_words(field, words)).join(", ");
        let dropped = Some(self.dropped.len()).filter(|columns| *columns > 0);
        let dropped = dropped.map(|columns| format!("; {}", words.former_columns(columns)));
        format!("{format}{}; {fields}{}", header.unwrap_or_default(), dropped.unwrap_or_default())
    }

    fn field_in_words(&self, field: Field, words: &dyn Words) -> String {
        match self.column_of(field) {
            Some(column) => format!("{} = \"{}\"", field.name(), printable(column)),
            None => words.by_default(field, field.spec().default),
        }
    }
}

/// In English.
impl fmt::Display for DetectedFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Lang::En.words()))
    }
}

/// Characters of a column's name in a message at most.
const SHOWN: usize = 40;

/// Columns in a message at most.
const LISTED: usize = 30;

/// Makes a text from a file safe to print: cut, and without control characters.
pub(crate) fn printable(text: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut shown: String = text.chars().take(SHOWN).map(plain).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// The names of columns, in quotes.
pub(crate) fn list(columns: &[String], words: &dyn Words) -> String {
    let quoted = |column: &String| format!("\"{}\"", printable(column));
    let mut shown: Vec<_> = columns.iter().take(LISTED).map(quoted).collect();
    if columns.len() > LISTED {
        shown.push(words.and_others(columns.len() - LISTED));
    }
    shown.join(", ")
}
