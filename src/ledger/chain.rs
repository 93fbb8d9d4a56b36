//! The chain of hashes over the settled calls, and over what a person found on the invoice for a call
//! in doubt. A hash covers the content of its link and the hash of the link before it, so that a later
//! change of either shows.

use std::ops::Range;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use sha2::{Digest as _, Sha256};

/// The bytes of a hash that are kept.
const LENGTH: usize = 20;

type Hash = [u8; LENGTH];

/// The bytes over which a hash is usually made.
const USUAL_CONTENT: usize = 512;

/// The columns that the hash of a settled call covers, after the three of the chain.
macro_rules! select_content {
    ($from:literal) => {
        concat!(
            "SELECT k.link, k.call, k.hash, c.id, c.run, c.started, c.slot, c.rest, c.person,
                    a.ended, a.outcome, a.charged, a.code, a.message, a.sequence_id, a.result,
                    a.id_phone_match, a.id_name_match, a.reason, a.attempts,
                    k.resolution, r.id, r.call, r.at, r.charged ",
            $from
        )
    };
}

/// The content of a settled call.
const CALL: Range<usize> = 3..20;

/// The resolution of a link, and the content of one.
const RESOLUTION: usize = 20;
const RESOLUTION_CONTENT: Range<usize> = 21..25;

/// What the hash of a settled call covers of the call; its answer follows.
const NEW_CALL: &str = "SELECT id, run, started, slot, rest, person FROM calls WHERE id = ?1";

const NEW_RESOLUTION: &str = select_content!(
    "FROM (SELECT 0 AS link, 0 AS call, x'' AS hash, ?1 AS resolution) k,
          resolutions r LEFT JOIN calls c ON FALSE LEFT JOIN answers a ON FALSE
     WHERE r.id = ?1"
);

const CHAIN: &str = select_content!(
    "FROM chain k LEFT JOIN calls c ON c.id = k.call LEFT JOIN answers a ON a.call = k.call
          LEFT JOIN resolutions r ON r.id = k.resolution
     ORDER BY k.link"
);

/// The result of verifying the chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ChainReport {
    /// Calls whose hash is right.
    pub calls: u64,
    /// Resolutions whose hash is right.
    pub resolutions: u64,
    /// Links that `forget` or `purge` erased from the chain.
    pub erased: u64,
    /// Settled calls of an earlier version, which are in no chain.
    pub unchained: u64,
    /// The number of the last link.
    pub last_link: i64,
    /// The hash of the last link.
    pub last_hash: Vec<u8>,
    /// The first call at which the chain breaks.
    pub broken_at: Option<i64>,
}

impl ChainReport {
    /// Returns the hash of the last link in hexadecimal.
    pub(crate) fn last_hash_digits(&self) -> String {
        hexadecimal(&self.last_hash)
    }
}

/// Returns bytes as hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The end of the chain within one transaction: read once, however many calls are settled in it.
#[derive(Default)]
pub(super) struct ChainEnd(Option<(i64, Vec<u8>)>);

impl ChainEnd {
    /// Appends a call that was just settled. `answer` holds the columns of its answer after `call`, in
    /// their order in the file.
    pub(super) fn append(
        &mut self,
        connection: &Connection,
        call: i64,
        answer: &[&dyn ToSql],
    ) -> rusqlite::Result<()> {
        let (link, last) = match self.0.take() {
            Some(end) => end,
            None => last(connection)?,
        };
        let mut content = Vec::with_capacity(USUAL_CONTENT);
        content.extend_from_slice(&last);
        let mut of_call = connection.prepare_cached(NEW_CALL)?;
        let columns = of_call.column_count();
        of_call.query_row([call], |row| {
            (0..columns).try_for_each(|column| {
                add(&mut content, row.get_ref(column)?);
                Ok(())
            })
        })?;
        for value in answer {
            match value.to_sql()? {
                ToSqlOutput::Borrowed(value) => add(&mut content, value),
                ToSqlOutput::Owned(value) => add(&mut content, ValueRef::from(&value)),
                _ => return Err(rusqlite::Error::InvalidQuery),
            }
        }
        let (link, hash) = (link + 1, digest(&content));
        let add = "INSERT INTO chain (link, call, hash) VALUES (?1, ?2, ?3)";
        connection.prepare_cached(add)?.execute(params![link, call, hash])?;
        self.0 = Some((link, hash.to_vec()));
        Ok(())
    }
}

