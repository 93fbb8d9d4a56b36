//! The sentences about problems: what the checks found, and how to repair it.

use std::borrow::Cow;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::model::file_sign::FileSign;
use crate::model::problem::{
    IdNumberProblem, Level, NameProblem, PhoneNumberProblem, Problem, RowProblem,
};
use crate::model::record::Field;
use crate::words::{Lang, Words};

/// The sentences about problems.
pub(crate) trait ProblemWords {
    /// Explains a problem of an identity number, with its repair.
    fn id_number_problem(&self, problem: IdNumberProblem) -> Cow<'static, str>;
    /// Explains a problem of a phone number, with its repair.
    fn phone_number_problem(&self, problem: PhoneNumberProblem) -> &'static str;
    /// Explains a problem of a name, with its repair.
    fn name_problem(&self, problem: NameProblem) -> &'static str;
    /// Explains that another program damaged the name, with the repair.
    fn damaged_name(&self) -> &'static str;
    /// The value that was likely meant.
    fn likely(&self, value: &str) -> String;
    /// Explains that a field has only one allowed value.
    fn unsupported(&self, field: Field, only: &str) -> String;
    /// Explains a problem in the way a row is written, with its repair.
    fn row_problem(&self, problem: RowProblem) -> Cow<'static, str>;
    /// Explains a sign of damage in a whole file, with its repair.
    fn sign(&self, sign: &FileSign) -> String;
    /// One word for a level.
    fn level(&self, level: Level) -> &'static str;
}

impl Problem {
    /// Explains the problem, with its repair, in one sentence.
    pub(crate) fn in_words(&self, words: &dyn Words) -> Cow<'static, str> {
        match self {
            Self::IdNumber(problem) => words.id_number_problem(*problem),
            Self::PhoneNumber(problem) => words.phone_number_problem(*problem).into(),
            Self::Name(problem) => words.name_problem(*problem).into(),
            Self::DamagedName { .. } => words.damaged_name().into(),
            Self::Unsupported { field, only } => words.unsupported(*field, only).into(),
            Self::Row(problem) => words.row_problem(*problem),
        }
    }

    /// Explains the problem in English, with its repair, in one sentence.
    pub fn message(&self) -> Cow<'static, str> {
        self.in_words(Lang::En.words())
    }
}

/// For programs: the code, the level, and the sentence in English.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Problem", 3)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("level", &self.level())?;
        fields.serialize_field("message", &self.message())?;
        fields.end()
    }
}
