//! The ledger as a caller meets it: claims, ends, waiting, files, trouble.

use std::path::PathBuf;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use tempfile::TempDir;

use super::*;
use crate::ledger::PersonSearch;
use crate::ledger::erasure::{PurgeResult, PurgeScope};
use crate::ledger::thread::WriterThread;
use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::explanation::DoubtReason;
use crate::model::outcome::Outcome;
use crate::model::record::Record;

/// A folder with a ledger in it, opened as often as a test likes.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("state/idv/ledger.db")
    }

    fn open(&self) -> Ledger {
        Ledger::open(&self.path(), Kind::Sandbox).unwrap()
    }

    async fn run(&self) -> Run {
        self.open().start_run("batch", "partner").await.unwrap()
    }

    fn reader(&self) -> Reader {
        Reader::open(&self.path(), Some(Kind::Sandbox)).unwrap()
    }

    fn calls(&self) -> Vec<CallRow> {
        self.reader().calls(&CallFilter::default()).unwrap()
    }
}

fn record(serial: u32) -> Record {
    Record::new(&format!("331099010190{serial:04}"), "081234567890", "Budi Santoso")
}

fn answer(code: i64) -> Answer {
    let body = format!(
        r#"{{"code":{code},"message":"said 081234567890","sequence_id":"1719485838404-x",
            "result":"fail","id_phone_match":"fail","id_name_match":"pass","further":"Budi"}}"#
    );
    Answer::read(body.as_bytes()).unwrap()
}

const PLAIN: ReuseRules = ReuseRules { fresh_since: None, resend_unknown: false };
const RESEND: ReuseRules = ReuseRules { fresh_since: None, resend_unknown: true };

fn fresh(run: &Run) -> ReuseRules {
    ReuseRules { fresh_since: Some(run.started()), ..PLAIN }
}

async fn claimed(run: &Run, serial: u32, options: ReuseRules) -> ClaimReply {
    run.claim(&record(serial), options).await.unwrap()
}

async fn claim(run: &Run, serial: u32, options: ReuseRules) -> Claim {
    match claimed(run, serial, options).await {
        ClaimReply::Claim(claim) => claim,
        other => panic!("no claim: {other:?}"),
    }
}

async fn doubt(run: &Run, serial: u32, options: ReuseRules) -> InDoubtCall {
    match claimed(run, serial, options).await {
        ClaimReply::InDoubt(doubt) => doubt,
        other => panic!("not in doubt: {other:?}"),
    }
}

async fn stored(run: &Run, serial: u32, options: ReuseRules) -> StoredAnswer {
    match claimed(run, serial, options).await {
        ClaimReply::Answered(stored) => *stored,
        other => panic!("not answered: {other:?}"),
    }
}

async fn waiter(run: &Run, serial: u32, options: ReuseRules) -> Waiter {
    match claimed(run, serial, options).await {
        ClaimReply::Busy(waiter) => waiter,
        other => panic!("not busy: {other:?}"),
    }
}

async fn settle(run: &Run, serial: u32, code: i64) {
    let settled = claim(run, serial, PLAIN).await.settle(&answer(code), 1).await;
    assert_eq!(settled, Ok(WriteStatus::Written));
}

/// So that the next moment is another millisecond.
async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(3)).await;
}

#[tokio::test]
async fn an_answered_record_is_never_sent_again() {
    let place = Place::new();
    let run = place.run().await;
    settle(&run, 9001, 200).await;
    let first = stored(&run, 9001, PLAIN).await;
    assert_eq!((first.outcome, first.charged, first.attempts), (Outcome::Fail, Charge::Yes, 1));
    run.finish(RunEnd::Done).await.unwrap();
    drop(run);

    let run = place.run().await;
    assert_eq!(stored(&run, 9001, PLAIN).await, first);
    assert_eq!(place.calls().len(), 1);
}

#[tokio::test]
async fn what_is_stored_holds_no_digits_of_a_person_and_nothing_unasked() {
    let place = Place::new();
    let run = place.run().await;
    settle(&run, 9001, 200).await;
    let stored = stored(&run, 9001, PLAIN).await;
    assert_eq!(stored.answer.message.as_deref(), Some("said ************"));
    assert_eq!(stored.answer.sequence_id.as_deref(), Some("1719485838404-x"));
    assert!(stored.answer.extra.is_empty());
    drop(run);
    let folder = place.path().parent().unwrap().to_owned();
    for file in std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|file| std::fs::read(file.unwrap().path()).ok())
    {
        for secret in ["Budi", "81234567890", "331099010190"] {
            assert!(
                !file.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()),
                "{secret}"
            );
        }
    }
}

