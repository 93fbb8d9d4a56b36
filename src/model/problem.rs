//! A problem that a local check found in a row: a stable code, a level, and the repair.

use std::borrow::Cow;

use serde::Serialize;

/// The level of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing. Never a reason to hold the row.
    Note,
    /// The endpoint would charge for the record, and it can hardly match. The user chooses whether
    /// it is sent.
    Suspect,
    /// The endpoint would refuse the record: it is never sent.
    Malformed,
}

impl Level {
    /// The word in every output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Suspect => "suspect",
            Self::Malformed => "malformed",
        }
    }
}

/// A problem of one row. It holds no value of the record, so it may be printed anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable code, `field.what`: `phone_number.format`.
    pub code: &'static str,
    /// Its level.
    pub level: Level,
    /// One sentence with the repair.
    pub message: Cow<'static, str>,
}

impl Problem {
    /// Makes a problem that holds the row.
    pub fn malformed(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, level: Level::Malformed, message: message.into() }
    }

    /// Makes a problem that would waste the charge.
    pub fn suspect(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, level: Level::Suspect, message: message.into() }
    }

    /// Makes a note.
    pub fn note(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, level: Level::Note, message: message.into() }
    }
}
