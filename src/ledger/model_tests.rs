//! The ledger against a model of it: two owners of one file, their claims, their crashes, and what
//! a person resolves, in any order.

use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;

use crate::ledger::database::Database;
use crate::ledger::maintenance::resolve;
use crate::ledger::{
    CallFilter, Claim, ClaimReply, Kind, Ledger, LedgerError, LookUpResult, Reader, RecordStatus,
    Resolution, ReuseRules, Run, RunEnd, WriteStatus,
};
use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::record::Record;

#[derive(Debug, Clone, Copy)]
enum Action {
    Start {
        owner: usize,
    },
    Finish {
        owner: usize,
    },
    Crash {
        owner: usize,
    },
    Claim {
        owner: usize,
        record: usize,
        fresh: bool,
        resend: bool,
    },
    End {
        owner: usize,
        record: usize,
        how: How,
    },
    Resolve {
        call: usize,
        charged: bool,
    },
    /// What is in memory of the latest calls goes into its table.
    Index {
        owner: usize,
    },
    /// What is in memory of them is lost, as after a failed commit.
    Forget {
        owner: usize,
    },
}

/// How a claim ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum How {
    Answered,
    Refused,
    Undocumented,
    Released,
    Doubted,
    Dropped,
}

const HOWS: [How; 6] =
    [How::Answered, How::Refused, How::Undocumented, How::Released, How::Doubted, How::Dropped];

fn action() -> impl Strategy<Value = Action> {
    let owner = 0..2_usize;
    let record = 0..2_usize;
    prop_oneof![
        1 => owner.clone().prop_map(|owner| Action::Start { owner }),
        2 => owner.clone().prop_map(|owner| Action::Index { owner }),
        1 => owner.clone().prop_map(|owner| Action::Forget { owner }),
        1 => owner.clone().prop_map(|owner| Action::Finish { owner }),
        2 => owner.clone().prop_map(|owner| Action::Crash { owner }),
        8 => (owner.clone(), record.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(owner, record, fresh, resend)| Action::Claim { owner, record, fresh, resend }),
        6 => (owner, record, 0..6_usize)
            .prop_map(|(owner, record, how)| Action::End { owner, record, how: HOWS[how] }),
        1 => (1..12_usize, any::<bool>()).prop_map(|(call, charged)| Action::Resolve { call, charged }),
    ]
}

/// What the model knows of a call.
#[derive(Debug, Clone, Copy)]
struct Call {
    record: usize,
    run: i64,
    /// `None` while it is open.
    how: Option<How>,
    /// Counts the actions; stands for time.
    at: usize,
    resolved: Option<bool>,
}

impl Call {
    fn in_doubt(&self) -> bool {
        let doubt = [Some(How::Undocumented), Some(How::Doubted), Some(How::Dropped), None];
        doubt.contains(&self.how) && self.resolved.is_none()
    }

    fn perhaps_paid(&self) -> bool {
        self.how == Some(How::Answered) || self.in_doubt() || self.resolved == Some(true)
    }
}

/// One owner: a handle of the file, a run, and the claims it holds.
struct Owner {
    run: Run,
    number: i64,
    began: usize,
    last_call: usize,
    claims: Vec<(usize, usize, Claim)>,
}

#[derive(Debug, PartialEq)]
enum Expected {
    Claim,
    Answered(usize),
    InDoubt,
    Busy,
}

struct World {
    path: PathBuf,
    owners: [Option<Owner>; 2],
    calls: Vec<Call>,
    runs: i64,
    time: usize,
}

