//! Everything that idv writes: results in each format, the files they go to, plan, summary, report,
//! schemas and progress.

mod card;
mod choices;
mod csv;
mod disk_space;
mod encryption;
mod existing_output;
mod file_identity;
mod jsonl;
pub(crate) mod number_format;
mod output_error;
mod output_file;
mod plan_view;
pub(crate) mod progress;
mod reorder_buffer;
mod report;
mod result_columns;
pub(crate) mod schema;
mod summary;
mod summary_sheet;
mod table;
mod terminal;
pub(crate) mod text;
pub(crate) mod text_layout;
mod xlsx;
mod xlsx_cell;

use std::io::{self, Write};
use std::sync::Arc;

pub use crate::output::card::{CardDetails, card};
pub(crate) use crate::output::choices::{ColorChoice, ResultFormat};
pub(crate) use crate::output::csv::escape_formulas;
pub(crate) use crate::output::encryption::Encryption;
pub(crate) use crate::output::file_identity::{CommandFiles, FileRole};
pub use crate::output::jsonl::write_line;
pub(crate) use crate::output::output_error::OutputError;
pub(crate) use crate::output::output_file::{MayReplace, OutputFile, print};
pub(crate) use crate::output::plan_view::{Consultation, PlanView};
pub(crate) use crate::output::reorder_buffer::ReorderBuffer;
pub use crate::output::report::report;
pub use crate::output::result_columns::Mask;
pub use crate::output::summary::{PaceSummary, Summary, SummaryOrigin, TerminalStyle, Totals};
pub(crate) use crate::output::terminal::width;
pub use crate::output::xlsx::WorkbookContents;
pub(crate) use crate::output::xlsx::{MOST_ROWS, template, too_many};
pub(crate) use crate::platform::stdout;

use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::words::Lang;

/// Takes results one by one and writes them.
pub trait Sink: Send {
    /// Writes one result.
    fn write(&mut self, row: &Row, verdict: &Verdict) -> io::Result<()>;

    /// Hands all results so far to the operating system.
    fn flush(&mut self) -> io::Result<()>;
}

/// The columns that idv adds to those of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedColumns {
    /// The result of the row.
    Results,
    /// The problems of the row, which was not sent.
    Checks,
}

impl AddedColumns {
    /// The names of the columns, in order.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Results => &result_columns::COLUMNS,
            Self::Checks => &result_columns::CHECKED,
        }
    }
}

/// The layout of results: facts about the input, and the user's choices.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The columns of the input.
    pub columns: Arc<[String]>,
    /// The delimiter of the input.
    pub delimiter: u8,
    /// Whether the input began with a byte order mark.
    pub bom: bool,
    /// The mask.
    pub mask: Mask,
    /// Whether colour is used.
    pub color: bool,
    /// Which columns are added.
    pub added: AddedColumns,
    /// The language of a table.
    pub lang: Lang,
}

/// A writer for results.
pub type Writer = Box<dyn Write + Send>;

/// A sink for a table, on a terminal of so many columns. 0 is a file.
pub fn table(out: Writer, layout: Layout, width: usize) -> io::Result<Box<dyn Sink>> {
    Ok(Box::new(table::Table::new(out, layout, width)?))
}

/// A sink for JSON Lines.
pub fn jsonl(out: Writer, layout: Layout) -> Box<dyn Sink> {
    Box::new(jsonl::Jsonl::new(out, layout))
}

/// A sink for CSV.
pub fn csv(out: Writer, layout: Layout) -> io::Result<Box<dyn Sink>> {
    Ok(Box::new(csv::Csv::new(out, layout, true)?))
}

/// A sink for the rows of a workbook: CSV without escaping, from which the workbook is made at the end.
pub fn rows_of_workbook(out: Writer, layout: Layout) -> io::Result<Box<dyn Sink>> {
    xlsx::holds_columns(layout.columns.len(), layout.added)?;
    let layout = Layout { delimiter: b',', bom: false, ..layout };
    Ok(Box::new(csv::Csv::new(out, layout, false)?))
}
