//! The results of a run on a thread of their own: into order, into the sink, into the sums. A
//! reader of the results who is slow must not keep answers waiting on the network.

use std::io;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::output::{Order, Sink};
use crate::pipeline::Done;
use crate::progress::Progress;
use crate::stop::{Reason, Stop};
use crate::tally::Tally;

/// How long results gather before they are taken: to wake this thread for each of them costs the
/// network's thread more than to send it.
const GATHER: Duration = Duration::from_millis(1);

/// Takes what is done, writes it and counts it.
pub struct Results {
    /// Where results are written; `None` once that has failed.
    sink: Option<Box<dyn Sink>>,
    /// Brings rows into the input's order; `None` writes them as they come.
    order: Option<Order<Done>>,
    /// Whether the results share a terminal with the bar.
    beside_bar: bool,
    progress: Progress,
    stop: Stop,
    /// The sums so far.
    tally: Tally,
}

impl Results {
    /// Results for a run.
    pub fn new(
        sink: Box<dyn Sink>,
        ordered: bool,
        beside_bar: bool,
        progress: Progress,
        stop: Stop,
    ) -> Self {
        let order = ordered.then(Order::default);
        Self { sink: Some(sink), order, beside_bar, progress, stop, tally: Tally::default() }
    }

    /// Takes results until the run has no more; gives the sums.
    pub fn collect(mut self, done: &Receiver<Done>) -> Tally {
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
    fn take(&mut self, ready: impl Iterator<Item = Done>) {
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

    fn put(&mut self, done: Done) {
        let Done { row, judged, place } = done;
        let verdict = judged.wait_on_disk(&self.stop);
        self.tally.add(&verdict, &row.problems);
        self.progress.count(verdict.charged);
        let written = self.sink.as_mut().map_or(Ok(()), |sink| sink.write(&row, &verdict));
        self.check(written);
        drop(place);
    }

    /// After an error nothing more is sent; what is in flight is still counted.
    fn check(&mut self, written: io::Result<()>) {
        let Err(error) = written else { return };
        self.sink = None;
        self.stop.stop(match error.kind() {
            io::ErrorKind::BrokenPipe => Reason::OutputClosed,
            _ => Reason::Output(error.to_string()),
        });
    }
}
