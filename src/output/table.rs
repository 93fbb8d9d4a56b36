//! Results as a table for people: fixed widths, cut names, escaped control characters.

use std::borrow::Cow;
use std::io;

use anstyle::{AnsiColor, Color, Style as Ansi};

use crate::model::code::{self, Charge};
use crate::model::field_match::Match;
use crate::model::outcome::Outcome;
use crate::model::problem::{Level, Problem};
use crate::model::record::Field;
use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::output::text_layout::{self, columns};
use crate::output::{Layout, Sink, Writer};
use crate::words::{Lang, Words};

/// Width of each column on a wide terminal and in a file.
const ROW: usize = 6;
const NIK: usize = 16;
const PHONE: usize = 14;
const NAME: usize = 20;
const CHARGED: usize = 8;
const WHAT: usize = 42;

/// The narrowest useful columns of the name.
const NAME_LEAST: usize = 10;
/// Columns of the narrowest table.
const NARROW: usize = 59;
/// The usual widths of the name and of the explanation.
const NAME_USUAL: usize = 14;
const WHAT_USUAL: usize = 26;

/// Widths of the columns. A width of 0 leaves a column out; row, number and outcome are always shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ColumnWidths {
    phone: usize,
    name: usize,
    outcome: usize,
    charged: usize,
    what: usize,
}

impl ColumnWidths {
    /// The widths for a terminal of this width. 0 has room for all columns.
    fn of(width: usize, lang: Lang) -> Self {
        let (outcome, charged) = (outcome_width(lang), charged_width(lang));
        let all = Self { phone: PHONE, name: NAME, outcome, charged, what: WHAT };
        if width == 0 {
            return all;
        }
        let before = ROW + 2 + NIK + 1 + outcome + 1;
        // The words of an outcome take more room in some languages.
        let what_least = NARROW.saturating_sub(before);
        let fixed = before + what_least;
        let mut room = width.saturating_sub(fixed);
        let mut take = |least: usize| {
            let fits = room > least;
            room -= if fits { least + 1 } else { 0 };
            if fits { least } else { 0 }
        };
        let (charged, name, phone) = (take(charged), take(NAME_LEAST), take(PHONE));
        // Room goes first to most names, then to the explanation, then to long names.
        let mut more = |most: usize, there: bool| {
            let more = if there { room.min(most) } else { 0 };
            room -= more;
            more
        };
        let name = name + more(NAME_USUAL - NAME_LEAST, name > 0);
        let what = what_least + more(WHAT_USUAL - what_least, true);
        let name = name + more(NAME - NAME_USUAL, name > 0);
        let what = what + more(WHAT - WHAT_USUAL, true);
        Self { phone, name, outcome, charged, what }
    }

    /// Widths of the columns between the row's number and the last column.
    const fn widths(self) -> [usize; 5] {
        [NIK, self.phone, self.name, self.outcome, self.charged]
    }
}

/// Columns of the longest outcome.
fn outcome_width(lang: Lang) -> usize {
    let words = Outcome::ALL.map(|outcome| columns(lang.words().outcome(outcome)));
    words.into_iter().max().unwrap_or_default()
}

/// Columns of the longest charge, or of its heading.
fn charged_width(lang: Lang) -> usize {
    let charges = [Charge::Yes, Charge::No, Charge::Unknown];
    let words = charges.map(|charge| columns(lang.words().charge(charge)));
    words.into_iter().max().unwrap_or_default().max(CHARGED)
}

/// Writes results as lines of a table.
pub(crate) struct Table {
    out: Writer,
    layout: Layout,
    columns: ColumnWidths,
}

impl Table {
    /// Makes a table for a terminal of so many columns, and writes its header. 0 is a file.
    pub(crate) fn new(out: Writer, layout: Layout, width: usize) -> io::Result<Self> {
        let (color, words) = (layout.color, layout.lang.words());
        let columns = ColumnWidths::of(width, layout.lang);
        let mut table = Self { out, layout, columns };
        let [row, nik, phone, name, outcome, charged, what] = words.table_headings();
        let titles = [nik, phone, name, outcome, charged];
        let widths = table.columns.widths();
        let titles = std::array::from_fn(|i| text_layout::fit(titles[i], widths[i]));
        let header = table.line(row, &titles, what);
        writeln!(table.out, "{}", paint(&header, Style::Strong, color))?;
        Ok(table)
    }

    /// Lays out the cells of a line.
    fn line(&self, row: &str, cells: &[String; 5], what: &str) -> String {
        let mut line = format!("{row:>ROW$} ");
        for (cell, width) in cells.iter().zip(self.columns.widths()) {
            if width > 0 {
                line.push(' ');
                line.push_str(cell);
            }
        }
        line.push(' ');
        // A row number beyond a million takes one more column.
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
        let words = self.layout.lang.words();
        let outcome = text_layout::fit(words.outcome(verdict.outcome), self.columns.outcome);
        let cells = [
            field(Field::IdNumber, NIK),
            field(Field::PhoneNumber, self.columns.phone),
            field(Field::Name, self.columns.name),
            paint(&outcome, Style::of(verdict.outcome), self.layout.color).into_owned(),
            text_layout::fit(words.charge(verdict.charged), self.columns.charged),
        ];
        let what = mask.text(row, &what(row, verdict, words)).into_owned();
        let line = self.line(&row.number.to_string(), &cells, &what);
        writeln!(self.out, "{line}")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The explanation of a row in a few words.
pub(crate) fn what<'a>(row: &'a Row, verdict: &'a Verdict, words: &dyn Words) -> Cow<'a, str> {
    if verdict.outcome == Outcome::Held {
        let codes: Vec<_> = row.problems.iter().map(Problem::code).collect();
        return codes.join(", ").into();
    }
    let Some(answer) = &verdict.answer else {
        let explanation = verdict.explanation.as_ref().map(|why| why.in_words(words));
        return explanation.unwrap_or_default().into();
    };
    let short = |said: &str| match Match::of(Some(said)) {
        Match::Other => said.to_owned(),
        value => words.matched(value).to_owned(),
    };
    let phone = answer.id_phone_match.as_deref().map(|said| words.phone_said(&short(said)));
    let name = answer.id_name_match.as_deref().map(|said| words.name_said(&short(said)));
    let matches = [phone, name];
    let said: Vec<_> = matches.into_iter().flatten().chain(answer.reason.clone()).collect();
    if !said.is_empty() {
        return said.join(", ").into();
    }
    let documented = code::find(answer.code).map(|code| code.message);
    let message = answer.message.as_deref().or(documented).unwrap_or(words.not_documented());
    if answer.code == 200 { message.into() } else { format!("{} {message}", answer.code).into() }
}

/// The style of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// A heading.
    Strong,
    /// Less important text.
    Faint,
    /// Good.
    Good,
    /// A warning.
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

/// The text in its style, or unchanged without colour.
pub(crate) fn paint(text: &str, style: Style, color: bool) -> Cow<'_, str> {
    if !color {
        return text.into();
    }
    let ansi = style.ansi();
    format!("{ansi}{text}{ansi:#}").into()
}

#[cfg(test)]
mod tests;
