//! Finds the calls of a record: the latest in memory, all others in a table sorted by record.
//!
//! A table that is sorted by record takes each new call at another of its pages, so that a commit
//! of a few calls would write as many pages. So new calls are noted in memory, where a crash costs
//! nothing (`calls` has them all, under rising numbers), and go into the table many at a time.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::model::record::RecordKey;

/// The most calls that are kept in memory before they go into the table.
pub(super) const MAX_IN_MEMORY: usize = 65_536;

/// The most calls that a run leaves out of the table: the next run has to read them first.
pub(super) const MAX_AT_RUN_END: usize = 512;

/// The latest calls, by record. A caller checks each number against the call itself, so a number
/// that was never committed does no harm here.
#[derive(Debug, Default)]
pub(super) struct Index {
    recent: BTreeSet<(i64, i64)>,
    /// All calls up to this one are in the table or in memory.
    known: i64,
}

impl Index {
    /// Reads the calls up to `last_call` that are not known yet.
    pub(super) fn catch_up(
        &mut self,
        connection: &Connection,
        last_call: i64,
    ) -> rusqlite::Result<()> {
        if last_call <= self.known {
            return Ok(());
        }
        let after = if self.known == 0 { indexed(connection)? } else { self.known };
        let mut statement =
            connection.prepare_cached("SELECT slot, id FROM calls WHERE id > ?1")?;
        let mut rows = statement.query([after])?;
        while let Some(row) = rows.next()? {
            self.recent.insert((row.get(0)?, row.get(1)?));
        }
        self.known = last_call;
        Ok(())
    }

    /// Adds a call that is being written.
    pub(super) fn insert(&mut self, key: &RecordKey, call: i64) {
        self.recent.insert((split(key.as_bytes()).0, call));
    }

    /// Marks the calls up to this one as committed.
    pub(super) fn commit(&mut self, last_call: i64) {
        self.known = self.known.max(last_call);
    }

    /// Starts anew: calls in memory may not have been committed.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Returns how many calls are in memory.
    pub(super) fn len(&self) -> usize {
        self.recent.len()
    }

    /// Returns the numbers of the calls in memory that a record may have.
    pub(super) fn recent(&self, slot: i64) -> impl Iterator<Item = i64> {
        self.recent.range((slot, i64::MIN)..=(slot, i64::MAX)).map(|(_, call)| *call)
    }

    /// Returns the numbers of all calls that a record may have, newest first.
    pub(super) fn calls(&self, connection: &Connection, slot: i64) -> rusqlite::Result<Vec<i64>> {
        let mut statement = connection.prepare_cached("SELECT call FROM slots WHERE slot = ?1")?;
        let mut calls =
            statement.query_map([slot], |row| row.get(0))?.collect::<Result<Vec<_>, _>>()?;
        calls.extend(self.recent(slot));
        if calls.len() > 1 {
            calls.sort_unstable_by(|a, b| b.cmp(a));
            calls.dedup();
        }
        Ok(calls)
    }

    /// Writes the calls in memory into the table. Call `clear` when that is committed.
    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut add = connection
            .prepare_cached("INSERT OR IGNORE INTO slots (slot, call) VALUES (?1, ?2)")?;
        for (slot, call) in &self.recent {
            add.execute([slot, call])?;
        }
        let sql = "UPDATE ledger SET indexed = max(indexed, ?1)";
        connection.prepare_cached(sql)?.execute([self.known]).map(drop)
    }

    /// Drops the calls in memory, which are in the table now.
    pub(super) fn clear(&mut self) {
        self.recent.clear();
    }
}

/// Reads the last call up to which all calls are in the table.
fn indexed(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT indexed FROM ledger", [], |row| row.get(0))
}

/// Splits a key as the tables hold it: a number to sort by, and the rest.
pub(super) fn split(key: &[u8]) -> (i64, &[u8]) {
    let (slot, rest) = key.split_at(8);
    (slot.iter().fold(0, |number, byte| number << 8 | i64::from(*byte)), rest)
}
