//! The sums of a run that has ended: how many calls it made, and how many were charged. They stand in its
//! row, so that a list of runs need not read all calls. Whatever changes a call of an ended run sums up
//! that run again.

use rusqlite::{Connection, params};

/// Sets the sums of some runs. Only the calls between the first and the last of each run are read.
const SUM_UP: &str = "
    UPDATE runs SET (calls, charged, unknown) = (
        SELECT count(*), ifnull(sum(charge = 1), 0), ifnull(sum(charge = 2), 0)
        FROM (SELECT coalesce((SELECT r.charged FROM resolutions r WHERE r.call = c.id
                               ORDER BY r.id DESC LIMIT 1), a.charged, 2) AS charge
              FROM calls c LEFT JOIN answers a ON a.call = c.id
              WHERE c.id BETWEEN runs.first_call AND runs.last_call AND c.run = runs.id))";

/// Sums up a run that ends now.
pub(super) fn close(connection: &Connection, run: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE runs SET last_call = ifnull((SELECT max(id) FROM calls), 0) WHERE id = ?1";
    connection.execute(sql, [run])?;
    refresh(connection, run)
}

/// Sums up a run again, if it has ended.
pub(super) fn refresh(connection: &Connection, run: i64) -> rusqlite::Result<()> {
    let sql = format!("{SUM_UP} WHERE id = ?1 AND last_call IS NOT NULL");
    connection.execute(&sql, params![run]).map(drop)
}

/// Sums up the runs that may have lost calls up to this number.
pub(super) fn refresh_up_to(connection: &Connection, call: i64) -> rusqlite::Result<()> {
    let sql = format!("{SUM_UP} WHERE calls > 0 AND last_call IS NOT NULL AND first_call <= ?1");
    connection.execute(&sql, params![call]).map(drop)
}
