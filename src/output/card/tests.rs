//! Snapshots of the card, for each outcome, at the narrow and the wide, with and without colour.

use std::sync::Arc;
use std::time::Duration;

use csv::StringRecord;

use super::*;
use crate::model::explanation::Explanation;
use crate::model::problem::{NameProblem, PhoneNumberProblem};
use crate::model::record::Record;
use crate::model::send_error::{SendError, Trouble};
use crate::model::stop_reason::StopReason;

fn row(name: &str) -> Row {
    let columns: Arc<[String]> =
        ["id_number", "phone_number", "name"].map(str::to_owned).to_vec().into();
    let record = Record::new("3310990101909001", "081234567890", name);
    let cells = StringRecord::from(vec!["3310990101909001", "+62 812-3456-7890", name]);
    Row { number: 1, line: 2, columns, cells, record, problems: Vec::new() }
}

fn answer(code: i64, result: Option<&str>, phone: Option<&str>, name: Option<&str>) -> Answer {
    Answer {
        code,
        result: result.map(str::to_owned),
        id_phone_match: phone.map(str::to_owned),
        id_name_match: name.map(str::to_owned),
        message: code::find(code).map(|code| code.message.to_owned()),
        sequence_id: Some("17955332663556A1C243F9E3779B97F5".to_owned()),
        ..Answer::default()
    }
}

fn answered(answer: Answer) -> Verdict {
    Verdict {
        outcome: answer.outcome(),
        charged: answer.charge(),
        source: Source::Api,
        answer: Some(answer),
        attempts: 1,
        elapsed: Some(Duration::from_millis(12)),
        at: Some("2026-11-24T15:14:26.355Z".parse().unwrap()),
        ..Verdict::local(Outcome::Unknown, None)
    }
}

fn unanswered(outcome: Outcome, charged: Charge, why: SendError) -> Verdict {
    let at = Some("2026-11-24T15:14:26.355Z".parse().unwrap());
    let local = Verdict::local(outcome, Some(Explanation::Attempt(why)));
    Verdict { charged, source: Source::Api, attempts: 1, at, ..local }
}

fn failed() -> Verdict {
    answered(answer(200, Some("fail"), Some("fail"), Some("pass")))
}

fn details(width: usize, color: bool) -> CardDetails {
    let says = Some(
        "By its digits the number was first registered in Jawa Tengah, for a man born 1 January \
         1990; nothing of this was checked."
            .to_owned(),
    );
    CardDetails { says, ledger: String::new(), color, width, lang: Lang::En }
}

/// Escape sequences as a reader of the snapshot sees them.
fn visible(text: &str) -> String {
    text.replace('\u{1b}', "␛")
}

fn drawn(verdict: &Verdict, width: usize, color: bool) -> String {
    visible(&card(&row("Budi Contoh"), verdict, &Mask::default(), &details(width, color)))
}

fn drawn_in_indonesian(verdict: &Verdict, width: usize) -> String {
    let details = CardDetails { lang: Lang::Id, says: None, ..details(width, false) };
    card(&row("Budi Contoh"), verdict, &Mask::default(), &details)
}

