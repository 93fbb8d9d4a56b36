//! The sentences about verdicts: outcomes, charges, codes and matches.

use crate::model::code::{Charge, Class, CodeName};
use crate::model::field_match::Match;
use crate::model::outcome::Outcome;

/// The sentences about verdicts: outcomes, charges, codes and matches.
pub(crate) trait VerdictWords {
    /// One or two words for an outcome.
    fn outcome(&self, outcome: Outcome) -> &'static str;
    /// The meaning of an outcome.
    fn outcome_meaning(&self, outcome: Outcome) -> &'static str;
    /// One word for a charge.
    fn charge(&self, charge: Charge) -> &'static str;
    /// The meaning of a documented code.
    fn code_meaning(&self, code: CodeName) -> &'static str;
    /// The meaning of a code that the provider does not document.
    fn undocumented_code(&self) -> &'static str;
    /// What idv does about a code of this class.
    fn code_reaction(&self, class: Class) -> &'static str;
    /// What is left for a person to do after a code. Empty if nothing is.
    fn code_next(&self, code: CodeName) -> &'static str;
    /// One or two words for a match.
    fn matched(&self, value: Match) -> &'static str;
}
