//! The documented status codes of the endpoint, one row each. No other file knows their numbers.

use serde::Serialize;

/// The charge of a call, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Charge {
    /// The provider charges for it.
    Yes,
    /// Certainly not charged.
    No,
    /// Possibly charged: the request may have arrived, and there is no usable answer.
    Unknown,
}

impl Charge {
    /// The word in every output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// The meaning of a documented code for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The record was looked up, and the answer is paid for.
    Answered,
    /// The account is refused: the run stops.
    Account,
    /// The account's quota of today is used up: the run stops.
    Quota,
    /// A temporary failure: wait and send again.
    Passing,
    /// This record was refused. The next one may be accepted.
    Record,
}

/// One row of the provider's table of status codes.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The number in the answer's `code`.
    pub number: u16,
    /// The provider's message.
    pub message: &'static str,
    /// Its meaning in plain words.
    pub meaning: &'static str,
    /// Its meaning for the run.
    pub class: Class,
    /// Its charge by the provider's table.
    pub charge: Charge,
    /// The reaction of idv in one sentence, and then what is left for a person to do.
    pub action: &'static str,
}

impl Code {
    /// What is left for a person to do. Empty if nothing is.
    pub fn next(&self) -> &'static str {
        self.action.split_once(". ").map_or("", |(_, next)| next)
    }
}

const fn row(
    number: u16,
    message: &'static str,
    meaning: &'static str,
    class: Class,
    action: &'static str,
) -> Code {
    let charge = match class {
        Class::Answered => Charge::Yes,
        Class::Account | Class::Quota | Class::Passing | Class::Record => Charge::No,
    };
    Code { number, message, meaning, class, charge, action }
}

const RETRY: &str = "Waits and asks again, up to --retries times.";
const FIX: &str = "Settles the row as refused and goes on. Repair the record and run again.";

/// Every documented code, in the order of the provider's table.
pub const CODES: [Code; 11] = [
    row(200, "Success", "The record was looked up", Class::Answered, "Keeps the answer."),
    row(
        301,
        "Service not purchased",
        "The service is not part of your contract",
        Class::Account,
        "Stops the run. Ask TrustDecision to open ID Verification for your partner code.",
    ),
    row(
        302,
        "Traffic blocked",
        "The provider blocks your calls for now",
        Class::Passing,
        "Waits and asks again, up to --retries times. If it stays, ask TrustDecision.",
    ),
    row(
        303,
        "Traffic insufficient",
        "Your prepaid calls are used up",
        Class::Account,
        "Stops the run. Ask TrustDecision to top up your traffic.",
    ),
    row(
        304,
        "Service expired",
        "Your contract for the service has ended",
        Class::Account,
        "Stops the run. Ask TrustDecision to renew the service.",
    ),
    row(
        305,
        "Daily maximum volume reached",
        "Today's quota is used up",
        Class::Quota,
        "Stops the run. Run the same command again tomorrow, or ask for a larger quota.",
    ),
    row(600, "Service Temporarily Unavailable", "The service is busy", Class::Passing, RETRY),
    row(11350, "Internal error", "An error inside the provider's system", Class::Passing, RETRY),
    row(11301, "parameter empty", "A required field was empty", Class::Record, FIX),
    row(
        11304,
        "Country partner not open",
        "Your partner code may not ask about this country",
        Class::Account,
        "Stops the run. Ask TrustDecision to open Indonesia for your partner code.",
    ),
    row(11340, "parameter error", "A field failed the provider's validation", Class::Record, FIX),
];

/// Finds the row of a documented code. Returns `None` for any other number.
///
/// ```
/// use idv::code::{self, Charge};
///
/// let quota = code::find(305).expect("it is documented");
/// assert_eq!((quota.meaning, quota.charge), ("Today's quota is used up", Charge::No));
/// assert!(code::find(12_223).is_none());
/// ```
pub fn find(number: i64) -> Option<&'static Code> {
    CODES.iter().find(|code| i64::from(code.number) == number)
}

/// The charge of a call with this code. It is unknown for an undocumented code.
pub(crate) fn charge(number: i64) -> Charge {
    find(number).map_or(Charge::Unknown, |code| code.charge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_200_is_charged() {
        for code in CODES {
            let expected = if code.number == 200 { Charge::Yes } else { Charge::No };
            assert_eq!(code.charge, expected, "{}", code.number);
        }
    }

    #[test]
    fn each_code_that_stops_a_run_says_what_a_person_does() {
        for code in CODES {
            let stops = matches!(code.class, Class::Account | Class::Quota);
            assert!(!stops || !code.next().is_empty(), "{}", code.number);
        }
        assert_eq!(find(303).unwrap().next(), "Ask TrustDecision to top up your traffic.");
    }

    #[test]
    fn an_undocumented_code_may_have_been_charged() {
        assert_eq!(charge(12223), Charge::Unknown);
        assert_eq!(charge(-1), Charge::Unknown);
    }
}
