//! The SQL of claims, look-ups and answers in a team's database.

use std::collections::{HashMap, HashSet};

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::ledger::requests::EndedCall;
use crate::ledger::send_decision::{CallState, LookUpResult, PastCall, RunRules};
use crate::ledger::store::{charge_number, charge_of, outcome_of, time};
use crate::ledger::team::error::TeamError;
use crate::ledger::team::session::{BEGIN, Parameter, Session};
use crate::model::answer::Answer;
use crate::model::outcome::Outcome;
use crate::model::record::RecordKey;

/// A call of a record as it stands in the database.
#[derive(Debug, Clone)]
pub(super) struct TeamCall {
    pub(super) key: RecordKey,
    /// Counts the calls of its record, from 1.
    pub(super) n: i32,
    pub(super) claim: i64,
    /// Whether it is of the run that asks.
    pub(super) is_own: bool,
    pub(super) is_run_alive: bool,
    /// Whether its run may wake up one day: it was never found to have ended.
    pub(super) may_wake: bool,
    pub(super) past: PastCall,
}

impl TeamCall {
    /// Whether it goes on for all that is known, in a run that is silent but may wake up.
    pub(super) fn may_wake_up(&self) -> bool {
        self.may_wake && !self.is_run_alive && self.past.state == CallState::Open
    }
}

/// The columns of a call, as [`team_call`] reads them. An answer's texts are left out where only the
/// status is wanted.
fn select(with_answer: bool, which: &str) -> String {
    let answer = if with_answer {
        "a.message, a.sequence_id, a.result, a.id_phone_match, a.id_name_match, a.reason, a.attempts"
    } else {
        "NULL, NULL, NULL, NULL, NULL, NULL, a.attempts"
    };
    // An answer that came late goes before what a person resolved.
    format!(
        "SELECT c.key, c.n, c.claim, r.token = $1, idv.is_alive(r),
                r.ended IS NULL AND r.died IS NULL AND r.fenced IS NULL,
                c.id, c.run, (extract(epoch FROM c.started) * 1000)::int8,
                (extract(epoch FROM a.ended) * 1000)::int8, a.outcome, a.charged,
                CASE WHEN a.charged IN (0, 1) THEN NULL ELSE
                    (SELECT s.charged FROM idv.resolutions s WHERE s.call = c.id ORDER BY s.id DESC LIMIT 1)
                END, a.code, {answer}
         FROM idv.calls c JOIN idv.runs r ON r.id = c.run LEFT JOIN idv.answers a ON a.call = c.id
         WHERE {which}"
    )
}

fn team_call(row: &Row) -> TeamCall {
    let ended = row.get::<_, Option<i64>>(9).map(time);
    let text = |at: usize| row.get::<_, Option<String>>(at);
    let state = match (ended, row.get::<_, Option<i64>>(13)) {
        (None, _) => CallState::Open,
        (Some(_), None) => CallState::Without(text(14)),
        (Some(_), Some(code)) => CallState::Answered(Answer {
            code,
            message: text(14),
            sequence_id: text(15),
            result: text(16),
            id_phone_match: text(17),
            id_name_match: text(18),
            reason: text(19),
            ..Answer::default()
        }),
    };
    let outcome = row.get::<_, Option<&str>>(10).and_then(outcome_of);
    let charge = |at: usize| row.get::<_, Option<i16>>(at).map(i64::from);
    TeamCall {
        key: RecordKey::from_bytes(row.get::<_, &[u8]>(0).try_into().unwrap_or([0; 32])),
        n: row.get(1),
        claim: row.get(2),
        is_own: row.get(3),
        is_run_alive: row.get(4),
        may_wake: row.get(5),
        past: PastCall {
            call: row.get(6),
            run: row.get(7),
            started: time(row.get(8)),
            ended,
            state,
            outcome: outcome.unwrap_or(Outcome::Unknown),
            charged: charge_of(charge(11)),
            attempts: u32::try_from(row.get::<_, Option<i64>>(20).unwrap_or_default())
                .unwrap_or_default(),
            resolved: charge(12).map(|number| charge_of(Some(number))),
        },
    }
}

/// The calls of records, newest first.
pub(super) type Histories = HashMap<RecordKey, Vec<TeamCall>>;

