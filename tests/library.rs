//! The library's front door: another program verifies records with it.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

use std::path::Path;
use std::process::Command;

use idv::{Outcome, Record, Sandbox, Source, StopReason, Verdict, Verifier, VerifierError};
use tempfile::TempDir;

const PHONE: &str = "081234567890";

struct House {
    sandbox: Sandbox,
    folder: TempDir,
}

impl House {
    fn new() -> Self {
        Self { sandbox: Sandbox::start().unwrap(), folder: tempfile::tempdir().unwrap() }
    }

    fn builder(&self) -> idv::VerifierBuilder {
        let builder = Verifier::builder(&self.sandbox.url()).account("my-code", "my-key");
        builder.ledger(self.folder.path().join("ledger.db"))
    }

    async fn verifier(&self) -> Verifier {
        self.builder().start().await.unwrap()
    }
}

fn person(number: u32) -> Record {
    Record::new(&format!("331099010190{:04}", 1 + number % 8_000), PHONE, "Budi Contoh")
}

fn is(verdict: &Verdict, outcome: Outcome, source: Source) {
    assert_eq!((verdict.outcome, verdict.source), (outcome, source), "{verdict:?}");
}

#[tokio::test]
async fn a_record_is_charged_once_and_answered_by_the_ledger_afterwards() {
    let house = House::new();
    let verifier = house.verifier().await;
    is(&verifier.verify(&person(1)).await, Outcome::Pass, Source::Api);
    is(&verifier.verify(&person(1)).await, Outcome::Pass, Source::Duplicate);
    verifier.finish().await.unwrap();
    let next = house.verifier().await;
    is(&next.verify(&person(1)).await, Outcome::Pass, Source::Ledger);
    assert_eq!((house.sandbox.requests(), house.sandbox.charged()), (1, 1));
}

#[tokio::test]
async fn a_record_that_cannot_match_is_held_and_explained_unless_the_caller_wants_it_sent() {
    let house = House::new();
    let short = Record::new("3310225629467", PHONE, "Budi Contoh");
    let held = house.verifier().await.verify(&short).await;
    is(&held, Outcome::Held, Source::Local);
    assert!(held.message().unwrap().contains("has 13 digits"), "{held:?}");
    assert_eq!(house.sandbox.charged(), 0);
    let verifier = house.builder().send_suspect().start().await.unwrap();
    is(&verifier.verify(&short).await, Outcome::Pass, Source::Api);
    assert_eq!(house.sandbox.charged(), 1);
}

#[tokio::test]
async fn a_stream_gives_a_verdict_on_each_record_and_shares_the_answers_of_duplicates() {
    let house = House::new();
    let verifier = house.verifier().await;
    let records: Vec<_> = (0..200).map(|number| person(number % 150)).collect();
    let mut verdicts = verifier.verify_all(records);
    let mut numbers = Vec::new();
    while let Some(done) = verdicts.next().await {
        assert_eq!(done.verdict.outcome, Outcome::Pass);
        numbers.push(done.number);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=200).collect::<Vec<_>>());
    verifier.finish().await.unwrap();
    assert_eq!(house.sandbox.charged(), 150);
}

#[tokio::test]
async fn a_stream_without_end_can_be_left() {
    let house = House::new();
    let verifier = house.verifier().await;
    let mut verdicts = verifier.verify_all((0..).map(person));
    assert!(verdicts.next().await.is_some());
    drop(verdicts);
    verifier.finish().await.unwrap();
    assert!(house.sandbox.charged() < 3_000, "{}", house.sandbox.charged());
}

#[tokio::test]
async fn a_budget_stops_the_verifier_and_says_so() {
    let house = House::new();
    let verifier = house.builder().concurrency(1).max_charges(2).start().await.unwrap();
    let mut verdicts = verifier.verify_all((0..5).map(person));
    let mut skipped = 0;
    while let Some(done) = verdicts.next().await {
        skipped += u32::from(done.verdict.outcome == Outcome::Skipped);
    }
    assert_eq!((skipped, verifier.stop_reason()), (3, Some(StopReason::Budget(2))));
    assert_eq!(house.sandbox.charged(), 2);
}

#[tokio::test]
async fn a_builder_names_the_part_that_is_missing_or_wrong_and_never_the_key() {
    let ledger = tempfile::tempdir().unwrap();
    let error = |builder: idv::VerifierBuilder| async {
        builder.start().await.err().expect("it can't start").to_string()
    };
    let builder = |url: &str| Verifier::builder(url).account("code", "s3cret");
    let file = |name: &str| ledger.path().join(name);
    assert_eq!(error(builder("http://127.0.0.1:1/")).await, "the verifier has no ledger");
    let nobody = Verifier::builder("http://127.0.0.1:1/").ledger(file("a.db"));
    assert_eq!(error(nobody).await, "the verifier has no account");
    let plain = error(builder("http://h.example/").ledger(file("b.db"))).await;
    assert!(plain.contains("unencrypted") && !plain.contains("s3cret"), "{plain}");
    let folder = builder("http://127.0.0.1:1/").ledger(ledger.path()).start().await;
    assert!(matches!(folder, Err(VerifierError::Ledger(_))));
}

/// The example stands beside the program, since it was built with the tests.
#[test]
fn the_example_verifies_its_records() {
    let program = Path::new(env!("CARGO_BIN_EXE_idv"));
    let run = Command::new(program.with_file_name("examples/verify_records")).output().unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(said.ends_with("3 of 4 records were charged\n"), "{said}");
}
