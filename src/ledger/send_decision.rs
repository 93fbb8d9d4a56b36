//! The calls of a record, and the decision whether the record may be sent now. This decision keeps
//! a user from paying twice.

use jiff::Timestamp;

use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::explanation::DoubtReason;
use crate::model::outcome::Outcome;

/// Rules for reusing old answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReuseRules {
    /// Answers from before this moment don't count (`--fresh`: the run's start; `--max-age`).
    /// Answers of this very run always do.
    pub fresh_since: Option<Timestamp>,
    /// Send again what is in doubt since before this run (`--unknown resend`).
    pub resend_unknown: bool,
}

/// An answer from the ledger. Its `extra` is empty: that is never stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnswer {
    /// The call's number.
    pub call: i64,
    /// The run that asked.
    pub run: i64,
    /// When the answer came.
    pub at: Timestamp,
    /// The answer; runs of eight digits and more are masked in its texts.
    pub answer: Answer,
    /// What it was reported as.
    pub outcome: Outcome,
    /// What the call cost.
    pub charged: Charge,
    /// How many requests the record had taken by then.
    pub attempts: u32,
}

/// A call that may have been charged, without a usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InDoubtCall {
    /// The call's number, for `idv ledger resolve`.
    pub call: i64,
    /// The run that asked.
    pub run: i64,
    /// When the request went out, or when its end was noted.
    pub at: Timestamp,
    /// The reason.
    pub reason: DoubtReason,
}

/// A call in flight, in this run or in another living one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InFlightCall {
    /// The call's number.
    pub call: i64,
    /// The run that asked.
    pub run: i64,
    /// When it was claimed.
    pub since: Timestamp,
}

/// The result of a look-up.
#[derive(Debug, Clone, PartialEq)]
pub enum LookUpResult {
    /// The record may be sent.
    MaySend,
    /// It has this answer, which costs nothing.
    Answered(Box<StoredAnswer>),
    /// It may have been paid for already.
    InDoubt(InDoubtCall),
    /// A living run is sending it right now.
    Busy(InFlightCall),
}

/// The state of a call.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum CallState {
    /// No end is noted.
    Open,
    /// An answer with a legible code.
    Answered(Answer),
    /// Over without an answer: proved uncharged, or in doubt. Our own words.
    Without(Option<String>),
}

/// A call of one record, as it stands in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PastCall {
    pub(super) call: i64,
    pub(super) run: i64,
    pub(super) started: Timestamp,
    pub(super) ended: Option<Timestamp>,
    pub(super) state: CallState,
    pub(super) outcome: Outcome,
    pub(super) charged: Charge,
    pub(super) attempts: u32,
    /// The charge that a person found on the invoice.
    pub(super) resolved: Option<Charge>,
}

/// The reuse rules of one run. Calls of the run itself, and calls that it found when it started,
/// are treated differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RunRules {
    /// The own run; none where nothing will be sent.
    pub(super) run: Option<i64>,
    /// The last call there was when the run started.
    pub(super) last_call: i64,
    pub(super) reuse: ReuseRules,
}

/// The effect of one past call on the decision.
enum CallEffect {
    None,
    /// The call answered the question, too long ago.
    Outdated,
    Result(LookUpResult),
}

impl RunRules {
    /// Decides about a record from its calls, newest first. A valid answer goes before a call in
    /// flight, and that before a call in doubt; calls older than an answer are not looked at.
    pub(super) fn decide(
        &self,
        calls: Vec<PastCall>,
        mut is_alive: impl FnMut(i64) -> bool,
    ) -> LookUpResult {
        let mut known = LookUpResult::MaySend;
        for call in calls {
            match self.decide_call(call, &mut is_alive) {
                CallEffect::None => {}
                CallEffect::Outdated => break,
                CallEffect::Result(answered @ LookUpResult::Answered(_)) => return answered,
                CallEffect::Result(other) => known = prefer(known, other),
            }
        }
        known
    }

