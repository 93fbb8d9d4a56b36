//! Builds rows from the records of a table: which cells are kept, and which are the fields.

use std::borrow::Cow;
use std::sync::Arc;

use csv::StringRecord;

use crate::input::cells::{Cells, Text};
use crate::input::detected_format::Encoding;
use crate::input::header::{self, Mapping};
use crate::input::row_problems;
use crate::model::problem::{Problem, RowProblem};
use crate::model::record::{Field, Record};
use crate::model::row::Row;

/// The position of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowPosition {
    /// Number of the record, from 1.
    pub number: u64,
    /// First line of the record in the file.
    pub line: u64,
}

/// Builds the rows of one table.
pub(crate) struct RowBuilder {
    columns: Arc<[String]>,
    dropped: Vec<String>,
    fields: [Option<String>; Field::ALL.len()],
    /// The cells of a record that are kept. `None` keeps all.
    kept: Option<Vec<usize>>,
    width: usize,
    mapping: Mapping,
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
        Self {
            columns: columns.into(),
            dropped,
            fields: Field::ALL.map(column),
            kept,
            width,
            mapping,
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

    /// Number of cells that a record must have.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The mapping of fields to cells.
    pub(crate) fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Builds the row of a record with the problems found so far. Turns the cells into text.
    pub(crate) fn row(
        &self,
        place: RowPosition,
        cells: &mut Cells,
        encoding: Encoding,
        mut problems: Vec<Problem>,
    ) -> Row {
        if !cells.text().is_ascii() && cells.as_text().is_none() {
            cells.make_text();
            problems.push(RowProblem::Encoding { encoding: encoding.name() }.into());
        }
        let text = cells.as_text().unwrap_or_default();
        problems.extend(row_problems::of_text(text.all(), encoding).map(Problem::from));
        if problems.is_empty() && !cells.fit(self.width) {
            problems.push(RowProblem::Ragged { cells: cells.len(), header: self.width }.into());
        }
        let RowPosition { number, line } = place;
        Row {
            number,
            line,
            columns: Arc::clone(&self.columns),
            cells: self.kept_cells(cells, text),
            record: record(&self.mapping, text),
            problems,
        }
    }

    /// The cells of the kept columns. A ragged row also keeps the cells beyond the last column.
    fn kept_cells(&self, cells: &Cells, text: Text<'_>) -> StringRecord {
        let len = if cells.fit(self.width) { self.width } else { text.len() };
        let mut kept_cells = StringRecord::with_capacity(text.all().len(), len);
        match &self.kept {
            None => (0..len).for_each(|index| kept_cells.push_field(text.cell(index))),
            Some(kept) => {
                let beyond = self.width..len.max(self.width);
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
            Some(default) if cell.trim().is_empty() => Cow::Borrowed(default),
            _ => Cow::Owned(cell.to_owned()),
        }
    })
}
