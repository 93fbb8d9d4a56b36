//! What the ledger says of all the records of a file at once: counts, for a plan. A record goes by
//! the beginning of its key here, so that a file of any size can be kept in order in memory.

use jiff::Timestamp;
use rusqlite::Connection;

use super::asker::Asker;
use super::call::{Asking, End, Known, Past, Why};
use super::error::LedgerError;
use super::index::{Index, split};
use super::query::Reader;
use super::store::{self, Liveness, charge_of, time};
use crate::answer::Answer;
use crate::outcome::Outcome;

/// The beginning of a record's key: long enough that two of a file are never alike by chance.
pub type ShortKey = [u8; 12];

/// How many records are looked up in one reading transaction: a longer one would keep the ledger
/// of a run that goes on from tidying up.
const AT_ONCE: usize = 4096;

/// What the ledger says of so many records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Survey {
    /// Nothing that stands against sending them.
    pub unasked: u64,
    /// Answered, at no cost.
    pub answered: u64,
    /// When the oldest of those answers came.
    pub oldest: Option<Timestamp>,
    /// They may have been paid for already.
    pub in_doubt: u64,
    /// Another run is asking about them right now.
    pub busy: u64,
}

impl Survey {
    fn count(&mut self, known: &Known) {
        match known {
            Known::Unasked => self.unasked += 1,
            Known::Answered(stored) => {
                self.answered += 1;
                self.oldest =
                    Some(self.oldest.map_or(stored.at, |oldest: Timestamp| oldest.min(stored.at)));
            }
            Known::InDoubt(_) => self.in_doubt += 1,
            Known::Busy(_) => self.busy += 1,
        }
    }
}

impl Reader {
    /// What is known of the records of these keys. Keys in order are found several times faster
    /// than others.
    pub fn survey(
        &mut self,
        asker: &Asker,
        keys: impl Iterator<Item = ShortKey>,
    ) -> Result<Survey, LedgerError> {
        let mut survey = Survey::default();
        let mut keys = keys.peekable();
        let mut again = Vec::new();
        while keys.peek().is_some() {
            self.count(asker, keys.by_ref().take(AT_ONCE), &mut survey, Some(&mut again))?;
            // A run may have written its answer and ended between our view of the file and our
            // look at its lock; what is read after that look holds.
            self.count(asker, again.drain(..), &mut survey, None)?;
        }
        Ok(survey)
    }

    /// Counts in one transaction; a call cut off by the end of its run goes to `again` instead.
    fn count(
        &mut self,
        asker: &Asker,
        keys: impl Iterator<Item = ShortKey>,
        survey: &mut Survey,
        mut again: Option<&mut Vec<ShortKey>>,
    ) -> Result<(), LedgerError> {
        let Self { path, connection, lives, index, .. } = self;
        let read = || {
            let transaction = connection.transaction()?;
            index.catch_up(&transaction, store::last_call(&transaction)?)?;
            for key in keys {
                let known = look_up(&transaction, index, lives, &key, asker.asking())?;
                match (&known, &mut again) {
                    (Known::InDoubt(doubt), Some(again)) if doubt.why == Why::RunEnded => {
                        again.push(key);
                    }
                    _ => survey.count(&known),
                }
            }
            Ok(())
        };
        read().map_err(|error: rusqlite::Error| LedgerError::of(path, &error))
    }
}

/// What decides about a call, without the words of its answer.
const CALL: &str = "
    SELECT c.id, c.run, c.started, c.rest, a.ended, a.charged, a.code,
           (SELECT r.charged FROM resolutions r WHERE r.call = c.id ORDER BY r.id DESC LIMIT 1)
    FROM calls c LEFT JOIN answers a ON a.call = c.id WHERE c.id = ?1 AND c.slot = ?2";

fn look_up(
    connection: &Connection,
    index: &Index,
    lives: &mut Liveness,
    key: &ShortKey,
    asking: &Asking,
) -> rusqlite::Result<Known> {
    let (slot, rest) = split(key);
    let mut calls = Vec::new();
    for number in index.calls(connection, slot)? {
        let mut statement = connection.prepare_cached(CALL)?;
        let mut rows = statement.query([number, slot])?;
        if let Some(row) = rows.next()?
            && row.get_ref(3)?.as_blob()?.starts_with(rest)
        {
            calls.push(past(row)?);
        }
    }
    Ok(asking.judge(calls, |run| lives.lives(connection, run)))
}

fn past(row: &rusqlite::Row<'_>) -> rusqlite::Result<Past> {
    let ended = row.get::<_, Option<i64>>(4)?.map(time);
    let end = match (ended, row.get(6)?) {
        (None, _) => End::Open,
        (Some(_), None) => End::Without(None),
        (Some(_), Some(code)) => End::Answered(Answer { code, ..Answer::default() }),
    };
    Ok(Past {
        call: row.get(0)?,
        run: row.get(1)?,
        started: time(row.get(2)?),
        ended,
        end,
        // Nobody looks at it for a count.
        outcome: Outcome::Unknown,
        charged: charge_of(row.get(5)?),
        attempts: 0,
        resolved: row.get::<_, Option<i64>>(7)?.map(|number| charge_of(Some(number))),
    })
}
