//! Decodes the body of an answer that a gateway has compressed, although nobody asked for that.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// The first bytes of gzip.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// The coding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentEncoding {
    /// None, or one that is not known here.
    Plain,
    /// RFC 1952.
    Gzip,
    /// RFC 1950; some servers send RFC 1951 under this name.
    Deflate,
}

impl ContentEncoding {
    /// The coding that the headers name.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let name = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
        match name.map(|name| name.trim().to_ascii_lowercase()).as_deref() {
            Some("gzip" | "x-gzip") => Self::Gzip,
            Some("deflate") => Self::Deflate,
            Some(_) | None => Self::Plain,
        }
    }

    /// Decodes a body, as far as it is there. `None` if it is longer than `longest`. What is not coded as
    /// it says is left as it is.
    pub(super) fn decode(self, body: Vec<u8>, longest: usize) -> Option<Vec<u8>> {
        let decoded = match self {
            _ if body.starts_with(GZIP) => read(MultiGzDecoder::new(&*body), longest),
            Self::Deflate => {
                let decoded = read(ZlibDecoder::new(&*body), longest);
                if decoded.is_empty() {
                    read(DeflateDecoder::new(&*body), longest)
                } else {
                    decoded
                }
            }
            Self::Gzip | Self::Plain => Vec::new(),
        };
        match decoded.len() {
            0 => Some(body),
            length => (length <= longest).then_some(decoded),
        }
    }
}

/// Reads to the end, to an error, or a byte beyond the longest body.
fn read(decoder: impl Read, longest: usize) -> Vec<u8> {
    let mut decoded = Vec::new();
    // What came before an error is kept: a whole answer counts, whatever became of its end.
    let _ = decoder.take(longest as u64 + 1).read_to_end(&mut decoded);
    decoded
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const BODY: &[u8] = b"{\"code\":200}";

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_a_gateway_compressed_is_decoded() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(BODY).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(BODY).unwrap();
        for (encoding, body) in [
            (ContentEncoding::Gzip, gzip(BODY)),
            (ContentEncoding::Plain, gzip(BODY)),
            (ContentEncoding::Deflate, zlib.finish().unwrap()),
            (ContentEncoding::Deflate, raw.finish().unwrap()),
            (ContentEncoding::Gzip, BODY.to_vec()),
            (ContentEncoding::Plain, BODY.to_vec()),
        ] {
            assert_eq!(encoding.decode(body, 1024).as_deref(), Some(BODY), "{encoding:?}");
        }
    }

    #[test]
    fn a_body_that_unpacks_beyond_the_limit_is_refused() {
        let bomb = gzip(&vec![b' '; 100_000]);
        assert_eq!(ContentEncoding::Gzip.decode(bomb.clone(), 99_999), None);
        assert_eq!(
            ContentEncoding::Gzip.decode(bomb, 100_000).map(|body| body.len()),
            Some(100_000)
        );
    }
}