    fn decide_call(&self, call: PastCall, is_alive: &mut impl FnMut(i64) -> bool) -> CallEffect {
        match call.resolved.unwrap_or(call.charged) {
            Charge::No => CallEffect::None,
            Charge::Yes if call.resolved.is_some() => self.decide_paid(call),
            Charge::Yes if self.is_valid(&call) => match call.stored() {
                Some(stored) => CallEffect::Result(LookUpResult::Answered(Box::new(stored))),
                None => CallEffect::None,
            },
            Charge::Yes => CallEffect::Outdated,
            Charge::Unknown if call.state == CallState::Open && is_alive(call.run) => {
                let PastCall { call, run, started: since, .. } = call;
                CallEffect::Result(LookUpResult::Busy(InFlightCall { call, run, since }))
            }
            Charge::Unknown if self.resends(&call) => CallEffect::None,
            Charge::Unknown => CallEffect::Result(LookUpResult::InDoubt(call.in_doubt())),
        }
    }

    /// A call that was paid, but whose answer is lost, is repeated only on request.
    fn decide_paid(&self, call: PastCall) -> CallEffect {
        if self.resends(&call) || !self.is_valid(&call) {
            CallEffect::None
        } else {
            CallEffect::Result(LookUpResult::InDoubt(call.in_doubt()))
        }
    }

    fn is_valid(&self, call: &PastCall) -> bool {
        let at = call.ended.unwrap_or(call.started);
        self.run == Some(call.run) || self.reuse.fresh_since.is_none_or(|since| at >= since)
    }

    /// A run does not repeat its own call in doubt: duplicates share one call.
    fn resends(&self, call: &PastCall) -> bool {
        let former = self.run != Some(call.run) && call.call <= self.last_call;
        self.reuse.resend_unknown && (former || self.run.is_none())
    }
}

/// Prefers the newest call in flight, then the newest call in doubt.
fn prefer(known: LookUpResult, other: LookUpResult) -> LookUpResult {
    match (&known, &other) {
        (LookUpResult::MaySend, _) | (LookUpResult::InDoubt(_), LookUpResult::Busy(_)) => other,
        _ => known,
    }
}

impl PastCall {
    /// The answer, if a legible one came.
    pub(super) fn stored(&self) -> Option<StoredAnswer> {
        let CallState::Answered(answer) = &self.state else { return None };
        Some(StoredAnswer {
            call: self.call,
            run: self.run,
            at: self.ended.unwrap_or(self.started),
            answer: answer.clone(),
            outcome: self.outcome,
            charged: self.charged,
            attempts: self.attempts,
        })
    }

