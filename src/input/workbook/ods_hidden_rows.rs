//! Finds the hidden rows of a sheet of an .ods workbook, which the library that reads its cells does not
//! tell.

use std::io::{Read, Seek};

use zip::ZipArchive;

use crate::input::workbook::hidden_ranges::HiddenRanges;
use crate::input::workbook::hidden_rows::{attribute, part, tags};

/// Reads the sheet of this index. `None` if it can't be read here.
pub(super) fn read(source: impl Read + Seek, sheet: usize) -> Option<HiddenRanges> {
    let content = part(&mut ZipArchive::new(source).ok()?, "content.xml")?;
    let mut sheets = tags(&content, b"table").skip(sheet).map(|tag| offset(&content, tag));
    let (start, end) = (sheets.next()?, sheets.next());
    let (mut hidden, mut row) = (Vec::new(), 0_u64);
    for tag in tags(&content[start..end.unwrap_or(content.len())], b"table-row") {
        let repeated = attribute(tag, b"table:number-rows-repeated");
        let rows = repeated.and_then(|text| text.parse().ok()).unwrap_or(1);
        let visibility = attribute(tag, b"table:visibility");
        if matches!(visibility, Some("collapse" | "filter")) {
            hidden.push((row + 1, row.saturating_add(rows)));
        }
        row = row.saturating_add(rows);
    }
    Some(HiddenRanges::new(hidden))
}

/// The position of a tag in its text.
fn offset(text: &[u8], tag: &[u8]) -> usize {
    tag.as_ptr().addr() - text.as_ptr().addr()
}
