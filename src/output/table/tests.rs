//! Snapshots of the table at the narrow and the wide, with names of any script.

use std::sync::{Arc, Mutex};

use csv::StringRecord;

use super::*;
use crate::model::answer::Answer;
use crate::model::explanation::Explanation;
use crate::model::record::Record;
use crate::model::send_error::{SendError, Trouble};
use crate::output::Mask;

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn row(number: u64, name: &str) -> Row {
    let record = Record::new("3310990101909001", "081234567890", name);
    let (columns, cells) = (Arc::from([]), StringRecord::new());
    Row { number, line: number + 1, columns, cells, record, problems: Vec::new() }
}

fn verdict(result: &str, phone: &str, name: &str) -> Verdict {
    let said = |word: &str| Some(word.to_owned());
    let answer = Answer {
        code: 200,
        result: said(result),
        id_phone_match: said(phone),
        id_name_match: said(name),
        ..Answer::default()
    };
    let (outcome, charged) = (answer.outcome(), answer.charge());
    Verdict { charged, answer: Some(answer), ..Verdict::local(outcome, None) }
}

fn results() -> Vec<(Row, Verdict)> {
    let trouble = Trouble::Said("the connection broke before the answer was whole".to_owned());
    let why = Explanation::Attempt(SendError::NoAnswer { status: None, trouble });
    let unknown = Verdict::local(Outcome::Unknown, Some(why));
    let unknown = Verdict { charged: crate::model::code::Charge::Unknown, ..unknown };
    let none = "no_record_for_phone_number";
    vec![
        (row(1, "Budi Contoh"), verdict("pass", "pass", "pass")),
        (row(2, "陳大文 陳大文 陳大文 陳大文"), verdict("fail", "fail", "pass")),
        (row(3, "محمد عبد الله"), verdict("fail", none, "no_record_for_id_number")),
        (row(4, "a\u{1b}[31mb\u{202e}c\u{7}"), unknown),
        (row(1_234_567, "Raden Ajeng Contoh Umpama Misal"), verdict("pass", "pass", "pass")),
    ]
}

fn drawn(width: usize, color: bool, lang: Lang) -> String {
    let page = Page::default();
    let columns = Arc::from([]);
    let mask = Mask::default();
    let added = crate::output::AddedColumns::Results;
    let layout = Layout { columns, delimiter: b',', bom: false, mask, color, added, lang };
    let mut table = Table::new(Box::new(page.clone()), layout, width).unwrap();
    for (row, verdict) in results() {
        table.write(&row, &verdict).unwrap();
    }
    let bytes = page.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_table_fits_every_width_from_60_columns_up() {
    for lang in Lang::ALL {
        let name = |what: &str| format!("table_{what}{}", ["", "_id"][lang as usize]);
        for width in 60..=200 {
            for line in drawn(width, false, lang).lines() {
                assert!(text_layout::columns(line) <= width, "{width}: {line}");
            }
        }
        for width in [60, 80, 100, 120] {
            insta::assert_snapshot!(name(&width.to_string()), drawn(width, false, lang));
        }
        insta::assert_snapshot!(name("in_a_file"), drawn(0, false, lang));
    }
}

#[test]
fn the_outcome_is_in_colour() {
    insta::assert_snapshot!("table_color", drawn(80, true, Lang::En).replace('\u{1b}', "␛"));
}
