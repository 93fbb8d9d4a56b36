//! Splits CSV bytes into records, and survives damage: a line without a quote is a record. A record
//! with quotes may span lines if it is whole. A record that is not whole costs its first line only.

use std::io;

use memchr::{memchr, memchr3};

use crate::input::buffer::Buffer;
use crate::input::cells::Cells;
use crate::input::lines::{LONGEST, LineEnd, Lines};
use crate::input::raw_record::Flaw;

/// Bytes that are kept of a record that is too long, so that the row can be recognised.
const KEPT: usize = 1024;

/// The number of cells that a record may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordShape {
    /// Cells up to the last one that is needed.
    pub least: usize,
    /// Cells of the header.
    pub width: usize,
}

impl RecordShape {
    /// Whether cells have this shape. Empty cells beyond the width are allowed.
    pub(crate) fn fits(self, cells: &Cells) -> bool {
        cells.len() >= self.least && (cells.len() < self.width || cells.fit(self.width))
    }
}

/// A record whose cells are in the given [`Cells`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SplitRecord {
    /// Its first line, from 1.
    pub line: u64,
    /// Its flaw, if it has one.
    pub flaw: Option<Flaw>,
}

/// Splits off one record after the other.
pub(crate) struct RecordSplitter {
    lines: Lines,
    delimiter: u8,
}

impl RecordSplitter {
    /// Splits the bytes of a buffer.
    pub(crate) fn new(buffer: Buffer, delimiter: u8) -> Self {
        Self { lines: Lines::new(buffer), delimiter }
    }

    /// The byte between two cells.
    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Changes the delimiter.
    pub(crate) fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// The next line, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.lines.number()
    }

    /// Bytes that were split off.
    pub(crate) fn position(&self) -> u64 {
        self.lines.position()
    }

    /// The next bytes, from a line that is not empty: at least that line, unless it is too long.
    /// Empty at the end.
    pub(crate) fn peek(&mut self) -> io::Result<&[u8]> {
        self.lines.find()?;
        Ok(self.lines.window())
    }

    /// The next bytes, with the whole next record if its quotes are closed. Empty at the end.
    pub(crate) fn peek_record(&mut self) -> io::Result<&[u8]> {
        self.lines.find()?;
        let mut cells = Cells::default();
        loop {
            let (window, eof) = (self.lines.window(), self.lines.eof());
            let is_long = window.len() > LONGEST;
            cells.clear();
            if eof || is_long || scan(window, eof, self.delimiter, &mut cells) != Scan::Open {
                return Ok(self.lines.window());
            }
            self.lines.fill_until(b'"')?;
        }
    }

    /// Skips the next line.
    pub(crate) fn skip_line(&mut self) -> io::Result<()> {
        match self.lines.find()? {
            LineEnd::At(end) => self.lines.take(end),
            LineEnd::TooFar => self.lines.take_too_long()?,
            LineEnd::Nothing => {}
        }
        Ok(())
    }

    /// Skips the next record and those behind it, up to the one for which `decide` returns true. Skips
    /// nothing if it returns false for one, or if the input ends. Lines without a cell are passed over.
    pub(crate) fn skip_to(
        &mut self,
        mut decide: impl FnMut(&[u8]) -> Option<bool>,
    ) -> io::Result<bool> {
        let (mut at, mut cells) = (0, Cells::default());
        while at <= self.lines.window().len() {
            let (window, eof) = (self.lines.window(), self.lines.eof());
            let ahead = &window[at..];
            cells.clear();
            match scan(ahead, eof, self.delimiter, &mut cells) {
                Scan::Open if eof || window.len() > LONGEST => break,
                Scan::Open => self.lines.fill_until(b'\n')?,
                Scan::Whole { len, .. } => {
                    let decided = if at == 0 || len == 0 { None } else { decide(ahead) };
                    match decided {
                        Some(true) => {
                            let lines = line_ends(&window[..at]);
                            self.lines.take_lines(at - 1, lines);
                            return Ok(true);
                        }
                        Some(false) => break,
                        None => at += len + 1,
                    }
                }
            }
        }
        Ok(false)
    }

    /// Splits off the next record. `None` at the end. A record of several lines must have the shape of
    /// the header, if that is known.
    pub(crate) fn next(
        &mut self,
        shape: Option<RecordShape>,
        cells: &mut Cells,
    ) -> io::Result<Option<SplitRecord>> {
        let end = self.lines.find()?;
        cells.clear();
        let line = self.lines.number();
        let flaw = match end {
            LineEnd::Nothing => return Ok(None),
            LineEnd::TooFar => {
                scan(&self.lines.window()[..KEPT], true, self.delimiter, cells);
                self.lines.take_too_long()?;
                Some(Flaw::TooLong)
            }
            LineEnd::At(end) if memchr(b'"', &self.lines.window()[..end]).is_none() => {
                split_plain(&self.lines.window()[..end], self.delimiter, cells);
                self.lines.take(end);
                None
            }
            LineEnd::At(end) => self.split_quoted(end, shape, cells)?,
        };
        Ok(Some(SplitRecord { line, flaw }))
    }

    fn split_quoted(
        &mut self,
        first_end: usize,
        shape: Option<RecordShape>,
        cells: &mut Cells,
    ) -> io::Result<Option<Flaw>> {
        loop {
            cells.clear();
            let (window, eof) = (self.lines.window(), self.lines.eof());
            match scan(window, eof, self.delimiter, cells) {
                Scan::Whole { len, strict } => {
                    let fits = shape.is_none_or(|shape| shape.fits(cells));
                    if strict && (len == first_end || (fits && len <= LONGEST)) {
                        let lines = line_ends(&window[..len]) + 1;
                        self.lines.take_lines(len, lines);
                        return Ok(None);
                    }
                    break;
                }
                Scan::Open if eof || window.len() > LONGEST => break,
                // Only another quote ends a quoted cell.
                Scan::Open => self.lines.fill_until(b'"')?,
            }
        }
        cells.clear();
        scan(&self.lines.window()[..first_end], true, self.delimiter, cells);
        self.lines.take(first_end);
        Ok(Some(Flaw::Quote))
    }
}

