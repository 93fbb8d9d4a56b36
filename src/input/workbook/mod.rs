//! Records from a workbook: chooses the sheet, finds its header, and reads its rows on a thread of
//! their own.

mod cell_text;
mod compound_file;
mod hidden_ranges;
mod hidden_rows;
mod ods_hidden_rows;
mod shared_file;
mod sheet_range;
mod xls_hidden_rows;
mod xlsb_hidden_rows;
mod xlsx;

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use crate::input::Options;
use crate::input::csv::record_splitter::RecordShape;
use crate::input::detected_format::{Format, list};
use crate::input::error::InputError;
use crate::input::header;
use crate::input::header_search::{Below, FoundHeader, HeaderSearch};
use crate::input::raw_record::RawRecord;
use crate::input::watched_file::WatchedFile;
use crate::input::workbook::sheet_range::RangeWorkbook;
use crate::input::workbook::xlsx::XlsxWorkbook;
use crate::words::{FormatProblem, Lang};

/// Rows that are handed over at once, and pieces that are read ahead.
const PIECE: usize = 64;
const AHEAD: usize = 8;

/// Sheets that are searched for a header at most.
const SEARCHED: usize = 64;

/// A sheet with its header.
pub(crate) struct OpenedSheet {
    /// Its name.
    pub title: String,
    /// Other visible sheets that have such a header.
    pub others: Vec<String>,
    /// Its header.
    pub header: FoundHeader,
    /// The rows below the header.
    pub records: SheetRecords,
}

/// The name of a sheet.
struct SheetName {
    name: String,
    visible: bool,
}

/// The reason why a workbook can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unreadable {
    /// It is encrypted.
    Protected,
    /// It is torn, or something else.
    Damaged,
}

/// A workbook of any format.
enum Workbook {
    Xlsx(Box<XlsxWorkbook>),
    Range(Box<RangeWorkbook>),
}

impl Workbook {
    fn open(format: Format, file: WatchedFile) -> Result<Self, Unreadable> {
        match format {
            Format::Xls | Format::Xlsb | Format::Ods => {
                Ok(Self::Range(Box::new(RangeWorkbook::open(format, file)?)))
            }
            Format::Xlsx | Format::Csv | Format::Jsonl => {
                Ok(Self::Xlsx(Box::new(XlsxWorkbook::open(file)?)))
            }
        }
    }

    fn sheets(&self) -> Vec<SheetName> {
        match self {
            Self::Xlsx(book) => book.sheets(),
            Self::Range(book) => book.sheets(),
        }
    }

    /// Hands on the rows of a sheet, as long as `take` returns true.
    fn read_rows(
        &mut self,
        sheet: &str,
        take: &mut dyn FnMut(RawRecord) -> bool,
    ) -> Result<(), Unreadable> {
        match self {
            Self::Xlsx(book) => book.read_rows(sheet, take),
            Self::Range(book) => book.read_rows(sheet, take),
        }
    }
}

/// Opens the sheet that the user names, or the first visible one that has a header.
pub(crate) fn open(
    format: Format,
    file: WatchedFile,
    name: &str,
    options: &Options,
) -> Result<OpenedSheet, InputError> {
    let unreadable = |why| unreadable(why, format, name);
    let mut workbook = Workbook::open(format, file).map_err(unreadable)?;
    let mut candidates = candidates(&workbook, options, name)?.into_iter();
    let mut refused = None;
    let mut found = None;
    for sheet in candidates.by_ref() {
        match header_of(&mut workbook, &sheet, name, options) {
            Ok(header) => {
                found = Some((sheet, header));
                break;
            }
            Err(error) => refused = Some(more_telling(refused, error)),
        }
    }
    let Some((title, header)) = found else {
        let none = || InputError::Empty { file: name.to_owned() };
        return Err(refused.unwrap_or_else(none));
    };
    let has_header = |sheet: &String| {
        !options.no_header && header_of(&mut workbook, sheet, name, options).is_ok()
    };
    let others: Vec<_> = candidates.filter(has_header).collect();
    let records = SheetRecords::start(workbook, &title, &header, format, name);
    Ok(OpenedSheet { title, others, header, records })
}

/// The error that says more: an empty sheet says least.
fn more_telling(former: Option<InputError>, new: InputError) -> InputError {
    match former {
        Some(InputError::Empty { .. } | InputError::HeaderNotFound { .. }) | None => new,
        Some(former) => former,
    }
}

