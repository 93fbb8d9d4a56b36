//! Cuts records out of CSV bytes, and goes on where others stop: a line without a quote is a
//! record; a record with quotes may span lines, but only if it turns out whole. What isn't whole
//! costs the line it begins on, never the lines after it.

use std::io;

use memchr::{memchr, memchr2, memchr3};

use super::buffer::Buffer;
use super::cells::Cells;

/// The longest record that is read as one. A cell beyond it is damage or no applicant's.
pub const LONGEST: usize = 1024 * 1024;

/// How much of a longer one is kept, so that the row can be recognised.
const KEPT: usize = 1024;

/// What is wrong with the way a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// A quoted cell that isn't closed, or is closed where it shouldn't be.
    Quote,
    /// Longer than [`LONGEST`].
    TooLong,
}

/// A record was cut; its cells are in the [`Cells`] given.
#[derive(Debug, PartialEq, Eq)]
pub struct Cut {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What is wrong with it, if anything.
    pub flaw: Option<Flaw>,
}

/// Cuts one record after the other.
pub struct Cutter {
    buffer: Buffer,
    delimiter: u8,
    line: u64,
    after_cr: bool,
}

/// Where the line ends that the window begins with.
enum LineEnd {
    At(usize),
    Nothing,
    TooFar,
}

impl Cutter {
    /// Cuts what the buffer holds and will hold.
    pub fn new(buffer: Buffer, delimiter: u8) -> Self {
        Self { buffer, delimiter, line: 1, after_cr: false }
    }

    /// The byte between two cells.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// From here on another byte stands between two cells.
    pub fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// The line that is read next, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many bytes were cut.
    pub fn position(&self) -> u64 {
        self.buffer.consumed()
    }

    /// What lies ahead, beginning with a line that isn't empty: at least that line, unless it is
    /// too long. Nothing at the end.
    pub fn peek(&mut self) -> io::Result<&[u8]> {
        self.next_line()?;
        Ok(self.buffer.window())
    }

    /// Cuts the next record; `None` at the end. A record of several lines must have `width` cells,
    /// where that is known.
    pub fn next(&mut self, width: Option<usize>, cells: &mut Cells) -> io::Result<Option<Cut>> {
        let end = self.next_line()?;
        cells.clear();
        let line = self.line;
        let flaw = match end {
            LineEnd::Nothing => return Ok(None),
            LineEnd::TooFar => self.cut_too_long(cells)?,
            LineEnd::At(end) if memchr(b'"', &self.buffer.window()[..end]).is_none() => {
                cut_plain(&self.buffer.window()[..end], self.delimiter, cells);
                self.consume_line(end);
                None
            }
            LineEnd::At(end) => self.cut_quoted(end, width, cells)?,
        };
        Ok(Some(Cut { line, flaw }))
    }

    /// Goes to the next line that isn't empty, and finds its end.
    fn next_line(&mut self) -> io::Result<LineEnd> {
        loop {
            match self.line_end()? {
                LineEnd::At(0) => self.consume_line(0),
                end => return Ok(end),
            }
        }
    }

    fn line_end(&mut self) -> io::Result<LineEnd> {
        let mut searched = 0;
        loop {
            self.skip_lf();
            let window = self.buffer.window();
            if let Some(found) = memchr2(b'\n', b'\r', &window[searched..]) {
                return Ok(LineEnd::At(searched + found));
            }
            searched = window.len();
            if searched > LONGEST {
                return Ok(LineEnd::TooFar);
            }
            if self.buffer.eof() {
                return Ok(if searched == 0 { LineEnd::Nothing } else { LineEnd::At(searched) });
            }
            self.buffer.fill()?;
        }
    }

    /// The line feed behind a carriage return belongs to the line before it. It is looked for only
    /// now, so that nobody waits for it.
    fn skip_lf(&mut self) {
        if self.after_cr
            && let Some(first) = self.buffer.window().first()
        {
            let is_lf = *first == b'\n';
            self.after_cr = false;
            self.buffer.consume(usize::from(is_lf));
        }
    }

    fn consume_line(&mut self, end: usize) {
        self.after_cr = self.buffer.window().get(end) == Some(&b'\r');
        self.buffer.consume(end + 1);
        self.line += 1;
    }

    fn cut_quoted(
        &mut self,
        first_end: usize,
        width: Option<usize>,
        cells: &mut Cells,
    ) -> io::Result<Option<Flaw>> {
        loop {
            cells.clear();
            let (window, eof) = (self.buffer.window(), self.buffer.eof());
            match scan(window, eof, self.delimiter, cells) {
                Scan::Whole { len, strict } => {
                    let fits = strict && width.is_none_or(|width| cells.fit(width));
                    if len == first_end || (fits && len <= LONGEST) {
                        self.line += line_ends(&window[..len]);
                        self.consume_line(len);
                        return Ok(None);
                    }
                    break;
                }
                Scan::Open if eof || window.len() > LONGEST => break,
                Scan::Open => self.fill_to_quote()?,
            }
        }
        cells.clear();
        scan(&self.buffer.window()[..first_end], true, self.delimiter, cells);
        self.consume_line(first_end);
        Ok(Some(Flaw::Quote))
    }

    /// Only another quote can end a quoted cell: without one there is nothing to scan again.
    fn fill_to_quote(&mut self) -> io::Result<()> {
        loop {
            let before = self.buffer.window().len();
            self.buffer.fill()?;
            let window = self.buffer.window();
            let quote = memchr(b'"', &window[before.saturating_sub(1)..]).is_some();
            if quote || self.buffer.eof() || window.len() > LONGEST {
                return Ok(());
            }
        }
    }

    fn cut_too_long(&mut self, cells: &mut Cells) -> io::Result<Option<Flaw>> {
        scan(&self.buffer.window()[..KEPT], true, self.delimiter, cells);
        loop {
            let window = self.buffer.window();
            if let Some(end) = memchr2(b'\n', b'\r', window) {
                self.consume_line(end);
                break;
            }
            self.buffer.consume(window.len());
            if self.buffer.eof() {
                break;
            }
            self.buffer.fill()?;
        }
        Ok(Some(Flaw::TooLong))
    }
}

/// Cuts a line that has no quotes.
fn cut_plain(line: &[u8], delimiter: u8, cells: &mut Cells) {
    let mut start = 0;
    for end in memchr::memchr_iter(delimiter, line) {
        cells.extend(&line[start..end]);
        cells.end_cell();
        start = end + 1;
    }
    cells.extend(&line[start..]);
    cells.end_cell();
}

/// What a scan found.
#[derive(Debug, PartialEq, Eq)]
pub enum Scan {
    /// A record; strict when every closing quote ends its cell.
    Whole { len: usize, strict: bool },
    /// The bytes end before the record does.
    Open,
}

/// Cuts one record from the beginning of some bytes. A doubled quote in a quoted cell is a quote; a
/// quote elsewhere is itself.
pub fn scan(bytes: &[u8], eof: bool, delimiter: u8, cells: &mut Cells) -> Scan {
    let (mut at, mut strict) = (0, true);
    loop {
        let quoted = bytes.get(at) == Some(&b'"');
        if quoted {
            let Some(closed) = scan_quoted(bytes, at + 1, eof, cells) else {
                cells.end_cell();
                return Scan::Open;
            };
            at = closed;
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

/// Cuts a quoted cell from behind its opening quote; gives the place behind the closing one.
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

/// How many lines end within these bytes.
fn line_ends(bytes: &[u8]) -> u64 {
    let lf = memchr::memchr_iter(b'\n', bytes).count();
    let lone_cr =
        memchr::memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
    (lf + lone_cr) as u64
}
