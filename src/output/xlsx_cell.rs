//! Fits a text into a cell of a workbook.

/// Length of a cell at most, in UTF-16 code units.
const MOST_CHARS: usize = 32_767;

/// Truncates a text to the length of a cell. U+FFFE and U+FFFF are replaced: XML can't hold them, and a
/// spreadsheet calls a workbook with one broken.
pub(crate) fn truncate(cell: &str) -> String {
    let cell = cell.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    if cell.len() <= MOST_CHARS || cell.encode_utf16().count() <= MOST_CHARS {
        return cell;
    }
    let mut left = MOST_CHARS - 1;
    let fits = |c: &char| {
        let enough = left >= c.len_utf16();
        left = left.saturating_sub(c.len_utf16());
        enough
    };
    cell.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_so_many_characters_and_no_half_one() {
        assert_eq!(truncate(&"a".repeat(MOST_CHARS)).len(), MOST_CHARS);
        let long = truncate(&"\u{1F600}".repeat(MOST_CHARS));
        assert_eq!(long.encode_utf16().count(), MOST_CHARS);
        assert!(long.ends_with("\u{1F600}…"));
        assert_eq!(truncate("a\u{ffff}b"), "a\u{fffd}b");
    }
}
