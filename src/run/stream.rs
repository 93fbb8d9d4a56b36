//! The stream of a run: a thread reads rows ahead, workers send them, and finished rows are handed
//! on. A window limits the rows that are read but not yet written.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::model::row::Row;
use crate::model::stop_reason::StopReason;
use crate::model::verdict::Verdict;
use crate::run::known_rows::KnownRows;
use crate::run::stop::StopSwitch;
use crate::run::{AttemptResult, PendingVerdict, Pipeline};

/// Rows in one piece that the reading thread hands over: one hand-over costs more than reading a row.
const PIECE: usize = 64;

/// The same where rows are looked up as they are read: each piece is one reading transaction.
const KNOWN_PIECE: usize = 256;

/// How much of a run may be in progress at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StreamLimits {
    /// Workers, so requests in flight at most.
    pub concurrency: usize,
    /// Rows at most that are taken from the input and not yet written.
    pub window: usize,
}

impl StreamLimits {
    /// The limits of a run with so many workers.
    pub(crate) fn new(concurrency: usize) -> Self {
        Self { concurrency, window: (16 * concurrency).max(1024) }
    }
}

/// The rows of a run.
pub(crate) struct RowSource {
    /// The rows, or the reason why no further row can be read.
    pub rows: Box<dyn Iterator<Item = Result<Row, StopReason>> + Send>,
    /// Whether the input is known to end. After a stop the rest of a file is still listed; a pipe
    /// may never end, so it is not read on.
    pub finite: bool,
    /// Whether many of the rows are answered already, by the plan: then they are looked up as they are
    /// read, and need no worker's turn.
    pub mostly_known: bool,
}

/// A row with its verdict, whose write to the ledger may be pending. It takes room in the window
/// until it is dropped.
pub(crate) struct FinishedRow {
    /// Its position among the rows of the run, from 1.
    pub position: u64,
    /// The row.
    pub row: Row,
    /// Its verdict, to be shown only when it is on disk.
    pub pending: PendingVerdict,
    /// The row's room in the window.
    pub window_permit: OwnedSemaphorePermit,
}

/// Runs all rows through the pipeline and delivers each with its verdict, as they finish. Returns
/// when each row taken has been delivered.
pub(crate) async fn run(
    pipeline: Arc<Pipeline>,
    rows: RowSource,
    limits: StreamLimits,
    deliver: impl Fn(FinishedRow) + Clone + Send + 'static,
) {
    let known_rows = if rows.mostly_known { pipeline.known_rows() } else { None };
    let source = Arc::new(RowQueue {
        window: Arc::new(Semaphore::new(limits.window)),
        stop: pipeline.stop.clone(),
        finite: rows.finite,
        ahead: Mutex::new(ReadAhead {
            pieces: read(rows, known_rows, pipeline.stop.clone()),
            rows: VecDeque::new(),
            announced: 0,
            taken: 0,
        }),
        pipeline: Arc::clone(&pipeline),
        lead: 2 * limits.concurrency,
    });
    let mut workers = JoinSet::new();
    for _ in 0..limits.concurrency {
        workers.spawn(work(Arc::clone(&pipeline), Arc::clone(&source), deliver.clone()));
    }
    while workers.join_next().await.is_some() {}
}

async fn work(
    pipeline: Arc<Pipeline>,
    source: Arc<RowQueue>,
    deliver: impl Fn(FinishedRow) + Clone + Send + 'static,
) {
    while let Some((position, (row, known), window_permit)) = source.next().await {
        if let Some(verdict) = known {
            deliver(FinishedRow { position, row, pending: (*verdict).into(), window_permit });
            continue;
        }
        // The ledger writes the answer and the next claim in one commit. The receiver waits for it.
        match pipeline.try_first(&row).await {
            AttemptResult::Done(pending) => {
                deliver(FinishedRow { position, row, pending, window_permit });
            }
            // A task of its own, so that the wait of one row does not keep a worker.
            AttemptResult::Retry(state, wait) => {
                let (pipeline, deliver) = (Arc::clone(&pipeline), deliver.clone());
                tokio::spawn(async move {
                    let pending = pipeline.retry(&row, state, wait).await;
                    deliver(FinishedRow { position, row, pending, window_permit });
                });
            }
        }
    }
}

