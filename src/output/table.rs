//! Results as a table for people: fixed widths, names cut, escape sequences shown, not obeyed.

use std::borrow::Cow;
use std::io;

use anstyle::{AnsiColor, Color, Style as Ansi};

use crate::model::code;
use crate::model::outcome::Outcome;
use crate::model::problem::Level;
use crate::model::record::Field;
use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::output::text_layout;
use crate::output::{Layout, Sink, Writer};

/// How wide each column is, on a wide terminal and in a file.
const ROW: usize = 6;
const NIK: usize = 16;
const PHONE: usize = 14;
const NAME: usize = 20;
const OUTCOME: usize = 12;
const CHARGED: usize = 8;
const WHAT: usize = 42;

/// So much of a name, and of what there is to say, is worth a column.
const NAME_LEAST: usize = 10;
const WHAT_LEAST: usize = 21;
/// So much is enough for most.
const NAME_USUAL: usize = 14;
const WHAT_USUAL: usize = 26;

/// The columns that there is room for: row, number and outcome always; 0 leaves one out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ColumnWidths {
    phone: usize,
    name: usize,
    charged: usize,
    what: usize,
}

impl ColumnWidths {
    /// The columns for a terminal of this width; 0 has room for all.
    fn of(width: usize) -> Self {
        let all = Self { phone: PHONE, name: NAME, charged: CHARGED, what: WHAT };
        if width == 0 {
            return all;
        }
        let fixed = ROW + 2 + NIK + 1 + OUTCOME + 1 + WHAT_LEAST;
        let mut room = width.saturating_sub(fixed);
        let mut take = |least: usize| {
            let fits = room > least;
            room -= if fits { least + 1 } else { 0 };
            if fits { least } else { 0 }
        };
        let (charged, name, phone) = (take(CHARGED), take(NAME_LEAST), take(PHONE));
        // In turn: most names whole, a missing record whole, long names.
        let mut more = |most: usize, there: bool| {
            let more = if there { room.min(most) } else { 0 };
            room -= more;
            more
        };
        let name = name + more(NAME_USUAL - NAME_LEAST, name > 0);
        let what = WHAT_LEAST + more(WHAT_USUAL - WHAT_LEAST, true);
        let name = name + more(NAME - NAME_USUAL, name > 0);
        let what = what + more(WHAT - WHAT_USUAL, true);
        Self { phone, name, charged, what }
    }

    /// Between the row's number and the last column.
    const fn widths(self) -> [usize; 5] {
        [NIK, self.phone, self.name, OUTCOME, self.charged]
    }
}

/// Writes results as lines of a table.
pub(crate) struct Table {
    out: Writer,
    layout: Layout,
    columns: ColumnWidths,
}

impl Table {
    /// Writes the header, for a terminal of so many columns; 0 where there is none.
    pub(crate) fn new(out: Writer, layout: Layout, width: usize) -> io::Result<Self> {
        let color = layout.color;
        let mut table = Self { out, layout, columns: ColumnWidths::of(width) };
        let titles = ["ID NUMBER", "PHONE", "NAME", "OUTCOME", "CHARGED"];
        let widths = table.columns.widths();
        let titles = std::array::from_fn(|i| text_layout::fit(titles[i], widths[i]));
        let header = table.line("ROW", &titles, "WHAT");
        writeln!(table.out, "{}", paint(&header, Style::Strong, color))?;
        Ok(table)
    }

    /// The cells of a line, each as wide as its column; those without a column are left out.
    fn line(&self, row: &str, cells: &[String; 5], what: &str) -> String {
        let mut line = format!("{row:>ROW$} ");
        for (cell, width) in cells.iter().zip(self.columns.widths()) {
            if width > 0 {
                line.push(' ');
                line.push_str(cell);
            }
        }
        line.push(' ');
        // A row beyond a million takes a column more.
        line.push_str(&text_layout::cut(what, self.columns.what - row.len().saturating_sub(ROW)));
        line.truncate(line.trim_end().len());
        line
    }
}

impl Sink for Table {
    fn write(&mut self, row: &Row, verdict: &Verdict) -> io::Result<()> {
        let mask = &self.layout.mask;
        let field =
            |field, width| text_layout::fit(&mask.field(field, row.record.get(field)), width);
        let outcome = text_layout::fit(verdict.outcome.word(), OUTCOME);
        let cells = [
            field(Field::IdNumber, NIK),
            field(Field::PhoneNumber, self.columns.phone),
            field(Field::Name, self.columns.name),
            paint(&outcome, Style::of(verdict.outcome), self.layout.color).into_owned(),
            text_layout::fit(verdict.charged.word(), self.columns.charged),
        ];
        let what = mask.text(row, &what(row, verdict)).into_owned();
        let line = self.line(&row.number.to_string(), &cells, &what);
        writeln!(self.out, "{line}")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What there is to say of a row, in a few words.
pub(crate) fn what<'a>(row: &'a Row, verdict: &'a Verdict) -> Cow<'a, str> {
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
pub(crate) enum Style {
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
    pub(crate) const fn of(outcome: Outcome) -> Self {
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
    pub(crate) const fn of_level(level: Level) -> Self {
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
pub(crate) fn paint(text: &str, style: Style, color: bool) -> Cow<'_, str> {
    if !color {
        return text.into();
    }
    let ansi = style.ansi();
    format!("{ansi}{text}{ansi:#}").into()
}

#[cfg(test)]
mod tests;
