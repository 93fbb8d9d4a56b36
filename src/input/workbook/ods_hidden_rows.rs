//! Finds the hidden rows of a sheet of an .ods workbook, which the library that reads its cells does not
//! tell.

use std::io::{Read, Seek};

use zip::ZipArchive;

use crate::input::workbook::hidden_rows::{attribute, part, tags};

/// The hidden rows of a sheet, as ranges in order.
#[derive(Default)]
pub(super) struct OdsHiddenRows(Vec<(u64, u64)>);

impl OdsHiddenRows {
    /// Reads the sheet of this index. A workbook that can't be read here hides nothing.
    pub(super) fn read(source: impl Read + Seek, sheet: usize) -> Self {
        let content =
            ZipArchive::new(source).ok().and_then(|mut archive| part(&mut archive, "content.xml"));
        let content = content.unwrap_or_default();
        let start = tags(&content, b"table").nth(sheet).map(|tag| offset(&content, tag));
        let end = tags(&content, b"table").nth(sheet + 1).map(|tag| offset(&content, tag));
        let sheet = &content[start.unwrap_or(content.len())..end.unwrap_or(content.len())];
        let (mut hidden, mut row) = (Vec::new(), 0);
        for tag in tags(sheet, b"table-row") {
            let repeated = attribute(tag, b"table:number-rows-repeated");
            let rows = repeated.and_then(|text| text.parse().ok()).unwrap_or(1_u64);
            let visibility = attribute(tag, b"table:visibility");
            if matches!(visibility, Some("collapse" | "filter")) {
                hidden.push((row + 1, row + rows));
            }
            row = row.saturating_add(rows);
        }
        Self(hidden)
    }

    /// Whether a row is hidden.
    pub(super) fn contains(&self, row: u64) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < row);
        self.0.get(at).is_some_and(|(first, _)| *first <= row)
    }
}

/// The position of a tag in its text.
fn offset(text: &[u8], tag: &[u8]) -> usize {
    tag.as_ptr().addr() - text.as_ptr().addr()
}
