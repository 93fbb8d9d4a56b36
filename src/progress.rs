//! What is said on stderr while a run goes on: a bar on a terminal, plain lines elsewhere, and
//! messages that never tear the bar.

use std::fmt;
use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::brake::Gauge;
use crate::code::Charge;
use crate::text::thousands;

/// How often a line is written where there is no bar.
const EVERY: Duration = Duration::from_secs(10);

/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(100);

/// What a run has done so far.
#[derive(Debug, Default)]
struct Counts {
    rows: AtomicU64,
    charged: AtomicU64,
    unknown: AtomicU64,
}

/// Says on stderr how a run gets on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Progress {
    quiet: bool,
    bar: Option<ProgressBar>,
    lines: bool,
    total: Option<u64>,
    started: Instant,
    counts: Arc<Counts>,
    pace: Gauge,
}

impl Progress {
    /// Messages alone.
    pub fn messages(quiet: bool) -> Self {
        Self {
            quiet,
            bar: None,
            lines: false,
            total: None,
            started: Instant::now(),
            counts: Arc::default(),
            pace: Gauge::default(),
        }
    }

    /// Messages, and a bar or lines for a run of so many rows, if that is known.
    pub fn run(quiet: bool, shown: bool, total: Option<u64>) -> Self {
        let mut progress = Self::messages(quiet);
        progress.total = total;
        if shown && !quiet {
            let terminal = io::stderr().is_terminal();
            progress.lines = !terminal;
            progress.bar =
                terminal.then(|| bar(total, Arc::clone(&progress.counts), progress.pace.clone()));
        }
        progress
    }

    /// Where the run shows its pace.
    pub fn gauge(&self) -> Gauge {
        self.pace.clone()
    }

    /// Counts one finished row.
    pub fn count(&self, charge: Charge) {
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

    /// A message that `--quiet` leaves out.
    pub fn say(&self, message: &str) {
        if !self.quiet {
            self.print(message);
        }
    }

    /// A message that stands whatever was asked for.
    pub fn warn(&self, message: &str) {
        self.print(message);
    }

    /// A question, whose answer is written behind it.
    pub fn ask(&self, question: &str) {
        // Nobody can be asked when stderr is closed.
        self.beside_bar(|| drop(write!(io::stderr().lock(), "{question}")));
    }

    fn print(&self, message: &str) {
        // Nobody can be told when stderr itself is closed.
        self.beside_bar(|| drop(writeln!(io::stderr().lock(), "{message}")));
    }

    /// Does something to the terminal while the bar is out of the way.
    pub fn beside_bar<T>(&self, act: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(act),
            None => act(),
        }
    }

    /// Writes a line every ten seconds where that is asked for; never returns.
    pub async fn write_lines(&self) {
        loop {
            tokio::time::sleep(EVERY).await;
            if self.lines {
                self.print(&self.line());
            }
        }
    }

    fn line(&self) -> String {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let rows = get(&self.counts.rows);
        let seconds = self.started.elapsed().as_secs().max(1);
        let of = self.total.map_or_else(String::new, |total| format!(" of {}", thousands(total)));
        let pace = self.pace.read().phrase(Instant::now());
        let pace = pace.map_or_else(String::new, |phrase| format!(", {phrase}"));
        format!(
            "{}{of} rows, {}/s, charged {}, unknown {}{pace}",
            thousands(rows),
            thousands(rows / seconds),
            thousands(get(&self.counts.charged)),
            thousands(get(&self.counts.unknown)),
        )
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: Option<u64>, counts: Arc<Counts>, gauge: Gauge) -> ProgressBar {
    let target = ProgressDrawTarget::stderr();
    let bar = ProgressBar::with_draw_target(total, target);
    let template = match total {
        Some(_) => "{bar:24} {pos}/{len} rows  {per_second}  ETA {eta}  {paid}{pace}",
        None => "{spinner} {pos} rows  {per_second}  {paid}{pace}",
    };
    // The template is fixed, so it is sound; the default style would only look otherwise.
    if let Ok(style) = ProgressStyle::with_template(template) {
        let style = style.with_key("per_second", rate).with_key("paid", paid(counts));
        bar.set_style(style.with_key("pace", pace(gauge)));
    }
    bar.enable_steady_tick(TICK);
    bar
}

fn rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    // The terminal takes what it can.
    let _ = write!(out, "{:.0}/s", state.per_sec());
}

fn paid(counts: Arc<Counts>) -> impl Fn(&ProgressState, &mut dyn fmt::Write) + Send + Sync + Clone {
    move |_, out| {
        let get = |count: &AtomicU64| thousands(count.load(Ordering::Relaxed));
        let (charged, unknown) = (get(&counts.charged), get(&counts.unknown));
        // The terminal takes what it can.
        let _ = write!(out, "charged {charged}  unknown {unknown}");
    }
}

fn pace(gauge: Gauge) -> impl Fn(&ProgressState, &mut dyn fmt::Write) + Send + Sync + Clone {
    move |_, out| {
        if let Some(phrase) = gauge.read().phrase(Instant::now()) {
            // The terminal takes what it can.
            let _ = write!(out, "  {phrase}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is_and_what_it_cost() {
        let progress = Progress::run(false, false, Some(12_000));
        for _ in 0..1_500 {
            progress.count(Charge::Yes);
        }
        progress.count(Charge::Unknown);
        progress.count(Charge::No);
        assert_eq!(progress.line(), "1,502 of 12,000 rows, 1,502/s, charged 1,500, unknown 1");
    }
}
