//! The flags of `idv schema`.

use clap::{Args, ValueEnum};

pub(super) const SCHEMA_HELP: &str = "\
Examples:
  idv schema result > result.schema.json
  idv schema                        # all of them as one schema";

/// `idv schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Only this one
    #[arg(value_enum)]
    pub schema: Option<SchemaName>,
}

/// The name of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// A line of -f jsonl
    Result,
    /// The file of --summary
    Summary,
    /// What check -f jsonl writes
    Plan,
    /// A line of check -o FILE.jsonl
    Checked,
}
