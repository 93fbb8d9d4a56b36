//! What the checks make of a row.

use std::sync::Arc;

use csv::StringRecord;
use proptest::prelude::*;

use super::*;
use crate::problem::Level;
use crate::record::Record;

fn row(id_number: &str, phone_number: &str, name: &str) -> Row {
    let record = Record::new(|field| match field {
        Field::IdNumber => id_number.to_owned(),
        Field::PhoneNumber => phone_number.to_owned(),
        Field::Name => name.to_owned(),
        Field::IdType => "KTP".to_owned(),
        Field::Country => "ID".to_owned(),
    });
    let columns: Arc<[String]> = Arc::new([]);
    let cells = StringRecord::new();
    Row { number: 1, line: 2, columns, cells, record, problems: Vec::new() }
}

fn prepared(id_number: &str, phone_number: &str, name: &str) -> Row {
    let mut row = row(id_number, phone_number, name);
    prepare(&mut row);
    row
}

fn codes(row: &Row) -> Vec<&str> {
    row.problems.iter().map(|problem| problem.code).collect()
}

fn phone_of(written: &str) -> (String, Vec<&'static str>) {
    let row = prepared("3310990101909001", written, "BUDI");
    let codes = row.problems.iter().map(|problem| problem.code).collect();
    (row.record.get(Field::PhoneNumber).to_owned(), codes)
}

fn id_of(written: &str) -> String {
    prepared(written, "081234567890", "BUDI").record.get(Field::IdNumber).to_owned()
}

fn name_of(written: &str) -> String {
    prepared("3310990101909001", "081234567890", written).record.get(Field::Name).to_owned()
}

#[test]
fn a_good_row_is_left_as_it_is() {
    let row = prepared("3310990101909001", "081234567890", "BUDI SANTOSO");
    assert_eq!(row.record.get(Field::IdNumber), "3310990101909001");
    assert!(row.problems.is_empty(), "{:?}", row.problems);
}

#[test]
fn every_form_of_a_phone_number_is_the_same_number() {
    for written in [
        "081234567890",
        "+6281234567890",
        "6281234567890",
        "006281234567890",
        "81234567890",
        "+62 (0)812-3456-7890",
        "62081234567890",
        "+62 812 3456 7890",
        "0812.3456.7890",
        "(0812) 34567890",
        "\u{a0}0812\u{2011}3456\u{2011}7890",
        "\u{200b}0812\u{200b}34567890",
        "\u{202a}+62 812-3456-7890\u{202c}",
        "'081234567890",
        "\u{2019}081234567890",
        "81234567890.0",
        "6281234567890,00",
    ] {
        assert_eq!(phone_of(written), ("081234567890".to_owned(), vec![]), "{written}");
    }
}

#[test]
fn what_is_no_form_of_writing_is_not_repaired() {
    for written in [
        "O81234567890",
        "08123456789O",
        "081234567890/081298765432",
        "081234567890 081298765432",
        "081234567890, 081298765432",
        "081234567890 (istri)",
        "0812345",
        "08123456789012",
        "02112345678",
        "+6581234567",
        "+081234567890",
        "6,28123E+11",
        "tidak ada",
        "0812 34567890 ext. 4",
    ] {
        assert_eq!(
            phone_of(written),
            (written.to_owned(), vec!["phone_number.format"]),
            "{written}"
        );
    }
}

#[test]
fn a_number_that_became_a_power_of_ten_is_told_apart() {
    for (written, told) in [("6,28123E+11", true), ("8.12E10", true), ("tidak ada", false)] {
        let row = prepared("3310990101909001", written, "BUDI");
        assert_eq!(row.problems[0].message.contains("Text"), told, "{written}");
    }
}

#[test]
fn zero_and_a_dash_in_a_phone_mean_that_there_is_none() {
    for written in ["", " ", "0", "-", "\u{2013}", "--", " - "] {
        assert_eq!(phone_of(written), (String::new(), vec!["phone_number.empty"]), "{written}");
    }
}

#[test]
fn a_service_number_is_noted_and_never_held() {
    let row = prepared("3310990101909001", "0800000301", "BUDI");
    assert_eq!(row.record.get(Field::PhoneNumber), "0800000301");
    assert_eq!(codes(&row), ["phone_number.service"]);
    assert_eq!(row.problems[0].level, Level::Note);
    assert!(!row.is_held());
}

