//! Finds the calls about one person, and counts the calls that can't be found so.

use jiff::Timestamp;
use rusqlite::params;
use serde::Serialize;

use crate::ledger::error::LedgerError;
use crate::ledger::person::{PersonHasher, PersonQuery, PersonSearch};
use crate::ledger::query::Reader;
use crate::ledger::send_decision::CallState;
use crate::ledger::store::{PAST_CALL_COLUMNS, past_call, select_calls};
use crate::model::code::Charge;
use crate::model::record::KeyMaker;

/// A call about a person, for people and for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundCall {
    /// Its number.
    pub call: i64,
    /// The run that sent it.
    pub run: i64,
    /// When its end was written, else when it was sent.
    #[serde(serialize_with = "crate::ledger::history_rows::instant")]
    pub at: Timestamp,
    /// The person or the job that ran it.
    pub operator: Option<String>,
    /// The user's own reference.
    pub reference: Option<String>,
    /// Why the record was checked.
    pub purpose: Option<String>,
    /// Its outcome.
    pub outcome: String,
    /// Its charge, as far as is known now.
    pub charged: Charge,
    /// The provider's name for the call.
    pub sequence_id: Option<String>,
}

const FIND: &str = select_calls!(
    ", u.operator, u.reference, u.purpose",
    "LEFT JOIN runs u ON u.id = c.run WHERE "
);

impl Reader {
    /// Returns the maker of keys for the records of this partner.
    pub fn keys(&self, partner_code: &str) -> Result<KeyMaker, LedgerError> {
        let kind = self.kind()?.map_or("", |kind| kind.word());
        Ok(KeyMaker::new(&self.secret, kind, partner_code))
    }

    /// Returns the query for a person in this ledger.
    pub fn person(&self, search: &PersonSearch) -> PersonQuery {
        PersonQuery::new(&PersonHasher::new(&self.secret), search)
    }

    /// Finds the calls about a person, oldest first.
    pub fn find(&mut self, person: &PersonQuery) -> Result<Vec<FoundCall>, LedgerError> {
        if let Some(team) = &self.team {
            return team.find(person);
        }
        let path = &self.path;
        let find = || {
            let sql = format!("{FIND} {} ORDER BY c.id", PersonQuery::CONDITION);
            let mut statement = self.connection.prepare(&sql)?;
            let (id_number, phone_number, slot, rest) = person.values();
            let rows = statement.query_map(params![id_number, phone_number, slot, rest], found)?;
            rows.collect::<Result<Vec<_>, _>>()
        };
        find().map_err(|error: rusqlite::Error| LedgerError::of(path, &error))
    }

    /// Counts the calls of an earlier version, which are found by the whole record only.
    pub fn calls_without_person(&self) -> Result<u64, LedgerError> {
        if let Some(team) = &self.team {
            return team.calls_without_person();
        }
        let sql = "SELECT count(*) FROM calls WHERE person IS NULL AND rest <> x''";
        let count = self.connection.query_row(sql, [], |row| row.get::<_, u32>(0));
        count.map(u64::from).map_err(|error| LedgerError::of(&self.path, &error))
    }
}

fn found(row: &rusqlite::Row<'_>) -> rusqlite::Result<FoundCall> {
    let call = past_call(row)?;
    let sequence_id = match &call.state {
        CallState::Answered(answer) => answer.sequence_id.clone(),
        CallState::Open | CallState::Without(_) => None,
    };
    Ok(FoundCall {
        call: call.call,
        run: call.run,
        at: call.ended.unwrap_or(call.started),
        operator: row.get(PAST_CALL_COLUMNS)?,
        reference: row.get(PAST_CALL_COLUMNS + 1)?,
        purpose: row.get(PAST_CALL_COLUMNS + 2)?,
        outcome: call.outcome.word().to_owned(),
        charged: call.resolved.unwrap_or(call.charged),
        sequence_id,
    })
}
