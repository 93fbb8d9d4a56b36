//! Evenly spaced sends: each send has its time, and time gone by earns no credit.

use std::time::{Duration, Instant};

/// How much earlier than its time a send may go, to make up for those that came late: a machine
/// that is busy wakes a sleeper too late again and again.
const SLACK: Duration = Duration::from_millis(100);

/// Spaces sends evenly. `n` sends take at least `n - 1` intervals, less the slack.
#[derive(Debug)]
pub(crate) struct Spacing {
    /// When the next send has its time; `None` before the first.
    due: Option<Instant>,
    slack: Duration,
}

impl Default for Spacing {
    fn default() -> Self {
        Self::with_slack(SLACK)
    }
}

impl Spacing {
    /// Makes a spacing whose sends may be so much ahead of their time.
    pub(crate) const fn with_slack(slack: Duration) -> Self {
        Self { due: None, slack }
    }

    /// When the next send may go.
    pub(crate) fn ready(&self, now: Instant) -> Instant {
        self.due.and_then(|due| due.checked_sub(self.slack)).unwrap_or(now)
    }

    /// A send goes at `now`; the next one has its time an interval later.
    pub(crate) fn take(&mut self, now: Instant, interval: Duration) {
        // The first one is on time, so that it lends the second one no slack.
        let due = self.due.unwrap_or(now + self.slack);
        self.due = Some(due.max(now) + interval);
    }

    /// What was saved up is lost.
    pub(crate) fn restart(&mut self, now: Instant) {
        self.due = self.due.max(Some(now + self.slack));
    }

    /// The last send did not take place.
    pub(crate) fn give_back(&mut self, interval: Duration) {
        self.due = self.due.and_then(|due| due.checked_sub(interval));
    }

    /// The next send has its time at this moment at the latest, less the slack.
    pub(crate) fn shorten(&mut self, latest: Instant) {
        self.due = self.due.min(Some(latest + self.slack));
    }

    /// No send has its time further ahead of that of `other` than this.
    pub(crate) fn follow(&mut self, other: &Self, lead: Duration) {
        self.due = self.due.max(other.due.and_then(|due| due.checked_sub(lead)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When each of the sends goes whose askers come at these milliseconds.
    fn sends(interval: u64, asked: &[u64]) -> Vec<u128> {
        let start = Instant::now();
        let mut spacing = Spacing::default();
        let send = |millis: &u64| {
            let now = start + Duration::from_millis(*millis);
            let at = spacing.ready(now).max(now);
            spacing.take(at, Duration::from_millis(interval));
            at.duration_since(start).as_millis()
        };
        asked.iter().map(send).collect()
    }

    #[test]
    fn sends_are_an_interval_apart_from_the_first_one_on() {
        assert_eq!(sends(100, &[0, 0, 0, 0]), [0, 100, 200, 300]);
        assert_eq!(sends(2, &[0; 6]), [0, 2, 4, 6, 8, 10]);
    }

    #[test]
    fn a_late_send_earns_no_more_credit_than_the_slack() {
        assert_eq!(sends(100, &[0, 1000, 1000, 1000]), [0, 1000, 1000, 1100]);
        assert_eq!(sends(100, &[0, 130, 130, 130]), [0, 130, 200, 300]);
    }

    #[test]
    fn a_send_that_was_given_back_can_be_taken_again() {
        let (now, interval) = (Instant::now(), Duration::from_secs(1));
        let mut spacing = Spacing::default();
        spacing.take(now, interval);
        assert!(spacing.ready(now) > now);
        spacing.give_back(interval);
        assert!(spacing.ready(now) <= now);
    }
}
