//! Claims: the right to send one record, once. The team's decision comes first where there is one, then
//! the intent on this machine's disk.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::ledger::error::LedgerError;
use crate::ledger::redaction::{cut, masked};
use crate::ledger::requests::{
    ClaimDecision, ClaimRequest, CloseRequest, LookUpRequest, Reply, Request, TeamClaim,
    WriteStatus,
};
use crate::ledger::run_state::RunInner;
use crate::ledger::send_decision::{
    CallState, InDoubtCall, InFlightCall, LookUpResult, RunRules, StoredAnswer,
};
use crate::ledger::store::CallEnd;
use crate::ledger::team::{Asked, Decision};
use crate::ledger::waiter::Waiter;
use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::outcome::Outcome;

/// The end of a call of this very run is in the team's ledger after about this time.
const OWN_END: Duration = Duration::from_millis(25);

/// Requests the right to send a record.
pub(super) fn claim(run: &Arc<RunInner>, asked: Asked) -> PendingClaim {
    let Some(team) = &run.team else {
        return PendingClaim(ClaimState::Intent(intend(run, asked, None)));
    };
    match team.take(&asked.key) {
        Some(Err(error)) => PendingClaim(ClaimState::Known(Some(Err(error)))),
        Some(Ok(Decision::Won(won))) => {
            PendingClaim(ClaimState::Intent(intend(run, asked, Some(won))))
        }
        Some(Ok(Decision::Known(found))) => {
            PendingClaim(ClaimState::Known(Some(Ok(known(run, found)))))
        }
        None => {
            let decision = team.claim(asked);
            let claiming = claim_in_team(Arc::clone(run), asked, decision);
            PendingClaim(ClaimState::Team(Box::pin(claiming)))
        }
    }
}

/// Requests the intent of a record.
fn intend(run: &Arc<RunInner>, asked: Asked, team: Option<TeamClaim>) -> PendingIntent {
    let (reply, answer) = oneshot::channel();
    let Asked { key, person, rules } = asked;
    let claim = ClaimRequest { run: run.id, key, person, rules, team: team.clone(), reply };
    // Without a thread the reply is dropped, and the future says that the ledger is closed.
    let _ = run.thread.send(Request::Claim(claim));
    PendingIntent { run: Arc::clone(run), team, answer }
}

/// Waits for the team's decision, then for the intent on this machine's disk.
async fn claim_in_team(
    run: Arc<RunInner>,
    asked: Asked,
    mut decision: oneshot::Receiver<Result<Decision, LedgerError>>,
) -> Result<ClaimReply, LedgerError> {
    let Some(team) = run.team.clone() else { return Err(LedgerError::Closed) };
    loop {
        match decision.await.unwrap_or(Err(LedgerError::Closed))? {
            Decision::Won(won) => return intend(&run, asked, Some(won)).await,
            Decision::Known(LookUpResult::Busy(call)) if call.run == run.shown_id() => {
                if let Some(reply) = own(&run, asked, call).await? {
                    return Ok(reply);
                }
                // It ended just now, and the team's ledger will know in a moment.
                tokio::time::sleep(OWN_END).await;
                decision = team.claim(asked);
            }
            Decision::Known(found) => return Ok(known(&run, found)),
        }
    }
}

/// What the journal says about a record that this very run has in flight, as the team's ledger knows
/// it. The journal knows the run by another number.
async fn own(
    inner: &Arc<RunInner>,
    asked: Asked,
    in_flight: InFlightCall,
) -> Result<Option<ClaimReply>, LedgerError> {
    let (reply, answer) = oneshot::channel();
    let own = inner.id;
    let rules = RunRules { run: Some(own), last_call: inner.last_call, ..asked.rules };
    let request = LookUpRequest { key: asked.key, rules, reply };
    inner.thread.send(Request::LookUp(request))?;
    let InFlightCall { call, run, .. } = in_flight;
    Ok(match answer.await.unwrap_or(Err(LedgerError::Closed))? {
        LookUpResult::Answered(stored) if stored.run == own => {
            Some(ClaimReply::Answered(Box::new(StoredAnswer { call, run, ..*stored })))
        }
        LookUpResult::InDoubt(doubt) if doubt.run == own => {
            Some(ClaimReply::InDoubt(InDoubtCall { call, run, ..doubt }))
        }
        LookUpResult::Busy(busy) if busy.run == own => {
            let thread = Arc::clone(&inner.thread);
            Some(ClaimReply::Busy(Waiter::of_journal(thread, busy.call, in_flight)))
        }
        _ => None,
    })
}

