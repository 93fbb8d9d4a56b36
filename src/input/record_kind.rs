//! Decides for every format whether a record is a row, or is left out: a blank record, the header
//! once more, or a row of column numbers.

use crate::input::cells::Text;
use crate::input::header::Mapping;
use crate::model::characters::{is_invisible, shows_nothing, trimmed};
use crate::model::record::Field;

/// The kind of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordKind {
    /// A row with its number and its outcome.
    Row,
    /// No cell of a field has a value, and the others hold a running number at most.
    Blank,
    /// The header once more, or a row of column numbers below it.
    Header,
}

/// The header of a table, as records are compared with it.
pub(crate) struct HeaderCells {
    mapping: Mapping,
    plain: Vec<String>,
}

impl HeaderCells {
    /// Makes the header of columns with these names.
    pub(crate) fn new(names: &[String], mapping: Mapping) -> Self {
        Self { mapping, plain: names.iter().map(|name| plain(name)).collect() }
    }

    /// The kind of a record. `below_header` says that it stands right below a header.
    pub(crate) fn kind_of(&self, text: Text<'_>, below_header: bool) -> RecordKind {
        let id_number = self.mapping.column(Field::IdNumber).map_or("", |at| text.cell(at));
        // Nearly every record is a row that begins with the digits of its identity number.
        if !below_header && id_number.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            return RecordKind::Row;
        }
        if self.is_blank(text) {
            RecordKind::Blank
        } else if self.is_again(text) || (below_header && self.is_column_numbers(text)) {
            RecordKind::Header
        } else {
            RecordKind::Row
        }
    }

    fn is_blank(&self, text: Text<'_>) -> bool {
        let fields = Field::ALL.into_iter().filter_map(|field| self.mapping.column(field));
        if fields.clone().any(|column| !shows_nothing(text.cell(column))) {
            return false;
        }
        let mut rest = (0..text.len()).map(|at| text.cell(at)).filter(|cell| !shows_nothing(cell));
        rest.next().is_none_or(is_running_number) && rest.next().is_none()
    }

    /// Whether each required field holds the name of its column.
    fn is_again(&self, text: Text<'_>) -> bool {
        let required = Field::ALL.into_iter().filter(|field| field.spec().default.is_none());
        let mut columns = required.map(|field| self.mapping.column(field));
        let is_name = |at: usize| {
            self.plain.get(at).is_some_and(|name| !name.is_empty() && *name == plain(text.cell(at)))
        };
        columns.all(|column| column.is_some_and(is_name))
    }

    /// Whether the cells count the columns: `1,2,3` or `(1)`, from any number on.
    fn is_column_numbers(&self, text: Text<'_>) -> bool {
        let filled = |at: &usize| !shows_nothing(text.cell(*at));
        let mut numbers = (0..text.len())
            .filter(filled)
            .map(|at| Some((at, column_number(text.cell(at))?)))
            .peekable();
        let Some(Some((at, number))) = numbers.peek().copied() else { return false };
        let counts = |found: Option<(usize, usize)>| {
            found.is_some_and(|(other, count)| count + at == number + other)
        };
        let mut fields = Field::ALL.into_iter().filter_map(|field| self.mapping.column(field));
        numbers.all(counts) && fields.all(|column| filled(&column))
    }
}

/// The letters and digits of a header, in lower case.
fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric() && !is_invisible(*c));
    kept.flat_map(char::to_lowercase).collect()
}

/// Whether a cell holds a running number: `7`, `7.` or `7)`.
fn is_running_number(cell: &str) -> bool {
    let digits = trimmed(cell).trim_end_matches(['.', ')']);
    (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number of a column in a cell: `3`, `(3)` or `[3]`.
fn column_number(cell: &str) -> Option<usize> {
    let digits = trimmed(cell).trim_matches(['(', ')', '[', ']', '.', ' ']);
    let plausible = (1..=4).contains(&digits.len());
    digits.parse().ok().filter(|_| plausible)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::cells::Cells;
    use crate::input::header::{self, HeaderPosition};

    fn header() -> HeaderCells {
        let names = ["No", "NIK", "No HP", "Nama"].map(str::to_owned);
        let place = HeaderPosition { file: "a.csv", line: 1 };
        let mapping = header::map_fields(&names, &header::ColumnChoice::default(), place).unwrap();
        HeaderCells::new(&names, mapping)
    }

    fn kind(record: &str, below_header: bool) -> RecordKind {
        let mut cells = Cells::default();
        for cell in record.split(',') {
            cells.extend(cell.as_bytes());
            cells.end_cell();
        }
        header().kind_of(cells.as_text().unwrap(), below_header)
    }

    #[test]
    fn a_record_without_a_value_is_blank_with_a_running_number_or_without() {
        for record in ["", ",,,", " ,\u{a0},\u{200b},", "7,,,", "7.,,", ",,,,7"] {
            assert_eq!(kind(record, false), RecordKind::Blank, "{record:?}");
        }
        for record in ["TOTAL,,,", "7,-,,", ",,,,7,8", ",3310990101900001,,", "1234567890,,"] {
            assert_eq!(kind(record, false), RecordKind::Row, "{record:?}");
        }
    }

    #[test]
    fn the_header_once_more_is_no_row_wherever_it_stands() {
        for record in ["No,NIK,No HP,Nama", "NO,nik ,no. hp,NAMA", ",NIK,No HP,Nama"] {
            assert_eq!(kind(record, false), RecordKind::Header, "{record:?}");
        }
        assert_eq!(kind("No,NIK,No HP,Budi", false), RecordKind::Row);
    }

    #[test]
    fn column_numbers_are_no_row_below_the_header_only() {
        for record in ["1,2,3,4", "(1),(2),(3),(4)", ",1,2,3", ",[2],[3],[4]"] {
            assert_eq!(kind(record, true), RecordKind::Header, "{record:?}");
            let later = if record.starts_with(',') { record } else { "1,2,3,4" };
            assert_eq!(kind(later, false), RecordKind::Row, "{later:?}");
        }
        for record in ["1,2,3,5", "1,3310990101900001,2,3", "1,a,b,c", "1,,,4"] {
            assert_eq!(kind(record, true), RecordKind::Row, "{record:?}");
        }
    }
}
