//! Writes a workbook of results at the end of a run, from the rows in the part file. If the disk fills
//! up, or the process is killed, the rows stay there.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use calamine::{Data, Reader as _, Xlsx};
use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};
use serde_json::Value;

use crate::model::outcome::Outcome;
use crate::model::problem::Level;
use crate::output::disk_space::DiskSpace;
use crate::output::summary_sheet::write_sums;
use crate::output::table::Style;
use crate::output::xlsx_cell::truncate;
use crate::output::{AddedColumns, Writer};

/// Rows of a sheet at most, without its header.
pub(crate) const MOST_ROWS: u64 = 1_048_575;

/// Columns of a sheet at most.
const MOST_COLUMNS: usize = 16_384;

/// Bytes of the XML markup around a cell at most.
const CELL_MARKUP: usize = 64;

/// The level of compression, from 1 to 9. Level 6, the default, takes three times as long for a sheet that is a
/// seventh smaller.
const COMPRESSION: u8 = 3;

/// The contents of a workbook.
pub struct WorkbookContents<'a> {
    /// The rows with their header, as CSV with commas, in UTF-8.
    pub rows: Box<dyn Read>,
    /// The folder for temporary files. `None` makes the workbook in memory, so that nothing plain is
    /// on the disk.
    pub folder: Option<&'a Path>,
    /// The names of both sheets.
    pub titles: [&'static str; 2],
    /// The contents of the second sheet.
    pub sums: &'a Value,
}

impl WorkbookContents<'_> {
    /// Writes the workbook, in flat memory if there is a folder.
    pub fn write(self, out: Writer) -> io::Result<()> {
        let mut book = Workbook::new();
        book.set_zip_compression_level(COMPRESSION);
        let sheet = match self.folder {
            Some(folder) => {
                book.set_tempdir(folder).map_err(into_io)?;
                book.add_worksheet_with_constant_memory().map_err(into_io)?
            }
            None => book.add_worksheet(),
        };
        sheet.set_name(self.titles[0]).map_err(into_io)?;
        write_rows(self.rows, self.folder, sheet)?;
        let sheet = book.add_worksheet();
        sheet.set_name(self.titles[1]).map_err(into_io)?;
        write_sums(sheet, self.sums).map_err(into_io)?;
        save(&mut book, out)
    }
}

fn write_rows(rows: Box<dyn Read>, folder: Option<&Path>, sheet: &mut Worksheet) -> io::Result<()> {
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(BufReader::with_capacity(1 << 16, rows));
    let mut record = csv::StringRecord::new();
    if !rows.read_record(&mut record)? {
        return Ok(());
    }
    let columns = ColumnFormats::of(&record)?;
    columns.write_header(sheet, &record).map_err(into_io)?;
    let mut space = folder.map(DiskSpace::new);
    let mut row = 0;
    while rows.read_record(&mut record)? {
        if u64::from(row) == MOST_ROWS {
            return Err(too_many());
        }
        row += 1;
        if let Some(space) = &mut space {
            space.reserve(record.as_slice().len() + CELL_MARKUP * record.len())?;
        }
        columns.write_row(sheet, row, &record).map_err(into_io)?;
    }
    columns.end(sheet, row).map_err(into_io)
}

/// The error that a sheet can't hold so many rows.
pub(crate) fn too_many() -> io::Error {
    io::Error::other(
        "a sheet holds 1,048,575 rows at most: write .csv or .jsonl instead, what was answered is \
         known and costs nothing",
    )
}

/// Checks that a sheet holds so many columns and the added ones.
pub(crate) fn holds_columns(columns: usize, added: AddedColumns) -> io::Result<()> {
    if columns + added.columns().len() <= MOST_COLUMNS {
        return Ok(());
    }
    Err(io::Error::other("a sheet holds 16,384 columns at most: write .csv or .jsonl instead"))
}

/// How the cells of a column are written.
#[derive(Clone, Copy)]
enum CellKind {
    /// As text: a number would lose digits, and a formula would run.
    Text,
    /// As a number that idv made.
    Number,
    /// As a word in a colour.
    ColoredWord,
}

struct ColumnFormats {
    kinds: Vec<CellKind>,
    text: Format,
    header: Format,
    outcome_formats: Vec<(&'static str, Format)>,
}

impl ColumnFormats {
    fn of(header: &csv::StringRecord) -> io::Result<Self> {
        if header.len() > MOST_COLUMNS {
            holds_columns(header.len(), AddedColumns::Results)?;
        }
        let kind = |name: &str| match name {
            "idv_row" | "idv_line" | "idv_code" | "idv_attempts" | "idv_elapsed_ms" => {
                CellKind::Number
            }
            "idv_outcome" | "idv_level" => CellKind::ColoredWord,
            _ => CellKind::Text,
        };
        Ok(Self {
            kinds: header.iter().map(kind).collect(),
            text: text_format(),
            header: Format::new().set_bold(),
            outcome_formats: outcome_formats(),
        })
    }

