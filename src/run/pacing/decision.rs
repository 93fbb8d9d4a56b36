//! What the pacing decided, with its figures: the caller logs it.

use std::fmt;
use std::time::Duration;

use crate::run::pacing::latency::Finding;
use crate::run::pacing::pace_status::Percent;
use crate::run::pacing::trial::{PerSecond, Speed};

/// One decision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Decision {
    /// Too many calls fail for noise.
    Alarm {
        /// Calls of the trial.
        calls: u32,
        /// Those of them that failed.
        failed: u32,
        /// Clean answers a second up to it.
        clean: f64,
    },
    /// A test goes on at this speed.
    Test(Speed),
    /// As many fail at a lower speed: it is noise, of this share.
    Noise(f64),
    /// Fewer fail at a lower speed: it is a limit. The run goes on at this speed.
    Limit(Speed),
    /// A known limit is felt again. The run goes on at this speed.
    Felt(Speed),
    /// Something faster is tried.
    Probe(Speed),
    /// It is borne.
    Borne(Speed),
    /// It is not: back to this speed.
    Refused(Speed),
    /// The limit holds nobody back any more.
    Forgotten,
    /// Answers take longer.
    Latency(Finding, usize),
    /// A call was clean after so many that failed in a pause.
    Resumed {
        /// How many failed.
        failed: u32,
        /// How long the pause was.
        paused: Duration,
    },
    /// `-c auto` stays with so many in flight.
    Settled(usize),
    /// No file descriptors for more than so many in flight.
    Fewer(usize),
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alarm { calls, failed, clean } => {
                let clean = PerSecond(*clean);
                write!(f, "{failed} of {calls} calls failed, {clean} clean answers a second")
            }
            Self::Test(speed) => write!(f, "testing whether failures depend on the pace: {speed}"),
            Self::Noise(share) => {
                write!(f, "{} of calls fail at any rate: not slowing down", Percent(*share))
            }
            Self::Limit(speed) => write!(f, "a limit of the endpoint: {speed} from now on"),
            Self::Felt(speed) => write!(f, "the limit is felt again: {speed} from now on"),
            Self::Probe(speed) => write!(f, "probing {speed}"),
            Self::Borne(speed) => write!(f, "{speed} is borne"),
            Self::Refused(speed) => write!(f, "the probe is refused: back to {speed}"),
            Self::Forgotten => f.write_str("the limit holds nobody back any more"),
            Self::Latency(finding, window) => write_latency(f, finding, *window),
            Self::Resumed { failed, paused } => {
                let paused = paused.as_secs_f64();
                write!(f, "clean again after {paused:.1} s and {failed} calls that failed")
            }
            Self::Settled(size) => write!(f, "settled on {size} in flight"),
            Self::Fewer(size) => {
                write!(f, "no file descriptors for more: {size} in flight from now on")
            }
        }
    }
}

fn write_latency(f: &mut fmt::Formatter<'_>, finding: &Finding, window: usize) -> fmt::Result {
    match finding {
        Finding::Fine => f.write_str("answers are as fast as usual"),
        Finding::Queue { took, usual, .. } => {
            write!(f, "answers take {took:.3} s, not {usual:.3} s: {window} in flight")
        }
        Finding::Slower { took } => write!(f, "answers take {took:.3} s with hardly any in flight"),
    }
}
