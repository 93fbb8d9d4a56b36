//! The text of an error that ends a command, with a hint.

use std::io;

use crate::words::{ErrorHint, Lang};

/// The text of an error. One that has only the system's message gets a hint.
pub(crate) fn of(error: &anyhow::Error, lang: Lang) -> String {
    let words = lang.words();
    let hint = hint(error).map(|hint| words.hint(words.error_hint(hint)));
    format!("{}{}", words.error(&format!("{error:#}")), hint.unwrap_or_default())
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