fn known(run: &Arc<RunInner>, known: LookUpResult) -> ClaimReply {
    match known {
        LookUpResult::Answered(stored) => ClaimReply::Answered(stored),
        LookUpResult::InDoubt(call) => ClaimReply::InDoubt(call),
        LookUpResult::Busy(in_flight) => ClaimReply::Busy(if let Some(team) = &run.team {
            Waiter::of_team(Arc::clone(team), in_flight)
        } else {
            let is_own = in_flight.run == run.shown_id();
            Waiter::new(Arc::clone(&run.thread), in_flight, is_own)
        }),
        LookUpResult::MaySend => unreachable!("a record that may be sent gets an intent"),
    }
}

/// A requested claim. Dropped, nothing is sent and nothing is in doubt.
#[must_use = "a claim does nothing until it is awaited"]
pub struct PendingClaim(ClaimState);

type BoxedReply = Pin<Box<dyn Future<Output = Result<ClaimReply, LedgerError>> + Send>>;

enum ClaimState {
    /// The intent is on its way to the disk.
    Intent(PendingIntent),
    /// The team's ledger is asked first.
    Team(BoxedReply),
    /// The reply was known already.
    Known(Option<Result<ClaimReply, LedgerError>>),
}

/// An intent on its way to the disk.
struct PendingIntent {
    run: Arc<RunInner>,
    team: Option<TeamClaim>,
    answer: oneshot::Receiver<Result<ClaimDecision, LedgerError>>,
}

/// The reply to a claim.
#[derive(Debug)]
pub enum ClaimReply {
    /// The record may be sent, once.
    Claim(Claim),
    /// It was answered before: this costs nothing.
    Answered(Box<StoredAnswer>),
    /// It may have been paid for already: it is not sent.
    InDoubt(InDoubtCall),
    /// This run, or another living one, is sending it right now.
    Busy(Waiter),
}

impl Future for PendingClaim {
    type Output = Result<ClaimReply, LedgerError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            ClaimState::Intent(intent) => Pin::new(intent).poll(context),
            ClaimState::Team(claim) => claim.as_mut().poll(context),
            ClaimState::Known(reply) => {
                Poll::Ready(reply.take().unwrap_or(Err(LedgerError::Closed)))
            }
        }
    }
}

impl Future for PendingIntent {
    type Output = Result<ClaimReply, LedgerError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = std::task::ready!(Pin::new(&mut self.answer).poll(context));
        Poll::Ready(match answer.unwrap_or(Err(LedgerError::Closed)) {
            Ok(ClaimDecision::Intent(call)) => {
                let (run, team) = (Arc::clone(&self.run), self.team.take());
                Ok(ClaimReply::Claim(Claim { run, call, team, is_over: false }))
            }
            Ok(ClaimDecision::Known(known)) => Ok(self::known(&self.run, known)),
            Err(error) => {
                self.give_back();
                Err(error)
            }
        })
    }
}

impl PendingIntent {
    /// Gives the team's claim back: no intent was written, so nothing is sent.
    fn give_back(&mut self) {
        if let (Some(team), Some(claim)) = (&self.run.team, self.team.take()) {
            team.give_back(&claim);
        }
    }
}

/// An intent that came too late for its caller was not sent.
impl Drop for PendingIntent {
    fn drop(&mut self) {
        self.answer.close();
        if let Ok(Ok(ClaimDecision::Intent(call))) = self.answer.try_recv() {
            let close = CloseRequest::unsent(call, self.run.id, self.team.take());
            let _ = self.run.thread.send(Request::Close(close));
        }
    }
}

