//! English sentences about an input: what was detected, and why it can't be read.

use crate::model::record::Field;
use crate::words::english::English;
use crate::words::{FormatProblem, InputWords};

impl InputWords for English {
    fn input(&self, detected: &str) -> String {
        format!("input: {detected}")
    }

    fn csv(&self, delimiter: u8, encoding: &str, bom: bool) -> String {
        let between = match delimiter {
            b',' => "commas".to_owned(),
            b';' => "semicolons".to_owned(),
            b'\t' => "tabs".to_owned(),
            b'|' => "bars".to_owned(),
            other => format!("'{}' between cells", char::from(other).escape_default()),
        };
        let bom = if bom { " with a byte order mark" } else { "" };
        format!("CSV with {between}, {encoding}{bom}")
    }

    fn json_lines(&self, encoding: &str, bom: bool) -> String {
        let bom = if bom { " with a byte order mark" } else { "" };
        format!("JSON Lines, {encoding}{bom}")
    }

    fn workbook(&self, format: &str, sheet: &str, others: Option<&str>) -> String {
        let others = others
            .map(|others| format!(" (the columns are in {others} too: choose with --sheet)"))
            .unwrap_or_default();
        format!("{format}, sheet \"{sheet}\"{others}")
    }

    fn header_in(&self, line: u64, of_sheet: bool) -> String {
        format!("header in {} {line}", if of_sheet { "row" } else { "line" })
    }

    fn by_default(&self, field: Field, value: Option<&str>) -> String {
        format!("{} = {} by default", field.name(), value.unwrap_or("empty"))
    }

    fn former_columns(&self, columns: usize) -> String {
        match columns {
            1 => "1 column of a former result is left out".to_owned(),
            many => format!("{many} columns of a former result are left out"),
        }
    }

    fn and_others(&self, others: usize) -> String {
        format!("and {others} more")
    }

    fn or(&self) -> &'static str {
        " or "
    }

    fn column_placeholder(&self) -> &'static str {
        "COLUMN"
    }

    fn no_such_file(&self, file: &str) -> String {
        format!("{file}: no such file; check the name, or give - to read standard input")
    }

    fn is_directory(&self, file: &str) -> String {
        format!("{file} is a directory; name a file in it")
    }

    fn not_opened(&self, file: &str, why: &str) -> String {
        format!("{file} can't be opened: {why}; check that you may read it")
    }

    fn not_read(&self, file: &str, line: u64, why: &str) -> String {
        format!(
            "{file}, line {line}: reading failed: {why}; the rows before it were read; copy the file \
             to a disk of this machine and run the command again"
        )
    }

    fn changed_input(&self, file: &str) -> String {
        format!(
            "{file} was changed while it was read or you were asked; run the command again, which \
             reads what is there now"
        )
    }

    fn input_empty(&self, file: &str) -> String {
        format!(
            "{file} is empty; export it again, with a first line that names the columns, such as \
             id_number,phone_number,name"
        )
    }

    fn no_table(&self, file: &str, problem: &FormatProblem) -> String {
        let (what, next) = format_problem(problem);
        format!("{file} {what}; {next}")
    }

    fn pointless_option(&self, file: &str, format: &str, option: &str) -> String {
        format!("{file} is {format}, where {option} means nothing; leave it out")
    }

    fn no_header(&self, file: &str, line: u64) -> String {
        format!(
            "{file}, line {line}: the first line looks like an applicant, not like the names of the \
             columns; put a line before it that names them, such as id_number,phone_number,name, or \
             say which column is which: `--no-header --map id_number=1 --map phone_number=2 --map \
             name=3`; if a later line names them, say which: `--header-row N`"
        )
    }

    fn no_column(
        &self,
        place: (&str, u64),
        fields: &str,
        columns: &str,
        maps: &str,
        rows: Option<&str>,
    ) -> String {
        let (file, line) = place;
        let other = rows.map(|rows| {
            format!("; if another line is the header, name it with `--header-row N`: {rows}")
        });
        format!(
            "{file}, line {line}: no column is {fields}; the columns are {columns}; say which it \
             is: {maps}{}",
            other.unwrap_or_default()
        )
    }

    fn header_not_found(&self, file: &str, searched: usize, rows: &str) -> String {
        format!(
            "{file}: none of the first {searched} rows names the columns; {rows}; say on which line \
             the header is: `--header-row N`, and which column is which: `--map id_number=COLUMN \
             --map phone_number=COLUMN --map name=COLUMN`; without a header: `--no-header --map \
             id_number=1 --map phone_number=2 --map name=3`"
        )
    }

    fn no_such_row(&self, file: &str, line: u64) -> String {
        format!(
            "{file}: no row begins on line {line}; name the line of the header with --header-row"
        )
    }

    fn ambiguous_columns(
        &self,
        place: (&str, u64),
        field: &str,
        columns: &str,
        choices: &str,
    ) -> String {
        let (file, line) = place;
        format!(
            "{file}, line {line}: more than one column could be {field}: {columns}; say which: \
             {choices}"
        )
    }

    fn no_such_column(&self, place: (&str, u64), map: &str, columns: &str) -> String {
        let (file, line) = place;
        format!("{file}, line {line}: --map {map} names no column; the columns are {columns}")
    }

    fn mapped_twice(&self, field: &str, columns: &str) -> String {
        format!("--map gives {field} twice: {columns}; keep one")
    }

    fn shared_column(&self, column: &str, fields: [&str; 2]) -> String {
        let [one, other] = fields;
        format!("--map makes column {column} both {one} and {other}; keep one")
    }

    fn no_delimiter(&self) -> &'static str {
        "the delimiter must be one plain character, such as , ; | or a tab"
    }

    fn no_purpose(&self, require: &str, purpose: &str) -> String {
        format!(
            "no purpose is given, and {require} requires one\n\n  \
             hint: add --purpose TEXT, or set {purpose}"
        )
    }

    fn missing_settings(&self, names: &str) -> String {
        format!(
            "missing: {names}\n\n  \
             hint: copy .env.example to .env and fill it in, or set the variables;\n  \
             to try idv without an account, add --sandbox"
        )
    }
}

