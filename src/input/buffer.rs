//! A window over a source of bytes: filled at its end, consumed at its beginning.

use std::io::{self, Read};

/// How much one read asks for.
const CHUNK: usize = 128 * 1024;

/// The window. It holds what was read and not yet consumed; how far it grows is its user's choice.
pub struct Buffer {
    source: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    eof: bool,
    consumed: u64,
}

impl Buffer {
    /// An empty window over a source.
    pub fn new(source: Box<dyn Read + Send>) -> Self {
        Self { source, bytes: vec![0; CHUNK], start: 0, end: 0, eof: false, consumed: 0 }
    }

    /// What was read and not yet consumed.
    pub fn window(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Whether the source has ended; the window may still hold something.
    pub fn eof(&self) -> bool {
        self.eof
    }

    /// How many bytes were consumed.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Takes bytes from the beginning of the window.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.consumed += count as u64;
    }

    /// Reads once, whatever the source gives; at its end, [`Buffer::eof`] turns true.
    pub fn fill(&mut self) -> io::Result<()> {
        if self.eof {
            return Ok(());
        }
        self.make_room();
        let read = loop {
            match self.source.read(&mut self.bytes[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.end += read;
        self.eof = read == 0;
        Ok(())
    }

    fn make_room(&mut self) {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.bytes.len() - self.end < CHUNK / 2 {
            self.bytes.resize(self.end + CHUNK, 0);
        }
    }
}
