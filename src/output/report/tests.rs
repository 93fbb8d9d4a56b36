//! The page as text: what stands on it, and what never may.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::model::answer::Answer;
use crate::model::left_out::LeftOut;
use crate::model::outcome::Source;
use crate::model::problem::NameProblem;
use crate::model::stop_reason::StopReason;
use crate::model::verdict::Verdict;
use crate::output::summary::{PaceSummary, SummaryOrigin, Totals};
use crate::run::tally::Tally;
use crate::words::NextStep;

fn begun() -> Timestamp {
    "2026-11-24T15:14:26Z".parse().unwrap()
}

/// An answer that came so many milliseconds after the start.
fn answered(code: i64, phone: &str, after: i64) -> Verdict {
    let answer = Answer {
        code,
        message: Some("<script>alert('3310990101900001')</script>".to_owned()),
        result: Some("pass".to_owned()),
        id_phone_match: Some(phone.to_owned()),
        id_name_match: Some("<b>maybe</b>".to_owned()),
        ..Answer::default()
    };
    Verdict {
        outcome: answer.outcome(),
        charged: answer.charge(),
        source: Source::Api,
        answer: Some(answer),
        elapsed: Some(Duration::from_millis(20)),
        at: Some(begun() + SignedDuration::from_millis(after)),
        ..Verdict::local(Outcome::Unknown, None)
    }
}

fn totals(stopped: Option<StopReason>) -> Totals {
    Totals {
        origin: SummaryOrigin::default(),
        left_out: LeftOut::default(),
        started: begun(),
        elapsed: Duration::from_secs(4),
        sandbox: false,
        pace: PaceSummary::default(),
        stopped,
        exit: 0,
        next: vec![NextStep::SettleUnknown { ledger: " --ledger <my> \"ledger\"".to_owned() }],
        price: "0.25".parse().ok(),
        ledger: " --ledger '<my> ledger'".to_owned(),
    }
}

fn page(tally: &Tally, totals: &Totals) -> String {
    report(&Summary { tally, totals }, Lang::En)
}

fn busy() -> Tally {
    let mut tally = Tally::begun(begun());
    for i in 0..400 {
        tally.add(&answered(200, "pass", i * 10), &[NameProblem::Digits.into()]);
    }
    tally.add(&answered(12223, "fail", 100), &[]);
    let silence = Verdict { charged: Charge::Unknown, ..answered(200, "", 200) };
    tally.add(&Verdict { answer: None, outcome: Outcome::Unknown, ..silence }, &[]);
    tally
}

#[test]
fn each_sum_of_the_run_is_on_the_page() {
    let page = page(&busy(), &totals(None));
    for figure in [
        "24 November 2026, 15:14:26 to 15:14:30 UTC, 4.0 s; 402 rows",
        "<dt>Charged</dt><dd class=\"figure\">400</dd><dd class=\"under\">costs 100.00</dd>",
        "<dt>Perhaps charged</dt><dd class=\"figure\">2</dd><dd class=\"under\">at most 0.50 more</dd>",
        "402 calls after 4.0 s, of which 2 may have been charged",
        "Half of the answers took at most 20 ms",
        "<span class=\"word\">12223</span>",
        "<code>name.digits</code>",
    ] {
        assert!(page.contains(figure), "{figure} is not on {page}");
    }
}

#[test]
fn a_run_that_was_slowed_down_says_so_and_one_that_was_not_does_not() {
    let paused = Duration::from_millis(3_240);
    let pace = PaceSummary { pauses: 1, paused, ..PaceSummary::default() };
    let slow = page(&busy(), &Totals { pace, ..totals(None) });
    assert!(slow.contains("It was slowed down once, with pauses of 3.2 s in all."), "{slow}");
    assert!(!page(&busy(), &totals(None)).contains("slowed"));
}

#[test]
fn what_came_from_outside_is_escaped_and_no_number_of_a_person_is_there() {
    let reason = StopReason::Tls("</p><img src=x> 3310990101900001 \u{202e}".to_owned());
    let page = page(&busy(), &totals(Some(reason)));
    for never in ["<script", "<img", "<b>maybe", "3310990101900001", "\u{202e}", "<my>"] {
        assert!(!page.contains(never), "{never} is on {page}");
    }
    assert!(page.contains("&lt;img src=x&gt; **************** \\u{202e}"), "{page}");
    assert!(page.contains("<span>&#39;&lt;my&gt;</span> <span>ledger&#39;</span>"), "{page}");
}

#[test]
fn the_page_names_nothing_to_load_and_each_chart_has_its_name() {
    let page = page(&busy(), &totals(None));
    for never in ["http:", "https:", "url(", "@import", "src=", "href=", "<link", "onload"] {
        assert!(!page.contains(never), "{never} is on {page}");
    }
    let charts: Vec<_> = page.split("<svg").skip(1).collect();
    assert!(charts.len() >= 4, "{page}");
    for chart in charts {
        let chart = chart.split("</svg>").next().unwrap();
        let named = ["role=\"img\"", "<title id=", "<desc id=", "aria-labelledby"];
        let silent = chart.contains("aria-hidden=\"true\"");
        assert!(silent || named.iter().all(|part| chart.contains(part)), "{chart}");
    }
}

#[test]
fn a_run_without_rows_or_charges_has_a_page_too() {
    let mut tally = Tally::begun(begun());
    let empty = Totals { next: Vec::new(), price: None, ..totals(None) };
    let text = page(&tally, &empty);
    assert!(text.contains("The input has no rows"), "{text}");
    assert!(text.contains("Nothing was charged"), "{text}");
    assert!(!text.contains("What to do next"), "{text}");
    tally.add(&Verdict::local(Outcome::Held, None), &[NameProblem::Empty.into()]);
    let text = page(&tally, &empty);
    assert!(
        text.contains("name.empty") && !text.contains("NaN") && !text.contains("inf"),
        "{text}"
    );
}

#[test]
fn a_page_of_ours_is_known_by_its_head() {
    assert!(is_report(&page(&Tally::default(), &totals(None))));
    assert!(!is_report("<!doctype html>\n<html lang=\"en\">\n<title>idv</title>"));
}
