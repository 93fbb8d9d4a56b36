//! Rows from a sheet of an .xlsx workbook. A thread reads it cell by cell, so that a large sheet takes
//! little memory.

use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::input::Options;
use crate::input::cells::Cells;
use crate::input::detected_format::{DetectedFormat, Encoding, Format, list};
use crate::input::error::InputError;
use crate::input::header::{self, HeaderPosition};
use crate::input::lines::LONGEST;
use crate::input::row_builder::{RowBuilder, RowPosition};
use crate::model::problem::{IdNumberProblem, Problem, RowProblem};
use crate::model::record::Field;
use crate::model::row::Row;

/// Rows that are read ahead.
const AHEAD: usize = 256;

/// The last column that is read.
const WIDEST: u32 = 4096;

/// Digits that a spreadsheet keeps of a number.
const KEPT_BELOW: f64 = 1e15;

/// The rows of a sheet.
pub(crate) struct Rows {
    sheet: Receiver<Result<SheetRow, XlsxError>>,
    ahead: Option<SheetRow>,
    file: String,
    builder: RowBuilder,
    detected: DetectedFormat,
    number: u64,
    line: u64,
}

/// A row of the sheet that is not empty.
#[derive(Default)]
struct SheetRow {
    line: u64,
    cells: Cells,
    marks: Vec<(usize, CellKind)>,
    too_long: bool,
}

/// The kind of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellKind {
    /// A number with more digits than a spreadsheet keeps.
    LongNumber,
    /// An error of a formula.
    Error,
}

impl Rows {
    /// Opens the sheet, reads its header and maps columns to fields.
    pub(crate) fn open(file: File, name: &str, options: &Options) -> Result<Self, InputError> {
        let mut workbook = Xlsx::new(BufReader::new(file)).map_err(|_| no_workbook(name))?;
        let title = choose_sheet(&workbook, options, name)?;
        let (send, sheet) = sync_channel(AHEAD);
        let reading = title.clone();
        thread::spawn(move || {
            if let Err(error) = send_rows(&mut workbook, &reading, &send) {
                // Sending fails only if the receiver is gone.
                let _ = send.send(Err(error));
            }
        });
        let first = match sheet.recv() {
            Ok(Ok(first)) => first,
            Ok(Err(_)) => return Err(no_workbook(name)),
            Err(_) => return Err(InputError::Empty { file: name.to_owned() }),
        };
        let headers = header::names_of_header(&first.cells, options.no_header);
        let place = HeaderPosition { file: name, line: first.line };
        header::refuse_data(&headers, &options.map, place)?;
        let mapping = header::map_fields(&headers, &options.map, place)?;
        let builder = RowBuilder::new(&headers, mapping);
        let detected = DetectedFormat {
            format: Format::Xlsx,
            delimiter: b',',
            encoding: Encoding::Utf8,
            bom: false,
            sheet: Some(title),
            dropped: builder.dropped().to_vec(),
            fields: builder.fields().clone(),
        };
        let line = first.line;
        let ahead = options.no_header.then_some(first);
        Ok(Self { sheet, ahead, file: name.to_owned(), builder, detected, number: 0, line })
    }

    /// The names of the columns that the rows have.
    pub(crate) fn columns(&self) -> &Arc<[String]> {
        self.builder.columns()
    }

    /// The detected format.
    pub(crate) fn detected(&self) -> &DetectedFormat {
        &self.detected
    }

    /// The next row.
    pub(crate) fn next(&mut self) -> Option<Result<Row, InputError>> {
        let row = match self.ahead.take() {
            Some(row) => row,
            None => match self.sheet.recv().ok()? {
                Ok(row) => row,
                Err(_) => return Some(Err(self.torn())),
            },
        };
        Some(Ok(self.row(row)))
    }

    fn torn(&self) -> InputError {
        InputError::Format {
            file: self.file.clone(),
            what: format!("is damaged behind row {}", self.line),
            next: "open it in a spreadsheet program and save it again".to_owned(),
        }
    }

    fn row(&mut self, mut row: SheetRow) -> Row {
        self.number += 1;
        self.line = row.line;
        while row.cells.len() < self.builder.width() {
            row.cells.end_cell();
        }
        let problems = self.problems(&row);
        let place = RowPosition { number: self.number, line: row.line };
        self.builder.row(place, &mut row.cells, Encoding::Utf8, problems)
    }

