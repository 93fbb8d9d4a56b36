//! Finds the header of a table: the first of its first records in which every field is found without
//! contradiction, or the record on the line that the user names.

use crate::input::Options;
use crate::input::cells::Cells;
use crate::input::detected_format::printable;
use crate::input::error::InputError;
use crate::input::header::{self, ColumnChoice, HeaderPosition, Mapping};
use crate::input::header_words;
use crate::model::characters::{shows_nothing, trimmed};
use crate::model::record::{Field, plain_header};

/// Records that are searched at most.
pub(crate) const SEARCHED: usize = 30;

/// Records that a message shows at most, and cells of each.
const SHOWN: usize = 3;
const SHOWN_CELLS: usize = 8;

/// The header of a table.
pub(crate) struct FoundHeader {
    /// Its line, or its row in a sheet, from 1. `None` without a header.
    pub line: Option<u64>,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The mapping of fields to columns.
    pub mapping: Mapping,
}

/// What a record below a possible title says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Below {
    /// It is a header too, so the other one was a title.
    Header,
    /// It is data, so the other one is the header.
    Data,
    /// Nothing.
    Nothing,
}

/// The search for the header of one table.
pub(crate) struct HeaderSearch<'a> {
    file: &'a str,
    choice: ColumnChoice,
    /// The line that the user names.
    wanted: Option<u64>,
    /// The first records as a message shows them.
    shown: Vec<String>,
    searched: usize,
    /// The record with most fields so far: their number, and why it is no header.
    best: Option<(usize, InputError)>,
}

impl<'a> HeaderSearch<'a> {
    /// Begins a search.
    pub(crate) fn new(options: &Options, file: &'a str) -> Self {
        Self {
            file,
            choice: options.columns(),
            wanted: options.header_row,
            shown: Vec::new(),
            searched: 0,
            best: None,
        }
    }

    /// Whether a record of this line is to be tried.
    pub(crate) fn goes_on(&self, line: u64) -> bool {
        self.wanted.map_or(self.searched < SEARCHED, |wanted| line <= wanted)
    }

    /// How well cells fit as a header: whether they are one, how many fields they name, how many they
    /// are.
    pub(crate) fn score(&self, cells: &Cells) -> (bool, usize, usize) {
        let names = header::names_of_header(cells, false);
        let place = HeaderPosition { file: self.file, line: 1 };
        let is_header = header::map_fields(&names, &self.choice, place)
            .is_ok_and(|mapping| is_named(cells, &mapping));
        (is_header, header::fields_named(&names, &self.choice), names.len())
    }

    /// Tries a record. `None` if it is no header.
    pub(crate) fn try_record(
        &mut self,
        cells: &Cells,
        line: u64,
    ) -> Result<Option<FoundHeader>, InputError> {
        self.searched += 1;
        self.show(cells, line);
        if self.wanted.is_some_and(|wanted| line < wanted) {
            return Ok(None);
        }
        let columns = header::names_of_header(cells, false);
        let place = HeaderPosition { file: self.file, line };
        if self.wanted.is_none() {
            self.refuse_applicant(cells, &columns, line)?;
        }
        match header::map_fields(&columns, &self.choice, place) {
            Ok(mapping) if self.wanted.is_some() || is_named(cells, &mapping) => {
                Ok(Some(FoundHeader { line: Some(line), columns, mapping }))
            }
            Ok(_) => Ok(None),
            Err(error) if self.is_final(&error, &columns) => {
                Err(with_rows(error, self.shown.clone()))
            }
            Err(error) => {
                self.keep_best(&columns, error);
                Ok(None)
            }
        }
    }

    /// Whether a record that was found may be a title, which a header follows: a cell of it holds more than
    /// the name of its field, as in `Daftar NIK,No HP,Nama`.
    pub(crate) fn may_be_title(&self, found: &FoundHeader) -> bool {
        let by_user = |field: &Field| self.choice.map.iter().any(|(mapped, _)| mapped == field);
        let is_name = |field: &Field| {
            let column = found.mapping.column(*field).and_then(|at| found.columns.get(at));
            by_user(field) || column.is_none_or(|column| header_words::is_name_alone(column))
        };
        self.wanted.is_none() && !header::REQUIRED.iter().all(is_name)
    }

    /// What a record below a possible title says about it.
    pub(crate) fn below(&mut self, title: &FoundHeader, cells: &Cells) -> Below {
        let names = header::names_of_header(cells, false);
        let plain =
            |names: &[String]| names.iter().map(|name| plain_header(name)).collect::<Vec<_>>();
        let is_again = || plain(&names) == plain(&title.columns);
        if cells.iter().any(is_long_number) {
            Below::Data
        } else if self.score(cells).0 && !is_again() {
            Below::Header
        } else {
            self.searched += 1;
            Below::Nothing
        }
    }

