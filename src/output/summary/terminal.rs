//! The summary for people: what fits a terminal of 60 columns and more.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use crate::model::code::{self, Charge};
use crate::model::outcome::{Outcome, Source};
use crate::output::summary::{CrossTable, Summary};
use crate::output::table::{Style, paint};
use crate::output::text::escape;
use crate::output::text_layout::lines;
use crate::words::{Lang, Words};

/// The layout where there is no terminal to fit.
const USUAL: usize = 100;

/// A narrower terminal than this breaks our lines by itself.
const NARROWEST: usize = 50;

/// The longest bar, in columns.
const BAR: usize = 24;

/// The shortest bar that still says something.
const SHORT_BAR: usize = 12;

/// What stands before a bar beside the word: the number of rows, and spaces.
const BEFORE_BAR: usize = 15;

/// What stands after a bar: the share.
const AFTER_BAR: usize = 6;

/// How text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TerminalStyle {
    /// Whether colour is used.
    pub color: bool,
    /// The columns of the terminal; `None` where there is none, so that no line is broken.
    pub width: Option<usize>,
    /// The language.
    pub lang: Lang,
}

/// A text that is written line by line.
struct Page {
    text: String,
    look: TerminalStyle,
}

impl Summary<'_> {
    /// For people.
    pub fn text(&self, look: TerminalStyle) -> String {
        let mut page = Page { text: String::new(), look };
        self.headline(&mut page);
        self.outcomes(&mut page);
        self.matches(&mut page);
        self.codes(&mut page);
        self.problems(&mut page);
        self.charges(&mut page);
        self.end(&mut page);
        page.text
    }

    fn headline(&self, page: &mut Page) {
        let (rows, elapsed) = (self.tally.rows(), self.totals.elapsed);
        page.line(&page.words().headline(rows, elapsed, self.rate()));
        let origin = &self.totals.origin;
        // The system's user alone is no news on the user's own terminal.
        if origin.reference.is_some() || origin.purpose.is_some() {
            page.line(&origin.in_words(page.words()).unwrap_or_default());
        }
        if let Some(sentence) = page.words().left_out(self.totals.left_out) {
            page.line(&sentence);
        }
    }

    fn outcomes(&self, page: &mut Page) {
        let (tally, all) = (self.tally, self.tally.rows());
        let (lang, words) = (page.look.lang, page.words());
        let shown = Outcome::ALL.into_iter().filter(|outcome| tally.outcome(*outcome) > 0);
        let shown: Vec<_> = shown.collect();
        let most = shown.iter().map(|outcome| tally.outcome(*outcome)).max().unwrap_or_default();
        let longest = widest(Outcome::ALL.iter().map(|outcome| words.outcome(*outcome)));
        let meanings = widest(shown.iter().map(|outcome| words.outcome_meaning(*outcome)));
        let room = page.width().saturating_sub(longest + BEFORE_BAR + AFTER_BAR);
        let (bar, explained) = match room.checked_sub(meanings + 2) {
            Some(room) if room >= SHORT_BAR => (room.min(BAR), true),
            Some(_) | None => (room.min(BAR), false),
        };
        page.gap(shown.is_empty());
        for outcome in shown {
            let rows = tally.outcome(outcome);
            let drawn = bar_of(rows, most, bar);
            let gap = " ".repeat(bar - drawn.width());
            let drawn = page.paint(&drawn, Style::of(outcome));
            let (word, part) = (words.outcome(outcome), lang.share(rows, all));
            let (rows, column) = (lang.thousands(rows), longest + 1);
            let meaning = if explained { words.outcome_meaning(outcome) } else { "" };
            page.line(&format!("  {word:<column$}{rows:>10}  {drawn}{gap} {part:>5}  {meaning}"));
        }
    }

    /// Answered rows by both matches, since a phone that does not belong is often a relative's.
    fn matches(&self, page: &mut Page) {
        let cells = CrossTable::of(self.tally);
        page.gap(cells.is_empty());
        if cells.is_empty() {
            return;
        }
        let (lang, words) = (page.look.lang, page.words());
        let label = widest(cells.shown().map(|phone| words.phone_matched(phone))) + 2;
        let columns = cells.shown().map(|name| format!("{:>11}", words.name_matched(name)));
        page.line(&format!("  {:<label$}{}", "", columns.collect::<String>()));
        for phone in cells.shown() {
            let cell = |name| match cells.rows(phone, name) {
                0 => format!("{:>11}", "·"),
                rows => format!("{:>11}", lang.thousands(rows)),
            };
            let (said, cells) = (words.phone_matched(phone), cells.shown().map(cell));
            page.line(&format!("  {said:<label$}{}", cells.collect::<String>()));
        }
    }

    fn codes(&self, page: &mut Page) {
        let (lang, words) = (page.look.lang, page.words());
        let mut codes = self.tally.codes().peekable();
        page.gap(codes.peek().is_none());
        if codes.peek().is_some() {
            let (code, rows) = (words.code_column(), words.rows_column());
            page.line(&format!("  {code:<9}{rows:>11}  {}", words.meaning_column()));
        }
        for (number, rows) in codes {
            let known = code::find(number);
            let meaning =
                known.map_or(words.undocumented_code(), |code| words.code_meaning(code.name));
            page.entry(&format!("  {number:<9}{:>11}  ", lang.thousands(rows)), meaning);
        }
    }

    fn problems(&self, page: &mut Page) {
        let (lang, words) = (page.look.lang, page.words());
        let mut problems = self.tally.problems().peekable();
        page.gap(problems.peek().is_none());
        if problems.peek().is_some() {
            let (problem, rows) = (words.problem_column(), words.rows_column());
            page.line(&format!("  {problem:<24}{rows:>11}  {}", words.level_column()));
        }
        for (code, level, rows) in problems {
            let rows = lang.thousands(rows);
            page.line(&format!("  {code:<24}{rows:>11}  {}", words.level(level)));
        }
    }

    fn charges(&self, page: &mut Page) {
        let (tally, words) = (self.tally, page.words());
        page.gap(false);
        let [yes, no, unknown] =
            [Charge::Yes, Charge::No, Charge::Unknown].map(|charge| tally.charged(charge));
        page.line(&words.charges(yes, no, unknown));
        if let Some(money) = self.money() {
            let open = (unknown > 0).then_some(money.unknown);
            page.entry(words.price_label(), &words.price(money.charged, money.each, open));
        }
        self.saved(page);
        let took = |share| tally.latency(share);
        if let (Some(p50), Some(p95), Some(p99)) = (took(0.5), took(0.95), took(0.99)) {
            page.line(&words.latency(p50, p95, p99));
        }
        if let Some(how) = self.totals.pace.in_words(page.look.lang) {
            page.entry(words.slowed_label(), &how);
        }
    }

    fn saved(&self, page: &mut Page) {
        let (tally, words) = (self.tally, page.words());
        if tally.saved() == 0 {
            return;
        }
        let (ledger, duplicates) = (tally.source(Source::Ledger), tally.source(Source::Duplicate));
        let worth = self.money().map(|money| money.saved);
        let known = words.known(ledger, duplicates, tally.saved(), worth);
        page.entry(words.known_label(), &known);
    }

    fn end(&self, page: &mut Page) {
        let words = page.words();
        if let Some(reason) = &self.totals.stopped {
            page.gap(false);
            let label = words.stopped_label();
            let painted = page.paint(label, Style::Warn);
            page.labelled(&painted, label.width(), &escape(&reason.in_words(words)));
        }
        page.gap(self.totals.next.is_empty() || self.totals.stopped.is_some());
        for next in &self.totals.next {
            let label = words.next_label();
            let painted = page.paint(label, Style::Strong);
            page.labelled(&painted, label.width(), &escape(&words.next_step(next)));
        }
    }
}

