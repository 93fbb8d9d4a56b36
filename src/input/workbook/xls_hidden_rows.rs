//! Finds the hidden rows of a sheet of an .xls workbook, which the library that reads its cells does not
//! tell ([MS-XLS]).

use crate::input::workbook::compound_file::{stream, word};
use crate::input::workbook::hidden_ranges::HiddenRanges;

/// The records that are looked at.
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const SHEET: u16 = 0x0085;
const ROW: u16 = 0x0208;

/// The bit of a hidden row, and the place of its byte in a `ROW`.
const HIDDEN: u8 = 0x20;
const FLAGS: usize = 12;

/// Reads the sheet of this index in a file. `None` if it can't be read here.
pub(super) fn read(file: &[u8], sheet: usize) -> Option<HiddenRanges> {
    let book = stream(file, "Workbook").or_else(|| stream(file, "Book"))?;
    let mut sheets = Records(&book).filter(|(kind, _)| *kind == SHEET);
    let start = usize::try_from(word(sheets.nth(sheet)?.1, 0)?).ok()?;
    let (mut hidden, mut depth) = (Vec::new(), 0);
    for (kind, record) in Records(book.get(start..)?) {
        match kind {
            // A chart within the sheet begins and ends as the sheet does.
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            ROW if depth == 1 && record.get(FLAGS).is_some_and(|flags| flags & HIDDEN != 0) => {
                let row = u64::from(u16::from_le_bytes([record[0], record[1]])) + 1;
                hidden.push((row, row));
            }
            _ => {}
        }
    }
    Some(HiddenRanges::new(hidden))
}

/// The records of a stream, each with its kind.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.0.split_at_checked(4)?;
        let len = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (record, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        Some((u16::from_le_bytes([head[0], head[1]]), record))
    }
}