/// The rows read ahead, and the window.
struct RowQueue {
    window: Arc<Semaphore>,
    stop: StopSwitch,
    finite: bool,
    pipeline: Arc<Pipeline>,
    /// Rows that are announced to the ledger before their turn, at most.
    lead: usize,
    ahead: Mutex<ReadAhead>,
}

/// A row, and its verdict if it is answered already.
type ReadRow = (Row, Option<Box<Verdict>>);

struct ReadAhead {
    pieces: mpsc::Receiver<Vec<ReadRow>>,
    rows: VecDeque<ReadRow>,
    /// How many of them are announced to the ledger, from the first on.
    announced: usize,
    /// Number of rows handed out.
    taken: u64,
}

impl RowQueue {
    async fn next(&self) -> Option<(u64, ReadRow, OwnedSemaphorePermit)> {
        let window_permit = Arc::clone(&self.window).acquire_owned().await.ok()?;
        let mut ahead = self.ahead.lock().await;
        if ahead.rows.is_empty() {
            let piece = tokio::select! {
                biased;
                piece = ahead.pieces.recv() => piece?,
                () = self.stop.stopped(), if !self.finite => return None,
            };
            ahead.rows.extend(piece);
        }
        let row = ahead.rows.pop_front()?;
        ahead.taken += 1;
        ahead.announced = ahead.announced.saturating_sub(1);
        if ahead.announced <= self.lead / 2 {
            self.announce(&mut ahead);
        }
        Some((ahead.taken, row, window_permit))
    }
}

impl RowQueue {
    /// Announces the next rows to the ledger, many at a time.
    fn announce(&self, ahead: &mut ReadAhead) {
        while ahead.rows.len() < self.lead
            && let Ok(piece) = ahead.pieces.try_recv()
        {
            ahead.rows.extend(piece);
        }
        let end = ahead.rows.len().min(self.lead);
        for (row, _) in ahead.rows.range(ahead.announced.min(end)..end) {
            self.pipeline.announce(row);
        }
        ahead.announced = end;
    }
}

/// Reads rows on a thread of its own, so that a slow pipe does not delay answers. Nobody joins the
/// thread, because its read may never return.
fn read(
    rows: RowSource,
    mut known_rows: Option<KnownRows>,
    stop: StopSwitch,
) -> mpsc::Receiver<Vec<ReadRow>> {
    let (send, receive) = mpsc::channel(4);
    let most = match (&known_rows, rows.finite) {
        (Some(_), _) => KNOWN_PIECE,
        (None, true) => PIECE,
        (None, false) => 1,
    };
    let mut hand_over = move |piece: Vec<Row>| {
        let known = known_rows.as_mut().map(|known_rows| known_rows.verdicts(&piece));
        let known = known.unwrap_or_default().into_iter().chain(std::iter::repeat_with(|| None));
        send.blocking_send(piece.into_iter().zip(known).collect()).is_ok()
    };
    std::thread::spawn(move || {
        let mut piece = Vec::with_capacity(most);
        for row in rows.rows {
            match row {
                Ok(row) => piece.push(row),
                Err(why) => {
                    stop.stop(why);
                    break;
                }
            }
            if piece.len() == most {
                if !hand_over(std::mem::take(&mut piece)) {
                    return;
                }
                piece.reserve(most);
            }
            if !rows.finite && stop.is_stopped() {
                break;
            }
        }
        if !piece.is_empty() {
            // Sending fails only when the run has ended.
            hand_over(piece);
        }
    });
    receive
}
