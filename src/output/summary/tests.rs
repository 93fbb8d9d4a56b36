//! What a person sees after a run, at several widths, with colour and without.

use super::*;
use crate::model::answer::Answer;
use crate::model::code;
use crate::model::left_out::LeftOut;
use crate::model::outcome::{Outcome, Source};
use crate::model::problem::{IdNumberProblem, NameProblem, PhoneNumberProblem, Problem};
use crate::model::verdict::Verdict;
use crate::words::Lang;

/// An answer as the guide has it.
fn answered(result: &str, phone: &str, name: &str, millis: u64) -> Verdict {
    let answer = Answer {
        code: 200,
        result: Some(result.to_owned()),
        id_phone_match: Some(phone.to_owned()),
        id_name_match: Some(name.to_owned()),
        ..Answer::default()
    };
    Verdict {
        outcome: answer.outcome(),
        charged: Charge::Yes,
        source: Source::Api,
        answer: Some(answer),
        attempts: 1,
        elapsed: Some(Duration::from_millis(millis)),
        ..Verdict::local(Outcome::Unknown, None)
    }
}

fn coded(code: i64) -> Verdict {
    let answer = Answer { code, ..Answer::default() };
    Verdict {
        outcome: answer.outcome(),
        charged: answer.charge(),
        source: Source::Api,
        answer: Some(answer),
        ..Verdict::local(Outcome::Unknown, None)
    }
}

/// A run in which everything happened.
fn eventful() -> Tally {
    let mut tally = Tally::default();
    let mut add = |times: u64, verdict: &Verdict, problems: &[Problem]| {
        (0..times).for_each(|_| tally.add(verdict, problems));
    };
    for millis in 0..1_200 {
        add(1, &answered("pass", "pass", "pass", 40 + millis % 160), &[]);
    }
    add(41, &answered("fail", "fail", "pass", 80), &[]);
    add(7, &answered("fail", "pass", "fail", 80), &[NameProblem::Digits.into()]);
    add(23, &answered("fail", "no_record_for_phone_number", "pass", 60), &[]);
    add(1, &answered("maybe", "pass", "perhaps", 60), &[]);
    add(9, &coded(11340), &[]);
    add(1, &coded(12223), &[]);
    add(2, &coded(305), &[]);
    let silence = Verdict::local(Outcome::Unknown, None);
    add(3, &Verdict { charged: Charge::Unknown, source: Source::Api, ..silence }, &[]);
    let damaged = [IdNumberProblem::Serial.into()];
    add(12, &Verdict::local(Outcome::Held, None), &damaged);
    add(5, &Verdict::local(Outcome::Held, None), &[PhoneNumberProblem::Format.into()]);
    for source in [Source::Ledger, Source::Duplicate] {
        let known = answered("pass", "pass", "pass", 0);
        add(200, &Verdict { source, charged: Charge::No, ..known }, &[]);
    }
    add(12_345, &Verdict::local(Outcome::Skipped, None), &[]);
    tally
}

fn totals(next: &[NextStep], stopped: Option<StopReason>) -> Totals {
    Totals {
        origin: SummaryOrigin::default(),
        left_out: LeftOut::default(),
        started: Timestamp::UNIX_EPOCH,
        elapsed: Duration::from_secs(125),
        sandbox: false,
        pace: PaceSummary::default(),
        stopped,
        exit: 5,
        next: next.to_vec(),
        price: "1000".parse().ok(),
        ledger: String::new(),
    }
}

fn eventful_totals() -> Totals {
    let next = [
        NextStep::ObeyCode(code::find(305).unwrap().name),
        NextStep::SettleUnknown { ledger: String::new() },
        NextStep::RunAgain { fresh: None, command: Some("idv batch a.csv".to_owned()) },
    ];
    let paused = Duration::from_millis(3_240);
    let pace = PaceSummary { pauses: 12, paused, ..PaceSummary::default() };
    Totals { pace, ..totals(&next, Some(StopReason::Account(305))) }
}

fn text(tally: &Tally, totals: &Totals, look: TerminalStyle) -> String {
    Summary { tally, totals }.text(look)
}

#[test]
fn a_run_in_which_everything_happened() {
    let (tally, totals) = (eventful(), eventful_totals());
    for lang in Lang::ALL {
        let name = |what: &str| format!("eventful_{what}{}", ["", "_id"][lang as usize]);
        for width in [60, 80, 120] {
            let look = TerminalStyle { color: false, width: Some(width), lang };
            let text = text(&tally, &totals, look);
            for line in text.lines().filter(|line| !line.contains('`')) {
                assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
            }
            insta::assert_snapshot!(name(&format!("at_{width}")), text);
        }
        let look = TerminalStyle { lang, ..TerminalStyle::default() };
        insta::assert_snapshot!(name("in_a_pipe"), text(&tally, &totals, look));
    }
}

#[test]
fn colours_are_those_of_the_outcomes() {
    let look = TerminalStyle { color: true, width: Some(80), lang: Lang::En };
    let text = text(&eventful(), &eventful_totals(), look);
    insta::assert_snapshot!("eventful_in_colour", text.replace('\u{1b}', "^["));
}

#[test]
fn a_run_without_trouble_is_short() {
    let mut tally = Tally::default();
    tally.add(&answered("pass", "pass", "pass", 12), &[]);
    let totals = Totals { price: None, ..totals(&[], None) };
    insta::assert_snapshot!("one_pass", text(&tally, &totals, TerminalStyle::default()));
    insta::assert_snapshot!("no_rows", text(&Tally::default(), &totals, TerminalStyle::default()));
}

#[test]
fn sums_of_a_large_file_keep_their_columns() {
    let mut tally = Tally::default();
    let pass = answered("pass", "pass", "pass", 12);
    (0..1_000_000).for_each(|_| tally.add(&pass, &[]));
    tally.add(&answered("fail", "fail", "pass", 12), &[]);
    let look = TerminalStyle { color: false, width: Some(60), lang: Lang::En };
    let text = text(&tally, &totals(&[], None), look);
    let rows: Vec<_> =
        text.lines().filter(|line| line.contains('█') || line.contains('▏')).collect();
    assert_eq!(rows.len(), 2, "{text}");
    assert!(rows[0].contains("1,000,000") && rows[0].contains("99.9%"), "{text}");
    assert!(rows[1].contains("<0.1%"), "{text}");
    assert!(text.contains("price: 1,000,001,000 at 1,000 a call"), "{text}");
}
