//! Tells which runs are alive, from the locks that they hold.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};

use crate::ledger::lock;

/// Which runs are alive. A dead run stays dead.
#[derive(Debug)]
pub(super) struct RunLiveness {
    ledger: PathBuf,
    tokens: HashMap<i64, Option<String>>,
}

impl RunLiveness {
    pub(super) fn new(ledger: &Path) -> Self {
        Self { ledger: ledger.to_owned(), tokens: HashMap::new() }
    }

    /// Returns the ledger's file.
    pub(super) fn ledger(&self) -> &Path {
        &self.ledger
    }

    /// Returns whether the run goes on. When that can't be found out, it does: then nothing is sent.
    pub(super) fn is_alive(&mut self, connection: &Connection, run: i64) -> bool {
        match self.tokens.get(&run) {
            Some(None) => false,
            Some(Some(token)) if lock::is_held(&self.ledger, token) => true,
            Some(Some(_)) => self.mark_dead(run),
            None => self.read_token(connection, run),
        }
    }

    fn read_token(&mut self, connection: &Connection, run: i64) -> bool {
        let sql = "SELECT token FROM runs WHERE id = ?1 AND ended IS NULL";
        let found = connection.prepare_cached(sql).and_then(|mut statement| {
            statement.query_row([run], |row| row.get::<_, String>(0)).optional()
        });
        match found {
            Err(_) => true,
            Ok(Some(token)) if lock::is_held(&self.ledger, &token) => {
                self.tokens.insert(run, Some(token));
                true
            }
            Ok(_) => self.mark_dead(run),
        }
    }

    fn mark_dead(&mut self, run: i64) -> bool {
        self.tokens.insert(run, None);
        false
    }
}
