//! What a run shows of its pace: written by the brake, read by the progress.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Why the run is slower than it could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// An answer with this code.
    Code(i64),
    /// An answer without a code, with this HTTP status.
    Http(u16),
    /// No usable answer, though the request may have arrived.
    NoAnswer,
    /// No connection.
    Unreachable,
    /// This machine has no file descriptor left for a connection.
    OpenFiles,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Http(status) => write!(f, "HTTP {status}"),
            Self::NoAnswer => f.write_str("no usable answer"),
            Self::Unreachable => f.write_str("no connection"),
            Self::OpenFiles => f.write_str("too many open files"),
        }
    }
}

/// The pace of a run at a moment, and what the brake has done up to it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Reading {
    /// Requests a second, where the brake limits them.
    pub rate: Option<f64>,
    /// Until when nothing is sent but a probe, and why.
    pub pause: Option<(Instant, Cause)>,
    /// How often the run was slowed down or paused.
    pub brakings: u32,
    /// How long it was paused so far, without the pause that goes on.
    pub paused: Duration,
}

/// Shows the pace of a run. Cheap to clone; all clones show the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gauge(Arc<Mutex<Reading>>);

impl Gauge {
    /// What it shows now.
    pub(crate) fn read(&self) -> Reading {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows this from now on.
    pub(crate) fn show(&self, reading: Reading) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = reading;
    }
}

impl Reading {
    /// A short phrase for the progress: `pace 170/s`, `paused 3 s (302)`, `probing (302)`; `None`
    /// when nothing slows the run down.
    pub(crate) fn phrase(&self, now: Instant) -> Option<String> {
        if let Some((until, cause)) = self.pause {
            let left = until.saturating_duration_since(now);
            return Some(if left.is_zero() {
                format!("probing ({cause})")
            } else {
                format!("paused {:.0} s ({cause})", left.as_secs_f64().ceil())
            });
        }
        let rate = self.rate?;
        Some(if rate < 10.0 { format!("pace {rate:.1}/s") } else { format!("pace {rate:.0}/s") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phrase_is_short_and_says_why() {
        let now = Instant::now();
        let until = |millis| now + Duration::from_millis(millis);
        for (rate, pause, phrase) in [
            (None, None, None),
            (Some(169.6), None, Some("pace 170/s")),
            (Some(1.25), None, Some("pace 1.2/s")),
            (Some(170.0), Some((until(2_400), Cause::Code(302))), Some("paused 3 s (302)")),
            (None, Some((until(30_000), Cause::Unreachable)), Some("paused 30 s (no connection)")),
            (None, Some((now, Cause::Http(429))), Some("probing (HTTP 429)")),
        ] {
            let reading = Reading { rate, pause, ..Reading::default() };
            assert_eq!(reading.phrase(now).as_deref(), phrase);
        }
    }
}
