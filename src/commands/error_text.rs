//! The text of an error that ends a command, with a hint.

use std::io;

use crate::commands::plan::PlanError;
use crate::input::InputError;
use crate::output::OutputError;
use crate::settings::SettingsError;
use crate::words::{ErrorHint, Lang, Words};

/// The text of an error. One that has only the system's message gets a hint.
pub(crate) fn of(error: &anyhow::Error, lang: Lang) -> String {
    let words = lang.words();
    let hint = hint(error).map(|hint| words.hint(words.error_hint(hint)));
    let said = known(error, words).unwrap_or_else(|| format!("{error:#}"));
    format!("{}{}", words.error(&said), hint.unwrap_or_default())
}

/// The text of an error that clerks meet: a file that can't be read or written, or an account that is
/// not set up. The others are for engineers, and English.
fn known(error: &anyhow::Error, words: &dyn Words) -> Option<String> {
    if let Some(PlanError::Input(error)) = error.downcast_ref() {
        return Some(error.in_words(words));
    }
    if let Some(error) = error.downcast_ref::<InputError>() {
        return Some(error.in_words(words));
    }
    if let Some(error) = error.downcast_ref::<OutputError>() {
        return Some(error.in_words(words));
    }
    error.downcast_ref::<SettingsError>().map(|error| error.in_words(words))
}

fn hint(error: &anyhow::Error) -> Option<ErrorHint> {
    let has_hint = format!("{error:#}").contains("hint: ");
    let system_error = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
    match system_error.filter(|_| !has_hint)?.kind() {
        io::ErrorKind::NotFound => Some(ErrorHint::CheckTheName),
        io::ErrorKind::PermissionDenied => Some(ErrorHint::ChooseAnotherFile),
        io::ErrorKind::StorageFull => Some(ErrorHint::MakeRoom),
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            Some(ErrorHint::ChooseAnotherName)
        }
        _ => None,
    }
}