#[tokio::test]
async fn refused_unavailable_and_released_records_are_asked_again() {
    let place = Place::new();
    let run = place.run().await;
    for code in [11301, 11340, 600, 305] {
        settle(&run, 9001, code).await;
    }
    let _ = claim(&run, 9001, PLAIN).await.release("connection refused", 2).await.unwrap();
    settle(&run, 9001, 200).await;
    let outcomes: Vec<_> = place.calls().iter().map(|call| call.outcome.unwrap()).collect();
    let words: Vec<_> = outcomes.into_iter().map(Outcome::word).collect();
    let expected = ["refused", "refused", "unavailable", "unavailable", "unavailable", "fail"];
    assert_eq!(words, expected);
}

#[tokio::test]
async fn fresh_asks_again_once_and_keeps_the_old_row() {
    let place = Place::new();
    settle(&place.run().await, 9001, 200).await;
    a_moment().await;
    let run = place.run().await;
    let _ = claim(&run, 9001, fresh(&run)).await.settle(&answer(200), 1).await.unwrap();
    assert_eq!(stored(&run, 9001, fresh(&run)).await.run, run.id());
    assert_eq!(place.calls().len(), 2);

    let carried = fresh(&run);
    drop(run);
    let next = place.run().await;
    assert_eq!(stored(&next, 9001, carried).await.call, 2);
}

#[tokio::test]
async fn a_run_begins_at_a_whole_millisecond_as_every_answer_is_kept() {
    let place = Place::new();
    for _ in 0..5 {
        let started = place.run().await.started();
        assert_eq!(started.subsec_nanosecond() % 1_000_000, 0, "{started}");
    }
}

#[tokio::test]
async fn an_answer_of_this_run_counts_whatever_the_clock_does() {
    let place = Place::new();
    let run = place.run().await;
    settle(&run, 9001, 200).await;
    let tomorrow = Timestamp::now() + 24.hours();
    let options = ReuseRules { fresh_since: Some(tomorrow), ..PLAIN };
    assert_eq!(stored(&run, 9001, options).await.run, run.id());
}

#[tokio::test]
async fn a_doubt_never_expires_and_only_resend_overrides_it() {
    let place = Place::new();
    let run = place.run().await;
    let _ = claim(&run, 9001, PLAIN).await.doubt("no answer within 30s", 1).await.unwrap();
    let _ = claim(&run, 9002, PLAIN).await.settle(&answer(12223), 1).await.unwrap();
    drop(claim(&run, 9003, PLAIN).await);
    claim(&run, 9004, PLAIN).await.crash();
    run.crash();
    a_moment().await;

    let run = place.run().await;
    assert_eq!(
        doubt(&run, 9001, fresh(&run)).await.reason,
        DoubtReason::NoAnswer(Some("no answer within 30s".to_owned()))
    );
    assert_eq!(doubt(&run, 9002, fresh(&run)).await.reason, DoubtReason::UndocumentedCode(12223));
    assert!(matches!(doubt(&run, 9003, fresh(&run)).await.reason, DoubtReason::NoAnswer(_)));
    assert_eq!(doubt(&run, 9004, fresh(&run)).await.reason, DoubtReason::RunEnded);
    for serial in 9001..=9004 {
        let _ = claim(&run, serial, RESEND).await.settle(&answer(200), 1).await.unwrap();
        assert_eq!(stored(&run, serial, PLAIN).await.run, run.id());
    }
}

#[tokio::test]
async fn a_run_does_not_resend_what_became_doubtful_in_it() {
    let place = Place::new();
    let run = place.run().await;
    let _ = claim(&run, 9001, RESEND).await.doubt("silence", 1).await.unwrap();
    doubt(&run, 9001, RESEND).await;
}

#[tokio::test]
async fn a_later_answer_settles_an_earlier_doubt_and_an_earlier_answer_still_counts() {
    let place = Place::new();
    let run = place.run().await;
    settle(&run, 9001, 200).await;
    a_moment().await;
    let second = place.run().await;
    let _ = claim(&second, 9001, fresh(&second)).await.doubt("silence", 1).await.unwrap();
    assert_eq!(stored(&second, 9001, PLAIN).await.call, 1);
    doubt(&second, 9001, fresh(&second)).await;
}

#[tokio::test]
async fn a_duplicate_in_flight_gets_the_answer_of_the_first() {
    let place = Place::new();
    let run = place.run().await;
    let first = claim(&run, 9001, PLAIN).await;
    let waiter = waiter(&run, 9001, PLAIN).await;
    assert!(waiter.is_own());
    let waiting = waiter.wait(Duration::from_secs(5));
    let settling = async {
        a_moment().await;
        first.settle(&answer(11340), 1).await
    };
    let (came, settled) = tokio::join!(waiting, settling);
    assert_eq!(settled, Ok(WriteStatus::Written));
    let WaitResult::Answered(stored) = came.unwrap() else { panic!("no answer") };
    assert_eq!((stored.outcome, stored.charged), (Outcome::Refused, Charge::No));
}