/// Reads the calls of these records, as the run of this token sees them.
pub(super) async fn histories(
    session: &Session,
    token: &[u8],
    keys: &[RecordKey],
    with_answer: bool,
) -> Result<Histories, TeamError> {
    let sql = select(with_answer, "c.key = ANY($2) ORDER BY c.key, c.n DESC");
    let keys: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes().as_slice()).collect();
    let parameters = [(&token as _, Type::BYTEA), (&keys as _, Type::BYTEA_ARRAY)];
    let mut histories = Histories::new();
    for row in session.query(&sql, &parameters).await? {
        let call = team_call(&row);
        histories.entry(call.key).or_default().push(call);
    }
    Ok(histories)
}

/// Reads these calls.
pub(super) async fn calls(
    session: &Session,
    token: &[u8],
    numbers: &[i64],
) -> Result<Vec<TeamCall>, TeamError> {
    let sql = select(true, "c.id = ANY($2)");
    let parameters = [(&token as _, Type::BYTEA), (&numbers as _, Type::INT8_ARRAY)];
    Ok(session.query(&sql, &parameters).await?.iter().map(team_call).collect())
}

/// Decides about a record from its calls by the rules that a file has too.
pub(super) fn decide(rules: &RunRules, calls: &[TeamCall]) -> LookUpResult {
    let alive: HashSet<i64> =
        calls.iter().filter(|call| call.is_run_alive).map(|call| call.past.run).collect();
    let past = calls.iter().map(|call| call.past.clone()).collect();
    rules.decide(past, |run| alive.contains(&run))
}

/// A record that a run wants to claim as its `n`-th call.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) key: RecordKey,
    pub(super) person: [u8; 24],
    pub(super) n: i32,
    pub(super) claim: i64,
}

/// The claims that the database took.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Whether the run may claim at all: it is registered, alive, and its claims are there.
    pub(super) accepted: bool,
    /// What the team's budget had left before, if it has one.
    pub(super) left: Option<i64>,
    /// The number of each call, by its claim.
    pub(super) calls: HashMap<i64, i64>,
}

/// Begins a new day, where the team has a budget.
const NEW_DAY: &str = "
    UPDATE idv.budget SET day = (now() AT TIME ZONE 'Asia/Jakarta')::date, day_used = 0,
        month_used = CASE WHEN date_trunc('month', day) = date_trunc('month', now() AT TIME ZONE 'Asia/Jakarta')
                     THEN month_used ELSE 0 END
    WHERE (per_day IS NOT NULL OR per_month IS NOT NULL)
      AND day < (now() AT TIME ZONE 'Asia/Jakarta')::date";

/// What is left of the team's budget. No row: it has none. Its row is locked until the commit.
const LEFT: &str = "
    SELECT greatest(least(coalesce(per_day - day_used, 9e18::int8), coalesce(per_month - month_used, 9e18::int8)), 0)
    FROM idv.budget WHERE per_day IS NOT NULL OR per_month IS NOT NULL FOR UPDATE";

/// Takes from the budget what this very transaction has claimed.
const SPEND: &str = "
    UPDATE idv.budget SET day_used = day_used + taken.calls, month_used = month_used + taken.calls
    FROM (SELECT count(*) AS calls FROM idv.calls
          WHERE key = ANY($1) AND xmin = pg_current_xact_id()::xid) taken
    WHERE per_day IS NOT NULL OR per_month IS NOT NULL";

/// Claims records. The run's row is locked first, so that a run which is fenced, or whose own newest
/// claim the database has lost, takes nothing. Nothing is taken where the record has a later call, and
/// no more than the budget has left, in the order in which they were wanted. All are taken in the order
/// of their keys, so that no two runs wait for each other.
const CLAIM: &str = "
    WITH me AS (
        UPDATE idv.runs SET heartbeat = clock_timestamp(), sent = clock_timestamp(),
                            claimed = greatest(claimed, $3)
        WHERE token = $1 AND fenced IS NULL AND died IS NULL AND ended IS NULL AND claimed >= $2
        RETURNING id),
    won AS (
        INSERT INTO idv.calls (key, n, run, claim, person)
        SELECT u.key, u.n, me.id, u.claim, u.person
        FROM me, (
            SELECT * FROM unnest($4::bytea[], $5::int4[], $6::int8[], $7::bytea[])
                WITH ORDINALITY w (key, n, claim, person, place)
            WHERE NOT EXISTS (SELECT FROM idv.calls c WHERE c.key = w.key AND c.n >= w.n)
            ORDER BY place
            LIMIT (SELECT least(per_day - day_used, per_month - month_used) FROM idv.budget)) u
        ORDER BY u.key
        ON CONFLICT (key, n) DO NOTHING RETURNING id, claim)
    SELECT EXISTS (SELECT FROM me), won.id, won.claim FROM (SELECT) one LEFT JOIN won ON true";

