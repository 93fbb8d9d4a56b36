//! The record of `idv verify`: from flags, from one JSON object, or from questions on a terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use csv::StringRecord;

use crate::cli::VerifyArgs;
use crate::input;
use crate::model::record::{Field, Record};
use crate::model::row::Row;

/// Longer than this is no record.
const LONGEST: u64 = 1 << 20;

/// The row, with the fields as given.
pub(crate) fn row(args: &VerifyArgs) -> anyhow::Result<Row> {
    if args.stdin.is_some() {
        let mut text = String::new();
        let read = io::stdin().take(LONGEST).read_to_string(&mut text);
        read.context(
            "can't read the record from stdin as UTF-8 text (save the JSON object as UTF-8)",
        )?;
        return Ok(input::read_object(&text)?);
    }
    let given = Field::ALL.map(|field| args.record.get(field).map(str::to_owned));
    let missing: Vec<Field> = Field::ALL
        .into_iter()
        .filter(|field| field.spec().default.is_none() && args.record.get(*field).is_none())
        .collect();
    if missing.is_empty() {
        return Ok(of_fields(&given));
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        let flags: Vec<_> =
            missing.iter().map(|field| format!("--{}", field.spec().flag)).collect();
        bail!(
            "missing: {}\n\n  \
             hint: give each flag, or one JSON object on stdin: idv verify - < applicant.json",
            flags.join(", ")
        );
    }
    ask(given, &missing)
}

fn ask(mut given: [Option<String>; 5], missing: &[Field]) -> anyhow::Result<Row> {
    for field in missing {
        let mut line = String::new();
        write!(io::stderr(), "{}: ", field.spec().help)?;
        if io::stdin().lock().read_line(&mut line)? == 0 {
            bail!("no answer for {}; nothing was sent; run the command again", field.name());
        }
        given[*field as usize] = Some(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    Ok(of_fields(&given))
}

fn of_fields(given: &[Option<String>; 5]) -> Row {
    let named: Vec<_> = Field::ALL.into_iter().zip(given).filter(|(_, v)| v.is_some()).collect();
    let columns: Arc<[String]> = named.iter().map(|(field, _)| field.name().to_owned()).collect();
    let cells: StringRecord = named.iter().filter_map(|(_, value)| value.as_deref()).collect();
    let record = Record::from_fields(|field| {
        let default = field.spec().default.unwrap_or_default();
        given[field as usize].clone().unwrap_or_else(|| default.to_owned())
    });
    Row { number: 1, line: 1, columns, cells, record, problems: Vec::new() }
}
