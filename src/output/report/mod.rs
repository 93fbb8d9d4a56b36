//! The report of a run: one self-contained HTML page. It loads nothing, has no script, prints on A4,
//! and names no applicant.

mod charts;
mod html;
mod section;
mod sections;

use crate::model::code::Charge;
use crate::model::outcome::Outcome;
use crate::model::redaction::mask_digits;
use crate::output::report::html::Html;
use crate::output::summary::Summary;
use crate::words::{Lang, Words};

/// The style sheet of the page.
const STYLE: &str = include_str!("page.css");

/// The beginning of the page, by which a report of idv is recognised. The language comes between.
const HEAD: [&str; 2] =
    ["<!doctype html>\n<html lang=\"", "\">\n<head>\n<meta charset=\"utf-8\">\n"];

/// The text before the version in the page's head.
const GENERATOR: &str = "<meta name=\"generator\" content=\"idv ";

/// Forbids loading and running anything, whatever an answer of the provider contains.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" \
    content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
    <meta name=\"referrer\" content=\"no-referrer\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <meta name=\"color-scheme\" content=\"light dark\">\n";

/// Whether a file with this beginning is a report of idv.
pub(crate) fn is_report(beginning: &str) -> bool {
    beginning.starts_with(HEAD[0]) && beginning.contains(HEAD[1]) && beginning.contains(GENERATOR)
}

/// Makes the report of a run.
pub fn report(summary: &Summary<'_>, lang: Lang) -> String {
    let words = lang.words();
    let version = env!("CARGO_PKG_VERSION");
    let mut page = Html::default();
    page.put(HEAD[0], words.html_lang(), HEAD[1]);
    page.raw(POLICY).raw(GENERATOR).raw(version).raw("\">\n");
    page.put("<title>", &title(summary, words), "</title>\n<style>\n").raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n<main>\n");
    header(&mut page, summary, lang);
    tiles(&mut page, summary, lang);
    notices(&mut page, summary, words);
    sections::verdicts(&mut page, summary, lang);
    page.raw("<div class=\"pair\">\n");
    sections::next(&mut page, summary, words);
    sections::unknowns(&mut page, summary, words);
    page.raw("</div>\n<div class=\"pair\">\n");
    sections::money(&mut page, summary, lang);
    charts::charges(&mut page, summary, lang);
    sections::matches(&mut page, summary.tally, lang);
    charts::latency(&mut page, summary.tally, lang);
    sections::codes(&mut page, summary.tally, lang);
    sections::problems(&mut page, summary.tally, lang);
    page.raw("</div>\n<footer>\n").raw(words.notes());
    page.put("<p>", &words.made_by(version), "</p>\n</footer>\n</main>\n</body>\n</html>\n");
    page.into_string()
}

fn title(summary: &Summary<'_>, words: &dyn Words) -> String {
    words.title(summary.totals.sandbox, summary.totals.started)
}

fn header(page: &mut Html, summary: &Summary<'_>, lang: Lang) {
    let (totals, words) = (summary.totals, lang.words());
    let (begun, ended) = (totals.started, summary.ended());
    let when = words.when(begun, ended, totals.elapsed, summary.tally.rows());
    page.put("<header>\n<h1>", &title(summary, words), "</h1>\n");
    page.put("<p class=\"soft\">", &when, "</p>\n");
    if let Some(origin) = totals.origin.in_words(words) {
        page.put("<p class=\"soft\">", &origin, "</p>\n");
    }
    if let Some(sentence) = words.left_out(totals.left_out) {
        page.put("<p class=\"soft\">", &sentence, ".</p>\n");
    }
    if let Some(how) = totals.pace.in_words(lang) {
        page.put("<p class=\"soft\">", &words.it_was_slowed(&how), "</p>\n");
    }
    page.raw("</header>\n");
}

/// The four most important numbers.
fn tiles(page: &mut Html, summary: &Summary<'_>, lang: Lang) {
    let (tally, words) = (summary.tally, lang.words());
    let (rows, passed) = (tally.rows(), tally.outcome(Outcome::Pass));
    let (charged, unknown) = (tally.charged(Charge::Yes), tally.charged(Charge::Unknown));
    let money = summary.money();
    let paid = money.map(|money| words.costs(summary.totals.sandbox, money.charged));
    let open = match (unknown, money) {
        (0, _) => words.none_in_doubt().to_owned(),
        (_, None) => words.invoice_will_tell().to_owned(),
        (_, Some(money)) => words.at_most_more(money.unknown),
    };
    let answered = [Outcome::Pass, Outcome::Fail, Outcome::NoRecord, Outcome::Unrecognised];
    let answered = answered.iter().map(|outcome| tally.outcome(*outcome)).sum();
    let below = [
        (rows, words.rows_answered(answered)),
        (passed, words.of_all_rows(passed, rows)),
        (charged, paid.unwrap_or_else(|| words.calls_unit().to_owned())),
        (unknown, open),
    ];
    page.raw("<dl class=\"tiles\">\n");
    for (name, (figure, under)) in words.tiles().into_iter().zip(below) {
        page.put("<div><dt>", name, "</dt>");
        page.put("<dd class=\"figure\">", &lang.thousands(figure), "</dd>");
        page.put("<dd class=\"under\">", &under, "</dd></div>\n");
    }
    page.raw("</dl>\n");
}

fn notices(page: &mut Html, summary: &Summary<'_>, words: &dyn Words) {
    if !summary.totals.sandbox && summary.totals.stopped.is_none() {
        return;
    }
    page.raw("<div class=\"notices\">\n");
    if summary.totals.sandbox {
        let [first, rest] = words.sandbox_notice();
        page.put("<div class=\"notice\" role=\"note\"><p><b>", first, "</b> ");
        page.text(rest).raw("</p></div>\n");
    }
    if let Some(reason) = &summary.totals.stopped {
        let first = words.stopped_before_end();
        page.put("<div class=\"notice bad\" role=\"note\"><p><b>", first, "</b> ");
        // The text may quote a server.
        page.text(&mask_digits(&reason.in_words(words))).raw(".");
        let skipped = summary.tally.outcome(Outcome::Skipped);
        if skipped > 0 {
            page.raw(" ").text(&words.not_asked_about(skipped));
        }
        page.raw("</p></div>\n");
    }
    page.raw("</div>\n");
}

#[cfg(test)]
mod tests;
