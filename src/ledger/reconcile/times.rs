//! The moments on an invoice, in the ways people write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// With a date and a time of day; a day alone says nothing of minutes. The day goes before the
/// month, as in Indonesia.
const WRITTEN: [&str; 8] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%d/%m/%Y %H:%M:%S%.f",
    "%d-%m-%Y %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%d/%m/%Y %H:%M",
    "%d-%m-%Y %H:%M",
];

/// Reads moments; those that name no zone are by the clock of `offset`.
#[derive(Debug, Clone)]
pub(crate) struct TimeParser {
    offset: Offset,
    /// What the last one was written like: the next one is too.
    last: usize,
}

impl TimeParser {
    /// A clock so far from UTC.
    pub(crate) fn new(offset: Offset) -> Self {
        Self { offset, last: 0 }
    }

    /// A moment, in milliseconds since 1970.
    pub(crate) fn read(&mut self, text: &str) -> Option<i64> {
        let text = text.trim();
        if text.len() < 10 {
            return None;
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return epoch(text);
        }
        self.civil(text).or_else(|| text.parse().ok()).map(Timestamp::as_millisecond)
    }

    fn civil(&mut self, text: &str) -> Option<Timestamp> {
        let as_last = std::iter::once(self.last);
        for written in as_last.chain(0..WRITTEN.len()) {
            if let Ok(time) = DateTime::strptime(WRITTEN[written], text) {
                self.last = written;
                return self.offset.to_timestamp(time).ok();
            }
        }
        None
    }
}

/// Seconds or milliseconds since 1970, from 2001 on.
fn epoch(digits: &str) -> Option<i64> {
    match digits.len() {
        10 => digits.parse::<i64>().ok().map(|seconds| seconds * 1000),
        13 => digits.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_however_it_is_written() {
        let mut jakarta = TimeParser::new(jiff::tz::offset(7));
        let at = "2026-11-24T15:14:26Z".parse::<Timestamp>().unwrap().as_millisecond();
        for text in [
            "2026-11-24T15:14:26Z",
            "2026-11-24T22:14:26+07:00",
            "2026-11-24 22:14:26",
            "2026-11-24 22:14:26.000",
            "2026-11-24T22:14:26",
            "2026/11/24 22:14:26",
            "24/11/2026 22:14:26",
            " 24-11-2026 22:14:26 ",
            "1795533266",
            "1795533266000",
        ] {
            assert_eq!(jakarta.read(text), Some(at), "{text}");
        }
        assert_eq!(jakarta.read("24/11/2026 22:14"), Some(at - 26_000));
        for text in ["", "2026-11-24", "24/11/2026", "3310990101909001", "11/24/2026 22:14", "soon"]
        {
            assert_eq!(jakarta.read(text), None, "{text}");
        }
    }
}
