//! The charts of the report: inline SVG that stretches with the page. Labels are HTML, so that they
//! keep their size. Each chart has a name and a description for screen readers, and a table of its
//! figures.

use std::time::Duration;

use crate::model::outcome::Outcome;
use crate::output::report::html::Html;
use crate::output::report::section::Section;
use crate::output::summary::Summary;
use crate::run::tally::{Interval, Tally, sum};
use crate::words::{Lang, Words};

/// Width of the canvas of a chart. The page stretches it.
const WIDTH: f64 = 1000.0;

/// Height of the canvas of a chart.
const HEIGHT: f64 = 100.0;

/// The narrowest visible piece of a bar.
const SLIVER: f64 = 4.0;

/// Columns of a distribution at most, without the one for all slower answers.
const COLUMNS: u64 = 30;

/// In a run shorter than this, times are shown in milliseconds.
const SHORT: Duration = Duration::from_secs(10);

/// Rows of the table of a chart at most.
const TABLE: usize = 12;

#[expect(clippy::cast_precision_loss, reason = "lengths on paper")]
fn part(of: u64, whole: u64) -> f64 {
    of as f64 / whole.max(1) as f64
}

/// Draws all rows as one bar, by outcome.
pub(crate) fn outcomes(page: &mut Html, tally: &Tally, lang: Lang) {
    let words = lang.words();
    let shown = Outcome::ALL.into_iter().filter(|outcome| tally.outcome(*outcome) > 0);
    let shown: Vec<_> = shown.map(|outcome| (outcome, tally.outcome(outcome))).collect();
    let say = |(outcome, rows): &(Outcome, u64)| {
        words.outcome_share(words.outcome(*outcome), *rows, tally.rows())
    };
    let says = shown.iter().map(say).collect::<Vec<_>>().join(", ");
    let [name, ..] = words.outcome_table();
    image(page, "stack", "outcomes", name, &says);
    let width = |rows: u64| (part(rows, tally.rows()) * WIDTH).max(SLIVER);
    let stretch = WIDTH / shown.iter().map(|(_, rows)| width(*rows)).sum::<f64>();
    let mut x = 0.0;
    for (outcome, rows) in shown {
        let width = width(rows) * stretch;
        page.raw("<rect class=\"fill-").raw(outcome.word());
        page.shape("\"", &[("x", x), ("y", 0.0), ("width", width), ("height", HEIGHT)]);
        x += width;
    }
    page.raw("</svg>\n");
}

/// Begins a chart: its name, its description, and the label of its upper edge.
fn begin(page: &mut Html, id: &'static str, name: &str, says: &str, top: &str) {
    page.put("<p class=\"axis top\"><span>", top, "</span></p>\n<div class=\"plot\">");
    image(page, "", id, name, says);
    for y in [0.0, HEIGHT / 2.0] {
        let line = [("x1", 0.0), ("y1", y), ("x2", WIDTH), ("y2", y)];
        page.shape("<line class=\"grid\"", &line);
    }
}

/// Begins an SVG with a name and a description for screen readers.
fn image(page: &mut Html, class: &'static str, id: &'static str, name: &str, says: &str) {
    page.raw("<svg role=\"img\" preserveAspectRatio=\"none\" viewBox=\"0 0 1000 100\" class=\"");
    page.raw(class).raw("\" aria-labelledby=\"").raw(id).raw("-name\" aria-describedby=\"");
    page.raw(id).raw("-says\"><title id=\"").raw(id).put("-name\">", name, "</title>");
    page.raw("<desc id=\"").raw(id).put("-says\">", says, "</desc>");
}

/// Draws the bar of one outcome beside its number.
pub(crate) fn bar(page: &mut Html, outcome: Outcome, rows: u64, most: u64) {
    let width = (part(rows, most) * WIDTH).max(SLIVER);
    page.raw("<svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    page.raw("<rect class=\"fill-").raw(outcome.word());
    page.shape("\"", &[("x", 0.0), ("y", 0.0), ("width", width), ("height", HEIGHT)]);
    page.raw("</svg>");
}

