//! Values that a shell can offer, with a parser that may take more than those.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::Error;
use clap::{Arg, Command, Subcommand as _};

use crate::cli::Action;
use crate::cli::values::{InputFormat, code, encoding, input_format, outcome};
use crate::input::Encoding;
use crate::model::code::CODES;
use crate::model::outcome::Outcome;

/// A parser of values with the words that are offered for it.
#[derive(Debug, Clone)]
pub(crate) struct Offered<T> {
    parse: fn(&str) -> Result<T, String>,
    words: fn() -> Vec<PossibleValue>,
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Offered<T> {
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
        Some(Box::new((self.words)().into_iter()))
    }
}

fn plain(words: &[&'static str]) -> Vec<PossibleValue> {
    words.iter().map(PossibleValue::new).collect()
}

/// A command by its name; those below it are taken too.
pub(crate) fn commands() -> Offered<String> {
    let words = || {
        let all = Action::augment_subcommands(Command::new("idv"));
        let word = |command: &Command| {
            let about = command.get_about().cloned().unwrap_or_default();
            PossibleValue::new(command.get_name().to_owned()).help(about)
        };
        all.get_subcommands().map(word).collect()
    };
    Offered { parse: |name| Ok(name.to_owned()), words }
}

/// A status code; any number is taken, the documented ones are offered.
pub(crate) fn codes() -> Offered<i64> {
    let words = || {
        let word = |code: &crate::model::code::Code| {
            PossibleValue::new(code.number.to_string()).help(code.meaning)
        };
        CODES.iter().map(word).collect()
    };
    Offered { parse: code, words }
}

/// An outcome by its word.
pub(crate) fn outcomes() -> Offered<Outcome> {
    let words = || {
        let word = |outcome: Outcome| PossibleValue::new(outcome.word()).help(outcome.meaning());
        Outcome::ALL.map(word).to_vec()
    };
    Offered { parse: outcome, words }
}

/// An encoding by its name.
pub(crate) fn encodings() -> Offered<Encoding> {
    Offered { parse: encoding, words: || plain(&["utf-8", "utf-16le", "utf-16be", "windows-1252"]) }
}

/// A layout of an input, or `auto`.
pub(crate) fn input_formats() -> Offered<InputFormat> {
    Offered { parse: input_format, words: || plain(&["auto", "csv", "jsonl", "xlsx"]) }
}
