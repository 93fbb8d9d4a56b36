//! The flags of a record's fields, made from the table of fields.

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use crate::model::record::Field;

/// The values of the flags of a record's fields.
#[derive(Debug, Default)]
pub(crate) struct RecordArgs {
    values: Vec<(Field, String)>,
}

impl RecordArgs {
    /// Returns the value of a field's flag.
    pub(crate) fn get(&self, field: Field) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == field).map(|(_, value)| value.as_str())
    }
}

impl Args for RecordArgs {
    fn augment_args(command: Command) -> Command {
        let command = command.next_help_heading("Record");
        Field::ALL.into_iter().fold(command, |command, field| command.arg(flag(field)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn flag(field: Field) -> Arg {
    let spec = field.spec();
    let help = match spec.default {
        Some(default) => format!("{} [default: {default}]", spec.help),
        None => spec.help.to_owned(),
    };
    Arg::new(spec.name)
        .long(spec.flag)
        .visible_aliases(spec.flag_alias)
        .value_name(spec.value)
        .conflicts_with("stdin")
        .allow_hyphen_values(true)
        .help(help)
}

impl FromArgMatches for RecordArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let value = |field: Field| Some((field, matches.get_one::<String>(field.name())?.clone()));
        Ok(Self { values: Field::ALL.into_iter().filter_map(value).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
