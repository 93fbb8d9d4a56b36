//! Keeps the key and personal data out of core files and panic messages.

use std::any::Any;
use std::fmt::Display;
use std::io::Write as _;
use std::panic;

use crate::platform;

/// Turns off core files and sets the panic hook. The program calls it once, before anything else.
pub fn prepare() {
    platform::disable_crash_dumps();
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or("a place unknown".to_owned(), ToString::to_string);
        // If stderr is closed, there is no place for the message.
        let _ = writeln!(std::io::stderr().lock(), "{}", message(&place, info.payload()));
        platform::end_after_panic();
    }));
}

/// Makes the panic message. It shows only text that is constant in the program: formatted text may
/// hold a cell of the input or an answer.
fn message(place: &impl Display, payload: &(dyn Any + Send)) -> String {
    let words = payload.downcast_ref::<&'static str>().copied();
    let words = words.unwrap_or("its words are not shown, since they may name a person");
    format!(
        "error: idv failed because of a bug at {place} ({words})\n\n  \
         hint: report that place and `idv --version`; what was under way is listed by \
         `idv ledger show --outcome unknown`,\n  and running the same command again pays for nothing \
         twice"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_text_is_shown_and_formatted_text_is_not() {
        let said = message(&"src/row.rs:1:2", &"no such column");
        assert!(said.contains("src/row.rs:1:2 (no such column)"), "{said}");
        let said = message(&"src/row.rs:1:2", &format!("bad cell {}", "3310990101900001"));
        assert!(said.contains("src/row.rs:1:2 (its words are not shown"), "{said}");
        assert!(!said.contains("3310990101900001"), "{said}");
    }
}