/// Appends what a person has just found on the invoice for a call.
pub(super) fn append_resolution(
    connection: &Connection,
    call: i64,
    resolution: i64,
) -> rusqlite::Result<()> {
    let (link, last) = last(connection)?;
    let hash = connection.query_row(NEW_RESOLUTION, [resolution], |row| hash(&last, row))?;
    let add = "INSERT INTO chain (link, call, hash, resolution) VALUES (?1, ?2, ?3, ?4)";
    connection.execute(add, params![link + 1, call, hash, resolution]).map(drop)
}

fn last(connection: &Connection) -> rusqlite::Result<(i64, Vec<u8>)> {
    let sql = "SELECT link, hash FROM chain ORDER BY link DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let last = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(last.unwrap_or_default())
}

fn hash(last: &[u8], row: &Row<'_>) -> rusqlite::Result<Hash> {
    let of_resolution = row.get_ref(RESOLUTION)? != ValueRef::Null;
    let mut content = Vec::with_capacity(USUAL_CONTENT);
    content.extend_from_slice(last);
    for column in if of_resolution { RESOLUTION_CONTENT } else { CALL } {
        add(&mut content, row.get_ref(column)?);
    }
    Ok(digest(&content))
}

fn digest(content: &[u8]) -> Hash {
    let hash = Sha256::digest(content);
    std::array::from_fn(|at| hash[at])
}

/// Adds a value with its kind and its length, so that no two rows give the same bytes.
fn add(content: &mut Vec<u8>, value: ValueRef<'_>) {
    let mut part = |kind: u8, bytes: &[u8]| {
        content.push(kind);
        content.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        content.extend_from_slice(bytes);
    };
    match value {
        ValueRef::Null => part(0, &[]),
        ValueRef::Integer(number) => part(1, &number.to_be_bytes()),
        ValueRef::Real(number) => part(2, &number.to_be_bytes()),
        ValueRef::Text(text) => part(3, text),
        ValueRef::Blob(bytes) => part(4, bytes),
    }
}

/// Removes calls from the chain whose numbers are in the table `erased`. Their links stay without a
/// call; of several in a row the last one stays, since the next hash covers it.
pub(super) fn erase(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "UPDATE chain SET call = NULL, resolution = NULL WHERE call IN (SELECT id FROM erased);
         DELETE FROM chain WHERE call IS NULL
             AND (SELECT n.call IS NULL FROM chain n WHERE n.link = chain.link + 1);",
    )
}

/// Verifies the whole chain, in flat memory.
pub(super) fn verify(connection: &Connection) -> rusqlite::Result<ChainReport> {
    let mut report = ChainReport::default();
    let mut last: Vec<u8> = Vec::new();
    let mut statement = connection.prepare(CHAIN)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (link, call): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
        let stored: Vec<u8> = row.get(2)?;
        let gap = u64::try_from(link - report.last_link).unwrap_or_default();
        match call {
            None => report.erased += gap,
            Some(_) if gap == 1 && hash(&last, row)? == stored[..] => {
                match row.get_ref(RESOLUTION)? {
                    ValueRef::Null => report.calls += 1,
                    _ => report.resolutions += 1,
                }
            }
            Some(call) => {
                report.broken_at = Some(call);
                return Ok(report);
            }
        }
        (report.last_link, last) = (link, stored);
    }
    report.last_hash = last;
    count_unchained(connection, &mut report)?;
    Ok(report)
}

/// Finds answers that are in no chain: those of an earlier version, and those that were added
/// without a link.
fn count_unchained(connection: &Connection, report: &mut ChainReport) -> rusqlite::Result<()> {
    let count = "SELECT count(*) FILTER (WHERE a.ended < l.chained_since),
                        count(*) FILTER (WHERE a.ended >= l.chained_since)
                 FROM ledger l, answers a WHERE a.outcome <> 'erased'";
    let (old, new): (u32, u32) =
        connection.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    report.unchained = old.into();
    if u64::from(new) > report.calls {
        let first = "SELECT min(a.call) FROM ledger l, answers a
                     WHERE a.outcome <> 'erased' AND a.ended >= l.chained_since
                     AND a.call NOT IN (SELECT call FROM chain WHERE call IS NOT NULL)";
        report.broken_at = connection.query_row(first, [], |row| row.get(0))?;
    }
    find_unchained_resolution(connection, report)
}

/// Finds a resolution that was added without a link. Those before the first link are of an earlier
/// version.
fn find_unchained_resolution(
    connection: &Connection,
    report: &mut ChainReport,
) -> rusqlite::Result<()> {
    let added = "SELECT min(call) FROM resolutions
                 WHERE id > (SELECT min(resolution) FROM chain)
                 AND id NOT IN (SELECT resolution FROM chain WHERE resolution IS NOT NULL)";
    let added = connection.query_row(added, [], |row| row.get(0))?;
    report.broken_at = report.broken_at.or(added);
    Ok(())
}
