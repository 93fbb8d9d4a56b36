//! The rules that stop a run because of the endpoint's answers: a pure state machine over the
//! attempts. (`--give-up-after` is a rule of `pacing`, which knows the pauses.)

use crate::client::SendError;
use crate::model::answer::Answer;
use crate::model::code::{Charge, Class};
use crate::run::stop::StopReason;

/// If the first 20 answers are all refusals, the account is wrong, not the records.
const FIRST_ANSWERS: u32 = 20;

/// The answers of a run so far, as far as the stop rules need them.
#[derive(Debug)]
pub(crate) struct StopRules {
    most_unknowns: usize,
    unknowns: usize,
    refusals: u32,
    looked_up: bool,
}

impl StopRules {
    /// Makes the rules of a run with so many requests in flight.
    pub(crate) fn new(concurrency: usize) -> Self {
        Self { most_unknowns: concurrency.max(3), unknowns: 0, refusals: 0, looked_up: false }
    }

    /// Observes one attempt. Returns a reason if the run must stop.
    pub(crate) fn observe(&mut self, attempt: &Result<Answer, SendError>) -> Option<StopReason> {
        match attempt {
            Ok(answer) => self.answered(answer),
            Err(SendError::Tls(why)) => Some(StopReason::Tls(why.clone())),
            Err(SendError::Proxy(why)) => Some(StopReason::Proxy(why.clone())),
            Err(SendError::Denied(status)) => Some(StopReason::Denied(*status)),
            Err(SendError::Redirected(status)) => Some(StopReason::Redirected(*status)),
            Err(
                error @ (SendError::NotSent(_) | SendError::Busy { .. } | SendError::NoAnswer(_)),
            ) => self.failed(error.charge()),
        }
    }

    fn answered(&mut self, answer: &Answer) -> Option<StopReason> {
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
                all.then_some(StopReason::AllRefused(FIRST_ANSWERS))
            }
            Some(Class::Account) if matches!(answer.code, 11301 | 11340) => {
                Some(StopReason::Credentials(answer.code))
            }
            Some(Class::Account | Class::Quota) => Some(StopReason::Account(answer.code)),
            Some(Class::Passing) => self.failed(Charge::No),
            None => self.failed(Charge::Unknown),
        }
    }

    fn clean(&mut self) {
        self.unknowns = 0;
    }

    fn failed(&mut self, charge: Charge) -> Option<StopReason> {
        self.unknowns += usize::from(charge == Charge::Unknown);
        (self.unknowns >= self.most_unknowns).then_some(StopReason::Unknowns(self.unknowns))
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

    fn last(attempts: impl IntoIterator<Item = Result<Answer, SendError>>) -> Option<StopReason> {
        let mut guard = StopRules::new(8);
        attempts.into_iter().fold(None, |_, attempt| guard.observe(&attempt))
    }

    #[test]
    fn account_codes_stop_at_the_first() {
        for code in [301, 303, 304, 305, 11304] {
            assert_eq!(last(vec![answer(code, "")]), Some(StopReason::Account(code)));
        }
        assert_eq!(
            last(vec![answer(11340, "partner_key error")]),
            Some(StopReason::Credentials(11340))
        );
        for code in [200, 302, 600, 11350, 11301, 11340, 12223] {
            assert_eq!(last(vec![answer(code, "phone_number error")]), None);
        }
    }

    #[test]
    fn twenty_refusals_from_the_start_stop_it_and_an_answer_before_them_does_not() {
        let refused = || answer(11340, "phone_number error");
        assert_eq!(last((0..19).map(|_| refused())), None);
        assert_eq!(last((0..20).map(|_| refused())), Some(StopReason::AllRefused(20)));
        let mut attempts = vec![answer(200, "success")];
        attempts.extend((0..40).map(|_| refused()));
        assert_eq!(last(attempts), None);
    }

    #[test]
    fn as_many_unknowns_as_are_in_flight_stop_it_unless_a_clean_answer_comes_between() {
        assert_eq!(last((0..7).map(|_| silence())), None);
        assert_eq!(last((0..8).map(|_| silence())), Some(StopReason::Unknowns(8)));
        let mut attempts: Vec<_> = (0..7).map(|_| silence()).collect();
        attempts.push(answer(11301, "name empty"));
        attempts.extend((0..7).map(|_| silence()));
        assert_eq!(last(attempts), None);
        let undocumented = (0..8).map(|_| answer(12223, ""));
        assert_eq!(last(undocumented), Some(StopReason::Unknowns(8)));
    }

    #[test]
    fn one_at_a_time_still_bears_two_unknowns() {
        let mut guard = StopRules::new(1);
        let seen: Vec<_> = (0..3).map(|_| guard.observe(&silence()).is_some()).collect();
        assert_eq!(seen, [false, false, true]);
    }

    #[test]
    fn what_no_wait_can_mend_stops_at_the_first() {
        assert_eq!(last(vec![Err(SendError::Denied(403))]), Some(StopReason::Denied(403)));
        assert_eq!(last(vec![Err(SendError::Redirected(307))]), Some(StopReason::Redirected(307)));
        let tls = SendError::Tls("expired".to_owned());
        assert_eq!(last(vec![Err(tls)]), Some(StopReason::Tls("expired".to_owned())));
    }
}
