//! The report of a run: one self-contained HTML page. It loads nothing, has no script, prints on A4,
//! and names no applicant.

mod charts;
mod html;
mod sections;

use crate::model::code::Charge;
use crate::model::outcome::Outcome;
use crate::model::redaction::mask_digits;
use crate::output::number_format::{count, share, span, thousands};
use crate::output::report::html::Html;
use crate::output::summary::Summary;

/// The style sheet of the page.
const STYLE: &str = include_str!("page.css");

/// The beginning of the page, by which a report of idv is recognised.
const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";

/// The text before the version in the page's head.
const GENERATOR: &str = "<meta name=\"generator\" content=\"idv ";

/// Forbids loading and running anything, whatever an answer of the provider contains.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" \
    content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
    <meta name=\"referrer\" content=\"no-referrer\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <meta name=\"color-scheme\" content=\"light dark\">\n";

const NOTES: &str = "<footer>\n\
    <p>A <b>fail</b> is no proof of fraud: a phone registered by a relative also fails, and so does a \
    name spelled in another way. A <b>no_record</b> says nothing about the person, only that the \
    provider has nothing to compare with. <b>Unknown</b> means that a call was sent, or perhaps sent, \
    and no usable answer came: whether it was charged is seen on the invoice.</p>\n\
    <p>This page holds sums only: no name, no number, no phone. It loads nothing from anywhere.</p>\n";

/// Whether a file with this beginning is a report of idv.
pub(crate) fn is_report(beginning: &str) -> bool {
    beginning.starts_with(HEAD) && beginning.contains(GENERATOR)
}

/// Makes the report of a run.
pub fn report(summary: &Summary<'_>) -> String {
    let mut page = Html::default();
    page.raw(HEAD).raw(POLICY).raw(GENERATOR).raw(env!("CARGO_PKG_VERSION")).raw("\">\n");
    page.put("<title>", &title(summary), "</title>\n<style>\n").raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n<main>\n");
    header(&mut page, summary);
    tiles(&mut page, summary);
    notices(&mut page, summary);
    sections::verdicts(&mut page, summary);
    page.raw("<div class=\"pair\">\n");
    sections::next(&mut page, summary);
    sections::unknowns(&mut page, summary);
    page.raw("</div>\n<div class=\"pair\">\n");
    sections::money(&mut page, summary);
    charts::charges(&mut page, summary);
    sections::matches(&mut page, summary.tally);
    charts::latency(&mut page, summary.tally);
    sections::codes(&mut page, summary.tally);
    sections::problems(&mut page, summary.tally);
    page.raw("</div>\n").raw(NOTES);
    let made = format!("Made by idv {}.", env!("CARGO_PKG_VERSION"));
    page.put("<p>", &made, "</p>\n</footer>\n</main>\n</body>\n</html>\n");
    page.into_string()
}

fn title(summary: &Summary<'_>) -> String {
    let day = summary.totals.started.strftime("%-d %B %Y");
    let what = if summary.totals.sandbox { "Sandbox run" } else { "Identity verification" };
    format!("{what}, {day}")
}

fn header(page: &mut Html, summary: &Summary<'_>) {
    let (tally, totals) = (summary.tally, summary.totals);
    page.put("<header>\n<h1>", &title(summary), "</h1>\n");
    let (begun, ended) = (totals.started, summary.ended());
    let same_day = begun.strftime("%F").to_string() == ended.strftime("%F").to_string();
    let until = if same_day { "%H:%M:%S" } else { "%-d %B %Y, %H:%M:%S" };
    let when = format!(
        "{} to {} UTC, {}; {}.",
        begun.strftime("%-d %B %Y, %H:%M:%S"),
        ended.strftime(until),
        span(totals.elapsed),
        count(tally.rows(), "row"),
    );
    page.put("<p class=\"soft\">", &when, "</p>\n");
    if let Some(words) = totals.pace.words() {
        page.put("<p class=\"soft\">It was slowed down ", &words, ".</p>\n");
    }
    page.raw("</header>\n");
}

/// The four most important numbers.
fn tiles(page: &mut Html, summary: &Summary<'_>) {
    let tally = summary.tally;
    let (rows, passed) = (tally.rows(), tally.outcome(Outcome::Pass));
    let (charged, unknown) = (tally.charged(Charge::Yes), tally.charged(Charge::Unknown));
    let money = summary.money();
    let verb = if summary.totals.sandbox { "would cost" } else { "costs" };
    let paid = money.map(|money| format!("{verb} {}", money.charged));
    let open = match (unknown, money) {
        (0, _) => "no call is in doubt".to_owned(),
        (_, None) => "the invoice will tell".to_owned(),
        (_, Some(money)) => format!("at most {} more", money.unknown),
    };
    let answered = [Outcome::Pass, Outcome::Fail, Outcome::NoRecord, Outcome::Unrecognised];
    let answered = answered.iter().map(|outcome| tally.outcome(*outcome)).sum();
    page.raw("<dl class=\"tiles\">\n");
    for (name, figure, under) in [
        ("Rows", rows, format!("{} answered", thousands(answered))),
        ("Pass", passed, format!("{} of all rows", share(passed, rows))),
        ("Charged", charged, paid.unwrap_or_else(|| "calls".to_owned())),
        ("Perhaps charged", unknown, open),
    ] {
        page.put("<div><dt>", name, "</dt>");
        page.put("<dd class=\"figure\">", &thousands(figure), "</dd>");
        page.put("<dd class=\"under\">", &under, "</dd></div>\n");
    }
    page.raw("</dl>\n");
}

fn notices(page: &mut Html, summary: &Summary<'_>) {
    if !summary.totals.sandbox && summary.totals.stopped.is_none() {
        return;
    }
    page.raw("<div class=\"notices\">\n");
    if summary.totals.sandbox {
        page.raw(
            "<div class=\"notice\" role=\"note\"><p><b>From a sandbox.</b> The answers are made \
             up on the machine that ran this: nobody was checked and nothing is charged.</p></div>\n",
        );
    }
    if let Some(reason) = &summary.totals.stopped {
        page.raw("<div class=\"notice bad\" role=\"note\"><p><b>Stopped before its end:</b> ");
        // The text may quote a server.
        page.text(&mask_digits(&reason.to_string())).raw(".");
        let skipped = summary.tally.outcome(Outcome::Skipped);
        if skipped > 0 {
            page.text(&format!(" Not asked about: {}.", count(skipped, "row")));
        }
        page.raw("</p></div>\n");
    }
    page.raw("</div>\n");
}

#[cfg(test)]
mod tests;
