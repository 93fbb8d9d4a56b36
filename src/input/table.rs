//! Rows from a table: a CSV file, or a sheet of a workbook.

use std::sync::Arc;

use crate::input::Options;
use crate::input::csv::CsvRecords;
use crate::input::detect::TextSource;
use crate::input::detected_format::{DetectedFormat, Encoding, Format};
use crate::input::error::InputError;
use crate::input::header_search::FoundHeader;
use crate::input::raw_record::RawRecord;
use crate::input::row_builder::{RowBuilder, RowCounts};
use crate::input::watched_file::WatchedFile;
use crate::input::workbook::{self, SheetRecords};
use crate::model::left_out::LeftOutCounter;
use crate::model::row::Row;

/// The source of a table's records.
enum Records {
    Csv(CsvRecords),
    Sheet(SheetRecords),
}

/// The rows of a table.
pub(crate) struct TableRows {
    records: Records,
    raw: RawRecord,
    builder: RowBuilder,
    detected: DetectedFormat,
    counts: RowCounts,
}

impl TableRows {
    /// The rows of a CSV source.
    pub(crate) fn of_csv(source: TextSource, options: &Options) -> Result<Self, InputError> {
        let (encoding, bom) = (source.encoding, source.bom);
        let (records, header) = CsvRecords::open(source, options)?;
        let detected = DetectedFormat {
            format: Format::Csv,
            delimiter: records.delimiter(),
            encoding,
            bom,
            ..DetectedFormat::default()
        };
        Ok(Self::new(Records::Csv(records), &header, detected))
    }

    /// The rows of a sheet.
    pub(crate) fn of_workbook(
        format: Format,
        file: WatchedFile,
        name: &str,
        options: &Options,
    ) -> Result<Self, InputError> {
        let sheet = workbook::open(format, file, name, options)?;
        let detected = DetectedFormat {
            format,
            delimiter: b',',
            sheet: Some(sheet.title),
            other_sheets: sheet.others,
            ..DetectedFormat::default()
        };
        Ok(Self::new(Records::Sheet(sheet.records), &sheet.header, detected))
    }

    fn new(records: Records, header: &FoundHeader, detected: DetectedFormat) -> Self {
        let builder = RowBuilder::new(&header.columns, header.mapping);
        let detected = DetectedFormat {
            header_line: header.line,
            dropped: builder.dropped().to_vec(),
            fields: builder.fields().clone(),
            ..detected
        };
        let raw = RawRecord::default();

        let counts = RowCounts::of_table(header.line.is_some());
        Self { records, raw, builder, detected, counts }
    }

    /// The names of the columns that the rows have.
    pub(crate) fn columns(&self) -> &Arc<[String]> {
        self.builder.columns()
    }

    /// The detected format.
    pub(crate) fn detected(&self) -> &DetectedFormat {
        &self.detected
    }

    /// Bytes of the source that were made into rows. For a workbook it is not known and stays 0.
    pub(crate) fn position_bytes(&self) -> u64 {
        match &self.records {
            Records::Csv(records) => records.position_bytes(),
            Records::Sheet(_) => 0,
        }
    }

    /// Counts the records that are no rows.
    pub(crate) fn left_out(&self) -> LeftOutCounter {
        self.counts.left_out()
    }

    /// The next row.
    pub(crate) fn next(&mut self) -> Option<Result<Row, InputError>> {
        let encoding: Encoding = self.detected.encoding;
        loop {
            let read = match &mut self.records {
                Records::Csv(records) => records.next(self.builder.shape(), &mut self.raw),
                Records::Sheet(records) => records.next(self.builder.shape(), &mut self.raw),
            };
            match read {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
            let row = self.builder.row(&mut self.counts, &mut self.raw, encoding, Vec::new());
            if row.is_some() {
                return row.map(Ok);
            }
        }
    }
}
