//! Snapshots of the plan and of the question, in both languages.

use std::sync::Arc;

use super::*;
use crate::model::file_sign::FileSign;
use crate::model::left_out::LeftOut;
use crate::model::problem::{IdNumberProblem, NameProblem, Problem};
use crate::plan::LedgerCounts;

fn found(problem: Problem, rows: u64) -> ProblemCount {
    let first = (1..=rows.min(5)).map(|row| RowPosition { row, line: row + 1 }).collect();
    ProblemCount { problem, rows, first }
}

fn planned() -> Plan {
    Plan {
        rows: 12_345,
        other_shards: Some(24_690),
        left_out: LeftOut { blank: 7, header: 1 },
        held: 8,
        problems: vec![
            found(NameProblem::Empty.into(), 1),
            found(IdNumberProblem::Length { digits: 15 }.into(), 7),
            found(NameProblem::Digits.into(), 2),
        ],
        signs: vec![FileSign::PhoneNumberLeadingZero { without: 12_000, of: 12_345 }],
        shared: Arc::default(),
        duplicates: 2,
        first_duplicates: vec![(5, 2), (9, 2)],
        ledger: Some(LedgerCounts {
            unasked: 10_000,
            answered: 2_300,
            oldest: "2026-11-03T02:00:00Z".parse().ok(),
            in_doubt: 30,
            busy: 5,
        }),
    }
}

#[test]
fn a_plan_and_its_question_are_shown_in_both_languages() {
    let (plan, detected) = (planned(), DetectedFormat { delimiter: b';', ..Default::default() });
    for lang in Lang::ALL {
        let view = PlanView {
            plan: &plan,
            file: "a.csv".to_owned(),
            detected: &detected,
            ledger: "ledger.db".to_owned(),
            consulted: Consultation::Done,
            price: "1000".parse().ok(),
            max_charges: Some(500),
            lang,
        };
        for width in [60, 80, 120] {
            let name = format!("plan_{width}_{}", lang.name());
            insta::assert_snapshot!(name, view.text(false, width));
        }
        let brief = format!("{}\n{}", view.brief(), view.question());
        insta::assert_snapshot!(format!("question_{}", lang.name()), brief);
    }
}
