//! What a run shows of its pace: written by the pacing, read by the progress and the summary.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::words::{Lang, Words};

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

impl Cause {
    /// Whether the endpoint refused the call: it did not work on it.
    pub(crate) fn is_refusal(self) -> bool {
        matches!(self, Self::Code(_) | Self::Http(_))
    }

    /// Whether it says "too frequent".
    pub(crate) fn is_too_frequent(self) -> bool {
        matches!(self, Self::Code(302) | Self::Http(429))
    }
}

impl Cause {
    /// Explains the cause.
    pub(crate) fn in_words(self, words: &dyn Words) -> String {
        match self {
            Self::Code(code) => code.to_string(),
            Self::Http(status) => format!("HTTP {status}"),
            Self::NoAnswer => words.no_usable_answer().to_owned(),
            Self::Unreachable => words.no_connection().to_owned(),
            Self::OpenFiles => words.too_many_open_files().to_owned(),
        }
    }
}

/// In English, for the log.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Lang::En.words()))
    }
}

/// A limit of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Limit {
    /// So many calls a second.
    Rate(f64),
    /// So many calls in flight.
    InFlight(usize),
}

impl Limit {
    /// Calls a second, or calls in flight.
    pub(crate) fn size(self) -> f64 {
        match self {
            Self::Rate(rate) => rate,
            #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
            Self::InFlight(calls) => calls as f64,
        }
    }
}

impl Limit {
    /// Explains the limit.
    pub(crate) fn in_words(self, words: &dyn Words) -> String {
        match self {
            Self::Rate(rate) => words.per_second(rate),
            Self::InFlight(calls) => words.at_once(calls),
        }
    }
}

/// In English, for the log.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Lang::En.words()))
    }
}

/// What the run does about its pace.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) enum Activity {
    /// Nothing.
    #[default]
    Open,
    /// It tests whether failures depend on the pace.
    Testing,
    /// It tries whether the endpoint takes more than it did.
    Probing,
    /// It stays below a limit.
    Limited,
    /// It keeps fewer calls in flight, since answers get slower with more.
    Queueing {
        /// Calls in flight.
        window: usize,
    },
}

/// A pause of the whole run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Paused {
    /// Until when nothing is sent; one call goes out then.
    pub(crate) until: Instant,
    /// Why.
    pub(crate) cause: Cause,
    /// The server asked for it.
    pub(crate) asked: bool,
}

/// The pace of a run at a moment, and what was done about it up to then.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct PaceStatus {
    /// Calls a second at most, where something else than the operator limits them.
    pub(crate) rate: Option<f64>,
    /// What the run does about it.
    pub(crate) activity: Activity,
    /// The pause that goes on.
    pub(crate) pause: Option<Paused>,
    /// The limit of the endpoint, where one was found.
    pub(crate) limit: Option<Limit>,
    /// The limit that was found last, even if it holds nobody back now.
    pub(crate) found: Option<Limit>,
    /// The share of calls that fail whatever the pace; 0 where none was found.
    pub(crate) noise: f64,
    /// Calls that the endpoint refused for the moment, by a code or an HTTP status.
    pub(crate) refused: u64,
    /// How often the run paused.
    pub(crate) pauses: u32,
    /// How long it was paused so far, without the pause that goes on.
    pub(crate) paused: Duration,
    /// Calls in flight that `-c auto` has settled on.
    pub(crate) settled: Option<usize>,
}

/// The status of a run that its progress reads. Cheap to clone; all clones show the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedStatus(Arc<Mutex<PaceStatus>>);

impl SharedStatus {
    /// What it shows now.
    pub(crate) fn read(&self) -> PaceStatus {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows this from now on.
    pub(crate) fn show(&self, status: PaceStatus) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = status;
    }
}

impl PaceStatus {
    /// A short phrase for the progress: `pace 190/s (the endpoint takes about 200/s)`, `paused 3 s
    /// (HTTP 429, Retry-After)`; `None` when nothing slows the run down and nothing was found.
    pub(crate) fn phrase(&self, now: Instant, words: &dyn Words) -> Option<String> {
        if let Some(pause) = self.pause {
            return Some(pause.phrase(now, words));
        }
        match self.activity {
            Activity::Testing => Some(words.testing(self.rate)),
            Activity::Probing => Some(words.probing(self.rate)),
            Activity::Limited => Some(words.limited(self.rate, &self.limit?.in_words(words))),
            Activity::Queueing { window } => Some(words.queueing(window)),
            Activity::Open => (self.noise > 0.0).then(|| words.noisy(self.noise)),
        }
    }
}

impl Paused {
    fn phrase(&self, now: Instant, words: &dyn Words) -> String {
        let left = self.until.saturating_duration_since(now);
        let cause = self.cause.in_words(words);
        if left.is_zero() {
            words.asking_once(&cause, self.asked)
        } else {
            words.paused(left.as_secs_f64().ceil(), &cause, self.asked)
        }
    }
}

/// A share in per cent, in as many digits as mean something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Percent(pub f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = 100.0 * self.0;
        let digits = usize::from(percent < 0.95);
        write!(f, "{percent:.digits$}%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phrase_is_short_and_says_why() {
        let now = Instant::now();
        let pause = |millis, cause, asked| {
            Some(Paused { until: now + Duration::from_millis(millis), cause, asked })
        };
        let open = PaceStatus::default();
        let limit = Some(Limit::Rate(200.4));
        for (status, phrase) in [
            (open, None),
            (
                PaceStatus { noise: 0.031, ..open },
                Some("3% of calls fail at any rate: not slowing down"),
            ),
            (
                PaceStatus { rate: Some(190.0), activity: Activity::Limited, limit, ..open },
                Some("pace 190/s (the endpoint takes about 200/s)"),
            ),
            (
                PaceStatus {
                    activity: Activity::Limited,
                    limit: Some(Limit::InFlight(20)),
                    ..open
                },
                Some("pace held (the endpoint takes about 20 calls at once)"),
            ),
            (
                PaceStatus { rate: Some(223.7), activity: Activity::Probing, limit, ..open },
                Some("probing 224/s"),
            ),
            (
                PaceStatus { rate: Some(1.25), activity: Activity::Testing, ..open },
                Some("testing 1.2/s"),
            ),
            (
                PaceStatus { pause: pause(2_400, Cause::Http(429), true), ..open },
                Some("paused 3 s (HTTP 429, Retry-After)"),
            ),
            (
                PaceStatus { pause: pause(0, Cause::Unreachable, false), ..open },
                Some("asking once (no connection)"),
            ),
        ] {
            assert_eq!(status.phrase(now, Lang::En.words()).as_deref(), phrase);
        }
    }
}