/// What the file is, and what to do.
fn format_problem(problem: &FormatProblem) -> (String, String) {
    const REPAIR: &str = "open it in a spreadsheet program and save it";
    let (what, next) = match problem {
        FormatProblem::JsonArray => {
            ("is a JSON array", "write one object a line, for example with: jq -c '.[]'")
        }
        FormatProblem::NoJsonObject => (
            "holds no JSON object on any of its first lines",
            "write each object on a line of its own, for example with: jq -c .",
        ),
        FormatProblem::JsonForCsv => ("holds JSON", "save it as CSV"),
        FormatProblem::WorkbookForCsv => ("is a workbook", "save it as CSV"),
        FormatProblem::MisnamedWorkbook => ("is a workbook", "leave out --input-format"),
        FormatProblem::MisnamedOldWorkbook => {
            ("is an old .xls workbook", "leave out --input-format")
        }
        FormatProblem::Compressed => ("is compressed", "unpack it first, for example with gunzip"),
        FormatProblem::Pdf => ("is a PDF", "export the table as .xlsx or CSV"),
        FormatProblem::WebPage => (
            "is a web page or XML, whatever its ending says",
            "open it in a spreadsheet program and save it as .xlsx",
        ),
        FormatProblem::NoSuchSheet { sheets } => {
            let next = format!("name one of these with --sheet: {sheets}");
            return ("has no such sheet".to_owned(), next);
        }
        FormatProblem::Protected => (
            "is protected by a password",
            "open it in a spreadsheet program and save it without the password, as .xlsx or CSV",
        ),
        FormatProblem::Damaged { format } => {
            let what = format!("can't be read as {format}: it is damaged, or something else");
            return (what, format!("{REPAIR} as .xlsx, or as CSV"));
        }
        FormatProblem::DamagedBehind { row } => {
            return (format!("is damaged behind row {row}"), format!("{REPAIR} again"));
        }
        FormatProblem::WorkbookInStream { format } => {
            let what = format!("is {format}, which can't be read from a stream");
            return (what, "save it as a file and name that".to_owned());
        }
    };
    (what.to_owned(), next.to_owned())
}
