//! `idv codes`: the status codes as a table.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use anyhow::bail;

use crate::cli::CodesArgs;
use crate::exit::Exit;
use crate::model::code::{self, CODES, Code};
use crate::output;
use crate::output::text_layout;
use crate::words::Lang;

/// Prints all codes, or one.
pub(crate) fn run(args: &CodesArgs) -> anyhow::Result<Exit> {
    let width = if io::stdout().is_terminal() { output::width() } else { 0 };
    let text = match args.code {
        None if width > 0 => by_two_lines(width),
        None => by_lines(),
        Some(number) => match code::find(number) {
            Some(code) => describe(code, width),
            None => bail!(
                "{number} is not documented\n\n  \
                 hint: such an answer is reported as unrecognised and its charge as unknown; \
                 the documented codes: idv codes"
            ),
        },
    };
    output::print(text.as_bytes())?;
    Ok(Exit::Ok)
}

const OTHER_CODES: &str =
    "\nAny other code: unrecognised, perhaps charged, never asked again by itself.\n";

/// The meaning of a code.
fn meaning(code: &Code) -> &'static str {
    Lang::En.words().code_meaning(code.name)
}

/// What idv does about a code, and then what is left for a person to do.
fn action(code: &Code) -> String {
    let words = Lang::En.words();
    let (reaction, next) = (words.code_reaction(code.class), words.code_next(code.name));
    format!("{reaction} {next}").trim_end().to_owned()
}

/// Lists each code on one line, for grep.
fn by_lines() -> String {
    let mut text =
        format!("{:<6} {:<8} {:<48} {}\n", "CODE", "CHARGED", "MEANING", "WHAT IDV DOES");
    for code in CODES {
        let Code { number, charge, .. } = code;
        let (charged, meaning, action) = (charge.word(), meaning(&code), action(&code));
        // Writing to a String can't fail.
        let _ = writeln!(text, "{number:<6} {charged:<8} {meaning:<48} {action}");
    }
    text + OTHER_CODES
}

/// Lists each code on two lines, for a terminal, which is seldom wide enough for one.
fn by_two_lines(width: usize) -> String {
    let indent = " ".repeat(16);
    let mut text = format!("{:<6} {:<8} MEANING, AND WHAT IDV DOES\n", "CODE", "CHARGED");
    for code in CODES {
        let first = format!("{:<6} {:<8} ", code.number, code.charge.word());
        let meaning = text_layout::wrap(meaning(&code), width, &first, &indent);
        let action = text_layout::wrap(&action(&code), width, &indent, &indent);
        // Writing to a String can't fail.
        let _ = writeln!(text, "{meaning}\n{action}");
    }
    text + &text_layout::wrap(OTHER_CODES, width, "", "")
}

/// Describes one code. A width of 0 breaks no line.
fn describe(code: &Code, width: usize) -> String {
    let Code { number, message, .. } = code;
    let action = action(code);
    let pairs = [("meaning", meaning(code)), ("charged", code.charge.word()), ("idv", &action)];
    pairs.into_iter().fold(format!("{number}  {message}\n\n"), |text, (name, value)| {
        text + &text_layout::wrap(value, width, &format!("  {name:<10}"), &" ".repeat(12)) + "\n"
    })
}
