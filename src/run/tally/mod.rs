//! The sums of a run: rows by outcome, code and charge, latencies, and charges over time.

mod timeline;

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use jiff::Timestamp;

pub(crate) use crate::run::tally::timeline::{Interval, Timeline, sum};

use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::field_match::Match;
use crate::model::outcome::{Outcome, Source};
use crate::model::problem::{Level, Problem};
use crate::model::verdict::Verdict;

/// Rows that are named for each problem.
const FIRST_ROWS: usize = 10;

/// The sums of a run. Its memory does not grow with the rows.
#[derive(Debug, Clone)]
pub struct Tally {
    rows: u64,
    outcomes: [u64; Outcome::ALL.len()],
    charges: [u64; 3],
    sources: [u64; Source::ALL.len()],
    codes: BTreeMap<i64, u64>,
    matches: BTreeMap<(Match, Match), u64>,
    problems: BTreeMap<&'static str, (Level, u64)>,
    /// The first rows with each problem.
    first_rows: BTreeMap<&'static str, Vec<u64>>,
    saved: u64,
    latency: Option<Histogram<u64>>,
    /// When the run began. Without it there is no timeline.
    begun: Option<Timestamp>,
    timeline: Timeline,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            rows: 0,
            outcomes: [0; Outcome::ALL.len()],
            charges: [0; 3],
            sources: [0; Source::ALL.len()],
            codes: BTreeMap::new(),
            matches: BTreeMap::new(),
            problems: BTreeMap::new(),
            first_rows: BTreeMap::new(),
            saved: 0,
            // Microseconds up to an hour, to three digits. These bounds are valid, so this is `Some`.
            latency: Histogram::new_with_bounds(1, 3_600_000_000, 3).ok(),
            begun: None,
            timeline: Timeline::default(),
        }
    }
}

impl Tally {
    /// Empty sums of a run that began at this moment.
    pub fn begun(at: Timestamp) -> Self {
        Self { begun: Some(at), ..Self::default() }
    }

