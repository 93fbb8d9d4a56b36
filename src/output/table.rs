//! Results as a table for people: fixed widths, names cut, escape sequences shown, not obeyed.

use std::borrow::Cow;
use std::io;

use anstyle::{AnsiColor, Color, Style as Ansi};

use crate::code;
use crate::outcome::{Outcome, Verdict};
use crate::output::{Layout, Sink, Writer};
use crate::problem::Level;
use crate::record::Field;
use crate::row::Row;
use crate::text;

const ROW: usize = 6;
const NIK: usize = 17;
const PHONE: usize = 14;
const NAME: usize = 20;
const OUTCOME: usize = 12;
const CHARGED: usize = 7;
/// The last column has no width of its own, but an end.
const WHAT: usize = 42;

/// Writes results as lines of a table.
pub struct Table {
    out: Writer,
    layout: Layout,
}

impl Table {
    /// Writes the header.
    pub fn new(mut out: Writer, layout: Layout) -> io::Result<Self> {
        let header = format!(
            "{:>ROW$}  {:NIK$} {:PHONE$} {:NAME$} {:OUTCOME$} {:CHARGED$}  WHAT",
            "ROW", "ID NUMBER", "PHONE", "NAME", "OUTCOME", "CHARGED"
        );
        writeln!(out, "{}", paint(&header, Style::Strong, layout.color))?;
        Ok(Self { out, layout })
    }
}

impl Sink for Table {
    fn write(&mut self, row: &Row, verdict: &Verdict) -> io::Result<()> {
        let mask = &self.layout.mask;
        let field = |field: Field, width| {
            let value = mask.field(field, row.record.get(field));
            text::fit(&value, width)
        };
        let outcome = text::fit(verdict.outcome.word(), OUTCOME);
        writeln!(
            self.out,
            "{:>ROW$}  {} {} {} {} {:CHARGED$}  {}",
            row.number,
            field(Field::IdNumber, NIK),
            field(Field::PhoneNumber, PHONE),
            field(Field::Name, NAME),
            paint(&outcome, Style::of(verdict.outcome), self.layout.color),
            verdict.charged.word(),
            text::cut(&mask.text(&what(row, verdict)), WHAT),
        )
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What there is to say of a row, in a few words.
pub fn what<'a>(row: &'a Row, verdict: &'a Verdict) -> Cow<'a, str> {
    if verdict.outcome == Outcome::Held {
        let codes: Vec<_> = row.problems.iter().map(|problem| problem.code).collect();
        return codes.join(", ").into();
    }
    let Some(answer) = &verdict.answer else {
        return verdict.explanation.as_deref().unwrap_or_default().into();
    };
    let word = |name: &str, said: &Option<String>| {
        // What there is no record for is said by the name already.
        let short =
            |said: &str| if said.starts_with("no_record") { "no record" } else { said }.to_owned();
        said.as_deref().map(|said| format!("{name} {}", short(said)))
    };
    let matches = [word("phone", &answer.id_phone_match), word("name", &answer.id_name_match)];
    let said: Vec<_> = matches.into_iter().flatten().chain(answer.reason.clone()).collect();
    if !said.is_empty() {
        return said.join(", ").into();
    }
    let documented = code::find(answer.code).map(|code| code.message);
    let message = answer.message.as_deref().or(documented).unwrap_or("not documented");
    if answer.code == 200 { message.into() } else { format!("{} {message}", answer.code).into() }
}

/// How a piece of text is set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A heading.
    Strong,
    /// What matters less.
    Faint,
    /// Good.
    Good,
    /// Worth a look.
    Warn,
    /// Bad.
    Bad,
}

impl Style {
    /// The style of an outcome's word.
    pub const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Good,
            Outcome::Fail | Outcome::Unknown => Self::Bad,
            Outcome::NoRecord
            | Outcome::Unrecognised
            | Outcome::Refused
            | Outcome::Held
            | Outcome::Unavailable => Self::Warn,
            Outcome::Skipped => Self::Faint,
        }
    }

    /// The style of a level's word.
    pub const fn of_level(level: Level) -> Self {
        match level {
            Level::Malformed => Self::Bad,
            Level::Suspect => Self::Warn,
            Level::Note => Self::Faint,
        }
    }

    fn ansi(self) -> Ansi {
        let color = |color| Ansi::new().fg_color(Some(Color::Ansi(color)));
        match self {
            Self::Strong => Ansi::new().bold(),
            Self::Faint => Ansi::new().dimmed(),
            Self::Good => color(AnsiColor::Green),
            Self::Warn => color(AnsiColor::Yellow),
            Self::Bad => color(AnsiColor::Red),
        }
    }
}

/// The text in its style, or as it is where no colour is wanted.
pub fn paint(text: &str, style: Style, color: bool) -> Cow<'_, str> {
    if !color {
        return text.into();
    }
    let ansi = style.ansi();
    format!("{ansi}{text}{ansi:#}").into()
}
