//! Any bytes as a file of applicants.

use std::io::{Cursor, Read};

use idv::internal::checks;
use idv::internal::input::{Options, Reader};
use idv::internal::model::Field;
use idv::internal::model::Level;
use idv::internal::model::Row;

/// Rows keep their count whatever the file is, and however its bytes come; and nothing that is
/// damaged is sent.
pub fn run(bytes: &[u8]) {
    let whole = rows(Cursor::new(bytes.to_vec()));
    let dripping = rows(Drip(bytes.to_vec(), 0));
    for (_, rows) in whole.iter().chain(&dripping) {
        let mut line = 0;
        for (number, row) in (1..).zip(rows) {
            assert_eq!(row.number, number);
            assert!(row.line > line, "line {} after {line}", row.line);
            line = row.line;
            is_sound(row);
        }
    }
    // Of a stream no more is looked at than has come when its first line is there; where that led to
    // the same encoding, delimiter and columns, so must each row be the same.
    let (Some((shape, whole)), Some((other, dripping))) = (whole, dripping) else { return };
    if shape == other {
        assert_eq!(whole.len(), dripping.len());
        for (row, other) in whole.iter().zip(&dripping) {
            assert_eq!((row.line, &row.problems), (other.line, &other.problems), "{shape}");
            assert!(row.record == other.record, "{shape}");
            // A broken line of JSON has the columns of all the first ones that had come.
            assert!(row.cells == other.cells || shape.starts_with("JSON Lines"), "{shape}");
        }
    }
}

fn rows(source: impl Read + Send + 'static) -> Option<(String, Vec<Row>)> {
    let reader = Reader::from_reader(Box::new(source), "fuzz", &Options::default()).ok()?;
    let shape = reader.detected().to_string();
    let prepared = reader.map(|row| {
        let mut row = row.expect("bytes in memory can be read");
        checks::prepare(&mut row);
        row
    });
    Some((shape, prepared.collect()))
}

/// What is neither held nor suspect is what the endpoint takes, and can be a person's.
fn is_sound(row: &Row) {
    if row.worst() >= Some(Level::Suspect) {
        return;
    }
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let [nik, phone, name, kind, country] = Field::ALL.map(|field| row.record.get(field));
    assert!(nik.len() == 16 && digits(nik), "{nik:?}");
    assert!(
        (10..=13).contains(&phone.len()) && phone.starts_with("08") && digits(phone),
        "{phone:?}"
    );
    assert!(!name.is_empty() && name.trim() == name && !name.contains("  "), "{name:?}");
    assert_eq!((kind, country), ("KTP", "ID"));
    assert!(name.len() <= 200 && !name.contains(char::is_control), "{name:?}");
    // Each cell has its column, but for the empty ones at the end of a line.
    assert!(row.cells.iter().skip(row.columns.len()).all(str::is_empty));
}

/// A byte, then three, then seven: a character, a quote or the end of a line is torn somewhere.
struct Drip(Vec<u8>, usize);

impl Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = &self.0[self.1.min(self.0.len())..];
        let size = [1, 3, 7][self.1 % 3].min(rest.len()).min(buffer.len());
        buffer[..size].copy_from_slice(&rest[..size]);
        self.1 += size;
        Ok(size)
    }
}
