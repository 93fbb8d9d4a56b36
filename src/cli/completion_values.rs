//! Parsers of flag values that a shell can complete. A parser may accept more than it offers.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::Error;
use clap::{Arg, Command, Subcommand as _};

use crate::cli::Action;
use crate::cli::values::{InputFormat, code, encoding, input_format, outcome};
use crate::input::Encoding;
use crate::model::code::CODES;
use crate::model::outcome::Outcome;
use crate::words::Lang;

/// A parser of a flag, with the values that a shell offers.
#[derive(Debug, Clone)]
pub(crate) struct CompletableParser<T> {
    parse: fn(&str) -> Result<T, String>,
    values: fn() -> Vec<PossibleValue>,
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for CompletableParser<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, Error> {
        self.parse.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.values)().into_iter()))
    }
}

fn without_help(values: &[&'static str]) -> Vec<PossibleValue> {
    values.iter().map(PossibleValue::new).collect()
}

/// Parser of command names. It accepts the commands below them too.
pub(crate) fn commands() -> CompletableParser<String> {
    let values = || {
        let all = Action::augment_subcommands(Command::new("idv"));
        let value = |command: &Command| {
            let about = command.get_about().cloned().unwrap_or_default();
            PossibleValue::new(command.get_name().to_owned()).help(about)
        };
        all.get_subcommands().map(value).collect()
    };
    CompletableParser { parse: |name| Ok(name.to_owned()), values }
}

/// Parser of status codes. It accepts any number and offers the documented codes.
pub(crate) fn codes() -> CompletableParser<i64> {
    let values = || {
        let english = Lang::En.words();
        let value = |code: &crate::model::code::Code| {
            PossibleValue::new(code.number.to_string()).help(english.code_meaning(code.name))
        };
        CODES.iter().map(value).collect()
    };
    CompletableParser { parse: code, values }
}

/// Parser of outcomes.
pub(crate) fn outcomes() -> CompletableParser<Outcome> {
    let values = || {
        let english = Lang::En.words();
        let value = |outcome: Outcome| {
            PossibleValue::new(outcome.word()).help(english.outcome_meaning(outcome))
        };
        Outcome::ALL.map(value).to_vec()
    };
    CompletableParser { parse: outcome, values }
}

/// Parser of encodings.
pub(crate) fn encodings() -> CompletableParser<Encoding> {
    CompletableParser {
        parse: encoding,
        values: || without_help(&["utf-8", "utf-16le", "utf-16be", "windows-1252"]),
    }
}

/// Parser of input formats.
pub(crate) fn input_formats() -> CompletableParser<InputFormat> {
    CompletableParser {
        parse: input_format,
        values: || without_help(&["auto", "csv", "jsonl", "xlsx", "xls", "xlsb", "ods"]),
    }
}
