//! The rules that stop a run because of the endpoint's answers: a pure state machine over the
//! attempts. (`--give-up-after` is a rule of `pacing`, which knows the pauses.)

use crate::model::answer::Answer;
use crate::model::code::{Charge, Class};
use crate::model::limits::MaxUnknown;
use crate::model::send_error::SendError;
use crate::model::stop_reason::StopReason;

/// So many calls of unknown charge are never too large a share.
const FEW_UNKNOWNS: u64 = 20;

/// If the first 20 answers are all refusals, the account is wrong, not the records.
const FIRST_ANSWERS: u32 = 20;

/// The answers of a run so far, as far as the stop rules need them.
#[derive(Debug)]
pub(crate) struct StopRules {
    max_unknown: Option<MaxUnknown>,
    sent: u64,
    unknown: u64,
    /// Calls of unknown charge since the last clean answer.
    unknowns: usize,
    refusals: u32,
    looked_up: bool,
}

impl StopRules {
    /// Makes the rules of a run that bears so many calls of unknown charge.
    pub(crate) fn new(max_unknown: Option<MaxUnknown>) -> Self {
        let (sent, unknown, unknowns) = (0, 0, 0);
        Self { max_unknown, sent, unknown, unknowns, refusals: 0, looked_up: false }
    }

    /// Observes one attempt of a run with so many requests in flight. Returns a reason if the run
    /// must stop.
    pub(crate) fn observe(
        &mut self,
        attempt: &Result<Answer, SendError>,
        in_flight: usize,
    ) -> Option<StopReason> {
        self.sent += u64::from(!matches!(attempt, Err(SendError::NotSent(_))));
        match attempt {
            Ok(answer) => self.answered(answer, in_flight),
            Err(SendError::Tls(why)) => Some(StopReason::Tls(why.clone())),
            Err(SendError::Proxy(why)) => Some(StopReason::Proxy(why.clone())),
            Err(SendError::Denied(status)) => Some(StopReason::Denied(*status)),
            Err(SendError::Redirected(status)) => Some(StopReason::Redirected(*status)),
            Err(
                error @ (SendError::NotSent(_)
                | SendError::Busy { .. }
                | SendError::NoAnswer { .. }),
            ) => self.failed(error.charge(), in_flight),
        }
    }

    fn answered(&mut self, answer: &Answer, in_flight: usize) -> Option<StopReason> {
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
            Some(Class::Passing) => self.failed(Charge::No, in_flight),
            None => self.failed(Charge::Unknown, in_flight),
        }
    }

    fn clean(&mut self) {
        self.unknowns = 0;
    }

    fn failed(&mut self, charge: Charge, in_flight: usize) -> Option<StopReason> {
        if charge == Charge::No {
            return None;
        }
        self.unknowns += 1;
        self.unknown += 1;
        let in_a_row = self.unknowns >= in_flight.max(3);
        let all = || StopReason::MaxUnknown { unknown: self.unknown, sent: self.sent };
        if in_a_row {
            return Some(StopReason::Unknowns(self.unknowns));
        }
        self.has_too_many_unknown().then(all)
    }

    fn has_too_many_unknown(&self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "calls of a run are far fewer than 2^52")]
        let share = self.unknown as f64 / self.sent as f64;
        match self.max_unknown {
            Some(MaxUnknown::Calls(most)) => self.unknown > most,
            Some(MaxUnknown::Share(most)) => self.unknown > FEW_UNKNOWNS && share > most,
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::send_error::Trouble;

    #[expect(clippy::unnecessary_wraps, reason = "it stands beside failures")]
    fn answer(code: i64, message: &str) -> Result<Answer, SendError> {
        Ok(Answer { code, message: Some(message.to_owned()), ..Answer::default() })
    }

    fn silence() -> Result<Answer, SendError> {
        Err(SendError::NoAnswer {
            status: None,
            trouble: Trouble::TimedOut(Duration::from_secs(30)),
        })
    }

    fn last(attempts: impl IntoIterator<Item = Result<Answer, SendError>>) -> Option<StopReason> {
        let mut guard = StopRules::new(None);
        attempts.into_iter().fold(None, |_, attempt| guard.observe(&attempt, 8))
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
        let mut guard = StopRules::new(None);
        let seen: Vec<_> = (0..3).map(|_| guard.observe(&silence(), 1).is_some()).collect();
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
