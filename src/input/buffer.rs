//! A window over a source of bytes: filled at its end, consumed at its beginning.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of one read.
const CHUNK: usize = 128 * 1024;

/// The bytes that were read and not yet consumed. Its user decides how far it grows.
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
    /// Makes an empty window over a source. If the source is decoded, `decoded` counts its original
    /// bytes.
    pub(crate) fn new(source: Box<dyn Read + Send>, decoded: Option<Arc<AtomicU64>>) -> Self {
        let bytes = vec![0; CHUNK];
        Self { source, bytes, start: 0, end: 0, eof: false, consumed: 0, decoded }
    }

    /// The bytes that were read and not yet consumed.
    pub(crate) fn window(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Whether the source has ended. The window may still hold bytes.
    pub(crate) fn eof(&self) -> bool {
        self.eof
    }

    /// Bytes of the file that were consumed, or decoded.
    pub(crate) fn position(&self) -> u64 {
        self.decoded.as_ref().map_or(self.consumed, |decoded| decoded.load(Ordering::Relaxed))
    }

    /// Takes bytes from the beginning of the window.
    pub(crate) fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.consumed += count as u64;
    }

    /// Reads once from the source. At its end, [`Buffer::eof`] becomes true.
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
