//! Reads the lines of a source one by one, and counts them. A line beyond a limit is not held in
//! memory.

use std::io;

use memchr::memchr2;

use crate::input::buffer::Buffer;

/// Bytes of a record at most. A longer one is damaged or no applicant.
pub(crate) const LONGEST: usize = 1024 * 1024;

/// The end of the line at the beginning of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// Before this byte of the window.
    At(usize),
    /// There are no more lines.
    Nothing,
    /// Further away than [`LONGEST`].
    TooFar,
}

/// The lines, ended by LF, CRLF or CR.
pub(crate) struct Lines {
    buffer: Buffer,
    number: u64,
    after_cr: bool,
}

impl Lines {
    /// Reads the lines of a buffer.
    pub(crate) fn new(buffer: Buffer) -> Self {
        Self { buffer, number: 1, after_cr: false }
    }

    /// Number of the line at the beginning of the window, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Bytes that were taken.
    pub(crate) fn position(&self) -> u64 {
        self.buffer.position()
    }

    /// The bytes that were read and not taken: at least the line found.
    pub(crate) fn window(&self) -> &[u8] {
        self.buffer.window()
    }

    /// Whether the window is the end of the source.
    pub(crate) fn eof(&self) -> bool {
        self.buffer.eof()
    }

    /// Finds the next line that is not empty, and its end.
    pub(crate) fn find(&mut self) -> io::Result<LineEnd> {
        loop {
            match self.end()? {
                LineEnd::At(0) => self.take(0),
                end => return Ok(end),
            }
        }
    }

    fn end(&mut self) -> io::Result<LineEnd> {
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

    /// Skips a line feed after a carriage return. It is skipped late, so that a line is delivered
    /// without waiting for the next byte.
    fn skip_lf(&mut self) {
        if self.after_cr
            && let Some(first) = self.buffer.window().first()
        {
            let is_lf = *first == b'\n';
            self.after_cr = false;
            self.buffer.consume(usize::from(is_lf));
        }
    }

    /// Takes the line that ends before this byte of the window, with its line end.
    pub(crate) fn take(&mut self, end: usize) {
        self.take_lines(end, 1);
    }

    /// Takes several lines that end before this byte.
    pub(crate) fn take_lines(&mut self, end: usize, lines: u64) {
        self.after_cr = self.buffer.window().get(end) == Some(&b'\r');
        self.buffer.consume(end + 1);
        self.number += lines;
    }

    /// Takes a line that is too long, without holding it.
    pub(crate) fn take_too_long(&mut self) -> io::Result<()> {
        loop {
            let window = self.buffer.window();
            if let Some(end) = memchr2(b'\n', b'\r', window) {
                self.take(end);
                return Ok(());
            }
            self.buffer.consume(window.len());
            if self.buffer.eof() {
                self.number += 1;
                return Ok(());
            }
            self.buffer.fill()?;
        }
    }

    /// Reads until the window contains a byte, or is longer than [`LONGEST`].
    pub(crate) fn fill_until(&mut self, byte: u8) -> io::Result<()> {
        loop {
            let before = self.buffer.window().len();
            self.buffer.fill()?;
            let window = self.buffer.window();
            let found = memchr::memchr(byte, &window[before.saturating_sub(1)..]).is_some();
            if found || self.buffer.eof() || window.len() > LONGEST {
                return Ok(());
            }
        }
    }
}
