//! What a local check found in a row: a stable code, how grave it is, how to repair the source.

use std::borrow::Cow;

use serde::Serialize;

/// How grave a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing, never a reason not to send.
    Note,
    /// The endpoint would take and charge it, and it can't match: whether it is sent is the user's
    /// choice.
    Suspect,
    /// The endpoint would refuse the record: it is never sent.
    Malformed,
}

impl Level {
    /// The word that stands in every output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Suspect => "suspect",
            Self::Malformed => "malformed",
        }
    }
}

/// One problem of one row. Holds no value of the record, so it may be printed anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable code, `field.what`: `phone_number.format`.
    pub code: &'static str,
    /// How grave it is.
    pub level: Level,
    /// One sentence that says how to repair the source.
    pub message: Cow<'static, str>,
}

impl Problem {
    /// A problem for which the row is held.
    pub fn malformed(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, level: Level::Malformed, message: message.into() }
    }

    /// A problem for which the row would be paid for in vain.
    pub fn suspect(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, level: Level::Suspect, message: message.into() }
    }

    /// Something worth knowing about a row that is sent all the same.
    pub fn note(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, level: Level::Note, message: message.into() }
    }
}
