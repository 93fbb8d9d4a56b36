//! Asks the ledger on a thread of its own while the file is still being read.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use crate::ledger::{Asker, LedgerError, Reader, Standing};
use crate::record::RecordKey;

/// Records are asked about in pieces of this many.
const PIECE: usize = 1024;

/// Pieces that may wait for the ledger.
const WAITING: usize = 8;

type Answers = Result<Vec<Standing>, LedgerError>;

/// What is known of the records of a file, in their order.
pub struct Known {
    piece: Vec<RecordKey>,
    ask: SyncSender<Vec<RecordKey>>,
    answers: Receiver<Answers>,
}

impl Known {
    /// Takes a ledger for asking.
    pub fn new(mut reader: Reader, asker: Asker) -> Self {
        let (ask, asked) = sync_channel::<Vec<RecordKey>>(WAITING);
        let (tell, answers) = channel();
        thread::spawn(move || {
            for keys in asked {
                let known = reader.survey(&asker, &keys);
                let failed = known.is_err();
                if tell.send(known).is_err() || failed {
                    break;
                }
            }
        });
        Self { piece: Vec::with_capacity(PIECE), ask, answers }
    }

    /// Asks about a record, and gives the answers that are there already; looks for them now and
    /// then.
    pub fn ask(&mut self, key: RecordKey) -> impl Iterator<Item = Answers> {
        self.piece.push(key);
        let full = self.piece.len() == PIECE;
        if full {
            self.send();
        }
        self.answers.try_iter().take(if full { usize::MAX } else { 0 })
    }

    /// All other answers.
    pub fn rest(mut self) -> impl Iterator<Item = Answers> {
        self.send();
        drop(self.ask);
        self.answers.into_iter()
    }

    fn send(&mut self) {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        // It fails only after the ledger has failed, which stands among the answers.
        let _ = self.ask.send(piece);
    }
}