/// Draws the charges over time.
pub(crate) fn charges(page: &mut Html, summary: &Summary<'_>, lang: Lang) {
    let words = lang.words();
    let timeline = summary.tally.timeline();
    let intervals = timeline.intervals();
    Section::Charges.begin(page, words);
    if intervals.is_empty() {
        page.put("<p class=\"soft\">", words.no_charges(), "</p>\n</section>\n");
        return;
    }
    let all = sum(intervals);
    let total = all.charged + all.unknown;
    // The last interval ends with the run.
    let end = summary.totals.elapsed.max(timeline.length() * count_of(intervals.len() - 1));
    let says = words.charges_chart(total, end, all.unknown);
    page.put("<p class=\"soft\">", words.charges_since_start(), "</p>\n");
    let name = words.headings()[Section::Charges as usize];
    begin(page, "charges", name, &says, &words.calls(total));
    let (charged, both) = curves(intervals, timeline.length(), end, total);
    area(page, "<polygon class=\"fill-unknown\"", &both);
    area(page, "<polygon class=\"fill-charged\"", &charged);
    page.raw("</svg></div>\n");
    axis(page, &[words.zero_seconds(), &lang.span(end / 2), &lang.span(end)]);
    if all.unknown > 0 {
        let [charged, perhaps] = words.legend();
        page.raw("<ul class=\"legend\"><li><span class=\"swatch fill-charged\"></span>");
        page.text(charged).raw("</li><li><span class=\"swatch fill-unknown\"></span>");
        page.text(perhaps).raw("</li></ul>\n");
    }
    charges_table(page, intervals, (timeline.length(), end), lang);
    page.raw("</section>\n");
}

