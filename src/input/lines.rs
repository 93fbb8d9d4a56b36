//! Lines of a source, one after the other, and counted. A line may be of any length: beyond a limit
//! it is not held in memory.

use std::io;

use memchr::memchr2;

use crate::input::buffer::Buffer;

/// The longest record that is read as one. What is longer is damage, or no applicant's.
pub(crate) const LONGEST: usize = 1024 * 1024;

/// Where the line ends that the window begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// Before this byte of the window.
    At(usize),
    /// There is no line any more.
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
    /// The lines of what the buffer holds and will hold.
    pub(crate) fn new(buffer: Buffer) -> Self {
        Self { buffer, number: 1, after_cr: false }
    }

    /// The number of the line that the window begins with, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// How many bytes were taken.
    pub(crate) fn position(&self) -> u64 {
        self.buffer.position()
    }

    /// What was read and not taken: at least the line found, perhaps much more.
    pub(crate) fn window(&self) -> &[u8] {
        self.buffer.window()
    }

    /// Whether nothing comes behind the window.
    pub(crate) fn eof(&self) -> bool {
        self.buffer.eof()
    }

    /// Goes to the next line that isn't empty, and finds its end.
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

    /// Takes what ends before this byte of the window, and the line end there.
    pub(crate) fn take(&mut self, end: usize) {
        self.take_lines(end, 1);
    }

    /// The same where several lines end by then.
    pub(crate) fn take_lines(&mut self, end: usize, lines: u64) {
        self.after_cr = self.buffer.window().get(end) == Some(&b'\r');
        self.buffer.consume(end + 1);
        self.number += lines;
    }

    /// Takes a line whose end is too far, without holding it.
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

    /// Reads on until a byte is among what was read, or the window is longer than [`LONGEST`].
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
