//! Invoices as providers write them, held against calls of every kind.

use std::convert::Infallible;

use jiff::Timestamp;
use jiff::tz::{Offset, offset};

use super::*;
use crate::ledger::CallRow;
use crate::ledger::reconcile::read::InvoiceError;
use crate::model::code::Charge;
use crate::model::outcome::Outcome;

const JAKARTA: Offset = offset(7);

fn invoice(text: impl AsRef<[u8]>) -> Invoice {
    open(text).unwrap()
}

fn open(text: impl AsRef<[u8]>) -> Result<Invoice, InvoiceError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("invoice.csv");
    std::fs::write(&file, text).unwrap();
    Invoice::open(&file, JAKARTA)
}

/// The nth id, as the provider gives them.
fn id(n: u32) -> String {
    format!("1795533266{n:05}A1C243F9E3779B97F")
}

/// A moment of 24 November 2026, by the clock of Jakarta.
fn at(time: &str) -> Timestamp {
    format!("2026-11-24T{time}+07:00").parse().unwrap()
}

fn call(number: i64, time: &str, charged: Charge, sequence_id: Option<String>) -> CallRow {
    CallRow {
        call: number,
        run: 1,
        record: String::new(),
        started: at(time),
        ended: Some(at(time)),
        outcome: Some(if charged == Charge::Yes { Outcome::Pass } else { Outcome::Unknown }),
        charged,
        resolved: None,
        code: (charged == Charge::Yes).then_some(200),
        message: None,
        sequence_id,
        result: None,
        id_phone_match: None,
        id_name_match: None,
        reason: None,
        attempts: 1,
        erased: false,
        operator: None,
        reference: None,
        purpose: None,
        db_user: None,
        os_user: None,
    }
}

fn compared(invoice: &Invoice, calls: &[CallRow]) -> (Vec<Difference>, Sums) {
    let period = Period::of(invoice, JAKARTA);
    let mut comparison = Comparison::new(invoice, period, " --sandbox");
    let mut differences: Vec<_> = calls.iter().filter_map(|call| comparison.see(call)).collect();
    let sums = comparison.finish(|difference| {
        differences.push(difference);
        Ok::<_, Infallible>(())
    });
    (differences, sums.unwrap())
}

#[test]
fn the_columns_are_found_by_name_or_by_shape() {
    let (a, b) = (id(1), id(2));
    for (text, id_column, time_column) in [
        (format!("sequence_id\n{a}\n{b}\n"), "sequence_id", None),
        (
            format!("No;Sequence No;Waktu\n1;{a};24/11/2026 10:00:00\n"),
            "Sequence No",
            Some("Waktu"),
        ),
        (format!("No\tRef\tWhen\n1\t{a}\t2026-11-24 10:00:00\n"), "Ref", Some("When")),
        (
            format!("{a},2026-11-24 10:00:00\n{b},2026-11-24 10:00:01\n"),
            "column 1",
            Some("column 2"),
        ),
        (format!("nik,id\n3310990101900001,{a}\n"), "id", None),
        (format!("date,ID\n2026-11-24,{a}\n"), "ID", None),
    ] {
        let invoice = invoice(&text);
        assert_eq!(invoice.id_column, id_column, "{text}");
        assert_eq!(invoice.time_column.as_deref(), time_column, "{text}");
    }
}