    /// The call as one in doubt.
    pub(super) fn in_doubt(self) -> InDoubtCall {
        let reason = match (self.resolved, self.state) {
            (Some(_), _) => DoubtReason::Paid,
            (None, CallState::Open) => DoubtReason::RunEnded,
            (None, CallState::Without(words)) => DoubtReason::NoAnswer(words),
            (None, CallState::Answered(answer)) => DoubtReason::UndocumentedCode(answer.code),
        };
        InDoubtCall {
            call: self.call,
            run: self.run,
            at: self.ended.unwrap_or(self.started),
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: i64 = 3;
    const ALIVE: i64 = 2;
    const DEAD: i64 = 1;

    /// A call that began and ended at this second; its charge and its code say how.
    fn past(call: i64, run: i64, second: i64, charged: Charge, code: Option<i64>) -> PastCall {
        let at = Timestamp::from_second(second).unwrap();
        let answer = |code| CallState::Answered(Answer { code, ..Answer::default() });
        let state = code.map_or(CallState::Without(None), answer);
        let (outcome, ended) = (Outcome::Unknown, Some(at));
        PastCall {
            call,
            run,
            started: at,
            ended,
            state,
            outcome,
            charged,
            attempts: 1,
            resolved: None,
        }
    }

    fn open(call: i64, run: i64) -> PastCall {
        let past = past(call, run, call, Charge::Unknown, None);
        PastCall { state: CallState::Open, ended: None, ..past }
    }

    fn answered(call: i64, run: i64) -> PastCall {
        past(call, run, call, Charge::Yes, Some(200))
    }

    fn doubtful(call: i64, run: i64) -> PastCall {
        past(call, run, call, Charge::Unknown, None)
    }

    fn resolved(charged: Charge, past: PastCall) -> PastCall {
        PastCall { resolved: Some(charged), ..past }
    }

    /// Judged by a run that found 10 calls; one word, and the call's number.
    fn decide(
        calls: &[PastCall],
        fresh_since: Option<i64>,
        resend_unknown: bool,
    ) -> (&'static str, i64) {
        let fresh_since = fresh_since.map(|second| Timestamp::from_second(second).unwrap());
        let reuse = ReuseRules { fresh_since, resend_unknown };
        let rules = RunRules { run: Some(OWN), last_call: 10, reuse };
        match rules.decide(calls.iter().rev().cloned().collect(), |run| run != DEAD) {
            LookUpResult::MaySend => ("may send", 0),
            LookUpResult::Answered(stored) => ("answered", stored.call),
            LookUpResult::InDoubt(doubt) => ("in doubt", doubt.call),
            LookUpResult::Busy(in_flight) => ("busy", in_flight.call),
        }
    }

    #[test]
    fn the_newest_answer_that_counts_goes_before_all_else() {
        let calls = [answered(1, DEAD), answered(2, DEAD), doubtful(3, DEAD), open(4, ALIVE)];
        assert_eq!(decide(&calls, None, false), ("answered", 2));
        assert_eq!(decide(&calls, Some(2), false), ("answered", 2));
        assert_eq!(decide(&calls, Some(3), false), ("busy", 4));
        assert_eq!(decide(&calls[..3], Some(3), false), ("in doubt", 3));
        assert_eq!(decide(&calls[..2], Some(3), false), ("may send", 0));
    }

    #[test]
    fn a_call_in_flight_goes_before_a_doubt_whichever_came_first() {
        assert_eq!(decide(&[open(1, ALIVE), doubtful(2, DEAD)], None, false), ("busy", 1));
        assert_eq!(decide(&[doubtful(1, DEAD), open(2, OWN)], None, true), ("busy", 2));
    }

    #[test]
    fn what_is_older_than_an_answer_has_nothing_more_to_say() {
        let calls = [doubtful(1, DEAD), answered(2, DEAD)];
        assert_eq!(decide(&calls, Some(5), false), ("may send", 0));
    }

    #[test]
    fn an_answer_of_the_own_run_counts_though_the_clock_went_back() {
        assert_eq!(decide(&[answered(1, OWN)], Some(99), false), ("answered", 1));
        assert_eq!(decide(&[answered(1, ALIVE)], Some(99), false), ("may send", 0));
    }

    #[test]
    fn only_doubts_from_before_the_run_are_sent_again() {
        assert_eq!(decide(&[open(10, DEAD)], None, true), ("may send", 0));
        assert_eq!(decide(&[open(10, DEAD)], None, false), ("in doubt", 10));
        assert_eq!(decide(&[doubtful(11, ALIVE)], None, true), ("in doubt", 11));
        assert_eq!(decide(&[doubtful(9, OWN)], None, true), ("in doubt", 9));
        let undocumented = past(1, DEAD, 1, Charge::Unknown, Some(12223));
        assert_eq!(decide(&[undocumented], Some(5), false), ("in doubt", 1));
    }

    #[test]
    fn the_invoice_decides_about_a_doubt() {
        let paid = [resolved(Charge::Yes, open(1, DEAD))];
        assert_eq!(decide(&paid, None, false), ("in doubt", 1));
        assert_eq!(decide(&paid, None, true), ("may send", 0));
        assert_eq!(decide(&paid, Some(5), false), ("may send", 0));
        let unpaid = [resolved(Charge::No, doubtful(1, DEAD))];
        assert_eq!(decide(&unpaid, None, false), ("may send", 0));
    }

    #[test]
    fn what_cost_nothing_is_asked_again() {
        let refused = past(1, DEAD, 1, Charge::No, Some(11340));
        let released = past(2, DEAD, 2, Charge::No, None);
        assert_eq!(decide(&[refused, released], None, false), ("may send", 0));
    }
}
