//! The sections of the report with tables and text.

use crate::model::code::{self, Charge};
use crate::model::field_match::Match;
use crate::model::outcome::{Outcome, Source};
use crate::output::report::charts;
use crate::output::report::html::Html;
use crate::output::report::section::Section;
use crate::output::summary::{CrossTable, Summary};
use crate::run::tally::Tally;
use crate::words::{Lang, Words};

/// Begins a table with its caption. The head of its columns follows.
fn table(page: &mut Html, caption: &str) {
    page.put("<table>\n<caption>", caption, "</caption>\n<thead><tr>");
}

/// A paragraph of less weight.
fn soft(page: &mut Html, text: &str) {
    page.put("<p class=\"soft\">", text, "</p>\n");
}

/// The outcomes: a bar of all rows, and a table.
pub(crate) fn verdicts(page: &mut Html, summary: &Summary<'_>, lang: Lang) {
    let (tally, words) = (summary.tally, lang.words());
    Section::Verdicts.begin(page, words);
    if tally.rows() == 0 {
        soft(page, words.no_rows());
        page.raw("</section>\n");
        return;
    }
    charts::outcomes(page, tally, lang);
    let [caption, outcome, rows, share] = words.outcome_table();
    table(page, caption);
    page.put("<th scope=\"col\">", outcome, "</th><th class=\"bar\" aria-hidden=\"true\"></th>");
    page.put("<th scope=\"col\" class=\"n\">", rows, "</th>");
    page.put("<th scope=\"col\" class=\"n\">", share, "</th></tr></thead>\n<tbody>\n");
    let most = Outcome::ALL.into_iter().map(|outcome| tally.outcome(outcome)).max().unwrap_or(1);
    for outcome in Outcome::ALL.into_iter().filter(|outcome| tally.outcome(*outcome) > 0) {
        let rows = tally.outcome(outcome);
        page.raw("<tr><th scope=\"row\"><span class=\"swatch fill-").raw(outcome.word());
        page.put("\"></span><span class=\"word\">", words.outcome(outcome), "</span>");
        page.put(" <small>", words.outcome_meaning(outcome), "</small></th>");
        page.raw("<td class=\"bar\" aria-hidden=\"true\">");
        charts::bar(page, outcome, rows, most);
        page.put("</td><td class=\"n\">", &lang.thousands(rows), "</td>");
        page.put("<td class=\"n\">", &lang.share(rows, tally.rows()), "</td></tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}

/// The next steps for a person.
pub(crate) fn next(page: &mut Html, summary: &Summary<'_>, words: &dyn Words) {
    if summary.totals.next.is_empty() {
        return;
    }
    Section::Next.begin(page, words);
    page.raw("<ol class=\"next\">\n");
    for next in &summary.totals.next {
        page.raw("<li>").sentence(&sentence_of(&words.next_step(next))).raw("</li>\n");
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
pub(crate) fn unknowns(page: &mut Html, summary: &Summary<'_>, words: &dyn Words) {
    let tally = summary.tally;
    let (rows, paid) = (tally.outcome(Outcome::Unknown), tally.charged(Charge::Unknown));
    if rows + paid == 0 {
        return;
    }
    let ledger = &summary.totals.ledger;
    let [never_again, list, charged, not_charged] = words.settling();
    let command = |page: &mut Html, command: &str| {
        page.raw("<p><code class=\"command\">").words(command).raw("</code></p>\n");
    };
    Section::Unknowns.begin(page, words);
    page.put("<p>", &words.unknown_calls(rows, paid), " ").text(never_again).raw("</p>\n");
    soft(page, list);
    command(page, &format!("idv ledger show{ledger} --outcome unknown"));
    soft(page, charged);
    command(page, &format!("idv ledger resolve{ledger} CALL --charged"));
    soft(page, not_charged);
    command(page, &format!("idv ledger resolve{ledger} CALL --not-charged"));
    page.raw("</section>\n");
}

/// The cost of the run in calls and in money.
pub(crate) fn money(page: &mut Html, summary: &Summary<'_>, lang: Lang) {
    let (tally, money, words) = (summary.tally, summary.money(), lang.words());
    Section::Cost.begin(page, words);
    match money {
        Some(money) => soft(page, &words.at_a_call(money.each)),
        None => {
            page.raw("<p class=\"soft\">").sentence(words.name_the_price()).raw("</p>\n");
        }
    }
    let [caption, rows, sum] = words.cost_table();
    table(page, caption);
    page.put("<td></td><th scope=\"col\" class=\"n\">", rows, "</th>");
    if money.is_some() {
        page.put("<th scope=\"col\" class=\"n\">", sum, "</th>");
    }
    page.raw("</tr></thead>\n<tbody>\n");
    let saved = words.saved_rows(tally.source(Source::Ledger), tally.source(Source::Duplicate));
    let [charged, perhaps, why, free, known] = words.cost_lines();
    let calls = |charge| tally.charged(charge);
    for (name, what, rows, sum) in [
        (charged, "", calls(Charge::Yes), money.map(|money| money.charged)),
        (perhaps, why, calls(Charge::Unknown), money.map(|money| money.unknown)),
        (free, "", calls(Charge::No), None),
        (known, saved.as_str(), tally.saved(), money.map(|money| money.saved)),
    ] {
        page.put("<tr><th scope=\"row\"><span class=\"word\">", name, "</span>");
        if !what.is_empty() {
            page.put(" <small>", what, "</small>");
        }
        page.put("</th><td class=\"n\">", &lang.thousands(rows), "</td>");
        if money.is_some() {
            let sum = sum.map(|sum| lang.price(sum)).unwrap_or_default();
            page.put("<td class=\"n\">", &sum, "</td>");
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}

/// Answered rows by phone match and name match.
pub(crate) fn matches(page: &mut Html, tally: &Tally, lang: Lang) {
    let cross_table = CrossTable::of(tally);
    if cross_table.is_empty() {
        return;
    }
    let words = lang.words();
    let [shown, caption] = words.cross_table();
    Section::Matches.begin(page, words);
    soft(page, shown);
    page.put("<table class=\"cross\">\n<caption>", caption, "</caption>\n<thead><tr><td></td>");
    for name in cross_table.shown() {
        page.put("<th scope=\"col\">", &words.name_column(name), "</th>");
    }
    page.raw("</tr></thead>\n<tbody>\n");
    for phone in cross_table.shown() {
        page.put("<tr><th scope=\"row\">", &words.phone_line(phone), "</th>");
        for name in cross_table.shown() {
            let rows = cross_table.rows(phone, name);
            let tint = if rows == 0 { "none" } else { tint(phone, name) };
            page.raw("<td class=\"").raw(tint).put("\">", &lang.thousands(rows), "</td>");
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}

const fn tint(phone: Match, name: Match) -> &'static str {
    match (phone, name) {
        (Match::Pass, Match::Pass) => "good",
        (Match::Fail, _) | (_, Match::Fail) => "bad",
        _ => "warn",
    }
}

/// Rows by the code of their answer.
pub(crate) fn codes(page: &mut Html, tally: &Tally, lang: Lang) {
    let mut codes = tally.codes().peekable();
    if codes.peek().is_none() {
        return;
    }
    let words = lang.words();
    let [caption, code, charged, rows] = words.code_table();
    Section::Codes.begin(page, words);
    table(page, caption);
    page.put("<th scope=\"col\">", code, "</th>");
    page.put("<th scope=\"col\">", charged, "</th>");
    page.put("<th scope=\"col\" class=\"n\">", rows, "</th></tr></thead>\n<tbody>\n");
    for (number, rows) in codes {
        let known = code::find(number);
        let meaning =
            known.map_or(words.undocumented_code_sentence(), |code| words.code_meaning(code.name));
        page.put("<tr><th scope=\"row\"><span class=\"word\">", &number.to_string(), "</span>");
        page.put(" <small>", meaning, "</small></th>");
        page.put("<td>", words.charge(code::charge(number)), "</td>");
        page.put("<td class=\"n\">", &lang.thousands(rows), "</td></tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}

/// The problems that the checks found before anything was sent.
pub(crate) fn problems(page: &mut Html, tally: &Tally, lang: Lang) {
    let words = lang.words();
    Section::Problems.begin(page, words);
    let mut problems: Vec<_> = tally.problems().collect();
    if problems.is_empty() {
        soft(page, words.no_problems());
        page.raw("</section>\n");
        return;
    }
    problems.sort_by_key(|(_, level, rows)| std::cmp::Reverse((*level, *rows)));
    let [caption, problem, level, rows] = words.problem_table();
    table(page, caption);
    page.put("<th scope=\"col\">", problem, "</th>");
    page.put("<th scope=\"col\">", level, "</th>");
    page.put("<th scope=\"col\" class=\"n\">", rows, "</th></tr></thead>\n<tbody>\n");
    for (code, level, rows) in problems {
        page.put("<tr><th scope=\"row\"><code>", code, "</code>");
        page.put(" <small>", words.level_meaning(level), "</small>");
        let first = tally.first_rows(code);
        if !first.is_empty() {
            let named = words.first_rows(first, rows > first.len() as u64);
            page.put("<br><small>", &named, "</small>");
        }
        page.raw("</th>");
        page.put("<td>", words.level(level), "</td>");
        page.put("<td class=\"n\">", &lang.thousands(rows), "</td></tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}
