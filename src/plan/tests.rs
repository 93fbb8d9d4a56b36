//! What a plan makes of rows.

use std::sync::Arc;

use csv::StringRecord;
use proptest::prelude::*;

use super::*;
use crate::model::record::Record;

fn row(number: u64, id_number: &str, phone: &str) -> Row {
    let record = Record::new(id_number, phone, "BUDI");
    let columns: Arc<[String]> = Arc::new([]);
    let cells = StringRecord::new();
    Row { number, line: number + 1, columns, cells, record, problems: Vec::new() }
}

fn plan(hold: Level, rows: &[(&str, &str)]) -> Plan {
    let mut planner = Planner::new(hold, None, None).unwrap();
    for (number, (id_number, phone)) in (1..).zip(rows) {
        planner.take(&mut row(number, id_number, phone));
    }
    planner.finish().unwrap()
}

const GOOD: &str = "3310990101900001";

#[test]
fn rows_whose_record_is_the_same_share_a_call_however_they_are_written() {
    let plan = plan(
        Level::Suspect,
        &[(GOOD, "081234567890"), (GOOD, "081234567891"), (GOOD, "+62 812-3456-7890")],
    );
    assert_eq!((plan.rows, plan.duplicates, plan.to_send()), (3, 1, 2));
    assert_eq!(plan.first_duplicates, [(3, 1)]);
}

#[test]
fn what_is_held_is_no_duplicate_and_not_sent() {
    let rows = [("1", "081234567890"), ("1", "081234567890"), (GOOD, "x"), (GOOD, "x")];
    let held = plan(Level::Suspect, &rows);
    assert_eq!((held.held, held.duplicates, held.to_send()), (4, 0, 0));
    let sent = plan(Level::Malformed, &rows);
    assert_eq!((sent.held, sent.duplicates, sent.to_send()), (2, 1, 1));
    assert_eq!(sent.problems, held.problems, "what is found does not hang on what is sent");
}

#[test]
fn problems_come_the_gravest_first_with_the_places_of_the_first_rows() {
    let mut rows = vec![("1", "081234567890"); 9];
    rows.push((GOOD, "x"));
    let plan = plan(Level::Suspect, &rows);
    let found: Vec<_> =
        plan.problems.iter().map(|found| (found.problem.code(), found.rows)).collect();
    assert_eq!(found, [("phone_number.format", 1), ("id_number.length", 9)]);
    assert_eq!(plan.problems[0].first, [RowPosition { row: 10, line: 11 }]);
    let first: Vec<_> = plan.problems[1].first.iter().map(|place| place.row).collect();
    assert_eq!(first, [1, 2, 3, 4, 5]);
}

proptest! {
    #[test]
    fn duplicates_are_counted_as_a_set_counts_them(records in prop::collection::vec(0_u16..40, 0..200)) {
        let phones: Vec<_> = records.iter().map(|record| format!("08123456{record:04}")).collect();
        let rows: Vec<_> = phones.iter().map(|phone| (GOOD, phone.as_str())).collect();
        let plan = plan(Level::Suspect, &rows);
        let mut first = std::collections::HashMap::new();
        let mut duplicates = Vec::new();
        for (number, record) in (1_u64..).zip(&records) {
            match first.get(record) {
                Some(of) => duplicates.push((number, *of)),
                None => drop(first.insert(*record, number)),
            }
        }
        prop_assert_eq!(plan.duplicates, duplicates.len() as u64);
        prop_assert_eq!(plan.to_send(), first.len() as u64);
        duplicates.truncate(NAMED);
        prop_assert_eq!(plan.first_duplicates, duplicates);
    }
}
