//! Renders the progress of a run: two lines for a terminal, one line for a log.

use std::time::Duration;

use crate::output::text_layout::{columns, cut};
use crate::words::{Lang, Words};

/// Columns of the longest and of the shortest bar.
const BAR: usize = 30;
const BAR_LEAST: usize = 5;

/// The progress of a run at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ProgressView {
    /// Finished rows.
    pub rows: u64,
    /// All rows, if their number is known.
    pub total: Option<u64>,
    /// Rows a second.
    pub rate: f64,
    /// Estimated time for the rest.
    pub left: Option<Duration>,
    /// Rows that were charged.
    pub charged: u64,
    /// Rows that may have been charged.
    pub unknown: u64,
    /// The state of the pace in a few words. Empty if nothing slows the run down.
    pub pace: String,
    /// The language.
    pub lang: Lang,
}

impl ProgressView {
    /// The first line on a terminal: how far the run is.
    pub(crate) fn way(&self, width: usize) -> String {
        let words = [self.done(), self.rate(), self.left()].join("  ");
        let words = words.trim_end();
        let room = width.saturating_sub(columns(words) + 1).min(BAR);
        match self.total {
            Some(total) if room >= BAR_LEAST => {
                cut(&format!("{} {words}", bar(self.rows, total, room)), width)
            }
            Some(_) | None => cut(words, width),
        }
    }

    /// The second line on a terminal: the charges and the state of the pace.
    pub(crate) fn money(&self, width: usize) -> String {
        let words = [self.charged(), self.unknown(), self.pace.clone()].join("  ");
        cut(words.trim_end(), width)
    }

    /// The line in a log.
    pub(crate) fn line(&self) -> String {
        let said = [self.done(), self.rate(), self.left(), self.charged(), self.unknown()];
        let said = said.into_iter().chain([self.pace.clone()]);
        said.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn words(&self) -> &'static dyn Words {
        self.lang.words()
    }

    fn done(&self) -> String {
        self.words().done(self.rows, self.total)
    }

    fn rate(&self) -> String {
        self.words().rows_per_second(self.rate)
    }

    fn left(&self) -> String {
        self.left.map_or_else(String::new, |left| self.words().left(left))
    }

    fn charged(&self) -> String {
        self.words().charged(self.charged)
    }

    fn unknown(&self) -> String {
        self.words().unknown(self.unknown)
    }
}

/// A bar of so many columns, filled in proportion.
fn bar(rows: u64, total: u64, width: usize) -> String {
    let width_wide = u128::try_from(width).unwrap_or_default();
    let filled = u128::from(rows.min(total)) * width_wide / u128::from(total.max(1));
    let filled = usize::try_from(filled).unwrap_or(width);
    "█".repeat(filled) + &"░".repeat(width - filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> ProgressView {
        ProgressView {
            rows: 12_345,
            total: Some(50_000),
            rate: 117.6,
            left: Some(Duration::from_secs(320)),
            charged: 12_001,
            unknown: 3,
            pace: "paused 3 s (302)".to_owned(),
            lang: Lang::En,
        }
    }

    fn drawn(view: &ProgressView, width: usize) -> String {
        format!("{}\n{}", view.way(width), view.money(width))
    }

    #[test]
    fn a_run_looks_so_on_a_terminal_and_in_a_log() {
        let endless = ProgressView { total: None, left: None, rate: 3.26, ..view() };
        let huge = ProgressView {
            rows: 123_456_789,
            total: Some(200_000_000),
            rate: 61_234.0,
            left: Some(Duration::from_secs(200_000)),
            charged: 123_000_000,
            ..view()
        };
        let mut seen = Vec::new();
        for (name, view) in [("usual", view()), ("a pipe", endless), ("huge", huge)] {
            for width in [60, 80, 120] {
                seen.push(format!("{name}, {width} columns:\n{}\n", drawn(&view, width)));
            }
            seen.push(format!("{name}, in a log:\n{}\n", view.line()));
        }
        insta::assert_snapshot!(seen.join("\n"));
    }

    #[test]
    fn a_run_looks_so_in_indonesian() {
        let view = ProgressView { lang: Lang::Id, ..view() };
        let widths = [60, 80, 120].map(|width| format!("{width}:\n{}\n", drawn(&view, width)));
        insta::assert_snapshot!(widths.join("\n") + &view.line());
    }

    #[test]
    fn nothing_is_wider_than_the_terminal() {
        let said = ProgressView { pace: "陳".repeat(100), ..view() };
        for width in 1..200 {
            for line in drawn(&said, width).lines() {
                assert!(columns(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn a_bar_is_full_at_the_end_and_not_before() {
        assert_eq!(bar(0, 10, 5), "░░░░░");
        assert_eq!(bar(9, 10, 5), "████░");
        assert_eq!(bar(10, 10, 5), "█████");
        assert_eq!(bar(11, 10, 5), "█████");
        assert_eq!(bar(0, 0, 5), "░░░░░");
        assert_eq!(bar(u64::MAX, u64::MAX, 5), "█████");
    }
}