/// Claims records, durably.
pub(super) async fn claim(
    session: &Session,
    token: &[u8],
    acknowledged: i64,
    wanted: &[Wanted],
) -> Result<Taken, TeamError> {
    let statement = ClaimStatement::new(token, acknowledged, wanted);
    let begin = format!("{BEGIN}; {NEW_DAY}");
    let keys: [Parameter<'_>; 1] = [(&statement.keys, Type::BYTEA_ARRAY)];
    let statements = [(LEFT, &[] as &[_]), (CLAIM, &statement.parameters()), (SPEND, &keys)];
    let [left, claimed, _] = session.three_durably(&begin, statements).await?;
    let left = left.first().map(|row| row.get(0));
    Ok(Taken { left, ..taken(&claimed) })
}

fn taken(rows: &[Row]) -> Taken {
    let mut taken = Taken::default();
    for row in rows {
        taken.accepted = row.get(0);
        if let (Some(call), Some(claim)) = (row.get(1), row.get(2)) {
            taken.calls.insert(claim, call);
        }
    }
    taken
}

/// A statement of claims, with its parameters.
struct ClaimStatement<'a> {
    token: &'a [u8],
    acknowledged: i64,
    newest: i64,
    keys: Vec<&'a [u8]>,
    numbers: Vec<i32>,
    claims: Vec<i64>,
    persons: Vec<&'a [u8]>,
}

impl<'a> ClaimStatement<'a> {
    fn new(token: &'a [u8], acknowledged: i64, wanted: &'a [Wanted]) -> Self {
        Self {
            token,
            acknowledged,
            newest: wanted.iter().map(|one| one.claim).max().unwrap_or_default(),
            keys: wanted.iter().map(|one| one.key.as_bytes().as_slice()).collect(),
            numbers: wanted.iter().map(|one| one.n).collect(),
            claims: wanted.iter().map(|one| one.claim).collect(),
            persons: wanted.iter().map(|one| one.person.as_slice()).collect(),
        }
    }

    fn parameters(&self) -> [Parameter<'_>; 7] {
        [
            (&self.token, Type::BYTEA),
            (&self.acknowledged, Type::INT8),
            (&self.newest, Type::INT8),
            (&self.keys, Type::BYTEA_ARRAY),
            (&self.numbers, Type::INT4_ARRAY),
            (&self.claims, Type::INT8_ARRAY),
            (&self.persons, Type::BYTEA_ARRAY),
        ]
    }
}

