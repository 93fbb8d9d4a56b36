//! What the sandbox answers: limits, chance, test values. No socket and no clock of its own.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::model::code;
use crate::sandbox::charges::Digest;
use crate::sandbox::fault::{ANSWERED, BUSY, FAULTS, Fault};
use crate::sandbox::limits::{LimitCounter, RequestLimits};
use crate::sandbox::request::{Asked, Refusal};
use crate::sandbox::trouble::{Misfortune, TroubleSource, Troubles};

/// The guide's code for "daily maximum volume reached".
const QUOTA: u16 = 305;

/// What was decided for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    /// The request isn't one the guide allows.
    Refused(Refusal),
    /// A documented code other than 200.
    Code(u16),
    /// A code that refuses a request beyond a limit. It is answered at once, as a gateway does, and
    /// does not count as in flight.
    OverLimit(u16),
    /// Code 200 with its verdict.
    Verdict(Verdict),
    /// An answer that goes wrong, and the verdict it would have had.
    Fault(Fault, Verdict),
}

impl Reply {
    /// Whether it costs.
    pub(super) const fn is_charged(self) -> bool {
        match self {
            Self::Refused(_) | Self::Code(_) | Self::OverLimit(_) => false,
            Self::Verdict(_) => true,
            Self::Fault(fault, _) => fault.is_charged(),
        }
    }

    /// The code that was decided, if any.
    pub(super) const fn code(self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.code()),
            Self::Code(code) | Self::OverLimit(code) => Some(code),
            Self::Verdict(_) => Some(ANSWERED),
            Self::Fault(fault, _) => fault.code(),
        }
    }
}

/// What a look-up finds; chosen by the last four digits of the ID number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Number, phone and name belong together.
    Pass,
    /// The phone is another's.
    PhoneDiffers,
    /// The name is another's.
    NameDiffers,
    /// Both are.
    BothDiffer,
    /// Nothing is known of the phone.
    NoPhone,
    /// Nothing is known of the phone, nor of the number.
    NoRecord,
}

impl Verdict {
    pub(super) fn of(id_number: &str) -> Self {
        match id_number.as_bytes() {
            [.., b'9', b'0', b'0', last] => match last {
                b'1' => Self::PhoneDiffers,
                b'2' => Self::NameDiffers,
                b'3' => Self::BothDiffer,
                b'4' => Self::NoPhone,
                b'5' => Self::NoRecord,
                _ => Self::Pass,
            },
            _ => Self::Pass,
        }
    }
}

/// What a phone number asks the sandbox to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TestValue {
    Code(u16),
    Fault(Fault),
}

impl TestValue {
    fn of(phone_number: &str) -> Option<Self> {
        let number: u32 = phone_number.strip_prefix("0800").and_then(six_digits)?;
        if let Some(place) = number.checked_sub(100_001) {
            return FAULTS.get(usize::try_from(place).ok()?).copied().map(Self::Fault);
        }
        code::find(i64::from(number)).map(|code| Self::Code(code.number))
    }
}

fn six_digits(text: &str) -> Option<u32> {
    (text.len() == 6).then(|| text.parse().ok())?
}

/// The rules of a run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rules {
    pub(super) limits: RequestLimits,
    pub(super) troubles: Troubles,
    pub(super) daily_limit: Option<u64>,
}

/// The moment at which a request is decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// The time.
    pub(super) now: Instant,
    /// Requests that were charged before.
    pub(super) charged: u64,
    /// Requests that are being answered, this one among them.
    pub(super) in_flight: u32,
}

/// The rules, and what has to be remembered to follow them.
pub(super) struct Script {
    daily_limit: Option<u64>,
    limits: LimitCounter,
    troubles: TroubleSource,
    /// How often a record has met the passing fault it asks for.
    met: HashMap<Digest, u8>,
}

