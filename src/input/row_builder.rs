//! How a table's records become rows: which cells are kept, which are the fields.

use std::borrow::Cow;
use std::sync::Arc;

use csv::StringRecord;

use crate::input::cells::{Cells, Text};
use crate::input::detected_format::Encoding;
use crate::input::header::{self, Mapping};
use crate::input::row_problems;
use crate::model::problem::Problem;
use crate::model::record::{Field, Record};
use crate::model::row::Row;

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowPlace {
    /// Counted from 1 over the records.
    pub number: u64,
    /// The line of the file on which it begins.
    pub line: u64,
}

/// The columns of a table and what they are.
pub(crate) struct Layout {
    columns: Arc<[String]>,
    dropped: Vec<String>,
    fields: [Option<String>; Field::ALL.len()],
    /// Which cells of a record are kept; `None` means all of them.
    kept: Option<Vec<usize>>,
    width: usize,
    mapping: Mapping,
}

impl Layout {
    /// The layout of a table with these headers.
    pub(crate) fn new(headers: &[String], mapping: Mapping) -> Self {
        let width = headers.len();
        let (dropped, columns): (Vec<_>, Vec<_>) =
            headers.iter().cloned().partition(|header| header::is_ours(header));
        let kept = (!dropped.is_empty())
            .then(|| (0..width).filter(|index| !header::is_ours(&headers[*index])).collect());
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

    /// How many cells a record must have.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Which cell is which field.
    pub(crate) fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// The row of a record, with what is already known to be wrong with it. Its cells are text
    /// afterwards.
    pub(crate) fn row(
        &self,
        place: RowPlace,
        cells: &mut Cells,
        encoding: Encoding,
        mut problems: Vec<Problem>,
    ) -> Row {
        if !cells.text().is_ascii() && cells.as_text().is_none() {
            cells.make_text();
            problems.push(row_problems::no_text(encoding));
        }
        let text = cells.as_text().unwrap_or_default();
        problems.extend(row_problems::of_text(text.all(), encoding));
        if problems.is_empty() && !cells.fit(self.width) {
            problems.push(ragged(cells.len(), self.width));
        }
        let RowPlace { number, line } = place;
        Row {
            number,
            line,
            columns: Arc::clone(&self.columns),
            cells: self.kept_cells(cells, text),
            record: record(&self.mapping, text),
            problems,
        }
    }

    /// The cells of the columns kept. What is beyond the last column is kept only where the row is
    /// ragged.
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

/// The record of a row: each field's cell, or its default where the cell is empty or there is none.
fn record(mapping: &Mapping, text: Text<'_>) -> Record {
    Record::from_fields(|field| {
        let cell = mapping.column(field).map_or("", |column| text.cell(column));
        match field.spec().default {
            Some(default) if cell.trim().is_empty() => Cow::Borrowed(default),
            _ => Cow::Owned(cell.to_owned()),
        }
    })
}

fn ragged(found: usize, expected: usize) -> Problem {
    Problem::malformed(
        "row.ragged",
        format!(
            "The row has {found} cells and the header {expected}; look for a delimiter that is \
             missing, or is part of a text without quotes."
        ),
    )
}