impl World {
    fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), owners: [None, None], calls: Vec::new(), runs: 0, time: 0 }
    }

    fn is_alive(&self, run: i64) -> bool {
        self.owners.iter().flatten().any(|owner| owner.number == run)
    }

    async fn act(&mut self, action: Action) {
        self.time += 1;
        match action {
            Action::Start { owner } => self.start(owner).await,
            Action::Finish { owner } => self.finish(owner).await,
            Action::Crash { owner } => self.crash(owner),
            Action::Claim { owner, record, fresh, resend } => {
                self.claim(owner, record, fresh, resend).await;
            }
            Action::End { owner, record, how } => self.end(owner, record, how).await,
            Action::Resolve { call, charged } => self.resolve(call, charged).await,
            Action::Index { owner } => self.tell(owner, |database| database.write_index(0)).await,
            Action::Forget { owner } => self.tell(owner, |database| database.index.reset()).await,
        }
    }

    async fn tell(&self, owner: usize, job: impl FnOnce(&mut Database) + Send + 'static) {
        let Some(owner) = &self.owners[owner] else { return };
        let told = owner.run.0.thread.job(|database| {
            job(database);
            Ok(())
        });
        told.await.unwrap();
    }

    async fn start(&mut self, owner: usize) {
        self.finish(owner).await;
        // So that what came before this run is of an earlier millisecond.
        tokio::time::sleep(Duration::from_millis(2)).await;
        let ledger = Ledger::open(&self.path, Kind::Sandbox).unwrap();
        let run = ledger.start_run("batch", "partner").await.unwrap();
        self.runs += 1;
        assert_eq!(run.id(), self.runs);
        let (number, began, last_call) = (self.runs, self.time, self.calls.len());
        self.owners[owner] = Some(Owner { run, number, began, last_call, claims: Vec::new() });
    }

    async fn finish(&mut self, owner: usize) {
        let Some(Owner { run, claims, .. }) = self.owners[owner].take() else { return };
        for (_, number, claim) in claims {
            self.note(number, How::Dropped);
            drop(claim);
        }
        run.finish(RunEnd::Done).await.unwrap();
    }

    fn crash(&mut self, owner: usize) {
        let Some(Owner { run, claims, .. }) = self.owners[owner].take() else { return };
        for (_, _, claim) in claims {
            claim.crash();
        }
        run.crash();
    }

    async fn claim(&mut self, owner: usize, record: usize, fresh: bool, resend_unknown: bool) {
        let expected = self.expected(owner, record, fresh, resend_unknown);
        let perhaps_paid =
            self.calls.iter().any(|call| call.record == record && call.perhaps_paid());
        let Some(holder) = &mut self.owners[owner] else { return };
        let fresh_since = fresh.then(|| holder.run.started());
        let options = ReuseRules { fresh_since, resend_unknown };
        let got = match holder.run.claim(&person(record), options).await.unwrap() {
            ClaimReply::Answered(stored) => {
                Expected::Answered(usize::try_from(stored.call).unwrap())
            }
            ClaimReply::InDoubt(_) => Expected::InDoubt,
            ClaimReply::Busy(_) => Expected::Busy,
            ClaimReply::Claim(claim) => {
                let number = usize::try_from(claim.call()).unwrap();
                assert_eq!(number, self.calls.len() + 1);
                holder.claims.push((record, number, claim));
                let (run, at) = (holder.number, self.time);
                self.calls.push(Call { record, run, how: None, at, resolved: None });
                Expected::Claim
            }
        };
        let about = format!(
            "record {record} for run {}, begun at {} after call {}, fresh {fresh}, resend \
             {resend_unknown}: {:?}",
            holder.number,
            holder.began,
            holder.last_call,
            self.calls.iter().filter(|call| call.record == record).collect::<Vec<_>>(),
        );
        assert_eq!(got, expected, "{about}");
        assert!(
            got != Expected::Claim || !perhaps_paid || fresh || resend_unknown,
            "paid twice unasked"
        );
    }

    fn expected(&self, owner: usize, record: usize, fresh: bool, resend: bool) -> Expected {
        let Some(owner) = &self.owners[owner] else { return Expected::Claim };
        let calls = || (1..).zip(&self.calls).filter(|(_, call)| call.record == record);
        let recent = |call: &Call| !fresh || call.run == owner.number || call.at > owner.began;
        let answered = calls().filter(|(_, call)| call.how == Some(How::Answered)).last();
        if let Some((number, _)) = answered.filter(|(_, call)| recent(call)) {
            return Expected::Answered(number);
        }
        if calls().any(|(_, call)| {
            call.how.is_none() && call.resolved.is_none() && self.is_alive(call.run)
        }) {
            return Expected::Busy;
        }
        let bars = |number: usize, call: &Call| {
            let again = resend && call.run != owner.number && number <= owner.last_call;
            !again && (call.in_doubt() || (call.resolved == Some(true) && recent(call)))
        };
        let since = answered.map_or(0, |(number, _)| number);
        let barred = calls().any(|(number, call)| number > since && bars(number, call));
        if barred { Expected::InDoubt } else { Expected::Claim }
    }

    async fn end(&mut self, owner: usize, record: usize, how: How) {
        let Some(owner) = &mut self.owners[owner] else { return };
        let Some(at) = owner.claims.iter().position(|(of, ..)| *of == record) else { return };
        let (_, number, claim) = owner.claims.remove(at);
        let settling = match how {
            How::Answered => claim.settle(&answer(200), 1),
            How::Refused => claim.settle(&answer(11340), 1),
            How::Undocumented => claim.settle(&answer(12223), 1),
            How::Released => claim.release("refused", 1),
            How::Doubted => claim.doubt("silence", 1),
            How::Dropped => {
                drop(claim);
                // What is asked after the drop is done after it.
                let missing = owner
                    .run
                    .0
                    .thread
                    .job(|database| resolve(database, 0, Resolution::Charged))
                    .await;
                assert_eq!(missing, Err(LedgerError::NoSuchCall(0)));
                return self.note(number, how);
            }
        };
        assert_eq!(settling.await, Ok(WriteStatus::Written));
        self.note(number, how);
    }

    fn note(&mut self, number: usize, how: How) {
        let call = &mut self.calls[number - 1];
        (call.how, call.at) = (Some(how), self.time);
    }

    async fn resolve(&mut self, number: usize, charged: bool) {
        let Some(owner) = self.owners.iter().flatten().next() else { return };
        let found = if charged { Resolution::Charged } else { Resolution::NotCharged };
        let call = i64::try_from(number).unwrap();
        let done = owner.run.0.thread.job(move |database| resolve(database, call, found)).await;
        let expected = match self.calls.get(number - 1) {
            None => Err(LedgerError::NoSuchCall(call)),
            Some(known) if !known.in_doubt() && known.resolved.is_none() => {
                Err(LedgerError::NotInDoubt(call))
            }
            Some(known) if known.how.is_none() && self.is_alive(known.run) => {
                Err(LedgerError::LivingRun(known.run))
            }
            Some(_) => Ok(()),
        };
        assert_eq!(done, expected);
        if done.is_ok() {
            self.calls[number - 1].resolved = Some(charged);
        }
    }

    /// Every call of the model is in the file, and costs there what it costs here.
    fn compare(&self) {
        let mut reader = Reader::open(&self.path, None).unwrap();
        let rows = reader.calls(&CallFilter::default()).unwrap();
        assert_eq!(rows.len(), self.calls.len());
        for (row, call) in rows.iter().zip(&self.calls) {
            let charged = if call.in_doubt() {
                Charge::Unknown
            } else if call.perhaps_paid() {
                Charge::Yes
            } else {
                Charge::No
            };
            assert_eq!((row.run, row.charged), (call.run, charged), "{call:?}");
            assert_eq!(row.outcome.is_none(), call.how.is_none() && self.is_alive(call.run));
        }
        surveys_as_it_looks_up(&mut reader);
    }
}

