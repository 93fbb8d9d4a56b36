//! Looks up the status of many records at once, without their answers, for a plan.

use jiff::Timestamp;
use rusqlite::{CachedStatement, Connection, Rows};

use crate::ledger::error::LedgerError;
use crate::ledger::index::{Index, split};
use crate::ledger::look_up::LookUpParameters;
use crate::ledger::query::Reader;
use crate::ledger::send_decision::{CallState, LookUpResult, PastCall};
use crate::ledger::store::{self, charge_of, time};
use crate::model::answer::Answer;
use crate::model::explanation::DoubtReason;
use crate::model::outcome::Outcome;
use crate::model::record::RecordKey;

/// The status of a record in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordStatus {
    /// It may be sent.
    MaySend,
    /// An answer came at that moment, and costs nothing.
    Answered(Timestamp),
    /// It may have been paid for already.
    InDoubt,
    /// Another run is sending it right now.
    Busy,
}

/// How much of the file a bulk look-up keeps in memory: the table of slots of a million calls, which is
/// read at random. In KiB.
const CACHE: i64 = 24 << 10;

impl Reader {
    /// Opens the same ledger once more, for another thread.
    pub fn reopen(&self) -> Result<Self, LedgerError> {
        match &self.team {
            Some(team) => Self::of_team(team.reopen()),
            None => Self::open(&self.path, None),
        }
    }

    /// Enlarges the cache for look-ups of many records.
    pub fn enlarge_cache(&self) -> Result<(), LedgerError> {
        // A negative number is KiB, a positive one pages.
        let set = self.connection.pragma_update(None, "cache_size", -CACHE);
        set.map_err(|error| LedgerError::of(&self.path, &error))
    }

    /// Returns the status of the records of these keys, in one reading transaction. Keys in the
    /// order in which they were once sent are found several times faster than others.
    pub fn statuses(
        &mut self,
        parameters: &LookUpParameters,
        keys: &[RecordKey],
    ) -> Result<Vec<RecordStatus>, LedgerError> {
        if let Some(team) = &self.team {
            let known = team.look_up_all(parameters.rules, keys, false)?;
            return Ok(known.iter().map(status).collect());
        }
        let mut known = self.read_all(parameters, keys)?;
        // A run may have written its answer and ended between our view of the file and our look at
        // its lock; what is read after that look holds.
        for (known, key) in known.iter_mut().zip(keys) {
            if matches!(known, LookUpResult::InDoubt(doubt) if doubt.reason == DoubtReason::RunEnded)
            {
                *known = self.read_all(parameters, &[*key])?.pop().unwrap_or(LookUpResult::MaySend);
            }
        }
        Ok(known.iter().map(status).collect())
    }

    fn read_all(
        &mut self,
        parameters: &LookUpParameters,
        keys: &[RecordKey],
    ) -> Result<Vec<LookUpResult>, LedgerError> {
        let Self { path, connection, liveness, index, .. } = self;
        let mut read = || {
            let transaction = connection.transaction()?;
            index.catch_up(&transaction, store::last_call(&transaction)?)?;
            let mut by_slot = transaction.prepare_cached(BY_SLOT)?;
            let mut look_up = |key| {
                let calls = history(&transaction, &mut by_slot, index, key)?;
                Ok(parameters.rules.decide(calls, |run| liveness.is_alive(&transaction, run)))
            };
            keys.iter().map(&mut look_up).collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|error: rusqlite::Error| LedgerError::of(path, &error))
    }
}

fn status(known: &LookUpResult) -> RecordStatus {
    match known {
        LookUpResult::MaySend => RecordStatus::MaySend,
        LookUpResult::Answered(stored) => RecordStatus::Answered(stored.at),
        LookUpResult::InDoubt(_) => RecordStatus::InDoubt,
        LookUpResult::Busy(_) => RecordStatus::Busy,
    }
}

/// The columns of a call that decide about its record.
macro_rules! calls {
    ($from:literal) => {
        concat!(
            "SELECT c.id, c.run, c.started, c.rest, a.ended, a.charged, a.code,
                    (SELECT r.charged FROM resolutions r
                     WHERE r.call = c.id ORDER BY r.id DESC LIMIT 1) ",
            $from
        )
    };
}

/// One statement for what the table of slots knows; two would take half as long again.
const BY_SLOT: &str = calls!(
    "FROM slots s JOIN calls c ON c.id = s.call LEFT JOIN answers a ON a.call = c.id
     WHERE s.slot = ?1 AND c.slot = ?1 ORDER BY s.call DESC"
);

const BY_NUMBER: &str =
    calls!("FROM calls c LEFT JOIN answers a ON a.call = c.id WHERE c.slot = ?1 AND c.id = ?2");

/// The calls of a record, newest first.
fn history(
    connection: &Connection,
    by_slot: &mut CachedStatement<'_>,
    index: &Index,
    key: &RecordKey,
) -> rusqlite::Result<Vec<PastCall>> {
    let (slot, rest) = split(key.as_bytes());
    let mut calls = Vec::new();
    add(by_slot.query([slot])?, rest, &mut calls)?;
    let tabled = calls.len();
    for number in index.recent(slot) {
        if !calls[..tabled].iter().any(|call: &PastCall| call.call == number) {
            add(connection.prepare_cached(BY_NUMBER)?.query([slot, number])?, rest, &mut calls)?;
        }
    }
    if calls.len() > tabled {
        calls.sort_unstable_by_key(|call| std::cmp::Reverse(call.call));
    }
    Ok(calls)
}

/// Adds the calls that are this record's.
fn add(mut rows: Rows<'_>, rest: &[u8], calls: &mut Vec<PastCall>) -> rusqlite::Result<()> {
    while let Some(row) = rows.next()? {
        if row.get_ref(3)?.as_blob()? == rest {
            calls.push(past(row)?);
        }
    }
    Ok(())
}

fn past(row: &rusqlite::Row<'_>) -> rusqlite::Result<PastCall> {
    let ended = row.get::<_, Option<i64>>(4)?.map(time);
    let state = match (ended, row.get(6)?) {
        (None, _) => CallState::Open,
        (Some(_), None) => CallState::Without(None),
        (Some(_), Some(code)) => CallState::Answered(Answer { code, ..Answer::default() }),
    };
    Ok(PastCall {
        call: row.get(0)?,
        run: row.get(1)?,
        started: time(row.get(2)?),
        ended,
        state,
        // Not read: a status does not need it.
        outcome: Outcome::Unknown,
        charged: charge_of(row.get(5)?),
        attempts: 0,
        resolved: row.get::<_, Option<i64>>(7)?.map(|number| charge_of(Some(number))),
    })
}
