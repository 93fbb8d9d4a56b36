//! Reads the record of `idv verify`: from flags, from one JSON object, or from answers on a
//! terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use csv::StringRecord;

use crate::commands::options::RecordOptions;
use crate::input;
use crate::model::record::{Field, Record};
use crate::model::row::Row;
use crate::words::Words;

/// Maximum size of a record on stdin, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Reads the record as a row. On a terminal it asks for missing fields.
pub(crate) fn read_row(options: RecordOptions, words: &dyn Words) -> anyhow::Result<Row> {
    let values = match options {
        RecordOptions::Stdin => return read_stdin(),
        RecordOptions::Flags(values) => values,
    };
    let is_missing =
        |field: &Field| field.spec().default.is_none() && values[*field as usize].is_none();
    let missing: Vec<Field> = Field::ALL.into_iter().filter(is_missing).collect();
    if missing.is_empty() {
        return Ok(of_values(&values));
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        let flags: Vec<_> =
            missing.iter().map(|field| format!("--{}", field.spec().flag)).collect();
        bail!(words.missing_flags(&flags.join(", ")));
    }
    ask(values, &missing, words)
}

fn read_stdin() -> anyhow::Result<Row> {
    let mut text = String::new();
    let read = io::stdin().take(MAX_BYTES).read_to_string(&mut text);
    read.context("can't read the record from stdin as UTF-8 text (save the JSON object as UTF-8)")?;
    Ok(input::read_object(&text)?)
}

fn ask(
    mut values: [Option<String>; 5],
    missing: &[Field],
    words: &dyn Words,
) -> anyhow::Result<Row> {
    for field in missing {
        let mut line = String::new();
        write!(io::stderr(), "{}: ", words.ask_field(*field))?;
        if io::stdin().lock().read_line(&mut line)? == 0 {
            bail!(words.no_answer_for(*field));
        }
        values[*field as usize] = Some(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    Ok(of_values(&values))
}

fn of_values(values: &[Option<String>; 5]) -> Row {
    let named: Vec<_> = Field::ALL.into_iter().zip(values).filter(|(_, v)| v.is_some()).collect();
    let columns: Arc<[String]> = named.iter().map(|(field, _)| field.name().to_owned()).collect();
    let cells: StringRecord = named.iter().filter_map(|(_, value)| value.as_deref()).collect();
    let record = Record::from_fields(|field| {
        let default = field.spec().default.unwrap_or_default();
        values[field as usize].clone().unwrap_or_else(|| default.to_owned())
    });
    Row { number: 1, line: 1, columns, cells, record, problems: Vec::new() }
}
