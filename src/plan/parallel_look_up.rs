//! Looks records up in the ledger on threads of their own, while the file is still being read.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use crate::ledger::{LedgerError, LookUpParameters, Reader, RecordStatus};
use crate::model::record::RecordKey;

/// Records of one piece.
const PIECE: usize = 1024;

/// Pieces that may wait for a thread at most.
const WAITING: usize = 8;

/// Number of threads. Looking a record up takes several times as long as reading its row.
const THREADS: usize = 2;

type Answers = Result<Vec<RecordStatus>, LedgerError>;

/// The status of the records of a file, in their order.
pub(crate) struct ParallelLookUp {
    piece: Vec<RecordKey>,
    /// The threads. They take pieces in turn.
    threads: Vec<Thread>,
    asked: usize,
    answered: usize,
}

/// A thread with its own reader of the ledger.
struct Thread {
    ask: SyncSender<Vec<RecordKey>>,
    answers: Receiver<Answers>,
}

impl ParallelLookUp {
    /// Starts the threads.
    pub(crate) fn new(reader: Reader, look_up: &LookUpParameters) -> Result<Self, LedgerError> {
        let mut threads = Vec::with_capacity(THREADS);
        for _ in 1..THREADS {
            threads.push(Thread::start(reader.reopen()?, look_up.clone())?);
        }
        threads.push(Thread::start(reader, look_up.clone())?);
        Ok(Self { piece: Vec::with_capacity(PIECE), threads, asked: 0, answered: 0 })
    }

    /// Adds a record, and returns the answers that are ready.
    pub(crate) fn ask(&mut self, key: RecordKey) -> impl Iterator<Item = Answers> {
        self.piece.push(key);
        let full = self.piece.len() == PIECE;
        if full {
            self.send();
        }
        std::iter::from_fn(move || {
            let thread = &self.threads[self.answered % THREADS];
            let answers = if full { thread.answers.try_recv().ok()? } else { return None };
            self.answered += 1;
            Some(answers)
        })
    }

    /// Waits for all other answers.
    pub(crate) fn rest(mut self) -> impl Iterator<Item = Answers> {
        self.send();
        std::iter::from_fn(move || {
            if self.answered == self.asked {
                return None;
            }
            let answers = self.threads[self.answered % THREADS].answers.recv().ok()?;
            self.answered += 1;
            Some(answers)
        })
    }

    fn send(&mut self) {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        // Sending fails only after the ledger has failed, and that error is among the answers.
        let _ = self.threads[self.asked % THREADS].ask.send(piece);
        self.asked += 1;
    }
}

impl Thread {
    fn start(mut reader: Reader, look_up: LookUpParameters) -> Result<Self, LedgerError> {
        reader.enlarge_cache()?;
        let (ask, asked) = sync_channel::<Vec<RecordKey>>(WAITING);
        let (tell, answers) = channel();
        thread::spawn(move || {
            for keys in asked {
                let known = reader.statuses(&look_up, &keys);
                let failed = known.is_err();
                if tell.send(known).is_err() || failed {
                    break;
                }
            }
        });
        Ok(Self { ask, answers })
    }
}
