//! The command line as the ledger keeps it: without personal data, passwords and keys.

use std::ffi::OsString;

use crate::ledger::RunOrigin;
use crate::model::record::Field;
use crate::model::redaction::mask_digits;
use crate::output::text::quoted;

/// The longest command line that is kept, in characters.
const LONGEST: usize = 1000;

/// Adds the command and its arguments to the origin of a run.
pub(crate) fn with_command(origin: RunOrigin, command: &str) -> RunOrigin {
    let arguments = Some(shown(std::env::args_os().skip(1)));
    RunOrigin { command: command.to_owned(), arguments, ..origin }
}

/// Returns the arguments with stars in the place of a person's values.
fn shown(args: impl IntoIterator<Item = OsString>) -> String {
    let mut words = Vec::new();
    let mut hidden = false;
    for arg in args {
        let arg = arg.to_string_lossy();
        let flag = arg.split_once('=').map_or(&*arg, |(flag, _)| flag);
        words.push(match (std::mem::take(&mut hidden), is_confidential(flag)) {
            (true, _) => "***".to_owned(),
            (false, true) if flag.len() < arg.len() => format!("{flag}=***"),
            (false, confidential) => {
                hidden = confidential;
                let password = arg.rsplit_once('@').is_some_and(|(before, _)| before.contains(':'));
                if password { "***".to_owned() } else { mask_digits(&quoted(&arg)).into_owned() }
            }
        });
    }
    words.join(" ").chars().take(LONGEST).collect()
}

/// Returns whether the value of a flag is about a person, or may hold a key. clap takes no shortened
/// flags.
fn is_confidential(flag: &str) -> bool {
    let Some(name) = flag.strip_prefix("--") else { return false };
    name == "partner-key-command"
        || [Field::IdNumber, Field::PhoneNumber, Field::Name]
            .into_iter()
            .any(|field| field.spec().flag == name || field.spec().flag_alias == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_person_are_starred_out() {
        for (args, kept) in [
            (&["verify", "--nik", "3310990101900001", "-v"][..], "verify --nik *** -v"),
            (&["verify", "--name=Budi Contoh", "--phone=0812"], "verify --name=*** --phone=***"),
            (&["batch", "3310990101900001.csv"], "batch ****************.csv"),
            (&["batch", "a.csv", "--proxy", "http://u:p@h"], "batch a.csv --proxy ***"),
            (
                &["batch", "a.csv", "--partner-key-command", "echo k"],
                "batch a.csv --partner-key-command ***",
            ),
        ] {
            assert_eq!(shown(args.iter().map(|arg| OsString::from(*arg))), kept);
        }
    }
}
