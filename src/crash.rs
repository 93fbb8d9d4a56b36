//! What a crash leaves behind: no image of the memory, in which the key and people stand, and no
//! message that could name them.

use std::any::Any;
use std::fmt::Display;
use std::io::Write as _;
use std::panic;

/// To be called once, before anything else: from then on a crash is discreet.
pub fn prepare() {
    no_core_file();
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or("a place unknown".to_owned(), ToString::to_string);
        // Nobody can be told when stderr is closed.
        let _ = writeln!(std::io::stderr().lock(), "{}", message(&place, info.payload()));
    }));
}

/// A core file would hold all that the process knew.
#[cfg(unix)]
fn no_core_file() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // To ask for less is always allowed; where the system has no such limit, there is none to set.
    let _ = setrlimit(Resource::Core, none);
}

#[cfg(not(unix))]
fn no_core_file() {}

/// Words that stand in the program as they are can be shown. What was put together when it happened
/// may hold a cell of the input or an answer, and is not.
fn message(place: &impl Display, payload: &(dyn Any + Send)) -> String {
    let words = payload.downcast_ref::<&'static str>().copied();
    let words = words.unwrap_or("its words are not shown, since they may name a person");
    format!(
        "error: idv has met a mistake of its own at {place} ({words})\n\n  \
         hint: report that place and `idv --version`; what was under way is listed by \
         `idv ledger show --outcome unknown`,\n  and running the same command again pays for nothing \
         twice"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_program_are_shown_and_words_with_data_are_not() {
        let said = message(&"src/row.rs:1:2", &"no such column");
        assert!(said.contains("src/row.rs:1:2 (no such column)"), "{said}");
        let said = message(&"src/row.rs:1:2", &format!("bad cell {}", "3310990101900001"));
        assert!(said.contains("src/row.rs:1:2 (its words are not shown"), "{said}");
        assert!(!said.contains("3310990101900001"), "{said}");
    }
}
