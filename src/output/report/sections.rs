//! The sections of the report with tables and text.

use crate::model::code::{self, Charge};
use crate::model::outcome::{Outcome, Source};
use crate::model::problem::Level;
use crate::output::number_format::{count, share, thousands};
use crate::output::report::charts;
use crate::output::report::html::Html;
use crate::output::summary::{CrossTable, Summary};
use crate::run::tally::{Match, Tally};

/// The outcomes: a bar of all rows, and a table.
pub(crate) fn verdicts(page: &mut Html, summary: &Summary<'_>) {
    let tally = summary.tally;
    page.raw("<section aria-labelledby=\"verdicts\">\n<h2 id=\"verdicts\">Verdicts</h2>\n");
    if tally.rows() == 0 {
        page.raw("<p class=\"soft\">The input has no rows.</p>\n</section>\n");
        return;
    }
    charts::outcomes(page, tally);
    page.raw(
        "<table>\n<caption>Rows by outcome</caption>\n<thead><tr><th scope=\"col\">Outcome</th>\
         <th class=\"bar\" aria-hidden=\"true\"></th><th scope=\"col\" class=\"n\">Rows</th>\
         <th scope=\"col\" class=\"n\">Share</th></tr></thead>\n<tbody>\n",
    );
    let most = Outcome::ALL.into_iter().map(|outcome| tally.outcome(outcome)).max().unwrap_or(1);
    for outcome in Outcome::ALL.into_iter().filter(|outcome| tally.outcome(*outcome) > 0) {
        let rows = tally.outcome(outcome);
        page.raw("<tr><th scope=\"row\"><span class=\"swatch fill-").raw(outcome.word());
        page.put("\"></span><span class=\"word\">", outcome.word(), "</span>");
        page.put(" <small>", outcome.meaning(), "</small></th>");
        page.raw("<td class=\"bar\" aria-hidden=\"true\">");
        charts::bar(page, outcome, rows, most);
        page.put("</td><td class=\"n\">", &thousands(rows), "</td>");
        page.put("<td class=\"n\">", &share(rows, tally.rows()), "</td></tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}

/// The next steps for a person.
pub(crate) fn next(page: &mut Html, summary: &Summary<'_>) {
    if summary.totals.next.is_empty() {
        return;
    }
    page.raw("<section aria-labelledby=\"next\">\n<h2 id=\"next\">What to do next</h2>\n");
    page.raw("<ol class=\"next\">\n");
    for next in &summary.totals.next {
        page.raw("<li>").sentence(&sentence_of(next)).raw("</li>\n");
    }
    page.raw("</ol>\n</section>\n");
}

/// Turns an advice into a sentence with a capital and a full stop.
fn sentence_of(advice: &str) -> String {
    let mut letters = advice.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if advice.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

/// The calls that may have been charged, and how to settle them.
pub(crate) fn unknowns(page: &mut Html, summary: &Summary<'_>) {
    let tally = summary.tally;
    let (rows, paid) = (tally.outcome(Outcome::Unknown), tally.charged(Charge::Unknown));
    if rows + paid == 0 {
        return;
    }
    let ledger = &summary.totals.ledger;
    page.raw("<section aria-labelledby=\"unknowns\">\n<h2 id=\"unknowns\">Unknown calls</h2>\n<p>");
    page.text(&match paid {
        0 => format!("{} in doubt since an earlier run.", count(rows, "row")),
        _ => format!(
            "{} of this run may have been charged: no usable answer came, or one with a code \
             that is not documented.",
            count(paid, "call")
        ),
    });
    page.raw(
        " They are never sent again by themselves, so that nobody pays twice. The invoice tells \
         which of them were charged.</p>\n<p class=\"soft\">List them, with the time of each:</p>\n",
    );
    let command = |page: &mut Html, command: &str| {
        page.raw("<p><code class=\"command\">").words(command).raw("</code></p>\n");
    };
    command(page, &format!("idv ledger show{ledger} --outcome unknown"));
    page.raw(
        "<p class=\"soft\">Settle each by its number in that list. One that is on the invoice \
         stays paid, and its answer is lost:</p>\n",
    );
    command(page, &format!("idv ledger resolve{ledger} CALL --charged"));
    page.raw("<p class=\"soft\">One that is not on it is asked again by the next run:</p>\n");
    command(page, &format!("idv ledger resolve{ledger} CALL --not-charged"));
    page.raw("</section>\n");
}

/// The cost of the run in calls and in money.
pub(crate) fn money(page: &mut Html, summary: &Summary<'_>) {
    let (tally, money) = (summary.tally, summary.money());
    page.raw("<section aria-labelledby=\"cost\">\n<h2 id=\"cost\">Cost</h2>\n");
    match money {
        Some(money) => page.put("<p class=\"soft\">At ", &money.each.to_string(), " a call.</p>\n"),
        None => page.raw("<p class=\"soft\">Name the price of a call with <code>--price</code> to see sums.</p>\n"),
    };
    page.raw("<table>\n<caption>What the rows of this run cost</caption>\n<thead><tr><td></td>");
    page.raw("<th scope=\"col\" class=\"n\">Rows</th>");
    if money.is_some() {
        page.raw("<th scope=\"col\" class=\"n\">Sum</th>");
    }
    page.raw("</tr></thead>\n<tbody>\n");
    let saved = count(tally.source(Source::Ledger), "row")
        + " from the ledger, "
        + &count(tally.source(Source::Duplicate), "duplicate");
    for (name, what, rows, sum) in [
        ("Charged", "", tally.charged(Charge::Yes), money.map(|money| money.charged)),
        (
            "Perhaps charged",
            "no usable answer came",
            tally.charged(Charge::Unknown),
            money.map(|money| money.unknown),
        ),
        ("Not charged", "", tally.charged(Charge::No), None),
        ("Saved", saved.as_str(), tally.saved(), money.map(|money| money.saved)),
    ] {
        page.put("<tr><th scope=\"row\"><span class=\"word\">", name, "</span>");
        if !what.is_empty() {
            page.put(" <small>", what, "</small>");
        }
        page.put("</th><td class=\"n\">", &thousands(rows), "</td>");
        if money.is_some() {
            let sum = sum.map(|sum| sum.to_string()).unwrap_or_default();
            page.put("<td class=\"n\">", &sum, "</td>");
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}

/// Answered rows by phone match and name match.
pub(crate) fn matches(page: &mut Html, tally: &Tally) {
    let cross_table = CrossTable::of(tally);
    if cross_table.is_empty() {
        return;
    }
    page.raw("<section aria-labelledby=\"matches\">\n<h2 id=\"matches\">Phone and name</h2>\n");
    page.raw(
        "<p class=\"soft\">Whether the phone (down) and the name (across) belong to the identity \
         number.</p>\n<table class=\"cross\">\n<caption>Answered rows by phone match and name \
         match</caption>\n<thead><tr><td></td>",
    );
    for name in cross_table.shown() {
        page.put("<th scope=\"col\">Name ", words(name), "</th>");
    }
    page.raw("</tr></thead>\n<tbody>\n");
    for phone in cross_table.shown() {
        page.put("<tr><th scope=\"row\">Phone ", words(phone), "</th>");
        for name in cross_table.shown() {
            let rows = cross_table.rows(phone, name);
            let tint = if rows == 0 { "none" } else { tint(phone, name) };
            page.raw("<td class=\"").raw(tint).put("\">", &thousands(rows), "</td>");
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}

const fn words(said: Match) -> &'static str {
    match said {
        Match::Pass => "pass",
        Match::Fail => "fail",
        Match::NoRecord => "no record",
        Match::Other => "other",
    }
}

const fn tint(phone: Match, name: Match) -> &'static str {
    match (phone, name) {
        (Match::Pass, Match::Pass) => "good",
        (Match::Fail, _) | (_, Match::Fail) => "bad",
        _ => "warn",
    }
}

/// Rows by the code of their answer.
pub(crate) fn codes(page: &mut Html, tally: &Tally) {
    let mut codes = tally.codes().peekable();
    if codes.peek().is_none() {
        return;
    }
    page.raw(
        "<section aria-labelledby=\"codes\">\n<h2 id=\"codes\">Status codes</h2>\n<table>\n\
         <caption>Rows by the code of their answer</caption>\n<thead><tr>\
         <th scope=\"col\">Code</th><th scope=\"col\">Charged</th>\
         <th scope=\"col\" class=\"n\">Rows</th></tr></thead>\n<tbody>\n",
    );
    for (number, rows) in codes {
        let meaning = code::find(number).map_or("Not documented by the provider", |c| c.meaning);
        page.put("<tr><th scope=\"row\"><span class=\"word\">", &number.to_string(), "</span>");
        page.put(" <small>", meaning, "</small></th>");
        page.put("<td>", code::charge(number).word(), "</td>");
        page.put("<td class=\"n\">", &thousands(rows), "</td></tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}

/// The problems that the checks found before anything was sent.
pub(crate) fn problems(page: &mut Html, tally: &Tally) {
    page.raw("<section aria-labelledby=\"problems\">\n<h2 id=\"problems\">Problems found</h2>\n");
    let mut problems: Vec<_> = tally.problems().collect();
    if problems.is_empty() {
        page.raw("<p class=\"soft\">The checks found nothing to complain of.</p>\n</section>\n");
        return;
    }
    problems.sort_by_key(|(_, level, rows)| std::cmp::Reverse((*level, *rows)));
    page.raw(
        "<table>\n<caption>Rows by what the checks found before sending</caption>\n<thead><tr>\
         <th scope=\"col\">Problem</th><th scope=\"col\">Level</th>\
         <th scope=\"col\" class=\"n\">Rows</th></tr></thead>\n<tbody>\n",
    );
    for (code, level, rows) in problems {
        let meaning = match level {
            Level::Malformed => "never sent",
            Level::Suspect => "would be paid in vain, so held by default",
            Level::Note => "sent all the same",
        };
        page.put("<tr><th scope=\"row\"><code>", code, "</code>");
        page.put(" <small>", meaning, "</small></th>");
        page.put("<td>", level.word(), "</td>");
        page.put("<td class=\"n\">", &thousands(rows), "</td></tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}
