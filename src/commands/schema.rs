//! `idv schema`: prints the JSON Schemas of the outputs.

use anyhow::Context as _;

use crate::cli::{SchemaArgs, SchemaName};
use crate::exit::Exit;
use crate::output;
use crate::output::schema::{self, Schema};

/// Prints one schema, or all of them as one.
pub(crate) fn run(args: &SchemaArgs) -> anyhow::Result<Exit> {
    let text = match args.schema {
        Some(name) => schema_of(name).text().to_owned(),
        None => serde_json::to_string_pretty(&schema::all().context("a schema is broken")?)? + "\n",
    };
    output::print(text.as_bytes())?;
    Ok(Exit::Ok)
}

const fn schema_of(name: SchemaName) -> Schema {
    match name {
        SchemaName::Result => Schema::Result,
        SchemaName::Summary => Schema::Summary,
        SchemaName::Plan => Schema::Plan,
        SchemaName::Checked => Schema::Checked,
    }
}
