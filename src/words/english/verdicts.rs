//! English sentences about verdicts: outcomes, charges, codes and matches.

use crate::model::code::{Charge, Code};
use crate::model::field_match::Match;
use crate::model::outcome::Outcome;
use crate::words::VerdictWords;
use crate::words::english::English;

impl VerdictWords for English {
    fn outcome(&self, outcome: Outcome) -> &'static str {
        outcome.word()
    }

    fn outcome_meaning(&self, outcome: Outcome) -> &'static str {
        outcome.meaning()
    }

    fn charge(&self, charge: Charge) -> &'static str {
        charge.word()
    }

    fn code_meaning(&self, code: &Code) -> &'static str {
        code.meaning
    }

    fn undocumented_code(&self) -> &'static str {
        "not documented by the provider"
    }

    fn code_next(&self, code: &Code) -> &'static str {
        code.next()
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
