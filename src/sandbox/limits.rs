//! The limits that the sandbox plays: on the rate, on requests at once, and a queue.

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::sandbox::fault::BUSY;

/// The guide's code for "traffic blocked".
pub(super) const BLOCKED: u16 = 302;
/// The time over which `rate_limit` counts.
const LAST_SECOND: Duration = Duration::from_secs(1);

/// The limits on requests; without a number there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RequestLimits {
    /// Requests that are let through in any second; the others get code 302.
    pub rate_limit: Option<u32>,
    /// Requests that are let through in each second of the clock; the others get code 302.
    pub window: Option<u32>,
    /// Requests at once; the others get code 600.
    pub max_in_flight: Option<u32>,
    /// Requests a second that are answered; the others wait.
    pub queue: Option<f64>,
}

/// Counts requests against the limits.
pub(super) struct LimitCounter {
    limits: RequestLimits,
    /// When the requests of the last second were let through, oldest first.
    passed: VecDeque<Instant>,
    /// A second of the clock, and how many were let through in it.
    second: (u64, u32),
    /// A moment, and the clock's time then.
    clock: (Instant, Duration),
    /// When the queue has come to its end.
    free: Option<Instant>,
}

impl LimitCounter {
    pub(super) fn new(limits: RequestLimits) -> Self {
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            limits,
            passed: VecDeque::new(),
            second: (0, 0),
            clock: (Instant::now(), clock),
            free: None,
        }
    }

    /// The code of a request that is beyond a limit. `in_flight` counts the request itself. A
    /// refused one does not count against the next: a client that slows down gets through.
    pub(super) fn refuse(&mut self, now: Instant, in_flight: u32) -> Option<u16> {
        if self.limits.max_in_flight.is_some_and(|limit| in_flight > limit) {
            return Some(BUSY);
        }
        if self.is_beyond_rate(now) || self.is_beyond_window(now) {
            return Some(BLOCKED);
        }
        if self.limits.rate_limit.is_some() {
            self.passed.push_back(now);
        }
        self.second.1 += 1;
        None
    }

    fn is_beyond_rate(&mut self, now: Instant) -> bool {
        let Some(limit) = self.limits.rate_limit else { return false };
        while self.passed.front().is_some_and(|then| now.duration_since(*then) >= LAST_SECOND) {
            self.passed.pop_front();
        }
        self.passed.len() as u64 >= u64::from(limit)
    }

    fn is_beyond_window(&mut self, now: Instant) -> bool {
        let second = (self.clock.1 + now.saturating_duration_since(self.clock.0)).as_secs();
        if second != self.second.0 {
            self.second = (second, 0);
        }
        self.limits.window.is_some_and(|limit| self.second.1 >= limit)
    }

    /// How long a request waits in the queue.
    pub(super) fn wait(&mut self, now: Instant) -> Duration {
        let Some(rate) = self.limits.queue else { return Duration::ZERO };
        let free = self.free.unwrap_or(now).max(now) + Duration::from_secs_f64(rate.recip());
        self.free = Some(free);
        free.duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    /// What the requests get that come at these milliseconds.
    fn codes(limits: RequestLimits, at: &[u32]) -> Vec<u16> {
        let mut counter = LimitCounter::new(limits);
        // The clock is at the beginning of a second.
        let start = counter.clock.0;
        counter.clock.1 = Duration::from_secs(1000);
        at.iter().map(|at| counter.refuse(start + *at * MILLI, 1).unwrap_or(200)).collect()
    }

    #[test]
    fn the_rate_limit_counts_over_the_last_second() {
        let limits = RequestLimits { rate_limit: Some(2), ..RequestLimits::default() };
        let codes = codes(limits, &[0, 600, 999, 1000, 1001, 1600]);
        assert_eq!(codes, [200, 200, 302, 200, 302, 200]);
    }

    #[test]
    fn the_window_counts_over_this_second_of_the_clock() {
        let limits = RequestLimits { window: Some(2), ..RequestLimits::default() };
        let codes = codes(limits, &[500, 600, 999, 1000, 1001, 1600]);
        assert_eq!(codes, [200, 200, 302, 200, 200, 302]);
    }

    #[test]
    fn requests_at_once_are_counted_with_the_new_one() {
        let limits = RequestLimits { max_in_flight: Some(2), ..RequestLimits::default() };
        let mut counter = LimitCounter::new(limits);
        let now = Instant::now();
        let codes: Vec<_> = (1..4).map(|in_flight| counter.refuse(now, in_flight)).collect();
        assert_eq!(codes, [None, None, Some(600)]);
    }

    #[test]
    fn a_queue_lets_one_after_another_through() {
        let limits = RequestLimits { queue: Some(10.0), ..RequestLimits::default() };
        let mut counter = LimitCounter::new(limits);
        let now = Instant::now();
        let waits: Vec<_> = (0..3).map(|_| counter.wait(now).as_millis()).collect();
        assert_eq!(waits, [100, 200, 300]);
        assert_eq!(counter.wait(now + 1000 * MILLI).as_millis(), 100);
    }
}
