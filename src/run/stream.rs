//! The stream of a run: rows are read on a thread of their own, sent by so many workers, and
//! handed on as they are done, never more than a window of them unwritten.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::model::row::Row;
use crate::run::stop::{Reason, Stop};
use crate::run::{Judged, Pipeline, Step};

/// A file is read ahead in pieces of this many rows: handing over each one costs more than
/// reading it.
const PIECE: usize = 64;

/// How much may be under way at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Requests in flight.
    pub concurrency: usize,
    /// Rows taken from the input whose results are not written yet.
    pub window: usize,
}

impl Limits {
    /// The usual window for so many requests in flight.
    pub(crate) fn new(concurrency: usize) -> Self {
        Self { concurrency, window: (16 * concurrency).max(1024) }
    }
}

/// Where the rows of a run come from.
pub(crate) struct Rows {
    /// The rows, or why no further one can be read.
    pub rows: Box<dyn Iterator<Item = Result<Row, String>> + Send>,
    /// The input has an end that will be reached: after a stop, its other rows are still listed.
    /// A pipe may never end, so after a stop it is left alone.
    pub finite: bool,
}

/// A row and what became of it, perhaps still on its way to the disk. It keeps its place in the
/// window until it is dropped.
pub(crate) struct Done {
    /// The row.
    pub row: Row,
    /// What became of it; to be shown only when it is on disk.
    pub judged: Judged,
    /// The row's place in the window.
    pub place: OwnedSemaphorePermit,
}

/// Runs all rows through the pipeline. Returns when each row that was taken has been handed on.
pub(crate) async fn run(pipeline: Arc<Pipeline>, rows: Rows, limits: Limits, done: Sender<Done>) {
    let source = Arc::new(Source {
        window: Arc::new(Semaphore::new(limits.window)),
        stop: pipeline.stop.clone(),
        finite: rows.finite,
        ahead: Mutex::new(Ahead {
            pieces: read(rows, pipeline.stop.clone()),
            rows: VecDeque::new(),
        }),
    });
    let mut workers = JoinSet::new();
    for _ in 0..limits.concurrency {
        workers.spawn(work(Arc::clone(&pipeline), Arc::clone(&source), done.clone()));
    }
    while workers.join_next().await.is_some() {}
}

async fn work(pipeline: Arc<Pipeline>, source: Arc<Source>, done: Sender<Done>) {
    while let Some((row, place)) = source.next().await {
        // The answer goes to the disk while the next row is claimed: one commit serves both. Who
        // receives it waits for that.
        match pipeline.first(&row).await {
            // It fails only when the run is left.
            Step::Done(judged) => drop(done.send(Done { row, judged, place })),
            // A row that is tried again must not keep the others waiting.
            Step::Again(way, wait) => {
                let (pipeline, done) = (Arc::clone(&pipeline), done.clone());
                tokio::spawn(async move {
                    let judged = pipeline.again(&row, way, wait).await;
                    drop(done.send(Done { row, judged, place }));
                });
            }
        }
    }
}

/// The rows read ahead, and the window that bounds how far the run gets ahead of its output.
struct Source {
    window: Arc<Semaphore>,
    stop: Stop,
    finite: bool,
    ahead: Mutex<Ahead>,
}

struct Ahead {
    pieces: mpsc::Receiver<Vec<Row>>,
    rows: VecDeque<Row>,
}

impl Source {
    async fn next(&self) -> Option<(Row, OwnedSemaphorePermit)> {
        let place = Arc::clone(&self.window).acquire_owned().await.ok()?;
        let mut ahead = self.ahead.lock().await;
        if ahead.rows.is_empty() {
            let piece = tokio::select! {
                biased;
                piece = ahead.pieces.recv() => piece?,
                () = self.stop.stopped(), if !self.finite => return None,
            };
            ahead.rows.extend(piece);
        }
        ahead.rows.pop_front().map(|row| (row, place))
    }
}

/// Reads on a thread of its own: a slow pipe must not keep answers waiting. The thread is not
/// waited for: it may sit in a read that never returns.
fn read(rows: Rows, stop: Stop) -> mpsc::Receiver<Vec<Row>> {
    let (send, receive) = mpsc::channel(4);
    let most = if rows.finite { PIECE } else { 1 };
    std::thread::spawn(move || {
        let mut piece = Vec::with_capacity(most);
        for row in rows.rows {
            match row {
                Ok(row) => piece.push(row),
                Err(why) => {
                    stop.stop(Reason::Input(why));
                    break;
                }
            }
            if piece.len() == most {
                if send.blocking_send(std::mem::take(&mut piece)).is_err() {
                    return;
                }
                piece.reserve(most);
            }
            if !rows.finite && stop.is_stopped() {
                break;
            }
        }
        if !piece.is_empty() {
            // It fails only when the run is gone already.
            let _ = send.blocking_send(piece);
        }
    });
    receive
}