#[test]
fn each_outcome_has_a_card_of_its_own() {
    let no_record = "no_record_for_phone_number";
    let spoken = Answer {
        reason: Some("The NIK does not match with the name".to_owned()),
        ..answer(200, Some("fail"), None, None)
    };
    let unreachable = SendError::NotSent(Trouble::ConnectTimedOut);
    let lost = SendError::NoAnswer {
        status: Some(200),
        trouble: Trouble::TimedOut(Duration::from_secs(30)),
    };
    let interrupted = Explanation::Stopped(StopReason::Interrupted);
    let verdicts = [
        ("pass", answered(answer(200, Some("pass"), Some("pass"), Some("pass")))),
        ("fail", failed()),
        ("fail_both", answered(answer(200, Some("fail"), Some("fail"), Some("fail")))),
        ("fail_reason", answered(spoken)),
        ("no_record", answered(answer(200, Some("fail"), Some(no_record), Some("pass")))),
        ("unrecognised", answered(answer(12223, None, None, None))),
        ("refused", answered(answer(11340, None, None, None))),
        ("unavailable", answered(answer(305, None, None, None))),
        ("unreachable", unanswered(Outcome::Unavailable, Charge::No, unreachable)),
        ("unknown", unanswered(Outcome::Unknown, Charge::Unknown, lost)),
        ("skipped", Verdict::local(Outcome::Skipped, Some(interrupted))),
        ("known", Verdict { source: Source::Ledger, charged: Charge::No, ..failed() }),
    ];
    for (name, verdict) in verdicts {
        insta::assert_snapshot!(name, drawn(&verdict, 80, false));
        // TZ may name another zone than the default one.
        let indonesian = drawn_in_indonesian(&verdict, 80);
        let timeless: Vec<_> = indonesian.lines().filter(|line| !line.contains("waktu")).collect();
        insta::assert_snapshot!(format!("{name}_id"), timeless.join("\n"));
    }
}

#[test]
fn a_held_record_says_what_is_wrong() {
    let mut row = row("Budi Contoh");
    row.problems.push(PhoneNumberProblem::Format.into());
    row.problems.push(NameProblem::Digits.into());
    let held = Verdict::local(Outcome::Held, None);
    let drawn = card(&row, &held, &Mask::default(), &details(60, false));
    insta::assert_snapshot!("held", drawn);
}

#[test]
fn a_card_fits_every_width_from_60_columns_up() {
    let unknown = unanswered(
        Outcome::Unknown,
        Charge::Unknown,
        SendError::NoAnswer { status: None, trouble: Trouble::Said("a word ".repeat(30)) },
    );
    for verdict in [failed(), unknown] {
        for width in [60, 80, 120] {
            let both = drawn(&verdict, width, false) + &drawn_in_indonesian(&verdict, width);
            for line in both.lines() {
                assert!(text_layout::columns(line) <= width, "{width}: {line}");
            }
        }
    }
    insta::assert_snapshot!("fail_60", drawn(&failed(), 60, false));
    for width in [60, 120] {
        let timeless: Vec<_> = drawn_in_indonesian(&failed(), width)
            .lines()
            .filter(|line| !line.contains("waktu"))
            .map(str::to_owned)
            .collect();
        insta::assert_snapshot!(format!("fail_{width}_id"), timeless.join("\n"));
    }
    insta::assert_snapshot!("fail_120", drawn(&failed(), 120, false));
}

#[test]
fn colour_is_for_the_words_that_count() {
    insta::assert_snapshot!("fail_color", drawn(&failed(), 80, true));
    let plain: String = anstyle_free(&drawn(&failed(), 80, true));
    assert_eq!(plain, drawn(&failed(), 80, false));
}

/// Without the escape sequences, as [`visible`] wrote them.
fn anstyle_free(text: &str) -> String {
    let mut pieces = text.split('␛');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| plain + piece.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn names_of_any_script_and_escape_sequences_do_no_harm() {
    let mut shown = String::new();
    for name in ["陳大文", "محمد عبد", "a\u{1b}[31mb\u{202e}c\u{7}"] {
        let verdict = answered(answer(200, Some("pass"), Some("pass"), Some("pass")));
        let card = card(&row(name), &verdict, &Mask::default(), &details(60, false));
        shown.push_str(
            card.lines()
                .find(|line| line.starts_with("  name  ") && !line.contains("belongs"))
                .unwrap(),
        );
        shown.push('\n');
    }
    assert_eq!(
        shown,
        "  name          陳大文\n  name          \u{2068}محمد عبد\u{2069}\n  \
         name          a\\u{1b}[31mb\\u{202e}c\\u{7}\n"
    );
}

#[test]
fn a_masked_card_names_nobody() {
    let mask = Mask::on(Vec::new());
    let shown = card(&row("Budi Contoh"), &failed(), &mask, &CardDetails::default());
    insta::assert_snapshot!("masked", shown);
    assert!(!shown.contains("Contoh") && !shown.contains("81234"));
}
