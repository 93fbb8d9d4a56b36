//! A window over a source of bytes: filled at its end, consumed at its beginning.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much one read asks for.
const CHUNK: usize = 128 * 1024;

/// The window. It holds what was read and not yet consumed; how far it grows is its user's choice.
pub(crate) struct Buffer {
    source: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    eof: bool,
    consumed: u64,
    decoded: Option<Arc<AtomicU64>>,
}

impl Buffer {
    /// An empty window over a source. Where the source is decoded, `decoded` counts the bytes that
    /// it was decoded from.
    pub(crate) fn new(source: Box<dyn Read + Send>, decoded: Option<Arc<AtomicU64>>) -> Self {
        let bytes = vec![0; CHUNK];
        Self { source, bytes, start: 0, end: 0, eof: false, consumed: 0, decoded }
    }

    /// What was read and not yet consumed.
    pub(crate) fn window(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Whether the source has ended; the window may still hold something.
    pub(crate) fn eof(&self) -> bool {
        self.eof
    }

    /// How many bytes of the file were consumed; of one that is decoded, how many were decoded.
    pub(crate) fn position(&self) -> u64 {
        self.decoded.as_ref().map_or(self.consumed, |decoded| decoded.load(Ordering::Relaxed))
    }

    /// Takes bytes from the beginning of the window.
    pub(crate) fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.consumed += count as u64;
    }

    /// Reads once, whatever the source gives; at its end, [`Buffer::eof`] turns true.
    pub(crate) fn fill(&mut self) -> io::Result<()> {
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
