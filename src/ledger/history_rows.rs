//! The rows of a ledger's history: runs, calls and the lines of a bill, for people and for programs.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Serialize, Serializer};

use crate::model::code::Charge;
use crate::model::outcome::Outcome;

/// A run, for people and for export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunRow {
    /// Its number.
    pub run: i64,
    /// What was run: `verify` or `batch`.
    pub command: String,
    /// The process.
    pub pid: u32,
    /// When it started.
    #[serde(serialize_with = "instant")]
    pub started: Timestamp,
    /// When it ended, or was found dead.
    #[serde(serialize_with = "instant_or_null")]
    pub ended: Option<Timestamp>,
    /// `running`, `done`, `stopped`, `interrupted`, `given up` or `died`.
    pub state: String,
    /// Its calls.
    pub calls: u32,
    /// Those that were charged.
    pub charged: u32,
    /// Those that may have been charged, or are in flight.
    pub unknown: u32,
    /// The person or the job that ran it; `null` in a run of an earlier version.
    pub operator: Option<String>,
    /// The machine.
    pub host: Option<String>,
    /// The version of idv.
    pub version: Option<String>,
    /// The user's own reference.
    pub reference: Option<String>,
    /// Why the records were checked.
    pub purpose: Option<String>,
    /// The command line, without personal data.
    pub arguments: Option<String>,
    /// The user of the team's database; `null` in a file.
    pub db_user: Option<String>,
    /// The operating system's user; `null` in a file.
    pub os_user: Option<String>,
}

/// A call, for people and for export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallRow {
    /// Its number.
    pub call: i64,
    /// The run that asked.
    pub run: i64,
    /// The record's key, in hexadecimal.
    pub record: String,
    /// When the intent was written.
    #[serde(serialize_with = "instant")]
    pub started: Timestamp,
    /// When its end was written.
    #[serde(serialize_with = "instant_or_null")]
    pub ended: Option<Timestamp>,
    /// What became of it; none while it is in flight.
    pub outcome: Option<Outcome>,
    /// What it cost, as far as is known now.
    pub charged: Charge,
    /// What a person found on the invoice.
    pub resolved: Option<Charge>,
    /// The answer's code.
    pub code: Option<i64>,
    /// The provider's message, masked; without an answer our own words.
    pub message: Option<String>,
    /// The provider's name for the call.
    pub sequence_id: Option<String>,
    /// The verdict.
    pub result: Option<String>,
    /// Whether number and phone belong together.
    pub id_phone_match: Option<String>,
    /// Whether number and name belong together.
    pub id_name_match: Option<String>,
    /// The older shape's sentence.
    pub reason: Option<String>,
    /// How many requests the record had taken by then.
    pub attempts: u32,
    /// Whether its person was erased.
    pub erased: bool,
    /// The person or the job that ran it.
    pub operator: Option<String>,
    /// The user's own reference.
    pub reference: Option<String>,
    /// Why the record was checked.
    pub purpose: Option<String>,
    /// The user of the team's database; `null` in a file.
    pub db_user: Option<String>,
    /// The operating system's user; `null` in a file.
    pub os_user: Option<String>,
}

/// A line of the bill: the calls of one day with one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BillLine {
    /// The month, as 2026-11.
    pub month: String,
    /// The day.
    #[serde(serialize_with = "shown")]
    pub day: Date,
    /// The code; none where no answer came.
    pub code: Option<i64>,
    /// Calls that were charged.
    pub charged: u32,
    /// Calls that may have been charged.
    pub unknown: u32,
    /// Calls that were not.
    pub not_charged: u32,
}

/// The calls with one value of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BillSum {
    /// The value; none where it is not given.
    pub key: Option<String>,
    /// Calls that were charged.
    pub charged: u32,
    /// Calls that may have been charged.
    pub unknown: u32,
    /// Calls that were not charged.
    pub not_charged: u32,
}

/// Two charged calls of one record, the second of which began before the first had its answer: an answer
/// came late, when the record had been given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaidTwice {
    /// The call that was given up.
    pub call: i64,
    /// The call that was made instead.
    pub other: i64,
}

impl BillLine {
    /// Makes a line of the sums of a day, counted from 1970.
    pub(super) fn of(day: i64, code: Option<i64>, [charged, unknown, not]: [u32; 3]) -> Self {
        let day = Timestamp::from_second(day * 86_400).unwrap_or(Timestamp::UNIX_EPOCH);
        let day = Offset::UTC.to_datetime(day).date();
        let month = format!("{:04}-{:02}", day.year(), day.month());
        Self { month, day, code, charged, unknown, not_charged: not }
    }
}

pub(super) fn instant<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

#[expect(clippy::ref_option, reason = "serde hands over the field")]
fn instant_or_null<S: Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.serialize_some(&at.to_string()),
        None => serializer.serialize_none(),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn shown<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}