    fn problems(&self, row: &SheetRow) -> Vec<Problem> {
        let mut problems = Vec::new();
        if row.too_long {
            problems.push(RowProblem::TooLong.into());
        }
        for field in Field::ALL {
            let column = self.builder.mapping().column(field);
            let mark = row.marks.iter().find(|(index, _)| Some(*index) == column);
            match mark {
                Some((_, CellKind::Error)) => problems.push(RowProblem::Formula { field }.into()),
                Some((_, CellKind::LongNumber)) if field == Field::IdNumber => {
                    problems.push(IdNumberProblem::NumberCell.into());
                }
                _ => {}
            }
        }
        problems
    }
}

type Workbook = Xlsx<BufReader<File>>;

fn no_workbook(name: &str) -> InputError {
    InputError::Format {
        file: name.to_owned(),
        what: "can't be read as an .xlsx workbook".to_owned(),
        next: "open it in a spreadsheet program and save it as .xlsx without a password, or as CSV"
            .to_owned(),
    }
}

/// The sheet that the user names, else the first visible one.
fn choose_sheet(workbook: &Workbook, options: &Options, name: &str) -> Result<String, InputError> {
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .filter(|sheet| options.sheet.is_some() || sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let chosen = match &options.sheet {
        Some(wanted) => sheets.iter().find(|sheet| *sheet == wanted),
        None => sheets.first(),
    };
    chosen.cloned().ok_or_else(|| InputError::Format {
        file: name.to_owned(),
        what: "has no such sheet".to_owned(),
        next: format!("name one of these with --sheet: {}", list(&sheets)),
    })
}

/// Sends the rows of a sheet, as long as the receiver takes them.
fn send_rows(
    workbook: &mut Workbook,
    sheet: &str,
    send: &SyncSender<Result<SheetRow, XlsxError>>,
) -> Result<(), XlsxError> {
    let mut cells = workbook.worksheet_cells_reader(sheet)?;
    let mut row = SheetRow::default();
    while let Some(cell) = cells.next_cell()? {
        let (index, column) = cell.get_position();
        let line = u64::from(index) + 1;
        if line != row.line {
            let done = std::mem::replace(&mut row, SheetRow { line, ..SheetRow::default() });
            if !done.is_empty() && send.send(Ok(done)).is_err() {
                return Ok(());
            }
        }
        row.push(column, cell.get_value());
    }
    if !row.is_empty() {
        let _ = send.send(Ok(row));
    }
    Ok(())
}

impl SheetRow {
    fn is_empty(&self) -> bool {
        self.cells.len() == 0 && !self.too_long
    }

    fn push(&mut self, column: u32, value: &DataRef<'_>) {
        let (text, mark) = text_of(value);
        if text.is_empty() {
            return;
        }
        self.too_long |= column > WIDEST || self.cells.text().len() + text.len() > LONGEST;
        if self.too_long {
            return;
        }
        let column = column as usize;
        while self.cells.len() < column {
            self.cells.end_cell();
        }
        self.cells.extend(text.as_bytes());
        self.cells.end_cell();
        self.marks.extend(mark.map(|mark| (column, mark)));
    }
}

/// A cell as text: a number with all its digits, a date as its serial number.
fn text_of(value: &DataRef<'_>) -> (String, Option<CellKind>) {
    match value {
        DataRef::Empty => (String::new(), None),
        DataRef::SharedString(text) => ((*text).to_owned(), None),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            (text.clone(), None)
        }
        DataRef::Int(number) => {
            let long = number.unsigned_abs() >= 1_000_000_000_000_000;
            (number.to_string(), long.then_some(CellKind::LongNumber))
        }
        DataRef::Float(number) => {
            (number.to_string(), (number.abs() >= KEPT_BELOW).then_some(CellKind::LongNumber))
        }
        DataRef::Bool(yes) => (if *yes { "TRUE" } else { "FALSE" }.to_owned(), None),
        DataRef::DateTime(date) => (date_text(date), None),
        DataRef::Error(error) => (error.to_string(), Some(CellKind::Error)),
    }
}

fn date_text(date: &calamine::ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}
