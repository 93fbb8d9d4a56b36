//! Builds rows from the records of a table: which records are rows, which cells are kept, and which
//! are the fields.

use std::borrow::Cow;
use std::sync::Arc;

use csv::StringRecord;

use crate::input::cells::{Cells, Text};
use crate::input::csv::record_splitter::RecordShape;
use crate::input::detected_format::Encoding;
use crate::input::header::{self, Mapping};
use crate::input::raw_record::{CellMark, RawRecord};
use crate::input::record_kind::{HeaderCells, RecordKind};
use crate::input::row_problems;
use crate::model::characters::shows_nothing;
use crate::model::left_out::LeftOutCounter;
use crate::model::problem::{IdNumberProblem, Problem, RowProblem};
use crate::model::record::{Field, Record};
use crate::model::row::Row;

/// Counts the rows of an input, and the records that are none.
#[derive(Default)]
pub(crate) struct RowCounts {
    /// Whether column numbers may stand below a header. Objects have no header.
    has_header: bool,
    /// Whether the last record that is not blank was a header.
    below_header: bool,
    rows: u64,
    left_out: LeftOutCounter,
}

impl RowCounts {
    /// Counts the rows of a table below its header, if it has one.
    pub(crate) fn of_table(has_header: bool) -> Self {
        Self { has_header, below_header: has_header, ..Self::default() }
    }

    /// The number of the next row.
    pub(crate) fn next_row(&mut self) -> u64 {
        self.rows += 1;
        self.below_header = false;
        self.rows
    }

    /// The counter of the records that are no rows.
    pub(crate) fn left_out(&self) -> LeftOutCounter {
        self.left_out.clone()
    }
}

/// Builds the rows of one table.
pub(crate) struct RowBuilder {
    columns: Arc<[String]>,
    dropped: Vec<String>,
    fields: [Option<String>; Field::ALL.len()],
    /// The cells of a record that are kept. `None` keeps all.
    kept: Option<Vec<usize>>,
    shape: RecordShape,
    mapping: Mapping,
    header: HeaderCells,
}

impl RowBuilder {
    /// Makes the builder of a table with these headers.
    pub(crate) fn new(headers: &[String], mapping: Mapping) -> Self {
        let width = headers.len();
        let (dropped, columns): (Vec<_>, Vec<_>) =
            headers.iter().cloned().partition(|header| header::is_result_column(header));
        let kept = (!dropped.is_empty()).then(|| {
            (0..width).filter(|index| !header::is_result_column(&headers[*index])).collect()
        });
        let column = |field| mapping.column(field).map(|index| headers[index].clone());
        let last = Field::ALL.into_iter().filter_map(|field| mapping.column(field)).max();
        Self {
            columns: columns.into(),
            dropped,
            fields: Field::ALL.map(column),
            kept,
            shape: RecordShape { least: last.map_or(0, |last| last + 1), width },
            mapping,
            header: HeaderCells::new(headers, mapping),
        }
    }

    /// The names of the columns that are kept.
    pub(crate) fn columns(&self) -> &Arc<[String]> {
        &self.columns
    }

    /// The names of the columns that are left out.
    pub(crate) fn dropped(&self) -> &[String] {
        &self.dropped
    }

    /// The column of each field, by name.
    pub(crate) fn fields(&self) -> &[Option<String>; Field::ALL.len()] {
        &self.fields
    }

    /// The number of cells that a record may have.
    pub(crate) fn shape(&self) -> RecordShape {
        self.shape
    }

    /// The mapping of fields to cells.
    pub(crate) fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Builds the row of a record, with the problems found so far. `None` if the record is no row. Turns
    /// the cells into text.
    pub(crate) fn row(
        &self,
        counts: &mut RowCounts,
        raw: &mut RawRecord,
        encoding: Encoding,
        mut problems: Vec<Problem>,
    ) -> Option<Row> {
        if !raw.cells.text().is_ascii() && raw.cells.as_text().is_none() {
            raw.cells.make_text();
            problems.push(RowProblem::Encoding { encoding: encoding.name() }.into());
        }
        let text = raw.cells.as_text().unwrap_or_default();
        if raw.flaw.is_none() && problems.is_empty() && raw.marks.is_empty() {
            match self.header.kind_of(text, counts.below_header) {
                RecordKind::Row => {}
                RecordKind::Blank => {
                    counts.left_out.add_blank();
                    return None;
                }
                RecordKind::Header => {
                    counts.left_out.add_header();
                    counts.below_header = counts.has_header;
                    return None;
                }
            }
        }
        self.add_problems(raw, text, encoding, &mut problems);
        Some(Row {
            number: counts.next_row(),
            line: raw.line,
            columns: Arc::clone(&self.columns),
            cells: self.kept_cells(&raw.cells, text),
            record: record(&self.mapping, text),
            problems,
        })
    }

    fn add_problems(
        &self,
        raw: &RawRecord,
        text: Text<'_>,
        encoding: Encoding,
        problems: &mut Vec<Problem>,
    ) {
        problems.extend(raw.flaw.map(row_problems::of_flaw).map(Problem::from));
        problems.extend(row_problems::of_text(text.all(), encoding).map(Problem::from));
        if problems.is_empty() && !self.shape.fits(&raw.cells) {
            let (cells, header) = (raw.cells.len(), self.shape.width);
            problems.push(RowProblem::Ragged { cells, header }.into());
        }
        if raw.hidden {
            problems.push(RowProblem::Hidden.into());
        }
        for field in Field::ALL {
            let Some(column) = self.mapping.column(field) else { continue };
            let mark = raw.mark(column);
            if mark == Some(CellMark::Formula) || row_problems::is_formula(text.cell(column)) {
                problems.push(RowProblem::Formula { field }.into());
            } else if mark == Some(CellMark::LongNumber) && field == Field::IdNumber {
                problems.push(IdNumberProblem::NumberCell.into());
            }
        }
    }

    /// The cells of the kept columns. Cells missing at the end are empty. A record with more cells than
    /// the header also keeps those.
    fn kept_cells(&self, cells: &Cells, text: Text<'_>) -> StringRecord {
        let width = self.shape.width;
        let len = if self.shape.fits(cells) { width } else { text.len() };
        let mut kept_cells = StringRecord::with_capacity(text.all().len(), len);
        match &self.kept {
            None => (0..len).for_each(|index| kept_cells.push_field(text.cell(index))),
            Some(kept) => {
                let beyond = width..len.max(width);
                let present = kept.iter().copied().filter(|index| *index < len);
                present.chain(beyond).for_each(|index| kept_cells.push_field(text.cell(index)));
            }
        }
        kept_cells
    }
}

/// Makes the record of a row: the cell of each field, or the default if there is none.
fn record(mapping: &Mapping, text: Text<'_>) -> Record {
    Record::from_fields(|field| {
        let cell = mapping.column(field).map_or("", |column| text.cell(column));
        match field.spec().default {
            Some(default) if shows_nothing(cell) => Cow::Borrowed(default),
            _ => Cow::Owned(cell.to_owned()),
        }
    })
}