#[tokio::test]
async fn another_run_waits_for_the_answer_of_a_living_one() {
    let place = Place::new();
    let (one, other) = (place.run().await, place.run().await);
    for (serial, code) in [(9001, Some(200)), (9002, None), (9003, Some(12223))] {
        let first = claim(&one, serial, PLAIN).await;
        let waiter = waiter(&other, serial, RESEND).await;
        assert_eq!((waiter.is_own(), waiter.in_flight().run), (false, one.id()));
        let waiting = waiter.wait(Duration::from_secs(5));
        let ending = async {
            a_moment().await;
            match code {
                Some(code) => first.settle(&answer(code), 1).await,
                None => first.release("refused", 1).await,
            }
        };
        let (came, _) = tokio::join!(waiting, ending);
        match (serial, came.unwrap()) {
            (9001, WaitResult::Answered(_))
            | (9002, WaitResult::Released)
            | (9003, WaitResult::InDoubt(_)) => {}
            (_, other) => panic!("{serial}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_wait_is_bounded_and_ends_when_the_other_run_dies() {
    let place = Place::new();
    let (one, other) = (place.run().await, place.run().await);
    claim(&one, 9001, PLAIN).await.crash();
    let waiter = waiter(&other, 9001, PLAIN).await;
    let came = waiter.wait(Duration::from_millis(30)).await.unwrap();
    assert_eq!(came, WaitResult::StillBusy(waiter.in_flight()));
    one.crash();
    let came = waiter.wait(Duration::from_secs(5)).await.unwrap();
    assert!(
        matches!(came, WaitResult::InDoubt(InDoubtCall { reason: DoubtReason::RunEnded, .. })),
        "{came:?}"
    );
}

#[tokio::test]
async fn of_many_who_claim_at_once_one_gets_it() {
    let place = Place::new();
    let runs = [place.run().await, place.run().await, place.run().await];
    let mut claims = 0;
    let asked: Vec<_> =
        runs.iter().cycle().take(60).map(|run| run.claim(&record(9001), PLAIN)).collect();
    let mut kept = Vec::new();
    for asked in asked {
        if let ClaimReply::Claim(claim) = asked.await.unwrap() {
            claims += 1;
            kept.push(claim);
        }
    }
    assert_eq!(claims, 1);
}

#[tokio::test]
async fn a_claim_nobody_waits_for_any_more_is_not_in_doubt() {
    let place = Place::new();
    let run = place.run().await;
    drop(run.claim(&record(9001), PLAIN));
    let late = run.claim(&record(9002), PLAIN);
    settle(&run, 9003, 200).await;
    drop(late);
    for serial in [9001, 9002] {
        let free = match claimed(&run, serial, PLAIN).await {
            ClaimReply::Busy(waiter) => {
                waiter.wait(Duration::from_secs(5)).await == Ok(WaitResult::Released)
            }
            ClaimReply::Claim(claim) => claim.release("not needed", 0).await.is_ok(),
            ClaimReply::Answered(_) | ClaimReply::InDoubt(_) => false,
        };
        assert!(free, "{serial}");
    }
}

#[tokio::test]
async fn a_doubt_is_settled_from_the_invoice() {
    let place = Place::new();
    let ledger = place.open();
    let run = ledger.start_run("batch", "partner").await.unwrap();
    for serial in [9001, 9002] {
        let _ = claim(&run, serial, PLAIN).await.doubt("silence", 1).await.unwrap();
    }
    settle(&run, 9003, 200).await;
    let open = claim(&run, 9004, PLAIN).await;
    ledger.resolve(1, Resolution::Charged).await.unwrap();
    ledger.resolve(2, Resolution::Charged).await.unwrap();
    ledger.resolve(2, Resolution::NotCharged).await.unwrap();
    assert_eq!(ledger.resolve(3, Resolution::Charged).await, Err(LedgerError::NotInDoubt(3)));
    assert_eq!(ledger.resolve(4, Resolution::Charged).await, Err(LedgerError::LivingRun(run.id())));
    assert_eq!(ledger.resolve(5, Resolution::Charged).await, Err(LedgerError::NoSuchCall(5)));
    drop(open);

    a_moment().await;
    let next = place.run().await;
    assert_eq!(doubt(&next, 9001, PLAIN).await.reason, DoubtReason::Paid);
    let _ = claim(&next, 9001, fresh(&next)).await.release("", 1).await.unwrap();
    let _ = claim(&next, 9001, RESEND).await.release("", 1).await.unwrap();
    let _ = claim(&next, 9002, PLAIN).await.release("", 1).await.unwrap();
    let bill = place.reader().bill(&CallFilter::default(), jiff::tz::Offset::UTC).unwrap();
    let sum = |count: fn(&BillLine) -> u32| bill.iter().map(count).sum::<u32>();
    assert_eq!((sum(|it| it.charged), sum(|it| it.unknown), sum(|it| it.not_charged)), (2, 1, 4));
}

#[tokio::test]
async fn runs_and_calls_are_listed_with_what_became_of_them() {
    let place = Place::new();
    let (done, dead, alive) = (place.run().await, place.run().await, place.run().await);
    settle(&done, 9001, 200).await;
    done.finish(RunEnd::Interrupted).await.unwrap();
    claim(&dead, 9002, PLAIN).await.crash();
    dead.crash();
    let open = claim(&alive, 9003, PLAIN).await;
    let runs = place.reader().runs().unwrap();
    let states: Vec<_> =
        runs.iter().map(|run| (run.state.as_str(), run.calls, run.charged, run.unknown)).collect();
    assert_eq!(states, [("interrupted", 1, 1, 0), ("died", 1, 0, 1), ("running", 1, 0, 1)]);
    let outcomes: Vec<_> = place.calls().iter().map(|call| call.outcome).collect();
    assert_eq!(outcomes, [Some(Outcome::Fail), Some(Outcome::Unknown), None]);
    let unknown = CallFilter { outcome: Some(Outcome::Unknown), ..CallFilter::default() };
    assert_eq!(place.reader().calls(&unknown).unwrap().len(), 1);
    let line = serde_json::to_string(&place.calls()[0]).unwrap();
    assert!(line.contains(r#""outcome":"fail","charged":"yes""#), "{line}");
    drop(open);
}

#[tokio::test]
async fn the_bill_is_by_the_day_of_its_clock() {
    let place = Place::new();
    settle(&place.run().await, 9001, 200).await;
    let at = place.calls()[0].ended.unwrap();
    for hours in [-11, 0, 7, 14] {
        let offset = jiff::tz::Offset::constant(hours);
        let bill = place.reader().bill(&CallFilter::default(), offset).unwrap();
        assert_eq!(bill.len(), 1);
        assert_eq!(bill[0].day, offset.to_datetime(at).date());
        assert_eq!((bill[0].code, bill[0].charged), (Some(200), 1));
    }
}

#[tokio::test]
async fn a_purge_erases_what_is_old_and_keeps_what_is_in_doubt() {
    let place = Place::new();
    let ledger = place.open();
    let run = ledger.start_run("batch", "partner").await.unwrap();
    settle(&run, 9001, 200).await;
    let _ = claim(&run, 9002, PLAIN).await.doubt("silence", 1).await.unwrap();
    write_index(&ledger.0, 0).await;
    let later = Timestamp::now() + 1.hour();
    assert_eq!(
        ledger.purge(later, PurgeScope::Settled).await,
        Err(LedgerError::LivingRun(run.id()))
    );
    run.finish(RunEnd::Done).await.unwrap();
    assert_eq!(
        ledger.purge(Timestamp::UNIX_EPOCH, PurgeScope::All).await,
        Ok(PurgeResult { calls: 0, kept_in_doubt: 0 })
    );
    let key = place.calls()[0].record.clone();
    assert_eq!(
        ledger.purge(later, PurgeScope::Settled).await,
        Ok(PurgeResult { calls: 1, kept_in_doubt: 1 })
    );
    assert_eq!(
        ledger.purge(later, PurgeScope::All).await,
        Ok(PurgeResult { calls: 1, kept_in_doubt: 0 })
    );

    let rest: Vec<_> =
        (0..24).map(|at| u8::from_str_radix(&key[16 + 2 * at..][..2], 16).unwrap()).collect();
    let slot = u64::from_str_radix(&key[..16], 16).unwrap().to_be_bytes();
    for file in ["", "-wal"] {
        let bytes = std::fs::read(super::file::companion(&place.path(), file)).unwrap();
        assert!(!bytes.windows(24).any(|window| window == rest), "{file}");
        assert!(!bytes.windows(8).any(|window| window == slot), "{file}");
        assert!(file.is_empty() || bytes.is_empty());
    }
    let run = ledger.start_run("batch", "partner").await.unwrap();
    assert_eq!(claim(&run, 9001, PLAIN).await.call(), 3);
}

#[tokio::test]
async fn a_plan_looks_up_without_changing_anything() {
    let place = Place::new();
    assert!(matches!(Reader::open(&place.path(), None), Err(LedgerError::Missing(_))));
    assert!(!place.0.path().join("state").exists());

    let run = place.run().await;
    settle(&run, 9001, 200).await;
    claim(&run, 9002, PLAIN).await.crash();
    let open = claim(&run, 9003, PLAIN).await;
    let mut reader = place.reader();
    let parameters = reader.look_up_parameters(Kind::Sandbox, "partner", PLAIN);
    let records = [9001, 9002, 9003, 9004].map(record);
    let known = reader.look_up_all(&parameters, &records).unwrap();
    assert!(matches!(
        known[..],
        [
            LookUpResult::Answered(_),
            LookUpResult::Busy(_),
            LookUpResult::Busy(_),
            LookUpResult::MaySend
        ]
    ));
    drop(open);
    run.crash();
    let known = reader.look_up_all(&parameters, &records).unwrap();
    assert!(matches!(known[1..], [LookUpResult::InDoubt(_), _, LookUpResult::MaySend]));
    let stranger = reader.look_up_parameters(Kind::Sandbox, "another partner", PLAIN);
    assert_eq!(reader.look_up(&stranger, &records[0]), Ok(LookUpResult::MaySend));
    let resending = reader.look_up_parameters(Kind::Sandbox, "partner", RESEND);
    assert_eq!(reader.look_up(&resending, &records[1]), Ok(LookUpResult::MaySend));
}

#[tokio::test]
async fn live_and_sandbox_never_share_a_file() {
    let place = Place::new();
    drop(Ledger::open(&place.path(), Kind::Live).unwrap());
    let (early, late) = (place.open(), Ledger::open(&place.path(), Kind::Live).unwrap());
    let _run = early.start_run("verify", "partner").await.unwrap();
    let refused = late.start_run("verify", "partner").await.err();
    let path = place.path();
    let expected = LedgerError::OtherKind { path, stamped: "sandbox".to_owned(), asked: "live" };
    assert_eq!(refused.as_ref(), Some(&expected));
    assert_eq!(Ledger::open(&place.path(), Kind::Live).err().as_ref(), Some(&expected));
    assert_eq!(Reader::open(&place.path(), Some(Kind::Live)).err(), Some(expected));
}

#[test]
fn a_file_that_many_make_at_once_is_made_once() {
    for round in 0..20 {
        let place = Place::new();
        let start = std::sync::Barrier::new(8);
        let secrets = std::thread::scope(|scope| {
            let open = || {
                start.wait();
                let connection = open::for_writing(&place.path())?;
                open::secret(&place.path(), &connection)
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]), "round {round}: {secrets:?}");
        assert!(secrets[0].is_ok(), "round {round}: {secrets:?}");
    }
}

#[tokio::test]
async fn queries_leave_no_files_behind() {
    let place = Place::new();
    settle(&place.run().await, 9001, 200).await;
    let files = || {
        let folder = std::fs::read_dir(place.path().parent().unwrap()).unwrap();
        let mut names: Vec<_> = folder.map(|file| file.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(files(), ["ledger.db", "ledger.db-reserve", "ledger.db-runs"]);
    assert_eq!(place.calls().len(), 1);
    assert_eq!(files(), ["ledger.db", "ledger.db-reserve", "ledger.db-runs"]);
}

#[tokio::test]
async fn an_undocumented_code_is_in_doubt_in_the_bill_too() {
    let place = Place::new();
    let run = place.run().await;
    settle(&run, 9001, 200).await;
    settle(&run, 9002, 12223).await;
    settle(&run, 9003, 600).await;
    let bill = place.reader().bill(&CallFilter::default(), jiff::tz::Offset::UTC).unwrap();
    let lines: Vec<_> =
        bill.iter().map(|it| (it.code, it.charged, it.unknown, it.not_charged)).collect();
    assert_eq!(lines, [(Some(200), 1, 0, 0), (Some(600), 0, 0, 1), (Some(12223), 0, 1, 0)]);
}

fn change(path: &std::path::Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let place = Place::new();
    drop(place.open());
    change(&place.path(), "PRAGMA user_version = 99");
    let expected = LedgerError::Newer { path: place.path(), found: 99, known: 5 };
    assert_eq!(Ledger::open(&place.path(), Kind::Sandbox).err().as_ref(), Some(&expected));
    assert_eq!(Reader::open(&place.path(), None).err(), Some(expected));
}

async fn write_index(thread: &WriterThread, most: usize) {
    let told = thread.job(move |database| {
        database.write_index(most);
        Ok(())
    });
    told.await.unwrap();
}

/// Takes a file back to version 2.
const TO_VERSION_2: &str = "
    ALTER TABLE runs DROP COLUMN first_call;
    ALTER TABLE runs DROP COLUMN last_call;
    ALTER TABLE runs DROP COLUMN calls;
    ALTER TABLE runs DROP COLUMN charged;
    ALTER TABLE runs DROP COLUMN unknown;
    ALTER TABLE calls DROP COLUMN claim;
    ALTER TABLE runs DROP COLUMN delivered;
    ALTER TABLE ledger DROP COLUMN erased;
    DROP TABLE chain;
    ALTER TABLE ledger DROP COLUMN chained_since;
    ALTER TABLE calls DROP COLUMN person;
    ALTER TABLE runs DROP COLUMN operator;
    ALTER TABLE runs DROP COLUMN host;
    ALTER TABLE runs DROP COLUMN version;
    ALTER TABLE runs DROP COLUMN reference;
    ALTER TABLE runs DROP COLUMN purpose;
    ALTER TABLE runs DROP COLUMN arguments;
    PRAGMA user_version = 2;";

/// Takes a file of version 2 back to version 1.
const TO_VERSION_1: &str = "
    DROP TABLE slots;
    ALTER TABLE ledger DROP COLUMN indexed;
    CREATE INDEX calls_by_slot ON calls (slot);
    PRAGMA user_version = 1;";

#[tokio::test]
async fn a_file_of_version_1_is_brought_to_this_one_and_loses_nothing() {
    let place = Place::new();
    let run = place.run().await;
    settle(&run, 9001, 200).await;
    let _ = claim(&run, 9002, PLAIN).await.doubt("silence", 1).await.unwrap();
    run.finish(RunEnd::Done).await.unwrap();
    drop(run);
    for by_query in [true, false] {
        change(&place.path(), TO_VERSION_2);
        change(&place.path(), TO_VERSION_1);
        if by_query {
            assert_eq!(place.calls().len(), 2);
        }
        let run = place.run().await;
        assert_eq!(stored(&run, 9001, PLAIN).await.call, 1);
        assert_eq!(doubt(&run, 9002, PLAIN).await.call, 2);
        run.finish(RunEnd::Done).await.unwrap();
    }
}

/// Of a thousand calls of one run the next one, and one beside it, find each.
#[tokio::test]
async fn a_record_is_found_whether_its_call_is_in_memory_or_in_the_table() {
    let place = Place::new();
    let (run, beside) = (place.run().await, place.run().await);
    for half in [0..500_u32, 500..1000] {
        let claims = half.clone().map(|serial| run.claim(&record(serial), PLAIN));
        for claiming in claims.collect::<Vec<_>>() {
            let ClaimReply::Claim(claim) = claiming.await.unwrap() else { panic!("no claim") };
            assert_eq!(claim.settle(&answer(200), 1).await, Ok(WriteStatus::Written));
        }
        write_index(&run.0.thread, 400).await;
        assert_eq!(stored(&beside, half.start, PLAIN).await.call, i64::from(half.start) + 1);
    }
    run.finish(RunEnd::Done).await.unwrap();
    let run = place.run().await;
    for serial in 0..1000 {
        assert_eq!(stored(&run, serial, PLAIN).await.call, i64::from(serial) + 1);
        assert_eq!(stored(&beside, serial, PLAIN).await.call, i64::from(serial) + 1);
    }
}

#[tokio::test]
async fn a_database_of_somebody_else_is_refused_and_not_changed() {
    let place = Place::new();
    std::fs::create_dir_all(place.path().parent().unwrap()).unwrap();
    change(&place.path(), "CREATE TABLE theirs (x)");
    let before = std::fs::read(place.path()).unwrap();
    let refused = Ledger::open(&place.path(), Kind::Sandbox).err();
    assert_eq!(refused, Some(LedgerError::NotALedger(place.path())));
    assert_eq!(std::fs::read(place.path()).unwrap(), before);
}

#[tokio::test]
async fn a_damaged_file_is_refused_before_anything_is_sent() {
    let place = Place::new();
    std::fs::create_dir_all(place.path().parent().unwrap()).unwrap();
    std::fs::write(place.path(), [b'x'; 8192]).unwrap();
    let refused = Ledger::open(&place.path(), Kind::Sandbox).err().unwrap();
    assert_eq!(refused, LedgerError::Corrupt(place.path()));
    assert!(refused.to_string().contains(".recover"), "{refused}");
}

#[tokio::test]
async fn damage_found_on_the_way_stops_the_claims() {
    let place = Place::new();
    let run = place.run().await;
    for serial in 1..400 {
        settle(&run, serial, 200).await;
    }
    run.finish(RunEnd::Done).await.unwrap();
    drop(run);
    let mut bytes = std::fs::read(place.path()).unwrap();
    for byte in bytes.iter_mut().skip(4096) {
        *byte = 0x55;
    }
    std::fs::write(place.path(), bytes).unwrap();
    let error = match Ledger::open(&place.path(), Kind::Sandbox) {
        Ok(ledger) => match ledger.start_run("batch", "partner").await {
            Ok(run) => run.claim(&record(1), PLAIN).await.err(),
            Err(error) => Some(error),
        },
        Err(error) => Some(error),
    };
    assert_eq!(error, Some(LedgerError::Corrupt(place.path())));
}

#[tokio::test]
async fn a_run_that_ended_in_order_leaves_no_lock_and_a_dead_one_is_buried() {
    let place = Place::new();
    let locks =
        || std::fs::read_dir(super::file::companion(&place.path(), "-runs")).unwrap().count();
    let run = place.run().await;
    assert_eq!(locks(), 1);
    run.finish(RunEnd::Done).await.unwrap();
    assert_eq!(locks(), 0);
    place.run().await.crash();
    assert_eq!(locks(), 1);
    let run = place.run().await;
    assert_eq!(locks(), 1);
    assert_eq!(place.reader().runs().unwrap()[1].state, "died");
    drop(run);
    assert_eq!(place.reader().runs().unwrap()[2].state, "given up");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let place = Place::new();
    let run = place.run().await;
    settle(&run, 9001, 200).await;
    for suffix in ["", "-wal", "-shm", "-reserve"] {
        assert_eq!(mode(&super::file::companion(&place.path(), suffix)), 0o600, "{suffix}");
    }
    assert_eq!(mode(&super::file::companion(&place.path(), "-runs")), 0o700);
    assert_eq!(mode(place.path().parent().unwrap()), 0o700);
    assert_eq!(mode(&place.0.path().join("state")), 0o700);
}

/// Whether the database may grow: what a full disk looks like to it, and a freed one.
async fn may_grow(ledger: &Ledger, may: bool) {
    let set = move |database: &mut super::database::Database| {
        let sql = format!("PRAGMA max_page_count = {}", if may { 1 << 30 } else { 1 });
        database.connection()?.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(drop).unwrap();
        Ok(())
    };
    ledger.0.job(set).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_gives_no_claim_and_loses_no_answer() {
    let place = Place::new();
    let ledger = place.open();
    let run = ledger.start_run("batch", "partner").await.unwrap();
    let mut claims = Vec::new();
    for serial in 1..=200 {
        claims.push(claim(&run, serial, PLAIN).await);
    }
    may_grow(&ledger, false).await;
    let mut unwritten = Vec::new();
    for claim in claims {
        match claim.settle(&answer(200), 1).await {
            Ok(WriteStatus::Written) => {}
            Err(LedgerError::NotWritten(error)) => unwritten.push(*error),
            other => panic!("{other:?}"),
        }
    }
    assert!(unwritten.len() > 2);
    assert!(unwritten.iter().all(|error| *error == LedgerError::Full(place.path())));
    assert!(!super::file::companion(&place.path(), "-reserve").exists());
    assert!(matches!(run.claim(&record(201), PLAIN).await, Err(LedgerError::Full(_))));

    may_grow(&ledger, true).await;
    let late = ledger.start_run("batch", "partner").await.err();
    assert_eq!(late, Some(LedgerError::Full(place.path())));
    drop((run, ledger));
    let run = place.run().await;
    for serial in 1..=200 {
        stored(&run, serial, PLAIN).await;
    }
    assert!(super::file::companion(&place.path(), "-reserve").exists());
}

#[tokio::test]
async fn a_ledger_of_version_2_with_100_000_calls_is_migrated_and_loses_nothing() {
    let place = Place::new();
    let run = place.run().await;
    settle(&run, 9001, 200).await;
    run.finish(RunEnd::Done).await.unwrap();
    drop(run);
    change(&place.path(), TO_VERSION_2);
    change(
        &place.path(),
        "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
         INSERT INTO calls (id, run, started, slot, rest)
         SELECT i, 1, 1700000000000 + i, i * 7919, randomblob(24) FROM n;
         INSERT OR IGNORE INTO slots SELECT slot, id FROM calls;
         INSERT INTO answers SELECT id, started + 50, 'pass', 1, 200, 'ok', 'seq-' || id, 'pass',
                                    'pass', 'pass', NULL, 1 FROM calls WHERE id > 1;
         UPDATE ledger SET indexed = 100000;",
    );
    let mut reader = place.reader();
    assert_eq!(reader.calls_without_person().unwrap(), 100_000);
    assert_eq!(reader.verify_chain().unwrap().unchained, 100_000);
    assert_eq!(reader.calls(&CallFilter::default()).unwrap().len(), 100_000);
    let run = place.run().await;
    assert_eq!(stored(&run, 9001, PLAIN).await.call, 1);
    settle(&run, 9002, 200).await;
    let report = place.reader().verify_chain().unwrap();
    assert_eq!((report.calls, report.unchained, report.broken_at), (1, 100_000, None));
    // A call of the version before is found by the whole record only.
    let mut reader = place.reader();
    let nik = record(9001).get(crate::model::record::Field::IdNumber).to_owned();
    let by_nik = reader.person(&PersonSearch::IdNumber(nik));
    assert_eq!(reader.find(&by_nik).unwrap(), []);
    let keys = reader.keys("partner").unwrap();
    let whole = reader
        .person(&PersonSearch::Record { record: Box::new(record(9001)), keys: Box::new(keys) });
    assert_eq!(reader.find(&whole).unwrap()[0].call, 1);
}

#[tokio::test]
async fn an_ended_run_keeps_its_sums_whatever_happens_to_its_calls() {
    let place = Place::new();
    let sums = |place: &Place| {
        let runs = place.reader().runs().unwrap().into_iter();
        runs.map(|run| (run.calls, run.charged, run.unknown)).collect::<Vec<_>>()
    };
    let run = place.run().await;
    settle(&run, 9001, 200).await;
    settle(&run, 9002, 305).await;
    settle(&run, 9003, 12_223).await;
    assert_eq!(sums(&place), [(3, 1, 1)]);
    run.finish(RunEnd::Done).await.unwrap();
    drop(run);
    let other = place.run().await;
    settle(&other, 9004, 200).await;
    assert_eq!(sums(&place), [(3, 1, 1), (1, 1, 0)]);
    other.finish(RunEnd::Done).await.unwrap();
    drop(other);
    place.open().resolve(3, Resolution::Charged).await.unwrap();
    assert_eq!(sums(&place), [(3, 2, 0), (1, 1, 0)]);
    // The list reads no call of a run that has ended.
    change(&place.path(), "DELETE FROM answers WHERE call = 4");
    assert_eq!(sums(&place)[1], (1, 1, 0));
    let later = Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let purged = place.open().purge(later, PurgeScope::All).await.unwrap();
    assert_eq!((purged.calls, sums(&place)), (4, vec![(0, 0, 0), (0, 0, 0)]));
}

#[tokio::test]
async fn a_changed_removed_or_added_call_breaks_the_chain() {
    let place = Place::new();
    let run = place.run().await;
    for serial in 9001..=9005 {
        settle(&run, serial, 200).await;
    }
    let _ = claim(&run, 9006, PLAIN).await.doubt("silence", 1).await.unwrap();
    run.finish(RunEnd::Done).await.unwrap();
    drop(run);
    place.open().resolve(6, Resolution::NotCharged).await.unwrap();
    let whole = place.reader().verify_chain().unwrap();
    assert_eq!((whole.calls, whole.resolutions), (6, 1));
    assert_eq!((whole.erased, whole.broken_at), (0, None));
    let saved = std::fs::read(place.path()).unwrap();
    for (sql, broken) in [
        ("UPDATE resolutions SET charged = 1 WHERE call = 6", 6),
        ("DELETE FROM resolutions WHERE call = 6 AND charged = 0", 6),
        ("INSERT INTO resolutions (call, at, charged) VALUES (6, 5, 1)", 6),
        ("UPDATE answers SET charged = 0 WHERE call = 3", 3),
        ("UPDATE calls SET started = started + 1 WHERE id = 2", 2),
        ("DELETE FROM answers WHERE call = 4", 4),
        ("DELETE FROM chain WHERE call = 4", 5),
        (
            "INSERT INTO calls (id, run, started, slot, rest) VALUES (9, 1, 5, 5, x'00');
             INSERT INTO answers SELECT 9, ended, outcome, 0, code, message, sequence_id, result,
                 id_phone_match, id_name_match, reason, attempts FROM answers WHERE call = 1",
            9,
        ),
    ] {
        std::fs::write(place.path(), &saved).unwrap();
        change(&place.path(), sql);
        assert_eq!(place.reader().verify_chain().unwrap().broken_at, Some(broken), "{sql}");
    }
}

#[tokio::test]
async fn an_erased_resolution_is_a_gap_that_verifies() {
    let place = Place::new();
    let run = place.run().await;
    let _ = claim(&run, 9001, PLAIN).await.doubt("silence", 1).await.unwrap();
    settle(&run, 9002, 200).await;
    run.finish(RunEnd::Done).await.unwrap();
    drop(run);
    let ledger = place.open();
    ledger.resolve(1, Resolution::NotCharged).await.unwrap();
    let reader = place.reader();
    let person = reader.person(&PersonSearch::Record {
        record: Box::new(record(9001)),
        keys: Box::new(reader.keys("partner").unwrap()),
    });
    drop(reader);
    assert_eq!(ledger.forget(person).await.unwrap().calls, 1);
    let report = place.reader().verify_chain().unwrap();
    assert_eq!((report.calls, report.resolutions), (1, 0));
    assert_eq!((report.erased, report.broken_at), (2, None));
}

#[tokio::test]
async fn an_erased_person_leaves_no_byte_and_a_gap_that_verifies() {
    let place = Place::new();
    let run = place.run().await;
    for serial in 9001..=9003 {
        settle(&run, serial, 200).await;
    }
    let ledger = place.open();
    let mut reader = place.reader();
    let person = reader.person(&PersonSearch::Record {
        record: Box::new(record(9002)),
        keys: Box::new(reader.keys("partner").unwrap()),
    });
    let calls = reader.calls(&CallFilter::default()).unwrap();
    let key = calls[1].record.clone();
    drop(reader);
    let bytes: Vec<u8> =
        (16..64).step_by(2).map(|at| u8::from_str_radix(&key[at..at + 2], 16).unwrap()).collect();
    let holds = |suffix: &str| {
        let file = std::fs::read(super::file::companion(&place.path(), suffix));
        file.is_ok_and(|file| file.windows(24).any(|window| window == bytes))
    };
    assert!(holds("") || holds("-wal"));
    run.finish(RunEnd::Done).await.unwrap();
    drop(run);
    let forgotten = ledger.forget(person.clone()).await.unwrap();
    assert_eq!((forgotten.calls, forgotten.kept_in_doubt), (1, 0));
    assert_eq!(place.reader().find(&person).unwrap(), []);
    assert!(!holds("") && !holds("-wal"));
    let report = place.reader().verify_chain().unwrap();
    assert_eq!((report.calls, report.erased, report.broken_at), (2, 1, None));
    let bill = place.reader().bill(&CallFilter::default(), jiff::tz::Offset::UTC).unwrap();
    assert_eq!((bill.len(), bill[0].code, bill[0].charged), (1, Some(200), 3));
}