#[test]
fn a_grouped_nik_is_recovered_where_sixteen_digits_remain() {
    for written in [
        "3.310.990.101.909.001",
        "'3310990101909001",
        " 3310990101909001 ",
        "3310 9901 0190 9001",
        "33.10.99.010190.9001",
        "\u{a0}3310990101909001\u{200b}",
        "3310-9901-0190-9001",
    ] {
        assert_eq!(id_of(written), "3310990101909001", "{written}");
    }
}

#[test]
fn a_number_that_is_no_grouped_nik_stays_as_it_is() {
    for written in [
        "3310225629467",
        "3,31023E+15",
        "3.31023E+15",
        "331099010190900.0",
        "3310990101909001.0",
        "331099010190900O",
        "33109901019090011",
        "3.310.990.101.909.00",
    ] {
        assert_eq!(id_of(written), written);
    }
}

#[test]
fn names_are_trimmed_collapsed_and_composed_and_nothing_else() {
    for (written, sent) in [
        ("  BUDI   SANTOSO ", "BUDI SANTOSO"),
        ("BUDI\u{a0}SANTOSO", "BUDI SANTOSO"),
        ("BUDI\r\nSANTOSO", "BUDI SANTOSO"),
        ("Rene\u{301}e", "Ren\u{e9}e"),
        ("Sukarno", "Sukarno"),
        ("M. Nu'man, S.Pd.", "M. Nu'man, S.Pd."),
        ("Abd. Rahman bin H. Ali", "Abd. Rahman bin H. Ali"),
    ] {
        assert_eq!(name_of(written), sent);
    }
}

#[test]
fn empty_fields_are_malformed() {
    let row = prepared(" ", "", "\u{200b} ");
    assert_eq!(codes(&row), ["id_number.empty", "phone_number.empty", "name.empty"]);
    assert!(row.is_held());
}

#[test]
fn another_country_or_document_is_malformed() {
    let mut row = row("3310990101909001", "081234567890", "BUDI");
    row.record.set(Field::IdType, " ktp ".to_owned());
    row.record.set(Field::Country, "id".to_owned());
    prepare(&mut row);
    assert!(row.problems.is_empty());
    assert_eq!((row.record.get(Field::IdType), row.record.get(Field::Country)), ("KTP", "ID"));
    row.record.set(Field::IdType, "SIM".to_owned());
    row.record.set(Field::Country, "SG".to_owned());
    prepare(&mut row);
    assert_eq!(codes(&row), ["id_type.unsupported", "country.unsupported"]);
}

#[test]
fn a_row_that_the_reader_found_damaged_is_left_alone() {
    let mut row = row(" 1 ", "x", "");
    row.problems.push(Problem::malformed("row.ragged", "x"));
    prepare(&mut row);
    assert_eq!(codes(&row), ["row.ragged"]);
    assert_eq!(row.record.get(Field::IdNumber), " 1 ");
}

/// A separator as people put between groups of digits.
fn separator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", " ", "-", ".", "\u{a0}", "\u{2011}", "\u{200b}", " - "])
}

proptest! {
    #[test]
    fn any_form_of_a_phone_number_normalises_to_the_same(
        rest in "8[1-9][0-9]{7,10}",
        prefix in prop::sample::select(vec!["0", "+62", "62", "0062", "", "+62 (0)", "620", "(0"]),
        at in 2usize..6,
        between in separator(),
        apostrophe in any::<bool>(),
    ) {
        let close = if prefix == "(0" { ")" } else { "" };
        let mark = if apostrophe { "'" } else { "" };
        let written = format!("{mark}{prefix}{}{close}{between}{}", &rest[..at], &rest[at..]);
        prop_assert_eq!(phone_of(&written).0, format!("0{rest}"));
    }

    #[test]
    fn preparing_twice_changes_nothing_more(id in ".{0,20}", phone in ".{0,20}", name in ".{0,20}") {
        let mut row = prepared(&id, &phone, &name);
        let (record, problems) = (row.record.clone(), std::mem::take(&mut row.problems));
        prepare(&mut row);
        prop_assert!(record == row.record);
        prop_assert_eq!(problems, row.problems);
    }
}