/// Adds the ends of calls. A charged answer that comes late goes before an end without one. Returns the
/// calls that are there.
const ADD_ENDS: &str = "
    WITH ends AS (
        SELECT c.id, u.* FROM unnest($2::int8[], $3::int8[], $4::int8[], $5::text[], $6::int2[],
            $7::int8[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
            $14::int8[]) u (call, claim, age, outcome, charged, code, message, sequence_id, result,
            id_phone_match, id_name_match, reason, attempts)
        JOIN idv.calls c ON c.id = u.call AND c.claim = u.claim
        JOIN idv.runs r ON r.id = c.run AND r.token = $1),
    added AS (
        INSERT INTO idv.answers AS a (call, ended, outcome, charged, code, message, sequence_id, result,
                                      id_phone_match, id_name_match, reason, attempts)
        SELECT id, now() - age * interval '1 millisecond', outcome, charged, code, message, sequence_id,
               result, id_phone_match, id_name_match, reason, attempts FROM ends
        ON CONFLICT (call) DO UPDATE SET ended = excluded.ended, outcome = excluded.outcome,
            charged = excluded.charged, code = excluded.code, message = excluded.message,
            sequence_id = excluded.sequence_id, result = excluded.result,
            id_phone_match = excluded.id_phone_match, id_name_match = excluded.id_name_match,
            reason = excluded.reason, attempts = excluded.attempts
        WHERE a.charged <> 1 AND excluded.charged = 1
        RETURNING a.call, a.charged),
    given_back AS (
        UPDATE idv.budget SET
            day_used = day_used - (SELECT count(*) FROM added JOIN idv.calls c ON c.id = added.call
                WHERE added.charged = 0 AND day = (c.started AT TIME ZONE 'Asia/Jakarta')::date),
            month_used = month_used - (SELECT count(*) FROM added JOIN idv.calls c ON c.id = added.call
                WHERE added.charged = 0
                AND date_trunc('month', day) = date_trunc('month', c.started AT TIME ZONE 'Asia/Jakarta'))
        WHERE (per_day IS NOT NULL OR per_month IS NOT NULL)
          AND EXISTS (SELECT FROM added WHERE charged = 0))
    SELECT id FROM ends";

/// Adds the ends of calls of one run, durably. Returns the numbers of those that the database has.
pub(super) async fn add_ends(
    session: &Session,
    token: &[u8],
    ends: &[EndedCall],
) -> Result<HashSet<i64>, TeamError> {
    let none = Answer::default();
    let now = jiff::Timestamp::now();
    let answers: Vec<_> = ends.iter().map(|ended| answer_of(&ended.end.state, &none)).collect();
    let text = |of: fn(&Answer) -> Option<&str>| {
        answers.iter().map(|(_, answer, _)| of(answer)).collect::<Vec<_>>()
    };
    let numbers = |of: fn(&EndedCall) -> i64| ends.iter().map(of).collect::<Vec<_>>();
    let (calls, claims) = (numbers(|ended| ended.call), numbers(|ended| ended.claim));
    let ages: Vec<i64> = ends
        .iter()
        .map(|ended| now.as_millisecond() - ended.end.at.as_millisecond())
        .map(|age| age.max(0))
        .collect();
    let outcomes: Vec<_> = ends.iter().map(|ended| ended.end.outcome.word()).collect();
    let charges: Vec<_> = ends
        .iter()
        .map(|ended| i16::try_from(charge_number(ended.end.charged)).unwrap_or(2))
        .collect();
    let codes: Vec<_> = answers.iter().map(|(code, _, _)| *code).collect();
    let messages: Vec<_> = answers.iter().map(|(_, _, message)| *message).collect();
    let sequence_ids = text(|answer| answer.sequence_id.as_deref());
    let results = text(|answer| answer.result.as_deref());
    let phones = text(|answer| answer.id_phone_match.as_deref());
    let names = text(|answer| answer.id_name_match.as_deref());
    let reasons = text(|answer| answer.reason.as_deref());
    let attempts = numbers(|ended| ended.end.attempts.into());
    let parameters: [Parameter<'_>; 14] = [
        (&token, Type::BYTEA),
        (&calls, Type::INT8_ARRAY),
        (&claims, Type::INT8_ARRAY),
        (&ages, Type::INT8_ARRAY),
        (&outcomes, Type::TEXT_ARRAY),
        (&charges, Type::INT2_ARRAY),
        (&codes, Type::INT8_ARRAY),
        (&messages, Type::TEXT_ARRAY),
        (&sequence_ids, Type::TEXT_ARRAY),
        (&results, Type::TEXT_ARRAY),
        (&phones, Type::TEXT_ARRAY),
        (&names, Type::TEXT_ARRAY),
        (&reasons, Type::TEXT_ARRAY),
        (&attempts, Type::INT8_ARRAY),
    ];
    let rows = session.durably(ADD_ENDS, &parameters).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The code of an end, its answer, and its message or our own words.
fn answer_of<'a>(
    state: &'a CallState,
    none: &'a Answer,
) -> (Option<i64>, &'a Answer, Option<&'a str>) {
    match state {
        CallState::Answered(answer) => (Some(answer.code), answer, answer.message.as_deref()),
        CallState::Without(words) => (None, none, words.as_deref()),
        CallState::Open => (None, none, None),
    }
}
