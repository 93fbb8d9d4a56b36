//! The cells of a sheet as text: a number with all its digits, a date as people write it.

use calamine::DataRef;

use crate::input::lines::LONGEST;
use crate::input::raw_record::{CellMark, Flaw, RawRecord};

/// The last column that is read.
const WIDEST: u32 = 4096;

/// Digits that a spreadsheet keeps of a number.
const KEPT_BELOW: f64 = 1e15;

/// Whether a row holds nothing at all.
pub(super) fn is_nothing(record: &RawRecord) -> bool {
    record.cells.len() == 0 && record.marks.is_empty() && record.flaw.is_none()
}

/// Adds a cell to a row. `uncalculated` says that it has a formula whose result can't be trusted.
pub(super) fn push(record: &mut RawRecord, column: u32, value: &DataRef<'_>, uncalculated: bool) {
    let mark = mark_of(value, uncalculated);
    if mark.is_none() && matches!(value, DataRef::Empty) {
        return;
    }
    if record.flaw.is_some() || column > WIDEST {
        record.flaw = Some(Flaw::TooLong);
        return;
    }
    let column = column as usize;
    let before = record.cells.text().len();
    while record.cells.len() < column {
        record.cells.end_cell();
    }
    match value {
        DataRef::SharedString(text) => record.cells.extend(text.as_bytes()),
        DataRef::String(text) => record.cells.extend(text.as_bytes()),
        other => record.cells.extend(text_of(other).as_bytes()),
    }
    if record.cells.text().len() > LONGEST {
        record.cells.truncate_text(before);
        record.flaw = Some(Flaw::TooLong);
    }
    record.cells.end_cell();
    record.marks.extend(mark.map(|mark| (column, mark)));
}

fn mark_of(value: &DataRef<'_>, uncalculated: bool) -> Option<CellMark> {
    match value {
        DataRef::Error(_) => Some(CellMark::Formula),
        _ if uncalculated => Some(CellMark::Formula),
        DataRef::Int(number) if number.unsigned_abs() >= 1_000_000_000_000_000 => {
            Some(CellMark::LongNumber)
        }
        DataRef::Float(number) if number.abs() >= KEPT_BELOW => Some(CellMark::LongNumber),
        _ => None,
    }
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(date) => date_text(date),
        DataRef::Error(error) => error.to_string(),
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
