//! Rows from .xls, .xlsb and .ods workbooks, which are read a sheet at a time.

use std::io::BufReader;

use calamine::{
    Data, DataRef, Ods, OdsError, Range, Reader as _, Sheet, SheetType, SheetVisible, Xls,
    XlsError, Xlsb, XlsbError,
};

use crate::input::detected_format::Format;
use crate::input::raw_record::RawRecord;
use crate::input::watched_file::WatchedFile;
use crate::input::workbook::cell_text::{is_nothing, push};
use crate::input::workbook::{SheetName, Unreadable};

type Source = BufReader<WatchedFile>;

/// A workbook whose sheets are read as a whole.
pub(super) struct RangeWorkbook {
    book: Book,
    /// The sheet that was read last, with its cells.
    read: Option<(String, Range<Data>)>,
}

enum Book {
    Xls(Xls<Source>),
    Xlsb(Xlsb<Source>),
    Ods(Ods<Source>),
}

impl RangeWorkbook {
    /// Opens the workbook.
    pub(super) fn open(format: Format, file: WatchedFile) -> Result<Self, Unreadable> {
        let source = BufReader::new(file);
        let book = match format {
            Format::Xlsb => Book::Xlsb(Xlsb::new(source).map_err(|error| of_xlsb(&error))?),
            Format::Ods => Book::Ods(Ods::new(source).map_err(|error| of_ods(&error))?),
            _ => Book::Xls(Xls::new(source).map_err(|error| of_xls(&error))?),
        };
        Ok(Self { book, read: None })
    }

    /// The sheets in their order.
    pub(super) fn sheets(&self) -> Vec<SheetName> {
        let sheets = match &self.book {
            Book::Xls(book) => book.sheets_metadata(),
            Book::Xlsb(book) => book.sheets_metadata(),
            Book::Ods(book) => book.sheets_metadata(),
        };
        let of_cells = |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet;
        let name = |sheet: &Sheet| SheetName {
            name: sheet.name.clone(),
            visible: sheet.visible == SheetVisible::Visible,
        };
        sheets.iter().filter(of_cells).map(name).collect()
    }

    /// Hands on the rows of a sheet, as long as `take` returns true.
    pub(super) fn read_rows(
        &mut self,
        sheet: &str,
        take: &mut dyn FnMut(RawRecord) -> bool,
    ) -> Result<(), Unreadable> {
        if self.read.as_ref().is_none_or(|(read, _)| read != sheet) {
            self.read = None;
            self.read = Some((sheet.to_owned(), self.range(sheet)?));
        }
        let Some((_, range)) = &self.read else { return Ok(()) };
        let (top, left) = range.start().unwrap_or_default();
        for (line, cells) in (u64::from(top) + 1..).zip(range.rows()) {
            let mut record = RawRecord { line, ..RawRecord::default() };
            for (column, cell) in (left..).zip(cells) {
                push(&mut record, column, &borrowed(cell), false);
            }
            if !is_nothing(&record) && !take(record) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn range(&mut self, sheet: &str) -> Result<Range<Data>, Unreadable> {
        match &mut self.book {
            Book::Xls(book) => book.worksheet_range(sheet).map_err(|error| of_xls(&error)),
            Book::Xlsb(book) => book.worksheet_range(sheet).map_err(|error| of_xlsb(&error)),
            Book::Ods(book) => book.worksheet_range(sheet).map_err(|error| of_ods(&error)),
        }
    }
}

const fn of_xls(error: &XlsError) -> Unreadable {
    match error {
        XlsError::Password => Unreadable::Protected,
        _ => Unreadable::Damaged,
    }
}

const fn of_xlsb(error: &XlsbError) -> Unreadable {
    match error {
        XlsbError::Password => Unreadable::Protected,
        _ => Unreadable::Damaged,
    }
}

const fn of_ods(error: &OdsError) -> Unreadable {
    match error {
        OdsError::Password => Unreadable::Protected,
        _ => Unreadable::Damaged,
    }
}

fn borrowed(cell: &Data) -> DataRef<'_> {
    match cell {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            DataRef::SharedString(text)
        }
        Data::Bool(yes) => DataRef::Bool(*yes),
        Data::DateTime(date) => DataRef::DateTime(*date),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}