/// Columns of the widest word.
fn widest<'w>(words: impl Iterator<Item = &'w str>) -> usize {
    words.map(UnicodeWidthStr::width).max().unwrap_or_default()
}

impl Page {
    fn words(&self) -> &'static dyn Words {
        self.look.lang.words()
    }

    fn width(&self) -> usize {
        self.look.width.unwrap_or(USUAL).max(NARROWEST)
    }

    fn paint(&self, text: &str, style: Style) -> String {
        paint(text, style, self.look.color).into_owned()
    }

    /// An empty line before what comes, if anything does.
    fn gap(&mut self, nothing_comes: bool) {
        if !nothing_comes {
            self.text.push('\n');
        }
    }

    fn line(&mut self, line: &str) {
        // Writing to a String can't fail.
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    /// A label and a sentence, which goes on below itself where it does not fit.
    fn entry(&mut self, label: &str, sentence: &str) {
        self.labelled(label, label.width(), sentence);
    }

    fn labelled(&mut self, label: &str, indent: usize, sentence: &str) {
        let room = match self.look.width {
            Some(_) => self.width() - indent,
            None => usize::MAX,
        };
        let mut label = label.to_owned();
        for line in lines(sentence, room) {
            let line = self.commands(&line);
            self.line(&format!("{label}{line}"));
            label = " ".repeat(indent);
        }
    }

    /// Commands, which stand between backticks, set off by colour where there is any.
    fn commands(&self, line: &str) -> String {
        if !self.look.color || line.matches('`').count() % 2 == 1 {
            return line.to_owned();
        }
        let parts = line.split('`').enumerate();
        parts
            .map(
                |(i, part)| {
                    if i % 2 == 1 { self.paint(part, Style::Strong) } else { part.to_owned() }
                },
            )
            .collect()
    }
}

/// A bar for so many of the most, to an eighth of a column; whatever is there is seen.
fn bar_of(rows: u64, most: u64, columns: usize) -> String {
    let eighths = u128::from(rows) * columns as u128 * 8 / u128::from(most.max(1));
    let eighths = usize::try_from(eighths).unwrap_or_default().max(usize::from(rows > 0));
    let mut bar = "█".repeat(eighths / 8);
    bar.push_str(["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]);
    bar
}
