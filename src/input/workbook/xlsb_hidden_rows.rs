//! Finds the hidden rows of a sheet of an .xlsb workbook, which the library that reads its cells does
//! not tell ([MS-XLSB]).

use std::io::{Read, Seek};

use zip::ZipArchive;

use crate::input::workbook::compound_file::word;
use crate::input::workbook::hidden_ranges::HiddenRanges;
use crate::input::workbook::hidden_rows::{attribute, part, related};

/// The records that are looked at.
const SHEET: u32 = 156;
const ROW: u32 = 0;

/// The bit of a hidden row, and the place of its byte in a row's record.
const HIDDEN: u8 = 0x10;
const FLAGS: usize = 11;

/// Reads the sheet of this index. `None` if it can't be read here.
pub(super) fn read(source: impl Read + Seek, sheet: usize) -> Option<HiddenRanges> {
    let mut archive = ZipArchive::new(source).ok()?;
    let book = part(&mut archive, "xl/workbook.bin")?;
    let sheets = Records(&book).filter(|(kind, _)| *kind == SHEET);
    let id = sheets.filter_map(|(_, record)| relation(record)).nth(sheet)?;
    let path = related(&mut archive, "xl/_rels/workbook.bin.rels", "xl", |tag| {
        attribute(tag, b"Id") == Some(id.as_str())
    })?;
    let cells = part(&mut archive, &path)?;
    let rows = Records(&cells).filter(|(kind, _)| *kind == ROW);
    let is_hidden = |record: &&[u8]| record.get(FLAGS).is_some_and(|flags| flags & HIDDEN != 0);
    let hidden = rows.map(|(_, record)| record).filter(is_hidden);
    let number = |record| word(record, 0).map(|row| u64::from(row) + 1);
    Some(HiddenRanges::new(hidden.filter_map(number).map(|row| (row, row)).collect()))
}

/// The relationship that leads to the sheet of a record.
fn relation(record: &[u8]) -> Option<String> {
    let units = usize::try_from(word(record, 8)?).ok()?;
    let text = record.get(12..)?.get(..units.checked_mul(2)?)?;
    let units = text.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// The records of a part, each with its kind.
struct Records<'a>(&'a [u8]);

impl Records<'_> {
    /// A number of seven bits a byte, in so many bytes at most.
    fn number(&mut self, bytes: u32) -> Option<u32> {
        let mut number = 0;
        for place in 0..bytes {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u32::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(number)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = self.number(2)?;
        let len = usize::try_from(self.number(4)?).ok()?;
        let (record, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some((kind, record))
    }
}
