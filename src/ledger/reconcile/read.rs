//! Reads an invoice: its sequence ids, one behind the other in one text, and their times: a hundred
//! bytes a line. No other cell is kept, since it may hold personal data.

use std::ops::Range;
use std::path::Path;

use csv::StringRecord;
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::input::{InputError, PlainCsv};
use crate::ledger::reconcile::columns::{self, Columns};
use crate::ledger::reconcile::times::TimeParser;

/// So many records are looked at to find the columns.
const SAMPLE: usize = 200;

/// Why an invoice can't be compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvoiceError {
    /// It can't be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// No column looks like sequence ids.
    #[error(
        "{file}: no column of sequence ids was found\n\n  \
         hint: name that column sequence_id in the first line, and save it as CSV"
    )]
    NoIds {
        /// The file.
        file: String,
    },
}

/// A line of an invoice.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// Where its id begins, and how long it is.
    start: usize,
    len: u32,
    /// The line of the file.
    number: u32,
    /// When, in milliseconds since 1970.
    at: i64,
}

/// Where no time is given.
const NEVER: i64 = i64::MIN;

/// The lines of an invoice.
#[derive(Debug)]
pub(crate) struct Invoice {
    /// What its columns are called; empty where it names none.
    pub id_column: String,
    /// The column of times, if there is one.
    pub time_column: Option<String>,
    ids: String,
    lines: Vec<Line>,
    /// The lines by id, then in the order of the file.
    by_id: Vec<u32>,
}

impl Invoice {
    /// Reads a CSV file; times without a zone are by the clock of `offset`.
    pub(crate) fn open(path: &Path, offset: Offset) -> Result<Self, InvoiceError> {
        let mut listing = PlainCsv::open(path)?;
        let mut times = TimeParser::new(offset);
        let mut head = Vec::new();
        let mut record = StringRecord::new();
        while head.len() < SAMPLE
            && let Some(line) = listing.read(&mut record)?
        {
            head.push((line, record.clone()));
        }
        let (_, sample): (Vec<_>, Vec<_>) = head.iter().cloned().unzip();
        let columns = columns::find(&sample, &times)
            .ok_or_else(|| InvoiceError::NoIds { file: listing.file().to_owned() })?;
        let mut invoice = Self::named(&sample[0], columns);
        for (line, record) in head.iter().skip(usize::from(columns.header)) {
            invoice.add(*line, record, columns, &mut times);
        }
        while let Some(line) = listing.read(&mut record)? {
            invoice.add(line, &record, columns, &mut times);
        }
        invoice.sort();
        Ok(invoice)
    }

    fn named(first: &StringRecord, columns: Columns) -> Self {
        let name = |at: usize| match first.get(at).filter(|_| columns.header) {
            Some(name) => name.trim().to_owned(),
            None => format!("column {}", at + 1),
        };
        let (id_column, time_column) = (name(columns.id), columns.time.map(name));
        let (ids, lines, by_id) = (String::new(), Vec::new(), Vec::new());
        Self { id_column, time_column, ids, lines, by_id }
    }

    /// A line without an id is a sum or a remark.
    fn add(
        &mut self,
        number: u64,
        record: &StringRecord,
        columns: Columns,
        times: &mut TimeParser,
    ) {
        let id = record.get(columns.id).unwrap_or_default().trim();
        let (Ok(len), false) = (u32::try_from(id.len()), id.is_empty()) else { return };
        let at = columns.time.and_then(|at| times.read(record.get(at)?));
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.lines.push(Line { start: self.ids.len(), len, number, at: at.unwrap_or(NEVER) });
        self.ids.push_str(id);
    }

    fn sort(&mut self) {
        let count = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        let mut by_id: Vec<u32> = (0..count).collect();
        by_id.sort_unstable_by(|a, b| (self.id(*a), a).cmp(&(self.id(*b), b)));
        self.by_id = by_id;
    }

    /// How many lines have an id.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The id of a line.
    pub(super) fn id(&self, line: u32) -> &str {
        let Line { start, len, .. } = self.lines[line as usize];
        &self.ids[start..start + len as usize]
    }

    /// The line of the file.
    pub(super) fn number(&self, line: u32) -> u64 {
        self.lines[line as usize].number.into()
    }

    /// When, in milliseconds since 1970.
    pub(super) fn at(&self, line: u32) -> Option<i64> {
        Some(self.lines[line as usize].at).filter(|at| *at != NEVER)
    }

    /// The lines with this id, as a range of [`Invoice::by_id`].
    pub(super) fn find(&self, id: &str) -> Range<usize> {
        let start = self.by_id.partition_point(|line| self.id(*line) < id);
        let len = self.by_id[start..].iter().take_while(|line| self.id(**line) == id).count();
        start..start + len
    }

    /// The lines by id.
    pub(super) fn by_id(&self) -> &[u32] {
        &self.by_id
    }

    /// The first and the last moment on it.
    pub(crate) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let times = || self.lines.iter().map(|line| line.at).filter(|at| *at != NEVER);
        let moment = |at: Option<i64>| Timestamp::from_millisecond(at?).ok();
        Some((moment(times().min())?, moment(times().max())?))
    }
}
