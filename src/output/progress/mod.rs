//! Shows progress and messages on stderr: a bar on a terminal, plain lines elsewhere. Messages never
//! tear the bar.

mod rendering;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use terminal_size::{Width, terminal_size_of};

use crate::model::code::Charge;
use crate::output::progress::rendering::ProgressView;
use crate::output::text;
use crate::output::text_layout::{columns, wrap};
use crate::run::pacing::SharedStatus;
use crate::words::{Lang, Words};

/// Time between two lines without a bar.
const EVERY: Duration = Duration::from_secs(10);

/// Times a second that the bar is drawn.
const TICK: Duration = Duration::from_millis(100);

/// Counts of the run so far.
#[derive(Debug, Default)]
struct Counts {
    rows: AtomicU64,
    charged: AtomicU64,
    unknown: AtomicU64,
}

/// Shows the progress of a run on stderr. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    quiet: bool,
    lang: Lang,
    bar: Option<ProgressBar>,
    lines: bool,
    total: Option<u64>,
    started: Instant,
    counts: Arc<Counts>,
    pace: SharedStatus,
}

impl Progress {
    /// Shows messages only.
    pub(crate) fn messages(quiet: bool, lang: Lang) -> Self {
        Self {
            quiet,
            lang,
            bar: None,
            lines: false,
            total: None,
            started: Instant::now(),
            counts: Arc::default(),
            pace: SharedStatus::default(),
        }
    }

    /// Shows a bar or lines besides, for a run of so many rows, if their number is known.
    pub(crate) fn run(mut self, shown: bool, total: Option<u64>) -> Self {
        self.total = total;
        self.started = Instant::now();
        if shown && !self.quiet {
            let drawn = io::stderr().is_terminal() && !is_dumb();
            self.lines = !drawn;
            self.bar = drawn.then(|| bar(&self));
        }
        self
    }

    /// The sentences of the language in which it shows messages.
    pub(crate) fn words(&self) -> &'static dyn Words {
        self.lang.words()
    }

    /// The shared status of the pace.
    pub(crate) fn pace_status(&self) -> SharedStatus {
        self.pace.clone()
    }

    /// Counts one finished row.
    pub(crate) fn count(&self, charge: Charge) {
        let rows = self.counts.rows.fetch_add(1, Ordering::Relaxed) + 1;
        match charge {
            Charge::Yes => self.counts.charged.fetch_add(1, Ordering::Relaxed),
            Charge::Unknown => self.counts.unknown.fetch_add(1, Ordering::Relaxed),
            Charge::No => 0,
        };
        if let Some(bar) = &self.bar {
            bar.set_position(rows);
        }
    }

    /// Shows a message, unless `--quiet` was given.
    pub(crate) fn say(&self, message: &str) {
        if !self.quiet {
            self.print(message);
        }
    }

    /// Shows a message always.
    pub(crate) fn warn(&self, message: &str) {
        self.print(message);
    }

    /// Shows a question. Its answer is typed behind it.
    pub(crate) fn ask(&self, question: &str) {
        // Writing fails only if stderr is closed.
        self.beside_bar(|| drop(write!(io::stderr().lock(), "{question}")));
    }

    fn print(&self, message: &str) {
        let message = text::message(message);
        let shown = fitted(&message);
        // Writing fails only if stderr is closed.
        self.beside_bar(|| drop(writeln!(io::stderr().lock(), "{shown}")));
    }

    /// Writes to the terminal while the bar is hidden.
    pub(crate) fn beside_bar<T>(&self, act: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(act),
            None => act(),
        }
    }

    /// Writes a line every ten seconds if there is no bar. Never returns.
    pub(crate) async fn write_lines(&self) {
        loop {
            tokio::time::sleep(EVERY).await;
            if self.lines {
                self.print(&self.line(self.started.elapsed()));
            }
        }
    }

    fn view(&self, rate: f64, left: Option<Duration>) -> ProgressView {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        ProgressView {
            rows: get(&self.counts.rows),
            total: self.total,
            rate,
            left,
            charged: get(&self.counts.charged),
            unknown: get(&self.counts.unknown),
            pace: self.pace.read().phrase(Instant::now(), self.words()).unwrap_or_default(),
            lang: self.lang,
        }
    }

    /// The line for a log. Its rate is that of the whole run so far.
    fn line(&self, elapsed: Duration) -> String {
        let mut view = self.view(0.0, None);
        let seconds = elapsed.as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a rate shown to a few digits")]
        let (rows, total) = (view.rows as f64, self.total.map(|total| total as f64));
        view.rate = rows / seconds;
        let rest = total.map(|total| (total - rows).max(0.0) / view.rate);
        view.left = rest.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        view.line()
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Wraps the long lines of a message on a terminal, with an indent. A line with a flag outside
/// backticks stays whole, so that it can be copied. Coloured text is laid out already.
fn fitted(message: &str) -> Cow<'_, str> {
    let width = width();
    let fits = || message.lines().all(|line| columns(line) <= width);
    if !io::stderr().is_terminal() || message.contains('\u{1b}') || fits() {
        return message.into();
    }
    let is_command = |line: &str| line.split('`').step_by(2).any(|piece| piece.contains("--"));
    let broken = message.lines().map(|line| {
        let room = if is_command(line) { 0 } else { width };
        let (indent, words) = line.split_at(line.len() - line.trim_start().len());
        wrap(words, room, indent, &format!("{indent}  "))
    });
    broken.collect::<Vec<_>>().join("\n").into()
}

/// Whether the terminal is dumb: it can't move the cursor, so a bar would be repeated, and shows no
/// colour.
pub(crate) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Columns of the terminal.
fn width() -> usize {
    let said = terminal_size_of(io::stderr()).map(|(Width(columns), _)| usize::from(columns));
    said.filter(|columns| *columns > 1).unwrap_or(80)
}

fn bar(progress: &Progress) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(progress.total, ProgressDrawTarget::stderr());
    let seen = |draw: fn(&ProgressView, usize) -> String| {
        let progress = progress.clone();
        move |state: &ProgressState, out: &mut dyn fmt::Write| {
            let left = Some(state.eta()).filter(|left| progress.total.is_some() && !left.is_zero());
            // In the last column some terminals have begun the next line already. The terminal
            // takes what it can.
            let _ = out.write_str(&draw(&progress.view(state.per_sec(), left), width() - 1));
        }
    };
    // A terminal shows Ctrl-C where the bar ends, and so begins another line: when the bar is taken
    // away, its first line stays. It is empty for that.
    // The template is fixed, so it is sound; the default style would only look otherwise.
    if let Ok(style) = ProgressStyle::with_template("\n{way}\n{money}") {
        let style = style
            .with_key("way", seen(ProgressView::way))
            .with_key("money", seen(ProgressView::money));
        bar.set_style(style);
    }
    bar.enable_steady_tick(TICK);
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is_and_what_it_cost() {
        let progress = Progress::messages(false, Lang::En).run(false, Some(12_000));
        for _ in 0..1_500 {
            progress.count(Charge::Yes);
        }
        progress.count(Charge::Unknown);
        progress.count(Charge::No);
        assert_eq!(
            progress.line(Duration::from_secs(20)),
            "1,502 of 12,000 rows, 75/s, 2m 19s left, charged 1,500, unknown 1"
        );
    }
}
