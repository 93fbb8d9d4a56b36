//! Collects the results of a run on a thread of its own: orders, writes and counts them. A slow
//! reader of the results therefore does not delay the network.

use std::collections::{HashSet, VecDeque};
use std::hash::BuildHasher as _;
use std::io;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::outcome::{Outcome, Source};
use crate::model::row::Row;
use crate::model::stop_reason::StopReason;
use crate::model::verdict::Verdict;
use crate::model::warning::Warning;
use crate::output::progress::Progress;
use crate::output::{ReorderBuffer, Sink};
use crate::run::FinishedRow;
use crate::run::stop::StopSwitch;
use crate::run::tally::Tally;

/// Time in which results are collected before they are written. Waking this thread for each result
/// would cost the network's thread more than sending a request.
const WRITE_INTERVAL: Duration = Duration::from_millis(1);

/// Orders, writes and counts the results of a run.
pub(crate) struct ResultCollector {
    /// The sink of the results. `None` once a write has failed.
    sink: Option<Box<dyn Sink>>,
    /// The reorder buffer. `None` writes rows as they come.
    order: Option<ReorderBuffer<FinishedRow>>,
    /// Whether the results share a terminal with the bar.
    beside_bar: bool,
    progress: Progress,
    stop: StopSwitch,
    /// The outcomes whose rows are written. Empty writes all.
    only: Vec<Outcome>,
    /// The sums so far.
    tally: Tally,
    sequence_ids: SequenceIds,
}

impl ResultCollector {
    /// Makes the collector of a run.
    pub(crate) fn new(
        sink: Box<dyn Sink>,
        ordered: bool,
        beside_bar: bool,
        only: Vec<Outcome>,
        progress: Progress,
        stop: StopSwitch,
    ) -> Self {
        let order = ordered.then(ReorderBuffer::default);
        let tally = Tally::begun(Timestamp::now());
        let sequence_ids = SequenceIds::default();
        Self { sink: Some(sink), order, beside_bar, progress, stop, only, tally, sequence_ids }
    }

    /// Takes results until the run ends, and returns the sums.
    pub(crate) fn collect(mut self, done: &Receiver<FinishedRow>) -> Tally {
        while let Ok(first) = done.recv() {
            std::thread::sleep(WRITE_INTERVAL);
            let ready = std::iter::once(first).chain(done.try_iter());
            if self.beside_bar {
                let progress = self.progress.clone();
                progress.beside_bar(|| self.take(ready));
            } else {
                self.take(ready);
            }
        }
        self.tally
    }

    /// Writes all results that are ready, then flushes.
    fn take(&mut self, ready: impl Iterator<Item = FinishedRow>) {
        for done in ready {
            match &mut self.order {
                None => self.put(done),
                Some(order) => {
                    order.put(done.position, done);
                    while let Some(next) = self.order.as_mut().and_then(ReorderBuffer::take) {
                        self.put(next);
                    }
                }
            }
        }
        let flushed = self.sink.as_mut().map_or(Ok(()), |sink| sink.flush());
        self.check(flushed);
    }

    fn put(&mut self, done: FinishedRow) {
        let FinishedRow { row, pending, window_permit, .. } = done;
        let verdict = pending.wait_on_disk(&self.stop);
        self.sequence_ids.note(&row, &verdict);
        self.tally.add(&verdict, &row.problems);
        self.tally.note_first(row.number, &row.problems);
        self.progress.count(verdict.charged);
        if !(self.only.is_empty() || self.only.contains(&verdict.outcome)) {
            return;
        }
        let written = self.sink.as_mut().map_or(Ok(()), |sink| sink.write(&row, &verdict));
        self.check(written);
        drop(window_permit);
    }

    /// Stops the run after a write error. Calls in flight are still counted.
    fn check(&mut self, written: io::Result<()>) {
        let Err(error) = written else { return };
        self.sink = None;
        self.stop.stop(reason_of(&error));
    }
}

/// The reason to stop a run whose results can't be written. A closed pipe is no failure.
pub(crate) fn reason_of(error: &io::Error) -> StopReason {
    match error.kind() {
        io::ErrorKind::BrokenPipe => StopReason::OutputClosed,
        _ => StopReason::Output(error.to_string()),
    }
}

/// Number of sequence ids that are kept. An endpoint confuses only calls that are close in time.
const MAX_SEQUENCE_IDS: usize = 1 << 16;

/// The recent sequence ids of a run. Two answers with the same id may be one answer given to two
/// records.
#[derive(Default)]
struct SequenceIds {
    hasher: std::hash::RandomState,
    seen: HashSet<u64>,
    oldest_first: VecDeque<u64>,
    warned: bool,
}

impl SequenceIds {
    /// Notes an answer, and warns once if its sequence id belongs to another answer too.
    fn note(&mut self, row: &Row, verdict: &Verdict) {
        let answer = verdict.answer.as_ref().filter(|_| verdict.source == Source::Api);
        let Some(name) = answer.and_then(|answer| answer.sequence_id.as_deref()) else { return };
        if !self.is_new(name) && !self.warned {
            self.warned = true;
            Warning::SharedSequenceId { row: row.number }.tell();
        }
    }

    fn is_new(&mut self, name: &str) -> bool {
        let name = self.hasher.hash_one(name);
        if !self.seen.insert(name) {
            return false;
        }
        self.oldest_first.push_back(name);
        if self.oldest_first.len() > MAX_SEQUENCE_IDS
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_remembered_for_a_while_in_flat_memory() {
        let mut names = SequenceIds::default();
        assert!(names.is_new("a") && !names.is_new("a") && names.is_new("b"));
        assert!((0..MAX_SEQUENCE_IDS).all(|n| names.is_new(&n.to_string())));
        assert!(names.is_new("a"));
        assert_eq!(
            (names.seen.len(), names.oldest_first.len()),
            (MAX_SEQUENCE_IDS, MAX_SEQUENCE_IDS)
        );
    }
}