    /// Counts one row.
    pub fn add(&mut self, verdict: &Verdict, problems: &[Problem]) {
        self.rows += 1;
        self.outcomes[verdict.outcome as usize] += 1;
        self.charges[verdict.charged as usize] += 1;
        self.sources[verdict.source as usize] += 1;
        for problem in problems {
            self.problems.entry(problem.code()).or_insert((problem.level(), 0)).1 += 1;
        }
        if let Some(answer) = &verdict.answer {
            *self.codes.entry(answer.code).or_default() += 1;
            self.add_matches(answer);
            self.saved += u64::from(is_saved(verdict.source, answer));
        }
        self.add_cost(verdict);
        if let (Source::Api, Some(_), Some(elapsed)) =
            (verdict.source, &verdict.answer, verdict.elapsed)
            && let Some(latency) = &mut self.latency
        {
            latency.saturating_record(u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX));
        }
    }

    fn add_matches(&mut self, answer: &Answer) {
        let (phone, name) = (answer.id_phone_match.as_deref(), answer.id_name_match.as_deref());
        if phone.is_some() || name.is_some() {
            *self.matches.entry((Match::of(phone), Match::of(name))).or_default() += 1;
        }
    }

    /// Adds a cost to the timeline at the end of its call, not at the time its row was written: one
    /// slow row delays the writing of many others. If the clock was set back, the cost is at the start.
    fn add_cost(&mut self, verdict: &Verdict) {
        if let (Source::Api, Some(begun), Some(at)) = (verdict.source, self.begun, verdict.at) {
            let after = Duration::try_from(at.duration_since(begun)).unwrap_or_default();
            self.timeline.add(after, verdict.charged);
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows with this outcome.
    pub fn outcome(&self, outcome: Outcome) -> u64 {
        self.outcomes[outcome as usize]
    }

    /// Rows with this charge.
    pub fn charged(&self, charge: Charge) -> u64 {
        self.charges[charge as usize]
    }

    /// Rows with this source.
    pub fn source(&self, source: Source) -> u64 {
        self.sources[source as usize]
    }

    /// Rows by the code of their answer.
    pub fn codes(&self) -> impl Iterator<Item = (i64, u64)> {
        self.codes.iter().map(|(code, count)| (*code, *count))
    }

    /// Answered rows by phone match and name match.
    pub fn matches(&self) -> impl Iterator<Item = (Match, Match, u64)> {
        self.matches.iter().map(|((phone, name), count)| (*phone, *name, *count))
    }

    /// Rows that would have been charged without the ledger or without duplicates being shared.
    pub fn saved(&self) -> u64 {
        self.saved
    }

    /// Problems by their code, with their level and how many rows have them.
    pub fn problems(&self) -> impl Iterator<Item = (&'static str, Level, u64)> {
        self.problems.iter().map(|(code, (level, count))| (*code, *level, *count))
    }

    /// Notes a row with problems, if it is one of the first.
    pub(crate) fn note_first(&mut self, row: u64, problems: &[Problem]) {
        for problem in problems {
            let rows = self.first_rows.entry(problem.code()).or_default();
            let at = rows.partition_point(|first| *first < row);
            if at < FIRST_ROWS {
                rows.insert(at, row);
                rows.truncate(FIRST_ROWS);
            }
        }
    }

    /// The first rows with a problem.
    pub fn first_rows(&self, code: &str) -> &[u64] {
        self.first_rows.get(code).map_or(&[], Vec::as_slice)
    }

    /// Charges over time. Empty if the start of the run is not known.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// A quantile of the latency: 0.5 is the median. `None` without answers.
    pub fn latency(&self, share: f64) -> Option<Duration> {
        let latency = self.latency.as_ref().filter(|latency| !latency.is_empty())?;
        Some(Duration::from_micros(latency.value_at_quantile(share)))
    }

    /// Number of answers that took at least `from` and less than `to`. Latencies are kept to three
    /// digits.
    pub fn answers_between(&self, from: Duration, to: Duration) -> u64 {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let Some(latency) = self.latency.as_ref().filter(|_| from < to) else { return 0 };
        let (from, to) = (micros(from), micros(to));
        let values = latency.iter_recorded();
        values
            .filter(|value| (from..to).contains(&value.value_iterated_to()))
            .map(|value| value.count_at_value())
            .sum()
    }
}

fn is_saved(source: Source, answer: &Answer) -> bool {
    match source {
        Source::Ledger | Source::Duplicate => answer.charge() == Charge::Yes,
        Source::Api | Source::Local => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(code: i64, phone: &str, name: &str, millis: u64) -> Verdict {
        let answer = Answer {
            code,
            result: Some("pass".to_owned()),
            id_phone_match: Some(phone.to_owned()),
            id_name_match: Some(name.to_owned()),
            ..Answer::default()
        };
        Verdict {
            outcome: answer.outcome(),
            charged: answer.charge(),
            source: Source::Api,
            answer: Some(answer),
            elapsed: Some(Duration::from_millis(millis)),
            ..Verdict::local(Outcome::Unknown, None)
        }
    }

    #[test]
    fn each_row_is_counted_once_by_outcome_charge_and_code() {
        let mut tally = Tally::default();
        tally.add(&answered(200, "pass", "pass", 10), &[]);
        tally.add(&answered(200, "pass", "no_record_for_id_number", 20), &[]);
        tally.add(&answered(12223, "weird", "fail", 30), &[]);
        tally.add(
            &Verdict::local(Outcome::Held, None),
            &[crate::model::problem::NameProblem::Empty.into()],
        );
        assert_eq!(tally.rows(), 4);
        assert_eq!(Outcome::ALL.map(|outcome| tally.outcome(outcome)).iter().sum::<u64>(), 4);
        assert_eq!(tally.outcome(Outcome::Unrecognised), 2);
        assert_eq!([Charge::Yes, Charge::No, Charge::Unknown].map(|c| tally.charged(c)), [2, 1, 1]);
        assert_eq!(tally.codes().collect::<Vec<_>>(), [(200, 2), (12223, 1)]);
        assert_eq!(tally.problems().collect::<Vec<_>>(), [("name.empty", Level::Malformed, 1)]);
        assert_eq!(Source::ALL.map(|source| tally.source(source)), [3, 0, 0, 1]);
        assert_eq!(
            tally.matches().collect::<Vec<_>>(),
            [
                (Match::Pass, Match::Pass, 1),
                (Match::Pass, Match::NoRecord, 1),
                (Match::Other, Match::Fail, 1)
            ]
        );
    }

    #[test]
    fn quantiles_are_of_the_answers_alone() {
        let mut tally = Tally::default();
        assert_eq!(tally.latency(0.5), None);
        for millis in 1..=100 {
            tally.add(&answered(200, "pass", "pass", millis), &[]);
        }
        tally.add(&Verdict::local(Outcome::Skipped, None), &[]);
        let median = tally.latency(0.5).unwrap().as_millis();
        assert!((49..=51).contains(&median), "{median}");
    }

    #[test]
    fn each_answer_is_between_two_times_once() {
        let mut tally = Tally::default();
        for millis in 0..100 {
            tally.add(&answered(200, "pass", "pass", millis), &[]);
        }
        let millis = Duration::from_millis;
        let counts =
            (0..11).map(|bin| tally.answers_between(millis(bin * 10), millis(bin * 10 + 10)));
        assert_eq!(counts.sum::<u64>(), 100);
        assert_eq!(tally.answers_between(millis(20), millis(30)), 10);
        assert_eq!(tally.answers_between(millis(30), millis(30)), 0);
    }

    #[test]
    fn a_cost_stands_at_the_moment_its_call_ended() {
        let begun: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let mut tally = Tally::begun(begun);
        for (seconds, code) in [(5, 200), (1, 200), (1, 12223), (1, 305), (-9, 200)] {
            let at = Some(begun + jiff::SignedDuration::from_secs(seconds));
            tally.add(&Verdict { at, ..answered(code, "pass", "pass", 10) }, &[]);
        }
        let known =
            Verdict { source: Source::Ledger, charged: Charge::No, ..answered(200, "", "", 1) };
        tally.add(&known, &[]);
        let seconds = |at: usize| tally.timeline().intervals()[at * 1000 / 100];
        assert_eq!(tally.timeline().length(), Duration::from_millis(100));
        assert_eq!(seconds(0), Interval { charged: 1, unknown: 0 });
        assert_eq!(seconds(1), Interval { charged: 1, unknown: 1 });
        assert_eq!(sum(tally.timeline().intervals()), Interval { charged: 3, unknown: 1 });
    }
}
