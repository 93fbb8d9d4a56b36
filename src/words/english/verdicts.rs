//! English sentences about verdicts: outcomes, charges, codes and matches.

use crate::model::code::{Charge, Class, CodeName};
use crate::model::field_match::Match;
use crate::model::outcome::Outcome;
use crate::words::VerdictWords;
use crate::words::english::English;

impl VerdictWords for English {
    fn outcome(&self, outcome: Outcome) -> &'static str {
        outcome.word()
    }

    fn outcome_meaning(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Pass => "number, phone and name belong together",
            Outcome::Fail => "the phone or the name does not belong to the number",
            Outcome::NoRecord => "the provider has nothing to compare with",
            Outcome::Unrecognised => "answered in words no guide documents",
            Outcome::Refused => "the endpoint refused the record",
            Outcome::Unavailable => "no answer now; run again later",
            Outcome::Skipped => "not sent, the run stopped first",
            Outcome::Held => "not sent, a field is malformed or damaged",
            Outcome::Unknown => "no usable answer; may have been charged",
        }
    }

    fn charge(&self, charge: Charge) -> &'static str {
        charge.word()
    }

    fn code_meaning(&self, code: CodeName) -> &'static str {
        match code {
            CodeName::Success => "The record was looked up",
            CodeName::NotPurchased => "The service is not part of your contract",
            CodeName::TrafficBlocked => "The provider blocks your calls for now",
            CodeName::TrafficInsufficient => "Your prepaid calls are used up",
            CodeName::Expired => "Your contract for the service has ended",
            CodeName::DailyMaximum => "Today's quota is used up",
            CodeName::ServiceUnavailable => "The service is busy",
            CodeName::InternalError => "An error inside the provider's system",
            CodeName::ParameterEmpty => "A required field was empty",
            CodeName::CountryNotOpen => "Your partner code may not ask about this country",
            CodeName::ParameterError => "A field failed the provider's validation",
        }
    }

    fn undocumented_code(&self) -> &'static str {
        "not documented by the provider"
    }

    fn code_reaction(&self, class: Class) -> &'static str {
        match class {
            Class::Answered => "Keeps the answer.",
            Class::Account | Class::Quota => "Stops the run.",
            Class::Passing => "Waits and asks again, up to --retries times.",
            Class::Record => "Settles the row as refused and goes on.",
        }
    }

    fn code_next(&self, code: CodeName) -> &'static str {
        match code {
            CodeName::Success | CodeName::ServiceUnavailable | CodeName::InternalError => "",
            CodeName::NotPurchased => {
                "Ask TrustDecision to open ID Verification for your partner code."
            }
            CodeName::TrafficBlocked => "If it stays, ask TrustDecision.",
            CodeName::TrafficInsufficient => "Ask TrustDecision to top up your traffic.",
            CodeName::Expired => "Ask TrustDecision to renew the service.",
            CodeName::DailyMaximum => {
                "Run the same command again tomorrow, or ask for a larger quota."
            }
            CodeName::ParameterEmpty | CodeName::ParameterError => {
                "Repair the record and run again."
            }
            CodeName::CountryNotOpen => {
                "Ask TrustDecision to open Indonesia for your partner code."
            }
        }
    }

    fn matched(&self, value: Match) -> &'static str {
        match value {
            Match::Pass => "pass",
            Match::Fail => "fail",
            Match::NoRecord => "no record",
            Match::Other => "other",
        }
    }
}
