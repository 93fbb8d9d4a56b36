//! A record as its format delivers it, before it is decided whether it is a row.

use crate::input::cells::Cells;

/// The flaw of a record that is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// A quoted cell that is not closed, or has text behind its closing quote.
    Quote,
    /// Longer than a record may be.
    TooLong,
}

/// What a workbook knows about a cell beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellMark {
    /// A number with more digits than a spreadsheet keeps.
    LongNumber,
    /// A formula with an error, or without a stored result.
    Formula,
}

/// A record of a CSV file or of a sheet.
#[derive(Default)]
pub(crate) struct RawRecord {
    /// Its first line in the file, or its row in the sheet, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Cells,
    /// Its flaw, if it has one.
    pub flaw: Option<Flaw>,
    /// The marks of some cells, by their index.
    pub marks: Vec<(usize, CellMark)>,
    /// Whether the row of a sheet is hidden.
    pub hidden: bool,
}

impl RawRecord {
    /// The mark of a cell.
    pub(crate) fn mark(&self, index: usize) -> Option<CellMark> {
        self.marks.iter().find(|(marked, _)| *marked == index).map(|(_, mark)| *mark)
    }
}
