//! Tells UTF-8 from Windows-1252 by counting valid and invalid characters.

use std::io::{self, Read};

use crate::input::detected_format::Encoding;

const CHUNK: usize = 256 * 1024;

/// Bytes without a character in Windows-1252.
const UNDEFINED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/// Counts of the characters beyond ASCII.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct EncodingCheck {
    /// Valid UTF-8 characters of several bytes. They hardly ever occur by chance.
    multibyte: bool,
    /// Bytes that are no UTF-8.
    invalid: bool,
    /// Among those, bytes that are no Windows-1252 either.
    undefined: bool,
}

impl EncodingCheck {
    /// Reads until the encoding is certain, or to the end.
    pub(crate) fn of(mut reader: impl Read) -> io::Result<Self> {
        let mut seen = Self::default();
        let mut chunk = vec![0; CHUNK];
        let mut kept = 0;
        while !seen.multibyte {
            let read = match reader.read(&mut chunk[kept..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if read == 0 {
                seen.invalid |= kept > 0;
                break;
            }
            let end = kept + read;
            let tail = seen.look(&chunk[..end]);
            chunk.copy_within(end - tail..end, 0);
            kept = tail;
        }
        Ok(seen)
    }

    /// The most likely encoding. One damaged row among valid ones does not make a file Windows-1252,
    /// since that would damage all others.
    pub(crate) fn encoding(self) -> Encoding {
        if self.invalid && !self.multibyte && !self.undefined {
            Encoding::Windows1252
        } else {
            Encoding::Utf8
        }
    }

    /// Counts the characters of some bytes. Returns the length of an incomplete character at the end.
    pub(crate) fn look(&mut self, mut bytes: &[u8]) -> usize {
        loop {
            let Err(error) = std::str::from_utf8(bytes) else {
                self.multibyte |= !bytes.is_ascii();
                return 0;
            };
            let (valid, rest) = bytes.split_at(error.valid_up_to());
            self.multibyte |= !valid.is_ascii();
            let Some(invalid) = error.error_len() else { return rest.len() };
            self.invalid = true;
            self.undefined |= rest[..invalid].iter().any(|byte| UNDEFINED.contains(byte));
            bytes = &rest[invalid..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(bytes: &[u8]) -> Encoding {
        EncodingCheck::of(bytes).unwrap().encoding()
    }

    #[test]
    fn ascii_and_valid_characters_are_utf8() {
        assert_eq!(encoding(b"nik,hp,nama"), Encoding::Utf8);
        assert_eq!(encoding("René".as_bytes()), Encoding::Utf8);
    }

    #[test]
    fn a_lone_high_byte_is_windows_1252() {
        assert_eq!(encoding(b"Ren\xe9"), Encoding::Windows1252);
        assert_eq!(encoding(b"Ren\xe9 dan Zo\xeb\n"), Encoding::Windows1252);
    }

    #[test]
    fn one_damaged_character_among_valid_ones_stays_utf8() {
        assert_eq!(
            encoding("Ren\u{e9}".bytes().chain(*b" Zo\xeb").collect::<Vec<_>>().as_slice()),
            Encoding::Utf8
        );
        assert_eq!(encoding(b"Ren\x81"), Encoding::Utf8);
    }

    #[test]
    fn a_character_across_two_reads_is_one() {
        let text = "é".repeat(CHUNK);
        assert_eq!(encoding(text.as_bytes()), Encoding::Utf8);
        let shifted = format!("{}é", "a".repeat(CHUNK - 1));
        assert!(EncodingCheck::of(shifted.as_bytes()).unwrap().multibyte);
    }
}
