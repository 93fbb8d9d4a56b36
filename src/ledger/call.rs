//! What the ledger knows of calls, and the one decision that keeps anyone from paying twice:
//! may this record be sent now?

use jiff::Timestamp;

use crate::model::answer::Answer;
use crate::model::code::Charge;
use crate::model::outcome::Outcome;

/// On which terms a record is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClaimOptions {
    /// Answers from before this moment don't count (`--fresh`: the run's start; `--max-age`).
    /// Answers of this very run always do.
    pub fresh_since: Option<Timestamp>,
    /// Send again what is in doubt since before this run (`--unknown resend`).
    pub resend_unknown: bool,
}

/// An answer from the ledger. Its `extra` is empty: that is never stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
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
pub struct Doubt {
    /// The call's number, for `idv ledger resolve`.
    pub call: i64,
    /// The run that asked.
    pub run: i64,
    /// When the request went out, or when its end was noted.
    pub at: Timestamp,
    /// Why nobody knows.
    pub why: Why,
}

/// Why a call is in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Its run ended before an answer was noted.
    RunEnded,
    /// No usable answer came; in our own words.
    NoAnswer(Option<String>),
    /// The answer's code is not documented.
    UndocumentedCode(i64),
    /// The invoice shows that it was charged; its answer is lost.
    Paid,
}

/// A call in flight, in this run or in another living one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InFlight {
    /// The call's number.
    pub call: i64,
    /// The run that asked.
    pub run: i64,
    /// When it was claimed.
    pub since: Timestamp,
}

/// What the ledger says of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// Nothing that stands against sending it.
    Unasked,
    /// This answer, which costs nothing.
    Answered(Box<Stored>),
    /// It may have been paid for already.
    InDoubt(Doubt),
    /// Somebody is asking right now.
    Busy(InFlight),
}

/// How a call ended, if it did.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum End {
    /// No answer is noted.
    Open,
    /// An answer with a legible code.
    Answered(Answer),
    /// None: proved uncharged, or in doubt. Our own words.
    Without(Option<String>),
}

/// A call of one record, as it stands in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Past {
    pub(super) call: i64,
    pub(super) run: i64,
    pub(super) started: Timestamp,
    pub(super) ended: Option<Timestamp>,
    pub(super) end: End,
    pub(super) outcome: Outcome,
    pub(super) charged: Charge,
    pub(super) attempts: u32,
    /// What a person found on the invoice.
    pub(super) resolved: Option<Charge>,
}

/// Who asks: calls of its own run, and those it found when it started, are not judged alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asking {
    /// The own run; none where nothing will be sent.
    pub(super) run: Option<i64>,
    /// The last call there was when the run started.
    pub(super) last_call: i64,
    pub(super) options: ClaimOptions,
}

/// What one past call says about asking now.
enum Says {
    Nothing,
    /// The call answered the question, too long ago.
    Outdated,
    Known(Known),
}

impl Asking {
    /// Judges a record by its calls, newest first. An answer that counts goes before a call in
    /// flight, that before a doubt; calls older than an answer have nothing more to say.
    pub(super) fn judge(&self, calls: Vec<Past>, mut lives: impl FnMut(i64) -> bool) -> Known {
        let mut known = Known::Unasked;
        for call in calls {
            match self.weigh(call, &mut lives) {
                Says::Nothing => {}
                Says::Outdated => break,
                Says::Known(answered @ Known::Answered(_)) => return answered,
                Says::Known(other) => known = graver(known, other),
            }
        }
        known
    }

    fn weigh(&self, call: Past, lives: &mut impl FnMut(i64) -> bool) -> Says {
        match call.resolved.unwrap_or(call.charged) {
            Charge::No => Says::Nothing,
            Charge::Yes if call.resolved.is_some() => self.weigh_paid(call),
            Charge::Yes if self.counts(&call) => match call.stored() {
                Some(stored) => Says::Known(Known::Answered(Box::new(stored))),
                None => Says::Nothing,
            },
            Charge::Yes => Says::Outdated,
            Charge::Unknown if call.end == End::Open && lives(call.run) => {
                let Past { call, run, started: since, .. } = call;
                Says::Known(Known::Busy(InFlight { call, run, since }))
            }
            Charge::Unknown if self.resends(&call) => Says::Nothing,
            Charge::Unknown => Says::Known(Known::InDoubt(call.doubt())),
        }
    }

