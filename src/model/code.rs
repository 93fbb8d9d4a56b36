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

/// The name of a documented code. `words` explains each, and says what a person does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeName {
    /// The record was looked up.
    Success,
    /// The service is not part of the contract.
    NotPurchased,
    /// The provider blocks the calls for now.
    TrafficBlocked,
    /// The prepaid calls are used up.
    TrafficInsufficient,
    /// The contract for the service has ended.
    Expired,
    /// Today's quota is used up.
    DailyMaximum,
    /// The service is busy.
    ServiceUnavailable,
    /// An error inside the provider's system.
    InternalError,
    /// A required field was empty.
    ParameterEmpty,
    /// The partner code may not ask about this country.
    CountryNotOpen,
    /// A field failed the provider's validation.
    ParameterError,
}

/// One row of the provider's table of status codes.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The number in the answer's `code`.
    pub number: u16,
    /// Its name here.
    pub name: CodeName,
    /// The provider's message.
    pub message: &'static str,
    /// Its meaning for the run.
    pub class: Class,
    /// Its charge by the provider's table.
    pub charge: Charge,
}

const fn row(number: u16, name: CodeName, message: &'static str, class: Class) -> Code {
    let charge = match class {
        Class::Answered => Charge::Yes,
        Class::Account | Class::Quota | Class::Passing | Class::Record => Charge::No,
    };
    Code { number, name, message, class, charge }
}

/// Every documented code, in the order of the provider's table.
pub const CODES: [Code; 11] = [
    row(200, CodeName::Success, "Success", Class::Answered),
    row(301, CodeName::NotPurchased, "Service not purchased", Class::Account),
    row(302, CodeName::TrafficBlocked, "Traffic blocked", Class::Passing),
    row(303, CodeName::TrafficInsufficient, "Traffic insufficient", Class::Account),
    row(304, CodeName::Expired, "Service expired", Class::Account),
    row(305, CodeName::DailyMaximum, "Daily maximum volume reached", Class::Quota),
    row(600, CodeName::ServiceUnavailable, "Service Temporarily Unavailable", Class::Passing),
    row(11350, CodeName::InternalError, "Internal error", Class::Passing),
    row(11301, CodeName::ParameterEmpty, "parameter empty", Class::Record),
    row(11304, CodeName::CountryNotOpen, "Country partner not open", Class::Account),
    row(11340, CodeName::ParameterError, "parameter error", Class::Record),
];

/// Finds the row of a documented code. Returns `None` for any other number.
///
/// ```
/// use idv::code::{self, Charge, CodeName};
///
/// let quota = code::find(305).expect("it is documented");
/// assert_eq!((quota.name, quota.charge), (CodeName::DailyMaximum, Charge::No));
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
    fn an_undocumented_code_may_have_been_charged() {
        assert_eq!(charge(12223), Charge::Unknown);
        assert_eq!(charge(-1), Charge::Unknown);
    }
}
