//! The sentences about an input: what was detected, and why it can't be read.

use crate::model::record::Field;

/// Why a file is not read as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormatProblem {
    /// A JSON array.
    JsonArray,
    /// No JSON object on any of its first lines.
    NoJsonObject,
    /// JSON, where CSV is needed.
    JsonForCsv,
    /// A workbook, where CSV is needed.
    WorkbookForCsv,
    /// A workbook that `--input-format` calls something else.
    MisnamedWorkbook,
    /// An old workbook that `--input-format` calls something else.
    MisnamedOldWorkbook,
    /// A compressed file.
    Compressed,
    /// A PDF.
    Pdf,
    /// HTML or XML.
    WebPage,
    /// The workbook has no such sheet.
    NoSuchSheet {
        /// The sheets that it has.
        sheets: String,
    },
    /// Protected by a password.
    Protected,
    /// Damaged, or something else than its format says.
    Damaged {
        /// The format.
        format: &'static str,
    },
    /// Damaged from some row on.
    DamagedBehind {
        /// The last row that was read.
        row: u64,
    },
    /// A workbook in a pipe.
    WorkbookInStream {
        /// The format.
        format: &'static str,
    },
}

/// The sentences about an input: what was detected, and why it can't be read.
pub(crate) trait InputWords {
    /// The line that tells what was detected.
    fn input(&self, detected: &str) -> String;
    /// A CSV file: its delimiter, its encoding, whether it begins with a byte order mark.
    fn csv(&self, delimiter: u8, encoding: &str, bom: bool) -> String;
    /// JSON Lines: the encoding, whether it begins with a byte order mark.
    fn json_lines(&self, encoding: &str, bom: bool) -> String;
    /// A workbook: its format, its sheet, other sheets with the columns.
    fn workbook(&self, format: &str, sheet: &str, others: Option<&str>) -> String;
    /// The header is not where everybody expects it.
    fn header_in(&self, line: u64, of_sheet: bool) -> String;
    /// The value of a field without a column.
    fn by_default(&self, field: Field, value: Option<&str>) -> String;
    /// Columns of a former result that were left out.
    fn former_columns(&self, columns: usize) -> String;
    /// The rest of a long list.
    fn and_others(&self, others: usize) -> String;
    /// The word between the last two of a list of choices.
    fn or(&self) -> &'static str;
    /// What stands for a column in a flag.
    fn column_placeholder(&self) -> &'static str;
    /// There is no such file.
    fn no_such_file(&self, file: &str) -> String;
    /// A directory was given.
    fn is_directory(&self, file: &str) -> String;
    /// The file can't be opened.
    fn not_opened(&self, file: &str, why: &str) -> String;
    /// Reading failed on the way.
    fn not_read(&self, file: &str, line: u64, why: &str) -> String;
    /// The file was changed while it was read.
    fn changed_input(&self, file: &str) -> String;
    /// The file is empty.
    fn input_empty(&self, file: &str) -> String;
    /// The file is not read as a table.
    fn no_table(&self, file: &str, problem: &FormatProblem) -> String;
    /// An option that means nothing for this file.
    fn pointless_option(&self, file: &str, format: &str, option: &str) -> String;
    /// The first line is an applicant.
    fn no_header(&self, file: &str, line: u64) -> String;
    /// A required field has no column. `fields` and `columns` are lists, `maps` the flags that name them,
    /// `rows` the first rows, one of which may be the header.
    fn no_column(
        &self,
        place: (&str, u64),
        fields: &str,
        columns: &str,
        maps: &str,
        rows: Option<&str>,
    ) -> String;
    /// No record near the beginning is a header.
    fn header_not_found(&self, file: &str, searched: usize, rows: &str) -> String;
    /// `--header-row` names a line without a record.
    fn no_such_row(&self, file: &str, line: u64) -> String;
    /// Several columns could be the same field.
    fn ambiguous_columns(
        &self,
        place: (&str, u64),
        field: &str,
        columns: &str,
        choices: &str,
    ) -> String;
    /// `--map` names a missing column.
    fn no_such_column(&self, place: (&str, u64), map: &str, columns: &str) -> String;
    /// `--map` gives a field twice.
    fn mapped_twice(&self, field: &str, columns: &str) -> String;
    /// `--map` gives one column to two fields.
    fn shared_column(&self, column: &str, fields: [&str; 2]) -> String;
    /// A delimiter that can't be one.
    fn no_delimiter(&self) -> &'static str;
    /// A purpose is required, by one variable, and none is given, in another.
    fn no_purpose(&self, require: &str, purpose: &str) -> String;
    /// Settings are missing. `names` are those of the variables.
    fn missing_settings(&self, names: &str) -> String;
}