fn count_of(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Points of a curve on the canvas, from left to right.
type Curve = Vec<(f64, f64)>;

/// The curves of both sums after each interval.
fn curves(intervals: &[Interval], length: Duration, end: Duration, total: u64) -> (Curve, Curve) {
    let end = end.as_secs_f64().max(f64::MIN_POSITIVE);
    let (mut charged, mut both) = (vec![(0.0, HEIGHT)], vec![(0.0, HEIGHT)]);
    let mut so_far = Interval::default();
    for (i, interval) in intervals.iter().enumerate() {
        so_far = so_far.plus(*interval);
        let after = (length * count_of(i + 1)).as_secs_f64();
        let x = (after / end).min(1.0) * WIDTH;
        let y = |calls| HEIGHT - part(calls, total) * HEIGHT;
        charged.push((x, y(so_far.charged)));
        both.push((x, y(so_far.charged + so_far.unknown)));
    }
    (charged, both)
}

/// Fills the area below a curve, up to the right edge.
fn area(page: &mut Html, open: &'static str, curve: &[(f64, f64)]) {
    let last = curve.last().map_or(HEIGHT, |(_, y)| *y);
    let edge = [(WIDTH, last), (WIDTH, HEIGHT), (0.0, HEIGHT)];
    page.points(open, &[curve, &edge].concat());
}

fn axis(page: &mut Html, labels: &[&str]) {
    page.raw("<p class=\"axis\" aria-hidden=\"true\">");
    for label in labels {
        page.put("<span>", label, "</span>");
    }
    page.raw("</p>\n");
}

/// Begins the figures of a chart: a table that is folded, with its caption.
fn figures(page: &mut Html, caption: &str, words: &dyn Words) {
    page.put("<details><summary>", words.chart_figures(), "</summary>\n<table>\n<caption>");
    page.text(caption).raw("</caption>\n<thead><tr>");
}

fn charges_table(
    page: &mut Html,
    intervals: &[Interval],
    (length, end): (Duration, Duration),
    lang: Lang,
) {
    let words = lang.words();
    let [caption, after, charged, perhaps] = words.charges_table();
    figures(page, caption, words);
    page.put("<th scope=\"col\">", after, "</th>");
    page.put("<th scope=\"col\" class=\"n\">", charged, "</th>");
    page.put("<th scope=\"col\" class=\"n\">", perhaps, "</th></tr></thead>\n<tbody>\n");
    let each = intervals.len().div_ceil(TABLE);
    let mut so_far = Interval::default();
    for (i, chunk) in intervals.chunks(each).enumerate() {
        so_far = so_far.plus(sum(chunk));
        let after = (length * count_of(i * each + chunk.len())).min(end);
        // In tenths of a second the rows of a short run would look the same.
        let after = if end < SHORT { lang.millis(after) } else { lang.span(after) };
        page.put("<tr><th scope=\"row\">", &after, "</th>");
        page.put("<td class=\"n\">", &lang.thousands(so_far.charged), "</td>");
        page.put("<td class=\"n\">", &lang.thousands(so_far.unknown), "</td></tr>\n");
    }
    page.raw("</tbody>\n</table></details>\n");
}

/// The distribution of the latency.
struct Columns {
    /// The duration that one column stands for.
    width: Duration,
    /// Answers of each column.
    answers: Vec<u64>,
    /// Answers that took longer.
    longer: u64,
}

impl Columns {
    fn of(tally: &Tally, all: Duration, most: Duration) -> Self {
        let width = round_step(all / u32::try_from(COLUMNS).unwrap_or(u32::MAX));
        let columns = all.as_micros() / width.as_micros() + 1;
        let columns = u32::try_from(columns).unwrap_or(u32::MAX);
        let answers = (0..columns).map(|i| tally.answers_between(width * i, width * (i + 1)));
        let answers = answers.collect();
        // The slowest latency is known to three digits only. Its double is certainly beyond it.
        let longer = tally.answers_between(width * columns, most * 2);
        Self { width, answers, longer }
    }

    fn end(&self) -> Duration {
        self.width * count_of(self.answers.len())
    }
}

/// Rounds up to one of 1, 2, 5, 10, 20, 50 ... microseconds.
fn round_step(least: Duration) -> Duration {
    let steps = (0..12).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    let mut steps = steps.map(Duration::from_micros);
    steps.find(|step| *step >= least).unwrap_or(least)
}

/// Draws the distribution of the latency.
pub(crate) fn latency(page: &mut Html, tally: &Tally, lang: Lang) {
    let quantiles = [0.5, 0.95, 0.99, 1.0].map(|share| tally.latency(share));
    let [Some(half), Some(p95), Some(p99), Some(most)] = quantiles else { return };
    // A few very slow answers would press all others into one column.
    let (columns, words) = (Columns::of(tally, p99.min(half * 8), most), lang.words());
    let says = words.latency_chart([half, p95, p99, most]);
    Section::Latency.begin(page, words);
    page.put("<p class=\"soft\">", &says, ".</p>\n");
    let highest = columns.answers.iter().chain([&columns.longer]).copied().max().unwrap_or(1);
    begin(page, "latency", words.latency_chart_name(), &says, &words.answers(highest));
    let drawn = columns.answers.len() + usize::from(columns.longer > 0);
    let step = WIDTH / f64::from(count_of(drawn));
    let longer = Some(columns.longer).filter(|answers| *answers > 0);
    for (i, answers) in columns.answers.iter().copied().chain(longer).enumerate() {
        column(page, f64::from(count_of(i)) * step, step, part(answers, highest));
    }
    page.raw("</svg></div>\n");
    let end = match longer {
        Some(_) => words.and_more(columns.end()),
        None => lang.millis(columns.end()),
    };
    axis(page, &["0 ms", &lang.millis(columns.end() / 2), &end]);
    latency_table(page, &columns, lang);
    page.raw("</section>\n");
}

fn column(page: &mut Html, x: f64, step: f64, high: f64) {
    if high > 0.0 {
        let high = (high * HEIGHT).max(1.0);
        let gap = step * 0.08;
        let numbers =
            [("x", x + gap), ("y", HEIGHT - high), ("width", step - 2.0 * gap), ("height", high)];
        page.shape("<rect class=\"fill-charged\"", &numbers);
    }
}

fn latency_table(page: &mut Html, columns: &Columns, lang: Lang) {
    let words = lang.words();
    let [less_than, answers, longer] = words.latency_table();
    figures(page, words.latency_chart_name(), words);
    page.put("<th scope=\"col\">", less_than, "</th>");
    page.put("<th scope=\"col\" class=\"n\">", answers, "</th></tr></thead>\n<tbody>\n");
    let each = columns.answers.len().div_ceil(TABLE);
    for (i, chunk) in columns.answers.chunks(each).enumerate() {
        let until = columns.width * count_of(i * each + chunk.len());
        page.put("<tr><th scope=\"row\">", &lang.millis(until), "</th>");
        page.put("<td class=\"n\">", &lang.thousands(chunk.iter().sum()), "</td></tr>\n");
    }
    if columns.longer > 0 {
        page.put("<tr><th scope=\"row\">", longer, "</th>");
        page.put("<td class=\"n\">", &lang.thousands(columns.longer), "</td></tr>\n");
    }
    page.raw("</tbody>\n</table></details>\n");
}
