//! Decodes a source to UTF-8 while it is read.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::CoderResult;

use crate::input::detected_format::Encoding;

const CHUNK: usize = 64 * 1024;

/// A reader that decodes its source to UTF-8. Invalid bytes become U+FFFD.
pub(crate) struct DecodingReader {
    source: Box<dyn Read + Send>,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    start: usize,
    end: usize,
    eof: bool,
    finished: bool,
    /// Bytes of the source that were decoded.
    position: Arc<AtomicU64>,
}

impl DecodingReader {
    /// Decodes a source, without its byte order mark.
    pub(crate) fn new(
        source: Box<dyn Read + Send>,
        encoding: Encoding,
        position: Arc<AtomicU64>,
    ) -> Self {
        let decoder = encoding.standard().new_decoder_with_bom_removal();
        Self {
            source,
            decoder,
            raw: vec![0; CHUNK],
            start: 0,
            end: 0,
            eof: false,
            finished: false,
            position,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.end = self.source.read(&mut self.raw)?;
        self.start = 0;
        self.eof = self.end == 0;
        Ok(())
    }
}

impl Read for DecodingReader {
    /// The buffer must have room for one character at least.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !self.finished {
            if self.start == self.end && !self.eof {
                self.refill()?;
            }
            let raw = &self.raw[self.start..self.end];
            let (result, read, written, _) = self.decoder.decode_to_utf8(raw, buf, self.eof);
            self.start += read;
            self.position.fetch_add(read as u64, Ordering::Relaxed);
            self.finished = self.eof && result == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
            if result == CoderResult::OutputFull {
                return Err(io::Error::other("no room to decode a character into"));
            }
        }
        Ok(0)
    }
}
