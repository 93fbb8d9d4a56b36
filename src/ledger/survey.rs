//! What the ledger says of many records at once, without the words of their answers: for a plan.

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
use crate::record::RecordKey;

/// How a record stands with the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing stands against sending it.
    Unasked,
    /// An answer came at that moment, and costs nothing.
    Answered(Timestamp),
    /// It may have been paid for already.
    InDoubt,
    /// Another run is asking about it right now.
    Busy,
}

impl Reader {
    /// How the records of these keys stand, in one reading transaction. Keys in the order in which
    /// they were once asked are found several times faster than others.
    pub fn survey(
        &mut self,
        asker: &Asker,
        keys: &[RecordKey],
    ) -> Result<Vec<Standing>, LedgerError> {
        let mut known = self.read_all(asker, keys)?;
        // A run may have written its answer and ended between our view of the file and our look at
        // its lock; what is read after that look holds.
        for (known, key) in known.iter_mut().zip(keys) {
            if matches!(known, Known::InDoubt(doubt) if doubt.why == Why::RunEnded) {
                *known = self.read_all(asker, &[*key])?.pop().unwrap_or(Known::Unasked);
            }
        }
        Ok(known.iter().map(standing).collect())
    }

    fn read_all(&mut self, asker: &Asker, keys: &[RecordKey]) -> Result<Vec<Known>, LedgerError> {
        let Self { path, connection, lives, index, .. } = self;
        let mut read = || {
            let transaction = connection.transaction()?;
            index.catch_up(&transaction, store::last_call(&transaction)?)?;
            keys.iter()
                .map(|key| look_up(&transaction, index, lives, key, asker.asking()))
                .collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|error: rusqlite::Error| LedgerError::of(path, &error))
    }
}

fn standing(known: &Known) -> Standing {
    match known {
        Known::Unasked => Standing::Unasked,
        Known::Answered(stored) => Standing::Answered(stored.at),
        Known::InDoubt(_) => Standing::InDoubt,
        Known::Busy(_) => Standing::Busy,
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
    key: &RecordKey,
    asking: &Asking,
) -> rusqlite::Result<Known> {
    let (slot, rest) = split(key.as_bytes());
    let mut calls = Vec::new();
    for number in index.calls(connection, slot)? {
        let mut statement = connection.prepare_cached(CALL)?;
        let mut rows = statement.query([number, slot])?;
        if let Some(row) = rows.next()?
            && row.get_ref(3)?.as_blob()? == rest
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