/// Splits a line without quotes.
fn split_plain(line: &[u8], delimiter: u8, cells: &mut Cells) {
    let mut start = 0;
    for end in memchr::memchr_iter(delimiter, line) {
        cells.extend(&line[start..end]);
        cells.end_cell();
        start = end + 1;
    }
    cells.extend(&line[start..]);
    cells.end_cell();
}

/// The result of a scan.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// A record. It is strict if every closing quote ends its cell.
    Whole { len: usize, strict: bool },
    /// The bytes end before the record does.
    Open,
}

/// Splits one record from the beginning of some bytes. A doubled quote in a quoted cell is a quote. A
/// quote in an unquoted cell is text. Spaces around a quoted cell belong to nothing.
pub(crate) fn scan(bytes: &[u8], eof: bool, delimiter: u8, cells: &mut Cells) -> Scan {
    let (mut at, mut strict) = (0, true);
    loop {
        let opening = at + spaces(&bytes[at..]);
        let quoted = bytes.get(opening) == Some(&b'"');
        if quoted {
            let Some(closed) = scan_quoted(bytes, opening + 1, eof, cells) else {
                cells.end_cell();
                return Scan::Open;
            };
            at = closed + spaces(&bytes[closed..]);
        }
        let rest = memchr3(delimiter, b'\n', b'\r', &bytes[at..]);
        if rest.is_none() && !eof {
            return Scan::Open;
        }
        let end = rest.map_or(bytes.len(), |rest| at + rest);
        strict &= !quoted || at == end;
        cells.extend(&bytes[at..end]);
        cells.end_cell();
        if bytes.get(end) != Some(&delimiter) {
            return Scan::Whole { len: end, strict };
        }
        at = end + 1;
    }
}

/// Number of spaces at the beginning.
fn spaces(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == b' ').count()
}

/// Reads a quoted cell after its opening quote. Returns the position after the closing quote.
fn scan_quoted(bytes: &[u8], mut at: usize, eof: bool, cells: &mut Cells) -> Option<usize> {
    loop {
        let Some(quote) = memchr(b'"', &bytes[at..]) else {
            cells.extend(&bytes[at..]);
            return None;
        };
        cells.extend(&bytes[at..at + quote]);
        at += quote + 1;
        match bytes.get(at) {
            Some(b'"') => {
                cells.extend(b"\"");
                at += 1;
            }
            None if !eof => return None,
            _ => return Some(at),
        }
    }
}

/// Number of line ends in these bytes.
fn line_ends(bytes: &[u8]) -> u64 {
    let lf = memchr::memchr_iter(b'\n', bytes).count();
    let lone_cr =
        memchr::memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
    (lf + lone_cr) as u64
}
