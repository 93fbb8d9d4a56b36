//! The retry policy: whether and when an attempt that cost nothing is repeated. Pure.

use std::time::Duration;

/// A `Retry-After` is obeyed up to this.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

/// The number of retries, and the waits before them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RetryPolicy {
    /// Attempts after the first one.
    pub retries: u32,
    /// The upper bound of the first wait. It doubles with each attempt.
    pub base: Duration,
    /// The upper bound of every wait.
    pub cap: Duration,
    /// No attempt begins later than this after the first one.
    pub within: Option<Duration>,
}

/// What to do after an uncharged attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryDecision {
    /// Wait so long, then send again.
    Wait(Duration),
    /// Send it no more.
    GiveUp,
}

/// The attempts of a record so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttemptHistory {
    /// Attempts that count against the retries.
    pub attempts: u32,
    /// Time since the first attempt began.
    pub spent: Duration,
    /// The wait that the server asked for in `Retry-After`.
    pub retry_after: Option<Duration>,
}

impl RetryPolicy {
    /// Makes a policy with so many retries and the usual waits. For one record they are at most
    /// 0.5 s, 1 s, 2 s ... 30 s. In a run they begin at 0.1 s: the pacing spaces its calls, and a row
    /// that waits for long keeps the results of all rows behind it waiting.
    pub(crate) const fn new(retries: u32, within: Option<Duration>) -> Self {
        let base = Duration::from_millis(if within.is_some() { 500 } else { 100 });
        Self { retries, base, cap: Duration::from_secs(30), within }
    }

    /// Decides about the next attempt. `jitter` is a random number from 0 to 1. The wait is drawn
    /// evenly between 0 and the exponential bound ("full jitter"), so that rows that failed
    /// together do not return together. `Retry-After` is a lower bound.
    pub(crate) fn decide(&self, tried: AttemptHistory, jitter: f64) -> RetryDecision {
        if tried.attempts > self.retries {
            return RetryDecision::GiveUp;
        }
        let doublings = tried.attempts.saturating_sub(1).min(16);
        let bound = self.base.saturating_mul(1 << doublings).min(self.cap);
        let server_wait = tried.retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
        let wait = bound.mul_f64(jitter.clamp(0.0, 1.0)).max(server_wait);
        match self.within {
            Some(limit) if tried.spent + wait > limit => RetryDecision::GiveUp,
            _ => RetryDecision::Wait(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(attempts: u32, spent: u64, retry_after: Option<u64>, jitter: f64) -> RetryDecision {
        let tried = AttemptHistory {
            attempts,
            spent: Duration::from_secs(spent),
            retry_after: retry_after.map(Duration::from_secs),
        };
        RetryPolicy::new(4, Some(Duration::from_secs(60))).decide(tried, jitter)
    }

    #[test]
    fn each_row_of_the_policy() {
        let wait = |millis| RetryDecision::Wait(Duration::from_millis(millis));
        let table = [
            // attempts, seconds spent, Retry-After, jitter, decision
            (1, 0, None, 1.0, wait(500)),
            (1, 0, None, 0.0, wait(0)),
            (2, 1, None, 1.0, wait(1_000)),
            (3, 1, None, 0.5, wait(1_000)),
            (4, 1, None, 1.0, wait(4_000)),
            (5, 1, None, 1.0, RetryDecision::GiveUp),
            (1, 0, Some(7), 1.0, wait(7_000)),
            (4, 0, Some(1), 1.0, wait(4_000)),
            (1, 0, Some(59), 0.0, wait(59_000)),
            (1, 2, Some(59), 0.0, RetryDecision::GiveUp),
            (5, 0, Some(1), 0.0, RetryDecision::GiveUp),
        ];
        for (attempts, spent, wish, jitter, expected) in table {
            assert_eq!(decide(attempts, spent, wish, jitter), expected, "attempt {attempts}");
        }
    }

    #[test]
    fn the_waits_are_bounded_however_many_attempts() {
        let patient = RetryPolicy::new(u32::MAX, None);
        let tried =
            |retry_after| AttemptHistory { attempts: 1_000, spent: Duration::ZERO, retry_after };
        assert_eq!(patient.decide(tried(None), 1.0), RetryDecision::Wait(Duration::from_secs(30)));
        let wish = Some(Duration::from_secs(86_400));
        assert_eq!(patient.decide(tried(wish), 0.0), RetryDecision::Wait(LONGEST_RETRY_AFTER));
    }

    #[test]
    fn no_retries_means_one_attempt() {
        let tried = AttemptHistory { attempts: 1, spent: Duration::ZERO, retry_after: None };
        assert_eq!(RetryPolicy::new(0, None).decide(tried, 0.0), RetryDecision::GiveUp);
        // An attempt that does not count does not use up the retries.
        let tried = AttemptHistory { attempts: 0, ..tried };
        assert_eq!(
            RetryPolicy::new(0, None).decide(tried, 0.0),
            RetryDecision::Wait(Duration::ZERO)
        );
    }
}
