//! When to try again: a pure policy. It is asked only about attempts that are proved uncharged.

use std::time::Duration;

/// A server's own wish is obeyed up to this.
const LONGEST_WISH: Duration = Duration::from_secs(300);

/// How often and how patiently to try again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Policy {
    /// How many times after the first.
    pub retries: u32,
    /// The longest first wait; it doubles with each further attempt.
    pub base: Duration,
    /// The longest wait of all.
    pub cap: Duration,
    /// The time from the first attempt within which the last one must begin.
    pub within: Option<Duration>,
}

/// What to do after an uncharged attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Wait so long, then try again.
    Wait(Duration),
    /// Leave it.
    GiveUp,
}

/// What is known of a record's attempts so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tried {
    /// How many attempts were made that count.
    pub attempts: u32,
    /// Since the first one began.
    pub spent: Duration,
    /// The wait that the server asked for.
    pub retry_after: Option<Duration>,
}

impl Policy {
    /// The policy with so many retries and the usual waits: at most 0.5 s, 1 s, 2 s ... 30 s.
    pub(crate) const fn new(retries: u32, within: Option<Duration>) -> Self {
        Self { retries, base: Duration::from_millis(500), cap: Duration::from_secs(30), within }
    }

    /// Decides. `jitter` is a random number from 0 to 1: the wait is drawn evenly from nothing up
    /// to the exponential bound ("full jitter"), so that rows which failed together don't come
    /// back together. The server's wish is a lower bound.
    pub(crate) fn decide(&self, tried: Tried, jitter: f64) -> Decision {
        if tried.attempts > self.retries {
            return Decision::GiveUp;
        }
        let doublings = tried.attempts.saturating_sub(1).min(16);
        let bound = self.base.saturating_mul(1 << doublings).min(self.cap);
        let wish = tried.retry_after.unwrap_or_default().min(LONGEST_WISH);
        let wait = bound.mul_f64(jitter.clamp(0.0, 1.0)).max(wish);
        match self.within {
            Some(limit) if tried.spent + wait > limit => Decision::GiveUp,
            _ => Decision::Wait(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(attempts: u32, spent: u64, retry_after: Option<u64>, jitter: f64) -> Decision {
        let tried = Tried {
            attempts,
            spent: Duration::from_secs(spent),
            retry_after: retry_after.map(Duration::from_secs),
        };
        Policy::new(4, Some(Duration::from_secs(60))).decide(tried, jitter)
    }

    #[test]
    fn each_row_of_the_policy() {
        let wait = |millis| Decision::Wait(Duration::from_millis(millis));
        let table = [
            // attempts, seconds spent, Retry-After, jitter, decision
            (1, 0, None, 1.0, wait(500)),
            (1, 0, None, 0.0, wait(0)),
            (2, 1, None, 1.0, wait(1_000)),
            (3, 1, None, 0.5, wait(1_000)),
            (4, 1, None, 1.0, wait(4_000)),
            (5, 1, None, 1.0, Decision::GiveUp),
            (1, 0, Some(7), 1.0, wait(7_000)),
            (4, 0, Some(1), 1.0, wait(4_000)),
            (1, 0, Some(59), 0.0, wait(59_000)),
            (1, 2, Some(59), 0.0, Decision::GiveUp),
            (5, 0, Some(1), 0.0, Decision::GiveUp),
        ];
        for (attempts, spent, wish, jitter, expected) in table {
            assert_eq!(decide(attempts, spent, wish, jitter), expected, "attempt {attempts}");
        }
    }

    #[test]
    fn the_waits_are_bounded_however_many_attempts() {
        let patient = Policy::new(u32::MAX, None);
        let tried = |retry_after| Tried { attempts: 1_000, spent: Duration::ZERO, retry_after };
        assert_eq!(patient.decide(tried(None), 1.0), Decision::Wait(Duration::from_secs(30)));
        let wish = Some(Duration::from_secs(86_400));
        assert_eq!(patient.decide(tried(wish), 0.0), Decision::Wait(LONGEST_WISH));
    }

    #[test]
    fn no_retries_means_one_attempt() {
        let tried = Tried { attempts: 1, spent: Duration::ZERO, retry_after: None };
        assert_eq!(Policy::new(0, None).decide(tried, 0.0), Decision::GiveUp);
        // One that does not count is made again.
        let tried = Tried { attempts: 0, ..tried };
        assert_eq!(Policy::new(0, None).decide(tried, 0.0), Decision::Wait(Duration::ZERO));
    }
}