    /// A call known to be paid whose answer is lost is asked again only by somebody who says so.
    fn weigh_paid(&self, call: Past) -> Says {
        if self.resends(&call) || !self.counts(&call) {
            Says::Nothing
        } else {
            Says::Known(Known::InDoubt(call.doubt()))
        }
    }

    fn counts(&self, call: &Past) -> bool {
        let at = call.ended.unwrap_or(call.started);
        self.run == Some(call.run) || self.options.fresh_since.is_none_or(|since| at >= since)
    }

    /// What became doubtful in this run is not sent again by it: duplicates share one call.
    fn resends(&self, call: &Past) -> bool {
        let former = self.run != Some(call.run) && call.call <= self.last_call;
        self.options.resend_unknown && (former || self.run.is_none())
    }
}

/// The newest call in flight, else the newest doubt.
fn graver(known: Known, other: Known) -> Known {
    match (&known, &other) {
        (Known::Unasked, _) | (Known::InDoubt(_), Known::Busy(_)) => other,
        _ => known,
    }
}

impl Past {
    /// The answer, if a legible one came.
    pub(super) fn stored(&self) -> Option<Stored> {
        let End::Answered(answer) = &self.end else { return None };
        Some(Stored {
            call: self.call,
            run: self.run,
            at: self.ended.unwrap_or(self.started),
            answer: answer.clone(),
            outcome: self.outcome,
            charged: self.charged,
            attempts: self.attempts,
        })
    }

    /// The doubt about a call that may have been charged.
    pub(super) fn doubt(self) -> Doubt {
        let why = match (self.resolved, self.end) {
            (Some(_), _) => Why::Paid,
            (None, End::Open) => Why::RunEnded,
            (None, End::Without(words)) => Why::NoAnswer(words),
            (None, End::Answered(answer)) => Why::UndocumentedCode(answer.code),
        };
        Doubt { call: self.call, run: self.run, at: self.ended.unwrap_or(self.started), why }
    }
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { call, run, .. } = self;
        match &self.why {
            Why::RunEnded => write!(f, "call {call} of run {run} was cut off, and")?,
            Why::NoAnswer(Some(words)) => write!(f, "call {call} of run {run}: {words};")?,
            Why::NoAnswer(None) => write!(f, "call {call} of run {run} got no usable answer, and")?,
            Why::UndocumentedCode(code) => {
                write!(f, "call {call} of run {run} got the undocumented code {code}, and")?;
            }
            Why::Paid => {
                return write!(f, "call {call} of run {run} was charged, its answer is lost");
            }
        }
        f.write_str(" may have been charged")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: i64 = 3;
    const ALIVE: i64 = 2;
    const DEAD: i64 = 1;

    /// A call that began and ended at this second; its charge and its code say how.
    fn past(call: i64, run: i64, second: i64, charged: Charge, code: Option<i64>) -> Past {
        let at = Timestamp::from_second(second).unwrap();
        let answer = |code| End::Answered(Answer { code, ..Answer::default() });
        let end = code.map_or(End::Without(None), answer);
        let (outcome, ended) = (Outcome::Unknown, Some(at));
        Past { call, run, started: at, ended, end, outcome, charged, attempts: 1, resolved: None }
    }

    fn open(call: i64, run: i64) -> Past {
        let past = past(call, run, call, Charge::Unknown, None);
        Past { end: End::Open, ended: None, ..past }
    }

    fn answered(call: i64, run: i64) -> Past {
        past(call, run, call, Charge::Yes, Some(200))
    }

    fn doubtful(call: i64, run: i64) -> Past {
        past(call, run, call, Charge::Unknown, None)
    }