#[test]
fn an_invoice_without_ids_says_what_to_do() {
    for text in ["no,nik\n1,3310990101900001\n", "phone\n081234567890\n", "total\n12\n"] {
        let error = open(text).unwrap_err().to_string();
        assert!(error.contains("name that column sequence_id"), "{error}");
    }
    for (bytes, said) in [
        (&b""[..], "is empty"),
        (b"PK\x03\x04zip", "save it as CSV"),
        (b"{\"sequence_id\":\"1\"}\n", "save it as CSV"),
    ] {
        let error = open(bytes).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn encodings_quotes_and_lines_without_an_id_do_no_harm() {
    let text = format!("Remark,sequence_id\n\"a, \"\"b\"\"\nc\",{}\nTotal,\n", id(1));
    assert_eq!(invoice(&text).len(), 1);
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let invoice = invoice(utf16);
    let (differences, sums) = compared(&invoice, &[]);
    assert_eq!((differences[0].line, sums.unknown_here), (Some(2), 1));
    assert_eq!(differences[0].sequence_id, Some(id(1)));
}

#[test]
fn what_both_know_is_no_difference() {
    let invoice = invoice(format!("sequence_id,time\n{},2026-11-24 10:00:00\n", id(1)));
    let (differences, sums) = compared(&invoice, &[call(1, "10:00:00", Charge::Yes, Some(id(1)))]);
    assert_eq!(differences, []);
    assert_eq!(sums, Sums { lines: 1, agreed: 1, ..Sums::default() });
}

#[test]
fn each_difference_is_told_once_and_says_what_to_do() {
    let lines =
        [(1, "10:00:00"), (1, "10:00:00"), (2, "11:00:00"), (3, "12:00:00"), (4, "13:00:00")];
    let text = lines.map(|(n, time)| format!("{},2026-11-24 {time}\n", id(n))).concat();
    let invoice = invoice(format!("sequence_id,time\n{text}"));
    let refused = CallRow {
        code: Some(11340),
        outcome: Some(Outcome::Refused),
        ..call(3, "12:00:00", Charge::No, Some(id(3)))
    };
    let calls = [
        call(1, "10:00:00", Charge::Yes, Some(id(1))),
        refused,
        call(4, "13:00:00", Charge::Unknown, Some(id(4))),
        call(5, "13:30:00", Charge::Yes, Some(id(5))),
        call(6, "12:30:00", Charge::Unknown, Some(id(6))),
    ];
    let (differences, sums) = compared(&invoice, &calls);
    let told: Vec<_> =
        differences.iter().map(|d| (d.kind, d.line, d.call, d.next.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                DifferenceKind::UnchargedHere,
                Some(5),
                Some(3),
                "code 11340 is not charged: ask TrustDecision to take it off"
            ),
            (DifferenceKind::InDoubt, Some(6), Some(4), "idv ledger resolve --sandbox 4 --charged"),
            (
                DifferenceKind::NotOnInvoice,
                None,
                Some(5),
                "charged, but not billed: it may come on the next invoice"
            ),
            (
                DifferenceKind::InDoubt,
                None,
                Some(6),
                "no line of its minutes: idv ledger resolve --sandbox 6 --not-charged"
            ),
            (
                DifferenceKind::Twice,
                Some(3),
                None,
                "billed twice: ask TrustDecision to take one off"
            ),
            (
                DifferenceKind::UnknownHere,
                Some(4),
                None,
                "no call here: look in other ledgers, or ask TrustDecision what it was"
            ),
        ]
    );
    let expected = Sums {
        lines: 5,
        agreed: 1,
        unknown_here: 1,
        beside_doubt: 0,
        not_on_invoice: 1,
        uncharged_here: 1,
        twice: 1,
        in_doubt: 2,
    };
    assert_eq!(sums, expected);
}

#[test]
fn a_line_nobody_knows_stands_beside_a_call_in_doubt_of_its_minutes() {
    let text = format!(
        "sequence_id,time\n{},2026-11-24 10:02:00\n{},2026-11-24 15:00:00\n{},2026-11-24 18:00:00\n",
        id(1),
        id(2),
        id(3)
    );
    let invoice = invoice(text);
    let mut settled = call(9, "15:00:10", Charge::Yes, None);
    settled.resolved = Some(Charge::Yes);
    let calls = [
        call(7, "10:00:00", Charge::Unknown, None),
        call(8, "12:00:00", Charge::Unknown, None),
        settled,
        call(10, "23:00:00", Charge::Unknown, None),
    ];
    let (differences, sums) = compared(&invoice, &calls);
    let told: Vec<_> =
        differences.iter().map(|d| (d.kind, d.line, d.call, d.next.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                DifferenceKind::UnknownHere,
                Some(2),
                Some(7),
                "perhaps call 7, in doubt: idv ledger resolve --sandbox 7 --charged"
            ),
            (
                DifferenceKind::UnknownHere,
                Some(4),
                None,
                "no call here: look in other ledgers, or ask TrustDecision what it was"
            ),
            (
                DifferenceKind::InDoubt,
                None,
                Some(8),
                "no line of its minutes: idv ledger resolve --sandbox 8 --not-charged"
            ),
            (
                DifferenceKind::InDoubt,
                None,
                Some(10),
                "the invoice ends before it: wait for the next one"
            ),
        ]
    );
    assert_eq!((sums.agreed, sums.beside_doubt, sums.in_doubt), (1, 1, 2));
}

#[test]
fn calls_outside_the_months_of_the_invoice_are_not_missed_on_it() {
    let invoice = invoice(format!("sequence_id,time\n{},2026-11-24 10:00:00\n", id(1)));
    let at = |time: &str| format!("{time}+07:00").parse::<Timestamp>().unwrap();
    let period = Period::of(&invoice, JAKARTA);
    assert_eq!(period.from, Some(at("2026-11-01T00:00:00")));
    assert_eq!(period.until, Some(at("2026-12-01T00:00:00")));
    let mut october = call(1, "10:00:00", Charge::Yes, Some(id(2)));
    (october.started, october.ended) = (at("2026-10-31T23:59:59"), Some(at("2026-10-31T23:59:59")));
    let mut doubt = CallRow { sequence_id: None, charged: Charge::Unknown, ..october.clone() };
    doubt.call = 2;
    // A call that is known from another month is known all the same.
    let known = CallRow { sequence_id: Some(id(1)), call: 3, ..october.clone() };
    let (differences, sums) = compared(&invoice, &[october, doubt, known]);
    assert_eq!((differences.len(), sums.agreed), (0, 1));
}

#[test]
fn no_line_is_given_to_two_calls() {
    let text =
        format!("sequence_id,time\n{},2026-11-24 10:00:00\n{},2026-11-24 20:00:00\n", id(1), id(2));
    let invoice = invoice(text);
    let calls: Vec<_> = (1..=3).map(|n| call(n, "10:00:00", Charge::Unknown, None)).collect();
    let (differences, sums) = compared(&invoice, &calls);
    assert_eq!((sums.unknown_here, sums.beside_doubt, sums.in_doubt), (2, 1, 2));
    // Nobody may be told that the others were not charged: the line may be theirs.
    let doubts = differences.iter().filter(|d| d.kind == DifferenceKind::InDoubt);
    assert!(doubts.clone().count() == 2 && doubts.into_iter().all(|d| d.next.contains("whose")));
}
