//! Rows from a sheet of an .xlsx workbook, cell by cell, so that a large sheet takes little memory.

use std::io::BufReader;

use calamine::{DataRef, Reader as _, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::input::raw_record::RawRecord;
use crate::input::watched_file::WatchedFile;
use crate::input::workbook::cell_text::{is_nothing, push};
use crate::input::workbook::hidden_rows::HiddenRows;
use crate::input::workbook::shared_file::SharedFile;
use crate::input::workbook::{SheetName, Unreadable};

/// Size of the read buffers.
const BUFFER: usize = 64 * 1024;

/// An open .xlsx workbook.
pub(super) struct XlsxWorkbook {
    book: Xlsx<BufReader<SharedFile>>,
    file: SharedFile,
}

impl XlsxWorkbook {
    /// Opens the workbook.
    pub(super) fn open(file: WatchedFile) -> Result<Self, Unreadable> {
        let file = SharedFile::new(file);
        let source = BufReader::with_capacity(BUFFER, file.clone());
        Ok(Self { book: Xlsx::new(source).map_err(|error| unreadable(&error))?, file })
    }

    /// The sheets in their order.
    pub(super) fn sheets(&self) -> Vec<SheetName> {
        let of_cells = |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet;
        let name = |sheet: &Sheet| SheetName {
            name: sheet.name.clone(),
            visible: sheet.visible == SheetVisible::Visible,
        };
        self.book.sheets_metadata().iter().filter(of_cells).map(name).collect()
    }

    /// Hands on the rows of a sheet, as long as `take` returns true.
    pub(super) fn read_rows(
        &mut self,
        sheet: &str,
        take: &mut dyn FnMut(RawRecord) -> bool,
    ) -> Result<(), Unreadable> {
        let index = self.book.sheets_metadata().iter().position(|known| known.name == sheet);
        let source = BufReader::with_capacity(BUFFER, self.file.clone());
        let mut hidden = HiddenRows::start(source, index.unwrap_or_default());
        let mut cells =
            self.book.worksheet_cells_reader(sheet).map_err(|error| unreadable(&error))?;
        let (mut row, mut uncalculated) = (RawRecord::default(), false);
        let mut finish = |mut row: RawRecord| -> Result<bool, Unreadable> {
            if is_nothing(&row) {
                return Ok(true);
            }
            row.hidden = hidden.contains(row.line).map_err(|_| Unreadable::Damaged)?;
            Ok(take(row))
        };
        while let Some(cell) =
            cells.next_cell_with_formula_metadata().map_err(|error| unreadable(&error))?
        {
            let (index, column) = cell.pos;
            let line = u64::from(index) + 1;
            if line != row.line {
                let done = std::mem::replace(&mut row, RawRecord { line, ..RawRecord::default() });
                if !finish(done)? {
                    return Ok(());
                }
            }
            let formula = cell.formula.is_some();
            // The program that wrote this sheet did not calculate, so later results may be stale.
            uncalculated |= formula && matches!(cell.value, DataRef::Empty);
            push(&mut row, column, &cell.value, formula && uncalculated);
        }
        finish(row).map(|_| ())
    }
}

const fn unreadable(error: &XlsxError) -> Unreadable {
    match error {
        XlsxError::Password => Unreadable::Protected,
        _ => Unreadable::Damaged,
    }
}