    fn write_header(
        &self,
        sheet: &mut Worksheet,
        header: &csv::StringRecord,
    ) -> Result<(), XlsxError> {
        sheet.set_freeze_panes(1, 0)?;
        for ((column, kind), name) in (0_u16..).zip(&self.kinds).zip(header) {
            let width = match name {
                "idv_message" | "idv_repair" => 40,
                _ if name.starts_with("idv_") => 16,
                _ => 20,
            };
            sheet.set_column_width(column, width)?;
            if matches!(kind, CellKind::Text) {
                sheet.set_column_format(column, &self.text)?;
            }
            sheet.write_string_with_format(0, column, truncate(name), &self.header)?;
        }
        Ok(())
    }

    fn write_row(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        cells: &csv::StringRecord,
    ) -> Result<(), XlsxError> {
        for ((column, kind), cell) in (0_u16..).zip(&self.kinds).zip(cells) {
            if cell.is_empty() {
                continue;
            }
            match kind {
                // The column has the format already; naming it for each cell costs a third.
                CellKind::Text => sheet.write_string(row, column, truncate(cell))?,
                CellKind::Number => match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number)?,
                    Err(_) => {
                        sheet.write_string_with_format(row, column, truncate(cell), &self.text)?
                    }
                },
                CellKind::ColoredWord => {
                    let format = self.outcome_formats.iter().find(|(word, _)| *word == cell);
                    let format = format.map_or(&self.text, |(_, format)| format);
                    sheet.write_string_with_format(row, column, cell, format)?
                }
            };
        }
        Ok(())
    }

    fn end(&self, sheet: &mut Worksheet, last: u32) -> Result<(), XlsxError> {
        if let Some(last_column) =
            u16::try_from(self.kinds.len()).ok().and_then(|n| n.checked_sub(1))
        {
            sheet.autofilter(0, 0, last, last_column)?;
        }
        Ok(())
    }
}

/// The format of a cell that stays text when a person types a number into it.
pub(crate) fn text_format() -> Format {
    Format::new().set_num_format("@")
}

/// The words of outcomes and levels with their colours.
fn outcome_formats() -> Vec<(&'static str, Format)> {
    let outcome = |outcome: Outcome| (outcome.word(), fill_format(Style::of(outcome)));
    let level = |level: Level| (level.word(), fill_format(Style::of_level(level)));
    let levels = [Level::Note, Level::Suspect, Level::Malformed];
    Outcome::ALL.into_iter().map(outcome).chain(levels.map(level)).collect()
}

/// The colours in which spreadsheets show good, neutral and bad.
fn fill_format(style: Style) -> Format {
    let (ground, ink) = match style {
        Style::Good => (0x00C6_EFCE, 0x0000_6100),
        Style::Warn => (0x00FF_EB9C, 0x009C_5700),
        Style::Bad => (0x00FF_C7CE, 0x009C_0006),
        Style::Faint | Style::Strong => (0x00ED_EDED, 0x0040_4040),
    };
    Format::new().set_background_color(Color::RGB(ground)).set_font_color(Color::RGB(ink))
}

/// Writes an empty workbook with these columns, all formatted as text.
pub(crate) fn template(headers: &[&str], out: Writer) -> io::Result<()> {
    let mut book = Workbook::new();
    let columns = ColumnFormats::of(&headers.iter().collect())?;
    let sheet = book.add_worksheet();
    columns.write_header(sheet, &headers.iter().collect()).map_err(into_io)?;
    save(&mut book, out)
}

/// The cells of the first row of a workbook's first sheet, joined with commas. `None` if the file is
/// no readable workbook.
pub(crate) fn first_row(path: &Path) -> Option<String> {
    let mut book: Xlsx<_> = calamine::open_workbook(path).ok()?;
    let first = book.sheet_names().first()?.clone();
    let mut cells = book.worksheet_cells_reader(&first).ok()?;
    let mut row = Vec::new();
    while let Ok(Some(cell)) = cells.next_cell() {
        if cell.get_position().0 > 0 {
            break;
        }
        row.push(Data::from(cell.get_value().clone()).to_string());
    }
    Some(row.join(","))
}

fn save(book: &mut Workbook, out: Writer) -> io::Result<()> {
    let mut out = ErrorKeeper { out: BufWriter::new(out), failed: None };
    book.save_to_writer(&mut out).map_err(into_io)?;
    match out.failed {
        Some(error) => Err(error),
        None => out.out.flush(),
    }
}

/// A writer that keeps the first error until the end, because `rust_xlsxwriter` would print it.
struct ErrorKeeper {
    out: BufWriter<Writer>,
    failed: Option<io::Error>,
}

impl Write for ErrorKeeper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed.is_none() {
            self.failed = self.out.write_all(bytes).err();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn into_io(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => error,
        XlsxError::ZipError(error) => error.into(),
        other => io::Error::other(other.to_string()),
    }
}
