//! The cells of one record, stored one behind the other in a reused buffer.

/// The cells of one record.
#[derive(Default)]
pub(crate) struct Cells {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    /// Removes every cell.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds bytes to the current cell.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
    }

    /// Shortens the text of the current cell, so that all cells have this length together.
    pub(crate) fn truncate_text(&mut self, len: usize) {
        self.text.truncate(len);
    }

    /// Ends the current cell.
    pub(crate) fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of all cells together.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The cells in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|index| self.cell(index))
    }

    /// The cells as text, if all of it is UTF-8.
    pub(crate) fn as_text(&self) -> Option<Text<'_>> {
        let text = std::str::from_utf8(&self.text).ok()?;
        // Halves of one character in two cells are no UTF-8, although the joined bytes are.
        let whole = text.is_ascii() || self.ends.iter().all(|end| text.is_char_boundary(*end));
        whole.then_some(Text { text, ends: &self.ends })
    }

    /// Turns the cells into text, with U+FFFD in place of invalid bytes.
    pub(crate) fn make_text(&mut self) {
        let mut text = Self::default();
        for cell in self.iter() {
            text.extend(String::from_utf8_lossy(cell).as_bytes());
            text.end_cell();
        }
        *self = text;
    }

    /// Whether the record has this many cells. Empty cells beyond them are allowed, since some
    /// programs end each line with a delimiter.
    pub(crate) fn fit(&self, width: usize) -> bool {
        let len = self.ends.len();
        len == width || (len > width && width > 0 && self.ends[width - 1] == self.text.len())
    }

    fn cell(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }
}

/// The cells of one record as text.
#[derive(Clone, Copy, Default)]
pub(crate) struct Text<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Text<'a> {
    /// One cell. It is empty if the record has no such cell.
    pub(crate) fn cell(self, index: usize) -> &'a str {
        let start = if index == 0 { 0 } else { self.ends.get(index - 1).copied().unwrap_or(0) };
        self.ends.get(index).map_or("", |end| &self.text[start..*end])
    }

    /// How many cells there are.
    pub(crate) fn len(self) -> usize {
        self.ends.len()
    }

    /// All cells together.
    pub(crate) fn all(self) -> &'a str {
        self.text
    }
}