impl Script {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            daily_limit: rules.daily_limit,
            limits: LimitCounter::new(rules.limits),
            troubles: TroubleSource::new(rules.troubles),
            met: HashMap::new(),
        }
    }

    /// How long an answer waits in the queue.
    pub(super) fn wait(&mut self, now: Instant) -> Duration {
        self.limits.wait(now)
    }

    /// Decides about a valid request.
    pub(super) fn decide(&mut self, asked: &Asked, digest: &Digest, moment: Moment) -> Reply {
        if self.troubles.is_outage(moment.now) {
            return Reply::Code(BUSY);
        }
        if let Some(code) = self.limits.refuse(moment.now, moment.in_flight) {
            return Reply::OverLimit(code);
        }
        if self.daily_limit.is_some_and(|limit| moment.charged >= limit) {
            return Reply::Code(QUOTA);
        }
        let verdict = Verdict::of(&asked.id_number);
        match self.troubles.draw(moment.now) {
            Some(Misfortune::Code(code)) => return Reply::Code(code),
            Some(Misfortune::Fault(fault)) => return Reply::Fault(fault, verdict),
            None => {}
        }
        match TestValue::of(&asked.phone_number) {
            Some(TestValue::Code(ANSWERED)) => Reply::Verdict(Verdict::Pass),
            Some(TestValue::Code(code)) => Reply::Code(code),
            Some(TestValue::Fault(fault)) if self.meets(fault, digest) => {
                Reply::Fault(fault, verdict)
            }
            Some(TestValue::Fault(_)) | None => Reply::Verdict(verdict),
        }
    }

    /// Whether this record still meets the fault its phone number asks for.
    fn meets(&mut self, fault: Fault, digest: &Digest) -> bool {
        let Some(times) = fault.times() else { return true };
        let met = self.met.entry(*digest).or_default();
        let again = *met < times;
        *met += u8::from(again);
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: Digest = [7; 32];

    fn asked(id_number: &str, phone_number: &str) -> Asked {
        Asked { id_number: id_number.to_owned(), phone_number: phone_number.to_owned() }
    }

    fn pass() -> Asked {
        asked("3310225629467", "081234567890")
    }

    fn script(rules: Rules) -> Script {
        Script::new(rules)
    }

    fn decide(id_number: &str, phone_number: &str) -> Reply {
        let asked = asked(id_number, phone_number);
        script(Rules::default()).decide(&asked, &RECORD, at(Instant::now(), 0))
    }

    fn at(now: Instant, charged: u64) -> Moment {
        Moment { now, charged, in_flight: 1 }
    }

    fn chance(fail_rate: f64, seed: u64) -> Rules {
        let troubles = Troubles { fail_rate, seed, ..Troubles::default() };
        Rules { troubles, ..Rules::default() }
    }

    fn rate_limit(limit: u32) -> RequestLimits {
        RequestLimits { rate_limit: Some(limit), ..RequestLimits::default() }
    }

    #[test]
    fn the_ending_of_the_id_number_chooses_the_verdict() {
        let table = [
            ("0000000000009001", Verdict::PhoneDiffers),
            ("0000000000009002", Verdict::NameDiffers),
            ("0000000000009003", Verdict::BothDiffer),
            ("0000000000009004", Verdict::NoPhone),
            ("0000000000009005", Verdict::NoRecord),
            ("0000000000009006", Verdict::Pass),
            ("0000000000009000", Verdict::Pass),
            ("0000000000090010", Verdict::Pass),
            ("3310225629467", Verdict::Pass),
            ("9001", Verdict::PhoneDiffers),
            ("1", Verdict::Pass),
        ];
        for (id_number, verdict) in table {
            assert_eq!(decide(id_number, "081234567890"), Reply::Verdict(verdict), "{id_number}");
        }
    }

    #[test]
    fn each_fault_has_its_phone_number() {
        let table = [
            ("0800100001", Fault::Silence, true, Some(200)),
            ("0800100002", Fault::ClosedCharged, true, Some(200)),
            ("0800100003", Fault::ClosedUncharged, false, None),
            ("0800100004", Fault::NotJson, true, Some(200)),
            ("0800100005", Fault::Cut, true, Some(200)),
            ("0800100006", Fault::ServerError, false, None),
            ("0800100007", Fault::TooMany, false, None),
            ("0800100008", Fault::Busy, false, Some(600)),
            ("0800100009", Fault::Redirect, false, None),
            ("0800100010", Fault::Endless, true, Some(200)),
            ("0800100011", Fault::Drip, true, Some(200)),
            ("0800100012", Fault::Undocumented, true, Some(12223)),
            ("0800100013", Fault::Overloaded, false, None),
            ("0800100014", Fault::Reset, true, Some(200)),
        ];
        for (phone, fault, charged, code) in table {
            let reply = decide("0000000000009001", phone);
            assert_eq!(reply, Reply::Fault(fault, Verdict::PhoneDiffers), "{phone}");
            assert_eq!(reply.is_charged(), charged, "{phone}");
            assert_eq!(reply.code(), code, "{phone}");
        }
    }

    #[test]
    fn every_documented_code_has_its_phone_number() {
        for code in code::CODES {
            let phone = format!("08000{:05}", code.number);
            let expected = match code.number {
                200 => Reply::Verdict(Verdict::Pass),
                number => Reply::Code(number),
            };
            let reply = decide("0000000000009001", &phone);
            assert_eq!(reply, expected, "{phone}");
            assert_eq!(reply.is_charged(), code.number == 200, "{phone}");
        }
    }

    #[test]
    fn a_phone_number_beside_the_tables_is_answered_as_usual() {
        for phone in ["0800100000", "0800100015", "0800012223", "08001000010"] {
            assert_eq!(decide("1", phone), Reply::Verdict(Verdict::Pass), "{phone}");
        }
    }

    #[test]
    fn a_passing_fault_passes_for_each_record_by_itself() {
        for (phone, times) in [("0800100007", 1), ("0800100008", 2), ("0800100013", 1)] {
            let mut script = script(Rules::default());
            for digest in [[1; 32], [2; 32]] {
                for round in 0..5 {
                    let reply = script.decide(&asked("1", phone), &digest, at(Instant::now(), 0));
                    let faulty = matches!(reply, Reply::Fault(..));
                    assert_eq!(faulty, round < times, "{phone}, round {round}");
                }
            }
        }
    }

    #[test]
    fn more_than_the_rate_in_the_last_second_is_blocked() {
        let mut script = script(Rules { limits: rate_limit(2), ..Rules::default() });
        let start = Instant::now();
        let table =
            [(0, 200), (400, 200), (500, 302), (999, 302), (1000, 200), (1001, 302), (1400, 200)];
        for (millis, code) in table {
            let now = start + Duration::from_millis(millis);
            let reply = script.decide(&pass(), &RECORD, at(now, 0));
            assert_eq!(reply.code(), Some(code), "after {millis} ms");
        }
    }

    #[test]
    fn after_the_daily_limit_everything_is_refused() {
        let mut script = script(Rules { daily_limit: Some(2), ..Rules::default() });
        for (charged, code) in [(0, 200), (1, 200), (2, 305), (3, 305)] {
            let reply = script.decide(&pass(), &RECORD, at(Instant::now(), charged));
            assert_eq!(reply.code(), Some(code), "after {charged} charges");
        }
    }

    #[test]
    fn the_rate_is_looked_at_before_the_daily_limit_and_both_before_chance() {
        let rules = Rules { limits: rate_limit(1), daily_limit: Some(0), ..chance(1.0, 0) };
        let mut script = script(rules);
        let now = Instant::now();
        assert_eq!(script.decide(&pass(), &RECORD, at(now, 0)), Reply::Code(QUOTA));
        assert_eq!(script.decide(&pass(), &RECORD, at(now, 0)), Reply::OverLimit(302));
    }

    #[test]
    fn chance_meets_every_fault_about_evenly_and_as_often_as_asked() {
        let mut script = script(chance(0.5, 42));
        let replies: Vec<Reply> =
            (0..28_000).map(|_| script.decide(&pass(), &RECORD, at(Instant::now(), 0))).collect();
        for fault in FAULTS {
            let met =
                replies.iter().filter(|reply| matches!(reply, Reply::Fault(f, _) if *f == fault));
            let met = met.count();
            assert!((800..1200).contains(&met), "{fault:?}: {met}, expected about 1000");
        }
    }

    #[test]
    fn the_same_seed_brings_the_same_faults() {
        let run = |seed| {
            let mut script = script(chance(0.3, seed));
            let now = Instant::now();
            (0..200).map(|_| script.decide(&pass(), &RECORD, at(now, 0))).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    #[test]
    fn an_outage_goes_before_everything_and_more_at_once_than_allowed_get_600() {
        let outage = Some((Duration::ZERO, Duration::from_secs(1)));
        let troubles = Troubles { outage, ..Troubles::default() };
        let limits = RequestLimits { max_in_flight: Some(2), ..rate_limit(1) };
        let mut script = script(Rules { limits, troubles, daily_limit: Some(0) });
        let start = Instant::now();
        let after = start + Duration::from_secs(1);
        let three = Moment { in_flight: 3, ..at(after, 0) };
        for (moment, reply) in [
            (at(start, 0), Reply::Code(600)),
            (three, Reply::OverLimit(600)),
            (at(after, 0), Reply::Code(305)),
        ] {
            assert_eq!(script.decide(&pass(), &RECORD, moment), reply);
        }
    }

    #[test]
    fn chance_goes_before_the_test_values() {
        let mut script = script(chance(1.0, 0));
        let reply = script.decide(&asked("1", "0800000301"), &RECORD, at(Instant::now(), 0));
        assert!(matches!(reply, Reply::Fault(..)));
    }
}
