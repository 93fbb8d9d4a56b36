//! The summary for people: what fits a terminal of 60 columns and more.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::model::code::{self, Charge};
use crate::model::outcome::{Outcome, Source};
use crate::output::number_format::{count, millis, share, span, thousands};
use crate::output::summary::{CrossTable, Summary};
use crate::output::table::{Style, paint};
use crate::output::text::escape;
use crate::output::text_layout::lines;
use crate::run::tally::Match;

/// The layout where there is no terminal to fit.
const USUAL: usize = 100;

/// A narrower terminal than this breaks our lines by itself.
const NARROWEST: usize = 50;

/// The longest bar, in columns.
const BAR: usize = 24;

/// The shortest bar that still says something.
const SHORT_BAR: usize = 12;

/// What stands before a bar: the word and the number of rows.
const BEFORE_BAR: usize = 27;

/// What stands after a bar: the share.
const AFTER_BAR: usize = 6;

/// How text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TerminalStyle {
    /// Whether colour is used.
    pub color: bool,
    /// The columns of the terminal; `None` where there is none, so that no line is broken.
    pub width: Option<usize>,
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
        let rows = count(self.tally.rows(), "row");
        let rate = self.rate();
        // A rate of less than ten is telling only with its decimal.
        let rate = if rate < 9.95 { format!("{rate:.1}") } else { thousands_of(rate) };
        page.line(&format!("{rows} in {}, {rate} rows/s", span(self.totals.elapsed)));
    }

    fn outcomes(&self, page: &mut Page) {
        let (tally, all) = (self.tally, self.tally.rows());
        let shown = Outcome::ALL.into_iter().filter(|outcome| tally.outcome(*outcome) > 0);
        let shown: Vec<_> = shown.collect();
        let most = shown.iter().map(|outcome| tally.outcome(*outcome)).max().unwrap_or_default();
        let meanings = shown.iter().map(|outcome| outcome.meaning().width()).max();
        let room = page.width().saturating_sub(BEFORE_BAR + AFTER_BAR);
        let (bar, explained) = match room.checked_sub(meanings.unwrap_or_default() + 2) {
            Some(room) if room >= SHORT_BAR => (room.min(BAR), true),
            Some(_) | None => (room.min(BAR), false),
        };
        page.gap(shown.is_empty());
        for outcome in shown {
            let rows = tally.outcome(outcome);
            let drawn = bar_of(rows, most, bar);
            let gap = " ".repeat(bar - drawn.width());
            let drawn = page.paint(&drawn, Style::of(outcome));
            let (word, rows, part) = (outcome.word(), thousands(rows), share(rows, all));
            let meaning = if explained { outcome.meaning() } else { "" };
            page.line(&format!("  {word:<13}{rows:>10}  {drawn}{gap} {part:>5}  {meaning}"));
        }
    }

    /// Answered rows by both matches: whose phone it is that does not belong.
    fn matches(&self, page: &mut Page) {
        let cells = CrossTable::of(self.tally);
        page.gap(cells.is_empty());
        if cells.is_empty() {
            return;
        }
        let heading = |kind: Match| match kind {
            Match::Pass => "name pass",
            Match::Fail => "name fail",
            Match::NoRecord => "no record",
            Match::Other => "other",
        };
        let columns = cells.shown().map(|name| format!("{:>11}", heading(name)));
        page.line(&format!("  {:<12}{}", "", columns.collect::<String>()));
        for phone in cells.shown() {
            let label = match phone {
                Match::Pass => "phone pass",
                Match::Fail => "phone fail",
                Match::NoRecord => "no record",
                Match::Other => "other",
            };
            let cell = |name| match cells.rows(phone, name) {
                0 => format!("{:>11}", "·"),
                rows => format!("{:>11}", thousands(rows)),
            };
            page.line(&format!("  {label:<12}{}", cells.shown().map(cell).collect::<String>()));
        }
    }

    fn codes(&self, page: &mut Page) {
        let mut codes = self.tally.codes().peekable();
        page.gap(codes.peek().is_none());
        if codes.peek().is_some() {
            page.line("  code            rows  meaning");
        }
        for (number, rows) in codes {
            let meaning =
                code::find(number).map_or("not documented by the provider", |c| c.meaning);
            page.entry(&format!("  {number:<9}{:>11}  ", thousands(rows)), meaning);
        }
    }

    fn problems(&self, page: &mut Page) {
        let mut problems = self.tally.problems().peekable();
        page.gap(problems.peek().is_none());
        if problems.peek().is_some() {
            page.line("  problem                        rows  level");
        }
        for (code, level, rows) in problems {
            page.line(&format!("  {code:<24}{:>11}  {}", thousands(rows), level.word()));
        }
    }

    fn charges(&self, page: &mut Page) {
        let charged = |charge| thousands(self.tally.charged(charge));
        let (yes, no, unknown) =
            (charged(Charge::Yes), charged(Charge::No), charged(Charge::Unknown));
        page.gap(false);
        page.line(&format!("charged: {yes}   not charged: {no}   unknown: {unknown}"));
        if let Some(money) = self.money() {
            let open = match self.tally.charged(Charge::Unknown) {
                0 => String::new(),
                _ => format!(", and {} more if what is unknown was charged", money.unknown),
            };
            page.entry("price: ", &format!("{} at {} a call{open}", money.charged, money.each));
        }
        self.saved(page);
        let took = |share| self.tally.latency(share).map(millis);
        if let (Some(p50), Some(p95), Some(p99)) = (took(0.5), took(0.95), took(0.99)) {
            page.line(&format!("answers took: {p50} (half), {p95} (95%), {p99} (99%)"));
        }
        if let Some(words) = self.totals.pace.words() {
            page.entry("slowed down: ", &words);
        }
    }

    fn saved(&self, page: &mut Page) {
        if self.tally.saved() == 0 {
            return;
        }
        let from = |source, what: &str| match self.tally.source(source) {
            0 => None,
            rows => Some(format!("{} {what}", count(rows, "row"))),
        };
        let (ledger, duplicates) =
            (from(Source::Ledger, "from the ledger"), from(Source::Duplicate, "as duplicates"));
        let sources: Vec<_> = [ledger, duplicates].into_iter().flatten().collect();
        let worth =
            self.money().map_or_else(String::new, |money| format!(", worth {}", money.saved));
        let charges = count(self.tally.saved(), "charge");
        page.entry("known already: ", &format!("{}; saved {charges}{worth}", sources.join(", ")));
    }

    fn end(&self, page: &mut Page) {
        if let Some(reason) = &self.totals.stopped {
            page.gap(false);
            let label = page.paint("stopped: ", Style::Warn);
            page.labelled(&label, "stopped: ".len(), &escape(&reason.to_string()));
        }
        page.gap(self.totals.next.is_empty() || self.totals.stopped.is_some());
        for next in &self.totals.next {
            let label = page.paint("next: ", Style::Strong);
            page.labelled(&label, "next: ".len(), &escape(next));
        }
    }
}

impl Page {
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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is neither negative nor near the bounds"
)]
fn thousands_of(rate: f64) -> String {
    thousands(rate.round() as u64)
}
