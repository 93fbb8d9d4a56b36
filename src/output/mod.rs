//! What a run writes: one file a format, and the files they go to.

mod card;
mod csv;
mod destination;
mod fields;
mod jsonl;
mod order;
mod report;
mod summary;
mod table;

use std::io::{self, Write};
use std::sync::Arc;

pub use crate::output::card::card;
pub use crate::output::destination::{Destination, OutputError, stdout};
pub use crate::output::fields::Mask;
pub use crate::output::order::Order;
pub use crate::output::report::report;
pub use crate::output::summary::{Look, Summary, Totals};
pub use crate::output::table::{Style, paint};

use crate::outcome::Verdict;
use crate::row::Row;

/// Takes results one by one and writes them.
pub trait Sink: Send {
    /// Writes one result.
    fn write(&mut self, row: &Row, verdict: &Verdict) -> io::Result<()>;

    /// Hands everything written so far to the operating system.
    fn flush(&mut self) -> io::Result<()>;
}

/// What a sink must know of the input and of what the user wants.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The columns of the input.
    pub columns: Arc<[String]>,
    /// The delimiter of the input.
    pub delimiter: u8,
    /// Whether the input began with a byte order mark.
    pub bom: bool,
    /// What is hidden.
    pub mask: Mask,
    /// Whether colour is used.
    pub color: bool,
}

/// Anything that results can be written to.
pub type Writer = Box<dyn Write + Send>;

/// Results as a table.
pub fn table(out: Writer, layout: Layout) -> io::Result<Box<dyn Sink>> {
    Ok(Box::new(table::Table::new(out, layout)?))
}

/// Results as JSON Lines.
pub fn jsonl(out: Writer, layout: Layout) -> Box<dyn Sink> {
    Box::new(jsonl::Jsonl::new(out, layout.mask))
}

/// Results as CSV.
pub fn csv(out: Writer, layout: Layout) -> io::Result<Box<dyn Sink>> {
    Ok(Box::new(csv::Csv::new(out, layout)?))
}