/// The sheets that may be read.
fn candidates(
    workbook: &Workbook,
    options: &Options,
    name: &str,
) -> Result<Vec<String>, InputError> {
    let sheets = workbook.sheets();
    let wanted = |sheet: &SheetName| match &options.sheet {
        Some(wanted) => sheet.name == *wanted,
        None => sheet.visible,
    };
    let found: Vec<_> =
        sheets.iter().filter(|sheet| wanted(sheet)).map(|sheet| sheet.name.clone()).collect();
    if found.is_empty() {
        let names: Vec<_> = sheets.into_iter().map(|sheet| sheet.name).collect();
        return Err(InputError::Format {
            file: name.to_owned(),
            problem: FormatProblem::NoSuchSheet { sheets: list(&names, Lang::En.words()) },
        });
    }
    Ok(found.into_iter().take(SEARCHED).collect())
}

/// Finds the header of a sheet.
fn header_of(
    workbook: &mut Workbook,
    sheet: &str,
    name: &str,
    options: &Options,
) -> Result<FoundHeader, InputError> {
    let mut search = Some(HeaderSearch::new(options, name));
    let (mut found, mut title) = (None, None);
    let read = workbook.read_rows(sheet, &mut |record| {
        let Some(tried) = search.as_mut().filter(|search| search.goes_on(record.line)) else {
            return false;
        };
        match title.as_ref().map(|title| tried.below(title, &record.cells)) {
            Some(Below::Data) => return false,
            Some(Below::Nothing) => return true,
            Some(Below::Header) | None => {}
        }
        found = if options.no_header {
            Some(columns_by_number(&record, name, options))
        } else {
            tried.try_record(&record.cells, record.line).transpose()
        };
        match found.take() {
            Some(Ok(header)) if tried.may_be_title(&header) => title = Some(header),
            other => found = other,
        }
        found.is_none()
    });
    match (found.or(title.map(Ok)), read) {
        (Some(found), _) => found,
        (None, Err(why)) => Err(unreadable(why, Format::Xlsx, name)),
        (None, Ok(())) => Err(search
            .take()
            .map_or_else(|| InputError::Empty { file: name.to_owned() }, HeaderSearch::not_found)),
    }
}

fn columns_by_number(
    first: &RawRecord,
    name: &str,
    options: &Options,
) -> Result<FoundHeader, InputError> {
    let columns = header::names_of_header(&first.cells, true);
    let place = header::HeaderPosition { file: name, line: first.line };
    let mapping = header::map_fields(&columns, &options.columns(), place)?;
    Ok(FoundHeader { line: None, columns, mapping })
}

fn unreadable(why: Unreadable, format: Format, name: &str) -> InputError {
    let problem = match why {
        Unreadable::Protected => FormatProblem::Protected,
        Unreadable::Damaged => FormatProblem::Damaged { format: format.described() },
    };
    InputError::Format { file: name.to_owned(), problem }
}

type Piece = Result<Vec<RawRecord>, Unreadable>;

/// The rows of a sheet, which a thread reads.
pub(crate) struct SheetRecords {
    pieces: Receiver<Piece>,
    ready: std::vec::IntoIter<RawRecord>,
    file: String,
    /// The last row that was read.
    line: u64,
}

impl SheetRecords {
    fn start(
        mut workbook: Workbook,
        sheet: &str,
        header: &FoundHeader,
        format: Format,
        name: &str,
    ) -> Self {
        let (send, pieces) = sync_channel::<Piece>(AHEAD);
        let (sheet, after) = (sheet.to_owned(), header.line.unwrap_or(0));
        let most = if format == Format::Xlsx { PIECE } else { PIECE * 4 };
        thread::spawn(move || {
            let mut piece = Vec::with_capacity(most);
            let read = workbook.read_rows(&sheet, &mut |record| {
                if record.line > after {
                    piece.push(record);
                }
                // Sending fails only if the receiver is gone.
                piece.len() < most || send.send(Ok(std::mem::take(&mut piece))).is_ok()
            });
            let _ = send.send(Ok(piece));
            if let Err(why) = read {
                let _ = send.send(Err(why));
            }
        });
        Self { pieces, ready: Vec::new().into_iter(), file: name.to_owned(), line: after }
    }

    /// Reads the next row. Returns false at the end. Cells missing at the end are there, and empty.
    pub(crate) fn next(
        &mut self,
        shape: RecordShape,
        record: &mut RawRecord,
    ) -> Result<bool, InputError> {
        loop {
            if let Some(next) = self.ready.next() {
                *record = next;
                break;
            }
            match self.pieces.recv() {
                Ok(Ok(piece)) => self.ready = piece.into_iter(),
                Ok(Err(_)) => return Err(self.torn()),
                Err(_) => return Ok(false),
            }
        }
        self.line = record.line;
        while record.cells.len() < shape.width {
            record.cells.end_cell();
        }
        Ok(true)
    }

    fn torn(&self) -> InputError {
        InputError::Format {
            file: self.file.clone(),
            problem: FormatProblem::DamagedBehind { row: self.line },
        }
    }
}
