//! Rows from .xls, .xlsb and .ods workbooks, which are read a sheet at a time.

use std::io::{BufReader, Read as _};

use calamine::{
    Data, DataRef, Ods, OdsError, Range, Reader as _, Sheet, SheetType, SheetVisible, Xls,
    XlsError, Xlsb, XlsbError,
};

use crate::input::detected_format::Format;
use crate::input::raw_record::RawRecord;
use crate::input::watched_file::WatchedFile;
use crate::input::workbook::cell_text::{is_nothing, push};
use crate::input::workbook::hidden_ranges::HiddenRanges;
use crate::input::workbook::shared_file::SharedFile;
use crate::input::workbook::{
    SheetName, Unreadable, ods_hidden_rows, xls_hidden_rows, xlsb_hidden_rows,
};

type Source = BufReader<SharedFile>;

/// The name of the part that an encrypted workbook of any kind has, in UTF-16.
const ENCRYPTED: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";

/// Bytes of a file that are searched for it.
const SEARCHED: u64 = 256 << 20;

/// A workbook whose sheets are read as a whole.
pub(super) struct RangeWorkbook {
    book: Book,
    file: SharedFile,
    /// The sheet that was read last.
    read: Option<ReadSheet>,
}

/// A sheet with its cells and its hidden rows.
struct ReadSheet {
    name: String,
    range: Range<Data>,
    hidden: HiddenRanges,
}

enum Book {
    Xls(Xls<Source>),
    Xlsb(Xlsb<Source>),
    Ods(Ods<Source>),
}

impl RangeWorkbook {
    /// Opens the workbook.
    pub(super) fn open(format: Format, file: WatchedFile) -> Result<Self, Unreadable> {
        let file = SharedFile::new(file);
        let source = BufReader::new(file.clone());
        let book = match format {
            Format::Xlsb => Book::Xlsb(Xlsb::new(source).map_err(|error| of_xlsb(&error))?),
            Format::Ods => Book::Ods(Ods::new(source).map_err(|error| of_ods(&error))?),
            _ => Book::Xls(Xls::new(source).map_err(|error| match of_xls(&error) {
                Unreadable::Damaged if is_encrypted(file.clone()) => Unreadable::Protected,
                why => why,
            })?),
        };
        Ok(Self { book, file, read: None })
    }

    /// The sheets in their order.
    pub(super) fn sheets(&self) -> Vec<SheetName> {
        let of_cells = |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet;
        let name = |sheet: &Sheet| SheetName {
            name: sheet.name.clone(),
            visible: sheet.visible == SheetVisible::Visible,
        };
        self.metadata().iter().filter(of_cells).map(name).collect()
    }

    /// Hands on the rows of a sheet, as long as `take` returns true.
    pub(super) fn read_rows(
        &mut self,
        sheet: &str,
        take: &mut dyn FnMut(RawRecord) -> bool,
    ) -> Result<(), Unreadable> {
        if self.read.as_ref().is_none_or(|read| read.name != sheet) {
            self.read = None;
            let hidden = self.hidden_rows(sheet)?;
            self.read =
                Some(ReadSheet { name: sheet.to_owned(), range: self.range(sheet)?, hidden });
        }
        let Some(ReadSheet { range, hidden, .. }) = &self.read else { return Ok(()) };
        let (top, left) = range.start().unwrap_or_default();
        for (line, cells) in (u64::from(top) + 1..).zip(range.rows()) {
            let hidden = hidden.contains(line);
            let mut record = RawRecord { line, hidden, ..RawRecord::default() };
            for (column, cell) in (left..).zip(cells) {
                push(&mut record, column, &borrowed(cell), false);
            }
            if !is_nothing(&record) && !take(record) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The hidden rows of a sheet.
    fn hidden_rows(&self, sheet: &str) -> Result<HiddenRanges, Unreadable> {
        let index = self.metadata().iter().position(|known| known.name == sheet);
        let (index, mut file) = (index.unwrap_or_default(), self.file.clone());
        let hidden = match &self.book {
            Book::Xls(_) => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).map_err(|_| Unreadable::Damaged)?;
                xls_hidden_rows::read(&bytes, index)
            }
            Book::Xlsb(_) => xlsb_hidden_rows::read(BufReader::new(file), index),
            Book::Ods(_) => ods_hidden_rows::read(BufReader::new(file), index),
        };
        hidden.ok_or(Unreadable::Damaged)
    }

    fn metadata(&self) -> &[Sheet] {
        match &self.book {
            Book::Xls(book) => book.sheets_metadata(),
            Book::Xlsb(book) => book.sheets_metadata(),
            Book::Ods(book) => book.sheets_metadata(),
        }
    }

    fn range(&mut self, sheet: &str) -> Result<Range<Data>, Unreadable> {
        match &mut self.book {
            Book::Xls(book) => book.worksheet_range(sheet).map_err(|error| of_xls(&error)),
            Book::Xlsb(book) => book.worksheet_range(sheet).map_err(|error| of_xlsb(&error)),
            Book::Ods(book) => book.worksheet_range(sheet).map_err(|error| of_ods(&error)),
        }
    }
}

/// Whether a file is an encrypted .xlsx, which begins as an .xls does.
fn is_encrypted(file: SharedFile) -> bool {
    let mut bytes = Vec::new();
    let read = file.take(SEARCHED).read_to_end(&mut bytes);
    read.is_ok() && memchr::memmem::find(&bytes, ENCRYPTED).is_some()
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