/// The right to send one record once. Settling, releasing or doubting uses it up; dropped without
/// that, its call is in doubt at once.
#[must_use = "a claim that is dropped leaves its record in doubt"]
pub struct Claim {
    run: Arc<RunInner>,
    call: i64,
    team: Option<TeamClaim>,
    is_over: bool,
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Claim({})", self.call)
    }
}

impl Claim {
    /// Returns the call's number in the ledger.
    pub fn call(&self) -> i64 {
        self.team.as_ref().map_or(self.call, |team| team.call)
    }

    /// Says, whenever it is asked, whether the request may go out. A run of a team that was silent for
    /// too long sends nothing: others take its calls for dead.
    pub fn permission(&self) -> Box<dyn Fn() -> bool + Send + Sync> {
        match (self.run.team.clone(), self.team.clone()) {
            (Some(team), Some(claim)) => Box::new(move || team.may_send(&claim)),
            _ => Box::new(|| true),
        }
    }

    /// Notes an answer with a legible code; an undocumented code leaves the record in doubt.
    pub fn settle(self, answer: &Answer, attempts: u32) -> PendingWrite {
        let state = CallState::Answered(stored_form(answer));
        self.end(answer.outcome(), answer.charge(), state, attempts)
    }

    /// Notes that the call was proved not sent, or not charged, without a legible code. `words`
    /// are ours, and name no person.
    pub fn release(self, words: &str, attempts: u32) -> PendingWrite {
        let state = CallState::Without(Some(masked(words)));
        self.end(Outcome::Unavailable, Charge::No, state, attempts)
    }

    /// Notes that the call may have been charged and has no usable answer. `words` are ours, and
    /// name no person.
    pub fn doubt(self, words: &str, attempts: u32) -> PendingWrite {
        let state = CallState::Without(Some(masked(words)));
        self.end(Outcome::Unknown, Charge::Unknown, state, attempts)
    }

    /// Ends as kill -9 would end it: nothing is written.
    #[cfg(test)]
    pub(super) fn crash(mut self) {
        self.is_over = true;
    }

    fn end(
        mut self,
        outcome: Outcome,
        charged: Charge,
        state: CallState,
        attempts: u32,
    ) -> PendingWrite {
        let (reply, answer) = oneshot::channel();
        let end = CallEnd { at: Timestamp::now(), outcome, charged, state, attempts };
        self.close(end, Some(reply));
        PendingWrite { answer }
    }

    fn close(&mut self, end: CallEnd, reply: Option<Reply<WriteStatus>>) {
        self.is_over = true;
        let (call, run, team) = (self.call, self.run.id, self.team.take());
        let close = CloseRequest { call, run, end, team, reply };
        // Without a thread nothing can be written: the open intent is in doubt too.
        let _ = self.run.thread.send(Request::Close(close));
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.is_over {
            let state = CallState::Without(Some("given up before an answer came".to_owned()));
            let (at, outcome, charged) = (Timestamp::now(), Outcome::Unknown, Charge::Unknown);
            self.close(CallEnd { at, outcome, charged, state, attempts: 0 }, None);
        }
    }
}

/// The answer as it may be stored: masked, without `extra`.
fn stored_form(answer: &Answer) -> Answer {
    let text = |text: &Option<String>| text.as_deref().map(masked);
    Answer {
        code: answer.code,
        message: text(&answer.message),
        sequence_id: answer.sequence_id.clone().map(cut),
        result: text(&answer.result),
        id_phone_match: text(&answer.id_phone_match),
        id_name_match: text(&answer.id_name_match),
        reason: text(&answer.reason),
        extra: serde_json::Map::new(),
    }
}

/// The write of a call's end. It happens whether or not anyone waits for it.
#[must_use = "an answer may be shown only when it is on disk"]
pub struct PendingWrite {
    answer: oneshot::Receiver<Result<WriteStatus, LedgerError>>,
}

impl PendingWrite {
    /// Blocks the thread until the end is on disk.
    pub fn wait(self) -> Result<WriteStatus, LedgerError> {
        self.answer.blocking_recv().unwrap_or(Err(LedgerError::Closed))
    }
}

impl Future for PendingWrite {
    type Output = Result<WriteStatus, LedgerError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(context).map(|got| got.unwrap_or(Err(LedgerError::Closed)))
    }
}