    fn resolved(charged: Charge, past: Past) -> Past {
        Past { resolved: Some(charged), ..past }
    }

    /// Judged by a run that found 10 calls; one word, and the call's number.
    fn judge(
        calls: &[Past],
        fresh_since: Option<i64>,
        resend_unknown: bool,
    ) -> (&'static str, i64) {
        let fresh_since = fresh_since.map(|second| Timestamp::from_second(second).unwrap());
        let options = ClaimOptions { fresh_since, resend_unknown };
        let asking = Asking { run: Some(OWN), last_call: 10, options };
        match asking.judge(calls.iter().rev().cloned().collect(), |run| run != DEAD) {
            Known::Unasked => ("unasked", 0),
            Known::Answered(stored) => ("answered", stored.call),
            Known::InDoubt(doubt) => ("in doubt", doubt.call),
            Known::Busy(in_flight) => ("busy", in_flight.call),
        }
    }

    #[test]
    fn the_newest_answer_that_counts_goes_before_all_else() {
        let calls = [answered(1, DEAD), answered(2, DEAD), doubtful(3, DEAD), open(4, ALIVE)];
        assert_eq!(judge(&calls, None, false), ("answered", 2));
        assert_eq!(judge(&calls, Some(2), false), ("answered", 2));
        assert_eq!(judge(&calls, Some(3), false), ("busy", 4));
        assert_eq!(judge(&calls[..3], Some(3), false), ("in doubt", 3));
        assert_eq!(judge(&calls[..2], Some(3), false), ("unasked", 0));
    }

    #[test]
    fn a_call_in_flight_goes_before_a_doubt_whichever_came_first() {
        assert_eq!(judge(&[open(1, ALIVE), doubtful(2, DEAD)], None, false), ("busy", 1));
        assert_eq!(judge(&[doubtful(1, DEAD), open(2, OWN)], None, true), ("busy", 2));
    }

    #[test]
    fn what_is_older_than_an_answer_has_nothing_more_to_say() {
        let calls = [doubtful(1, DEAD), answered(2, DEAD)];
        assert_eq!(judge(&calls, Some(5), false), ("unasked", 0));
    }

    #[test]
    fn an_answer_of_the_own_run_counts_though_the_clock_went_back() {
        assert_eq!(judge(&[answered(1, OWN)], Some(99), false), ("answered", 1));
        assert_eq!(judge(&[answered(1, ALIVE)], Some(99), false), ("unasked", 0));
    }

    #[test]
    fn only_doubts_from_before_the_run_are_sent_again() {
        assert_eq!(judge(&[open(10, DEAD)], None, true), ("unasked", 0));
        assert_eq!(judge(&[open(10, DEAD)], None, false), ("in doubt", 10));
        assert_eq!(judge(&[doubtful(11, ALIVE)], None, true), ("in doubt", 11));
        assert_eq!(judge(&[doubtful(9, OWN)], None, true), ("in doubt", 9));
        let undocumented = past(1, DEAD, 1, Charge::Unknown, Some(12223));
        assert_eq!(judge(&[undocumented], Some(5), false), ("in doubt", 1));
    }

    #[test]
    fn the_invoice_decides_about_a_doubt() {
        let paid = [resolved(Charge::Yes, open(1, DEAD))];
        assert_eq!(judge(&paid, None, false), ("in doubt", 1));
        assert_eq!(judge(&paid, None, true), ("unasked", 0));
        assert_eq!(judge(&paid, Some(5), false), ("unasked", 0));
        let unpaid = [resolved(Charge::No, doubtful(1, DEAD))];
        assert_eq!(judge(&unpaid, None, false), ("unasked", 0));
    }

    #[test]
    fn what_cost_nothing_is_asked_again() {
        let refused = past(1, DEAD, 1, Charge::No, Some(11340));
        let released = past(2, DEAD, 2, Charge::No, None);
        assert_eq!(judge(&[refused, released], None, false), ("unasked", 0));
    }
}
