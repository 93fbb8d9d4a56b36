//! Results as CSV: the input's columns untouched and in place, then the columns of idv.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::sync::Arc;

use csv::{ReaderBuilder, Writer, WriterBuilder};

use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::output::result_columns::{cells, checked_cells};
use crate::output::text;
use crate::output::{AddedColumns, Layout, Sink};

/// Writes results as CSV.
pub(crate) struct Csv {
    out: Writer<crate::output::Writer>,
    layout: Layout,
    /// Whether cells that a spreadsheet would run are escaped.
    escaped: bool,
}

impl Csv {
    /// Writes the header.
    pub(crate) fn new(
        mut out: crate::output::Writer,
        layout: Layout,
        escaped: bool,
    ) -> io::Result<Self> {
        if layout.bom {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let out = WriterBuilder::new().delimiter(layout.delimiter).from_writer(out);
        let mut csv = Self { out, layout, escaped };
        let columns = Arc::clone(&csv.layout.columns);
        let added = csv.layout.added.columns().iter().copied();
        for column in columns.iter().map(String::as_str).chain(added) {
            csv.write_cell(column)?;
        }
        csv.end_row()?;
        Ok(csv)
    }

    fn write_cell(&mut self, cell: &str) -> io::Result<()> {
        let cell = if self.escaped { escape_formula(cell) } else { cell.into() };
        self.out.write_field(cell.as_bytes()).map_err(into_io)
    }

    fn end_row(&mut self) -> io::Result<()> {
        self.out.write_record(None::<&[u8]>).map_err(into_io)
    }

    fn write_added(&mut self, cells: &[Cow<'_, str>]) -> io::Result<()> {
        cells.iter().try_for_each(|cell| self.write_cell(cell))
    }

    /// Writes the cells under the header's columns, whatever columns this row has.
    fn write_input(&mut self, row: &Row) -> io::Result<()> {
        let columns = Arc::clone(&self.layout.columns);
        let same = Arc::ptr_eq(&columns, &row.columns);
        for (i, column) in columns.iter().enumerate() {
            let at = if same { Some(i) } else { row.columns.iter().position(|own| own == column) };
            let cell = at.and_then(|at| row.cells.get(at)).unwrap_or_default();
            let cell = self.layout.mask.cell(column, cell);
            self.write_cell(&cell)?;
        }
        Ok(())
    }
}

impl Sink for Csv {
    fn write(&mut self, row: &Row, verdict: &Verdict) -> io::Result<()> {
        self.write_input(row)?;
        match self.layout.added {
            AddedColumns::Results => self.write_added(&cells(row, verdict, &self.layout.mask))?,
            AddedColumns::Checks => {
                self.write_added(&checked_cells(row, verdict, &self.layout.mask))?;
            }
        }
        self.end_row()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        _ => io::Error::other("a row can't be written as CSV"),
    }
}

/// Puts a `'` before a cell that a spreadsheet would run as a formula (OWASP's list). Cells of digits
/// and phone punctuation stay as they are: `+62 812-...`.
fn escape_formula(cell: &str) -> Cow<'_, str> {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let phone = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '.' | ' ');
    if formula && !cell.chars().all(phone) { format!("'{cell}").into() } else { cell.into() }
}

/// Escapes control characters and formulas in the cells of CSV rows.
pub(crate) fn escape_formulas(rows: &[u8]) -> io::Result<Vec<u8>> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(rows);
    let mut writer = WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in reader.records() {
        let row = row.map_err(into_io)?;
        let cells = row.iter().map(|cell| escape_formula(&text::escape(cell)).into_owned());
        writer.write_record(cells).map_err(into_io)?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::{Mutex, PoisonError};

    use proptest::prelude::*;

    use super::*;
    use crate::input::{Options, Reader};
    use crate::model::outcome::Outcome;
    use crate::output::Mask;
    use crate::words::Lang;

    /// What was written, for those who can't be asked for it back.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const HEADER: [&str; 4] = ["nik", "hp", "nama", "catatan"];

    fn written(cells: &[[String; 4]], delimiter: u8, bom: bool, added: AddedColumns) -> Vec<u8> {
        let out = Shared::default();
        let columns: Arc<[String]> = HEADER.map(str::to_owned).into();
        let mask = Mask::default();
        let columns_of_rows = Arc::clone(&columns);
        let layout = Layout { columns, delimiter, bom, mask, color: false, added, lang: Lang::En };
        let mut csv = Csv::new(Box::new(out.clone()), layout, true).unwrap();
        for (number, cells) in (1..).zip(cells) {
            let row = Row {
                number,
                line: number + 1,
                columns: Arc::clone(&columns_of_rows),
                cells: cells.iter().collect(),
                record: crate::model::record::Record::default(),
                problems: Vec::new(),
            };
            csv.write(&row, &Verdict::local(Outcome::Skipped, None)).unwrap();
        }
        csv.flush().unwrap();
        let bytes = out.0.lock().unwrap();
        bytes.clone()
    }

    /// Anything a cell may hold: letters of all kinds, quotes, delimiters, ends of lines, formulas.
    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            "[^\0]{0,12}",
            "[\"',;|\t\r\n =+@-]{0,6}",
            "[=+@-][A-Z0-9 ()\"]{0,8}",
            "08[0-9]{8,11}",
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_the_same_but_for_formulas(
            cells in prop::collection::vec([cell(), cell(), cell(), cell()], 0..8),
            delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
            bom in any::<bool>(),
            checks in any::<bool>(),
        ) {
            let added = if checks { AddedColumns::Checks } else { AddedColumns::Results };
            // No record is blank.
            let cells: Vec<_> = cells
                .into_iter()
                .map(|[first, rest @ ..]| {
                    let [b, c, d] = rest;
                    [format!("x{first}"), b, c, d]
                })
                .collect();
            let bytes = written(&cells, delimiter, bom, added);
            let reader = Reader::from_reader(Box::new(Cursor::new(bytes)), "x", &Options::default());
            let reader = reader.unwrap();
            prop_assert_eq!(reader.detected().delimiter, delimiter);
            let rows: Vec<Row> = reader.map(Result::unwrap).collect();
            prop_assert_eq!(rows.len(), cells.len());
            for (row, cells) in rows.iter().zip(&cells) {
                let expected: Vec<_> = cells.iter().map(|cell| escape_formula(cell)).collect();
                prop_assert_eq!(row.cells.iter().collect::<Vec<_>>(), expected);
                let formulas = row.problems.iter().all(|problem| problem.code() == "row.formula");
                prop_assert!(formulas, "{:?}", row.problems);
            }
        }
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_made_harmless() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
            ("\tx", "'\tx"),
            ("+62 812-3456.7890", "+62 812-3456.7890"),
            ("-", "-"),
            ("+62 (0)812", "+62 (0)812"),
            ("Budi =x", "Budi =x"),
            ("", ""),
        ] {
            assert_eq!(escape_formula(cell), written);
        }
    }
}
