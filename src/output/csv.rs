//! The results CSV: the input's columns untouched and in place, then ours.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::sync::Arc;

use csv::{Writer, WriterBuilder};

use crate::outcome::Verdict;
use crate::output::fields::{cells, checked_cells};
use crate::output::{Layout, Ours, Sink};
use crate::row::Row;

/// Writes results as CSV.
pub struct Csv {
    out: Writer<crate::output::Writer>,
    layout: Layout,
    /// Whether a spreadsheet may open it as it is.
    escaped: bool,
}

impl Csv {
    /// Writes the header.
    pub fn new(mut out: crate::output::Writer, layout: Layout, escaped: bool) -> io::Result<Self> {
        if layout.bom {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let out = WriterBuilder::new().delimiter(layout.delimiter).from_writer(out);
        let mut csv = Self { out, layout, escaped };
        let columns = Arc::clone(&csv.layout.columns);
        let ours = csv.layout.ours.columns().iter().copied();
        for column in columns.iter().map(String::as_str).chain(ours) {
            csv.write_cell(column)?;
        }
        csv.end_row()?;
        Ok(csv)
    }

    fn write_cell(&mut self, cell: &str) -> io::Result<()> {
        let cell = if self.escaped { harmless(cell) } else { cell.into() };
        self.out.write_field(cell.as_bytes()).map_err(into_io)
    }

    fn end_row(&mut self) -> io::Result<()> {
        self.out.write_record(None::<&[u8]>).map_err(into_io)
    }

    fn write_ours(&mut self, cells: &[Cow<'_, str>]) -> io::Result<()> {
        cells.iter().try_for_each(|cell| self.write_cell(cell))
    }

    /// The cells stand under the header's columns, whatever columns this row has.
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
        match self.layout.ours {
            Ours::Results => self.write_ours(&cells(row, verdict, &self.layout.mask))?,
            Ours::Checks => self.write_ours(&checked_cells(row, verdict, &self.layout.mask))?,
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

/// A cell that a spreadsheet would run as a formula gets a leading `'` (the list is OWASP's).
/// Cells of digits and phone punctuation are no formulas: `+62 812-...` stays as it is.
fn harmless(cell: &str) -> Cow<'_, str> {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let phone = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '.' | ' ');
    if formula && !cell.chars().all(phone) { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(harmless(cell), written);
        }
    }
}