/// What is counted of many records is what is known of each.
fn surveys_as_it_looks_up(reader: &mut Reader) {
    let fresh_since = Some(jiff::Timestamp::now());
    for (fresh_since, resend_unknown) in
        [(None, false), (None, true), (fresh_since, false), (fresh_since, true)]
    {
        let options = ReuseRules { fresh_since, resend_unknown };
        let parameters = reader.look_up_parameters(Kind::Sandbox, "partner", options);
        let records: Vec<_> = (0..3).map(person).collect();
        let keys: Vec<_> = records.iter().map(|record| parameters.keys().key(record)).collect();
        let surveyed = reader.statuses(&parameters, &keys).unwrap();
        let known = reader.look_up_all(&parameters, &records).unwrap();
        let standing = |known: &LookUpResult| match known {
            LookUpResult::MaySend => RecordStatus::MaySend,
            LookUpResult::Answered(stored) => RecordStatus::Answered(stored.at),
            LookUpResult::InDoubt(_) => RecordStatus::InDoubt,
            LookUpResult::Busy(_) => RecordStatus::Busy,
        };
        assert_eq!(surveyed, known.iter().map(standing).collect::<Vec<_>>());
    }
}

fn person(record: usize) -> Record {
    Record::new(&format!("331099010190900{}", record + 1), "081234567890", "Budi")
}

fn answer(code: i64) -> Answer {
    Answer { code, result: Some("pass".to_owned()), ..Answer::default() }
}

async fn play(actions: Vec<Action>) {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(&folder.path().join("ledger.db"));
    world.act(Action::Start { owner: 0 }).await;
    world.act(Action::Start { owner: 1 }).await;
    for action in actions {
        world.act(action).await;
    }
    // What was dropped was told to the thread of its owner; the end of the owner waits for it.
    for owner in [0, 1] {
        world.finish(owner).await;
    }
    world.compare();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_does_what_its_model_does(actions in prop::collection::vec(action(), 20..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(play(actions));
    }
}
