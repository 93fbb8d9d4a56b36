//! What the checks make of a row.

use std::sync::Arc;

use csv::StringRecord;
use proptest::prelude::*;

use super::*;
use crate::model::problem::{Level, Problem};
use crate::model::record::Record;
use crate::words::Lang;

fn row(id_number: &str, phone_number: &str, name: &str) -> Row {
    let record = Record::new(id_number, phone_number, name);
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
    row.problems.iter().map(Problem::code).collect()
}

fn phone_of(written: &str) -> (String, Vec<&'static str>) {
    let row = prepared("3310990101909001", written, "BUDI");
    let codes = row.problems.iter().map(Problem::code).collect();
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
        "81234567890.5",
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
fn a_phone_number_that_became_a_power_of_ten_is_malformed() {
    for written in ["6,28123E+11", "8.12E10", "8e10"] {
        let expected = (written.to_owned(), vec!["phone_number.notation"]);
        assert_eq!(phone_of(written), expected, "{written}");
    }
}

#[test]
fn an_unknown_operator_is_noted_and_never_held() {
    let row = prepared("3310990101909001", "084012345678", "BUDI");
    assert_eq!(codes(&row), ["phone_number.operator"]);
    assert_eq!(row.worst(), Some(Level::Note));
}

fn suspicion_of(written: &str) -> Vec<(&'static str, Level)> {
    let row = prepared(written, "081234567890", "BUDI");
    row.problems.iter().map(|problem| (problem.code(), problem.level())).collect()
}

#[test]
fn what_can_be_no_nik_is_suspect_and_not_forbidden() {
    for (written, code) in [
        ("3310225629467", "id_number.length"),
        ("33109901019090011", "id_number.length"),
        ("0", "id_number.length"),
        ("-", "id_number.digits"),
        ("331099010190900O", "id_number.digits"),
        ("3,31023E+15", "id_number.notation"),
        ("3.31023E+15", "id_number.notation"),
        ("3.31099010190901e15", "id_number.notation"),
        ("331099010190900.0", "id_number.notation"),
        ("3310990101909010.0", "id_number.notation"),
        ("9110990101909001.0", "id_number.notation"),
        ("0310990101909001", "id_number.first_digit"),
        ("3310990101900000", "id_number.serial"),
        ("3310993201909001", "id_number.birth_date"),
        ("3310990001909001", "id_number.birth_date"),
        ("3310994001909001", "id_number.birth_date"),
        ("3310997201909001", "id_number.birth_date"),
        ("3310999901909001", "id_number.birth_date"),
        ("3310990100909001", "id_number.birth_date"),
        ("3310990113909001", "id_number.birth_date"),
        ("3310993002909001", "id_number.birth_date"),
        ("3310997104909001", "id_number.birth_date"),
    ] {
        assert_eq!(suspicion_of(written), [(code, Level::Suspect)], "{written}");
    }
}

#[test]
fn what_other_parsers_refuse_is_none_of_our_business() {
    for (written, notes) in [
        ("9310990101909001", vec![]),
        ("9610990101909001", vec![]),
        ("3310004101909001", vec![]),
        ("3310992902019001", vec![]),
        ("3310990101111111", vec![]),
        ("3310990101059001", vec![]),
        ("9710990101909001", vec![("id_number.province", Level::Note)]),
    ] {
        assert_eq!(suspicion_of(written), notes, "{written}");
    }
}

#[test]
fn a_nik_says_province_birth_date_and_sex() {
    let nik = nik::Nik::read("9310994902059001").unwrap();
    assert_eq!(nik.province, Some("Papua Selatan"));
    assert_eq!((nik.day, nik.month, nik.year, nik.sex), (9, 2, 5, nik::Sex::Female));
    let today = jiff::civil::date(2026, 11, 25);
    let says = |written| {
        let said = nik::Nik::read(written).unwrap().describe(today, Lang::En);
        said.split("registered in ").nth(1).unwrap().split(';').next().unwrap().to_owned()
    };
    let nik = nik::Nik::read("3310993112879001").unwrap();
    assert_eq!((nik.day, nik.sex), (31, nik::Sex::Male));
    // The century is not in the number: what lies ahead, or is in no calendar, is left out.
    for (written, said) in [
        ("9310994902059001", "Papua Selatan, for a woman born 9 February 2005 or 1905"),
        ("3310993112879001", "Jawa Tengah, for a man born 31 December 1987"),
        ("3310992611269001", "Jawa Tengah, for a man born 26 November 1926"),
        ("3310992511269001", "Jawa Tengah, for a man born 25 November 2026 or 1926"),
        ("3310992902009001", "Jawa Tengah, for a man born 29 February 2000"),
        ("3310992902039001", "Jawa Tengah, for a man born on day 29 of month 2 of a year 03"),
        ("9710990101909001", "a region that is none today, for a man born 1 January 1990"),
    ] {
        assert_eq!(says(written), said, "{written}");
    }
    assert_eq!(nik::Nik::read("331099311287900"), None);
}

#[test]
fn names_of_every_kind_are_fine() {
    let long = "Sri ".repeat(51);
    for (name, code) in [(long.as_str(), "name.long"), ("Budi\u{1b}[31m", "name.control")] {
        let row = prepared("3310990101909001", "081234567890", name);
        assert_eq!((codes(&row), row.worst()), (vec![code], Some(Level::Suspect)));
    }
    // Characters, not bytes: these are three bytes each.
    for (letters, codes_of_it) in [(200, &[][..]), (201, &["name.long"])] {
        let row = prepared("3310990101909001", "081234567890", &"李".repeat(letters));
        assert_eq!(codes(&row), codes_of_it, "{letters}");
    }
    for name in ["Suharto", "Nu'man", "Dr. H. Abd. Rahman, M.Sc.", "M. Ali", "O", "李"] {
        assert!(prepared("3310990101909001", "081234567890", name).problems.is_empty(), "{name}");
    }
    let digits = prepared("3310990101909001", "081234567890", "BUD1");
    assert_eq!((codes(&digits), digits.worst()), (vec!["name.digits"], Some(Level::Note)));
    let damaged = prepared("3310990101909001", "081234567890", "Ren\u{fffd}e");
    assert_eq!((codes(&damaged), damaged.worst()), (vec!["name.damaged"], Some(Level::Suspect)));
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
    assert_eq!(row.problems[0].level(), Level::Note);
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
        "3,310,990,101,909,001",
        "3310990101909001.0",
        "3310990101909001,00",
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
        "3310990101909010.0",
        "9110990101909001.0",
        "331099010190900.1",
        "3310990101909001.5",
        "33109901019090,01",
        "3310990101,909001",
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
    row.problems.push(crate::model::problem::RowProblem::Ragged { cells: 2, header: 3 }.into());
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
    fn a_valid_nik_is_never_suspect(
        province in prop::sample::select(vec![
            11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53, 61, 62, 63,
            64, 65, 71, 72, 73, 74, 75, 76, 81, 82, 91, 92, 93, 94, 95, 96,
        ]),
        region in 0u32..10_000,
        day in 1u32..=31, woman in any::<bool>(), month in 1u32..=12, year in 0u32..100,
        serial in 1u32..10_000,
    ) {
        let day = day.min([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month as usize - 1]);
        let day = if woman { day + 40 } else { day };
        let nik = format!("{province}{region:04}{day:02}{month:02}{year:02}{serial:04}");
        prop_assert_eq!(suspicion_of(&nik), []);
        prop_assert_eq!(nik::Nik::read(&nik).unwrap().sex == nik::Sex::Female, woman);
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
