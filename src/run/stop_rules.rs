//! When a run must stop for what the endpoint says: a pure state machine over its attempts. (For
//! how long it goes on without a clean answer is the brake's affair, which knows the pauses.)

use crate::client::SendError;
use crate::model::answer::Answer;
use crate::model::code::{Charge, Class};
use crate::run::stop::Reason;

/// So many refusals, and nothing else since the start, are about the account.
const FIRST_ANSWERS: u32 = 20;

/// What a run has seen of its endpoint.
#[derive(Debug)]
pub(crate) struct Guard {
    most_unknowns: usize,
    unknowns: usize,
    refusals: u32,
    looked_up: bool,
}

impl Guard {
    /// A guard for a run with so many requests in flight.
    pub(crate) fn new(concurrency: usize) -> Self {
        Self { most_unknowns: concurrency.max(3), unknowns: 0, refusals: 0, looked_up: false }
    }

    /// Takes note of one attempt; says whether it was one too many.
    pub(crate) fn observe(&mut self, attempt: &Result<Answer, SendError>) -> Option<Reason> {
        match attempt {
            Ok(answer) => self.answered(answer),
            Err(SendError::Tls(why)) => Some(Reason::Tls(why.clone())),
            Err(SendError::Proxy(why)) => Some(Reason::Proxy(why.clone())),
            Err(SendError::Denied(status)) => Some(Reason::Denied(*status)),
            Err(SendError::Redirected(status)) => Some(Reason::Redirected(*status)),
            Err(
                error @ (SendError::NotSent(_) | SendError::Busy { .. } | SendError::NoAnswer(_)),
            ) => self.failed(error.charge()),
        }
    }

    fn answered(&mut self, answer: &Answer) -> Option<Reason> {
        match answer.class() {
            Some(Class::Answered) => {
                self.looked_up = true;
                self.clean();
                None
            }
            Some(Class::Record) => {
                self.clean();
                self.refusals += 1;
                let all = !self.looked_up && self.refusals == FIRST_ANSWERS;
                all.then_some(Reason::AllRefused(FIRST_ANSWERS))
            }
            Some(Class::Account) if matches!(answer.code, 11301 | 11340) => {
                Some(Reason::Credentials(answer.code))
            }
            Some(Class::Account | Class::Quota) => Some(Reason::Account(answer.code)),
            Some(Class::Passing) => self.failed(Charge::No),
            None => self.failed(Charge::Unknown),
        }
    }

    fn clean(&mut self) {
        self.unknowns = 0;
    }

    fn failed(&mut self, charge: Charge) -> Option<Reason> {
        self.unknowns += usize::from(charge == Charge::Unknown);
        (self.unknowns >= self.most_unknowns).then_some(Reason::Unknowns(self.unknowns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "it stands beside failures")]
    fn answer(code: i64, message: &str) -> Result<Answer, SendError> {
        Ok(Answer { code, message: Some(message.to_owned()), ..Answer::default() })
    }

    fn silence() -> Result<Answer, SendError> {
        Err(SendError::NoAnswer("timed out".to_owned()))
    }

    fn last(attempts: impl IntoIterator<Item = Result<Answer, SendError>>) -> Option<Reason> {
        let mut guard = Guard::new(8);
        attempts.into_iter().fold(None, |_, attempt| guard.observe(&attempt))
    }

    #[test]
    fn account_codes_stop_at_the_first() {
        for code in [301, 303, 304, 305, 11304] {
            assert_eq!(last(vec![answer(code, "")]), Some(Reason::Account(code)));
        }
        assert_eq!(
            last(vec![answer(11340, "partner_key error")]),
            Some(Reason::Credentials(11340))
        );
        for code in [200, 302, 600, 11350, 11301, 11340, 12223] {
            assert_eq!(last(vec![answer(code, "phone_number error")]), None);
        }
    }

    #[test]
    fn twenty_refusals_from_the_start_stop_it_and_an_answer_before_them_does_not() {
        let refused = || answer(11340, "phone_number error");
        assert_eq!(last((0..19).map(|_| refused())), None);
        assert_eq!(last((0..20).map(|_| refused())), Some(Reason::AllRefused(20)));
        let mut attempts = vec![answer(200, "success")];
        attempts.extend((0..40).map(|_| refused()));
        assert_eq!(last(attempts), None);
    }

    #[test]
    fn as_many_unknowns_as_are_in_flight_stop_it_unless_a_clean_answer_comes_between() {
        assert_eq!(last((0..7).map(|_| silence())), None);
        assert_eq!(last((0..8).map(|_| silence())), Some(Reason::Unknowns(8)));
        let mut attempts: Vec<_> = (0..7).map(|_| silence()).collect();
        attempts.push(answer(11301, "name empty"));
        attempts.extend((0..7).map(|_| silence()));
        assert_eq!(last(attempts), None);
        let undocumented = (0..8).map(|_| answer(12223, ""));
        assert_eq!(last(undocumented), Some(Reason::Unknowns(8)));
    }

    #[test]
    fn one_at_a_time_still_bears_two_unknowns() {
        let mut guard = Guard::new(1);
        let seen: Vec<_> = (0..3).map(|_| guard.observe(&silence()).is_some()).collect();
        assert_eq!(seen, [false, false, true]);
    }

    #[test]
    fn what_no_wait_can_mend_stops_at_the_first() {
        assert_eq!(last(vec![Err(SendError::Denied(403))]), Some(Reason::Denied(403)));
        assert_eq!(last(vec![Err(SendError::Redirected(307))]), Some(Reason::Redirected(307)));
        let tls = SendError::Tls("expired".to_owned());
        assert_eq!(last(vec![Err(tls)]), Some(Reason::Tls("expired".to_owned())));
    }
}
