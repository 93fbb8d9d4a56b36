//! The results of a run on a thread of their own: into order, into the sink, into the sums. A
//! reader of the results who is slow must not keep answers waiting on the network.

use std::collections::{HashSet, VecDeque};
use std::hash::BuildHasher as _;
use std::io;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use jiff::Timestamp;
use tracing::warn;

use crate::model::outcome::Source;

use crate::model::row::Row;
use crate::model::verdict::Verdict;
use crate::output::progress::Progress;
use crate::output::{Order, Sink};
use crate::run::FinishedRow;
use crate::run::stop::{StopReason, StopSwitch};
use crate::run::tally::Tally;

/// How long results gather before they are taken: to wake this thread for each of them costs the
/// network's thread more than to send it.
const GATHER: Duration = Duration::from_millis(1);

/// Takes what is done, writes it and counts it.
pub(crate) struct Results {
    /// Where results are written; `None` once that has failed.
    sink: Option<Box<dyn Sink>>,
    /// Brings rows into the input's order; `None` writes them as they come.
    order: Option<Order<FinishedRow>>,
    /// Whether the results share a terminal with the bar.
    beside_bar: bool,
    progress: Progress,
    stop: StopSwitch,
    /// The sums so far.
    tally: Tally,
    names: Names,
}

impl Results {
    /// Results for a run.
    pub(crate) fn new(
        sink: Box<dyn Sink>,
        ordered: bool,
        beside_bar: bool,
        progress: Progress,
        stop: StopSwitch,
    ) -> Self {
        let order = ordered.then(Order::default);
        let tally = Tally::begun(Timestamp::now());
        let names = Names::default();
        Self { sink: Some(sink), order, beside_bar, progress, stop, tally, names }
    }

    /// Takes results until the run has no more; gives the sums.
    pub(crate) fn collect(mut self, done: &Receiver<FinishedRow>) -> Tally {
        while let Ok(first) = done.recv() {
            std::thread::sleep(GATHER);
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

    /// Everything that is ready is written in one go, and nothing waits in a buffer after that.
    fn take(&mut self, ready: impl Iterator<Item = FinishedRow>) {
        for done in ready {
            match &mut self.order {
                None => self.put(done),
                Some(order) => {
                    order.put(done.row.number, done);
                    while let Some(next) = self.order.as_mut().and_then(Order::take) {
                        self.put(next);
                    }
                }
            }
        }
        let flushed = self.sink.as_mut().map_or(Ok(()), |sink| sink.flush());
        self.check(flushed);
    }

    fn put(&mut self, done: FinishedRow) {
        let FinishedRow { row, pending, window_permit } = done;
        let verdict = pending.wait_on_disk(&self.stop);
        self.names.note(&row, &verdict);
        self.tally.add(&verdict, &row.problems);
        self.progress.count(verdict.charged);
        let written = self.sink.as_mut().map_or(Ok(()), |sink| sink.write(&row, &verdict));
        self.check(written);
        drop(window_permit);
    }

    /// After an error nothing more is sent; what is in flight is still counted.
    fn check(&mut self, written: io::Result<()>) {
        let Err(error) = written else { return };
        self.sink = None;
        self.stop.stop(reason_of(&error));
    }
}

/// Why a run stops whose results can't be written: a reader who has gone away is no trouble.
pub(crate) fn reason_of(error: &io::Error) -> StopReason {
    match error.kind() {
        io::ErrorKind::BrokenPipe => StopReason::OutputClosed,
        _ => StopReason::Output(error.to_string()),
    }
}

/// So many answers are remembered: an endpoint that mixes two calls up does so with calls that are
/// near each other.
const REMEMBERED: usize = 1 << 16;

/// The provider's names for the calls of this run. Two answers under one name may be one answer
/// given to two records.
#[derive(Default)]
struct Names {
    hasher: std::hash::RandomState,
    seen: HashSet<u64>,
    oldest_first: VecDeque<u64>,
    told: bool,
}

impl Names {
    /// Takes note of an answer; says so once when its name is that of another one.
    fn note(&mut self, row: &Row, verdict: &Verdict) {
        let answer = verdict.answer.as_ref().filter(|_| verdict.source == Source::Api);
        let Some(name) = answer.and_then(|answer| answer.sequence_id.as_deref()) else { return };
        if !self.is_new(name) && !self.told {
            self.told = true;
            warn!(
                "row {} was answered under a sequence_id that another record has too: both answers \
                 are kept; ask TrustDecision which of them the id names (said once a run)",
                row.number
            );
        }
    }

    fn is_new(&mut self, name: &str) -> bool {
        let name = self.hasher.hash_one(name);
        if !self.seen.insert(name) {
            return false;
        }
        self.oldest_first.push_back(name);
        if self.oldest_first.len() > REMEMBERED
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
        let mut names = Names::default();
        assert!(names.is_new("a") && !names.is_new("a") && names.is_new("b"));
        assert!((0..REMEMBERED).all(|n| names.is_new(&n.to_string())));
        assert!(names.is_new("a"));
        assert_eq!((names.seen.len(), names.oldest_first.len()), (REMEMBERED, REMEMBERED));
    }
}