    /// Whether an error ends the search: the user's own, or a contradiction among all three fields.
    fn is_final(&self, error: &InputError, columns: &[String]) -> bool {
        match error {
            InputError::MappedTwice { .. } | InputError::SharedColumn { .. } => true,
            InputError::AmbiguousField { .. } => {
                header::required_named(columns) == header::REQUIRED.len()
            }
            _ => self.wanted.is_some(),
        }
    }

    fn keep_best(&mut self, columns: &[String], error: InputError) {
        let named = header::fields_named(columns, &self.choice);
        if self.best.as_ref().is_none_or(|(best, _)| named > *best) {
            self.best = Some((named, error));
        }
    }

    /// Refuses a file whose first records are applicants: no title has a whole identity number in a
    /// cell of its own.
    fn refuse_applicant(
        &self,
        cells: &Cells,
        columns: &[String],
        line: u64,
    ) -> Result<(), InputError> {
        let is_applicant =
            header::fields_named(columns, &self.choice) == 0 && cells.iter().any(is_id_number);
        if is_applicant {
            return Err(InputError::NoHeader { file: self.file.to_owned(), line });
        }
        Ok(())
    }

    fn show(&mut self, cells: &Cells, line: u64) {
        if self.shown.len() < SHOWN {
            self.shown.push(shown_record(cells, line));
        }
    }

    /// The reason why there is no header.
    pub(crate) fn not_found(self) -> InputError {
        let file = self.file.to_owned();
        if self.searched == 0 {
            return InputError::Empty { file };
        }
        if let Some(line) = self.wanted {
            return InputError::NoSuchRow { file, line };
        }
        match self.best {
            Some((1.., error)) => with_rows(error, self.shown),
            _ => InputError::HeaderNotFound { file, searched: self.searched, rows: self.shown },
        }
    }
}

/// Adds the first records of the file to an error, if there are several.
fn with_rows(error: InputError, shown: Vec<String>) -> InputError {
    match error {
        InputError::MissingField { file, line, fields, columns, .. } if shown.len() > 1 => {
            InputError::MissingField { file, line, fields, columns, rows: shown }
        }
        error => error,
    }
}

/// Whether the column of each field has a name in the header. A title has one cell only, which a
/// `--map` by numbers does not see.
fn is_named(cells: &Cells, mapping: &Mapping) -> bool {
    let filled = |at: usize| {
        cells.iter().nth(at).is_some_and(|cell| !shows_nothing(&String::from_utf8_lossy(cell)))
    };
    let mapped = Field::ALL.into_iter().filter_map(|field| mapping.column(field));
    mapped.clone().all(filled) || (0..cells.len()).filter(|at| filled(*at)).count() > 1
}

/// Whether a cell is an identity number and nothing else.
fn is_id_number(cell: &[u8]) -> bool {
    let text = String::from_utf8_lossy(cell);
    let grouping = |c: char| matches!(c, ' ' | '.' | ',' | '-' | '\'' | '=' | '"');
    let digits: Vec<char> = trimmed(&text).chars().filter(|c| !grouping(*c)).collect();
    digits.len() == 16 && digits.iter().all(char::is_ascii_digit)
}

/// Whether a cell holds a number that is too long for a title.
fn is_long_number(cell: &[u8]) -> bool {
    cell.iter().filter(|byte| byte.is_ascii_digit()).count() >= 9
}

/// A record as a message shows it. One that may be an applicant is not shown.
fn shown_record(cells: &Cells, line: u64) -> String {
    let cells: Vec<_> = cells.iter().map(String::from_utf8_lossy).collect();
    let filled: Vec<_> = cells.iter().filter(|cell| !shows_nothing(cell)).collect();
    let most_digits =
        filled.iter().map(|cell| cell.chars().filter(char::is_ascii_digit).count()).max();
    match (filled.len(), most_digits.unwrap_or(0)) {
        (0, _) => format!("line {line} is blank"),
        (_, 9..) | (2.., 5..) => format!("line {line} holds long numbers and is not shown"),
        _ => {
            let quoted =
                |cell: &&std::borrow::Cow<'_, str>| format!("\"{}\"", printable(trimmed(cell)));
            let shown: Vec<_> =
                filled.iter().take(SHOWN_CELLS).copied().map(|c| quoted(&c)).collect();
            format!("line {line}: {}", shown.join(", "))
        }
    }
}
