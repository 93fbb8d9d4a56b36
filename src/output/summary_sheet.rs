//! The second sheet of a workbook: the sums of the run, in the shape of the JSON summary. A key that
//! is added there appears here too.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};
use serde_json::{Map, Value};

use crate::output::xlsx_cell::truncate;

/// Writes an object of sums, one key below the other.
pub(crate) fn write_sums(sheet: &mut Worksheet, value: &Value) -> Result<(), XlsxError> {
    let mut lines = Lines { sheet, row: 0, strong: Format::new().set_bold() };
    for column in 0..2 {
        lines.sheet.set_column_width(column, 24)?;
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        lines.entry(key, value)?;
    }
    Ok(())
}

struct Lines<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    strong: Format,
}

impl Lines<'_> {
    fn entry(&mut self, key: &str, value: &Value) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, 0, key, &self.strong)?;
        match value {
            Value::Object(entries) => self.table(entries.iter().map(|(k, v)| (k.as_str(), v)))?,
            Value::Array(entries) => self.table(entries.iter().map(|value| ("", value)))?,
            scalar => self.cell(1, scalar)?,
        }
        self.row += 1;
        Ok(())
    }

    /// Writes entries one below the other. If they are objects, their keys stand above the first.
    fn table<'v>(
        &mut self,
        entries: impl Iterator<Item = (&'v str, &'v Value)>,
    ) -> Result<(), XlsxError> {
        for (index, (key, value)) in entries.enumerate() {
            if let (0, Value::Object(columns)) = (index, value) {
                self.names(columns)?;
            }
            self.row += 1;
            self.sheet.write_string(self.row, 1, key)?;
            match value {
                Value::Object(columns) => {
                    for (column, value) in (2_u16..).zip(columns.values()) {
                        self.cell(column, value)?;
                    }
                }
                scalar => self.cell(if key.is_empty() { 1 } else { 2 }, scalar)?,
            }
        }
        Ok(())
    }

    fn names(&mut self, columns: &Map<String, Value>) -> Result<(), XlsxError> {
        for (column, name) in (2_u16..).zip(columns.keys()) {
            self.sheet.write_string_with_format(self.row, column, name, &self.strong)?;
        }
        Ok(())
    }

    fn cell(&mut self, column: u16, value: &Value) -> Result<(), XlsxError> {
        match (value, value.as_f64()) {
            (Value::Null, _) => {}
            (_, Some(number)) => drop(self.sheet.write_number(self.row, column, number)?),
            (Value::String(text), _) => {
                self.sheet.write_string(self.row, column, truncate(text))?;
            }
            (other, _) => drop(self.sheet.write_string(self.row, column, other.to_string())?),
        }
        Ok(())
    }
}
