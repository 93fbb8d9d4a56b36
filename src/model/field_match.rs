//! Whether a phone or a name belongs to an identity number, by an answer.

/// The value of a match field, without the variety of its spellings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// They belong together.
    Pass,
    /// They do not belong together.
    Fail,
    /// The provider has no record to compare with.
    NoRecord,
    /// Another word, or no word.
    Other,
}

impl Match {
    /// Every value, in the order of tables.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Fail, Self::NoRecord, Self::Other];

    /// The word in outputs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NoRecord => "no_record",
            Self::Other => "other",
        }
    }

    /// Reads a match field of an answer.
    pub fn of(said: Option<&str>) -> Self {
        match said.map(|word| word.trim().to_lowercase()).as_deref() {
            Some("pass" | "success") => Self::Pass,
            Some("fail") => Self::Fail,
            Some(word) if word.starts_with("no_record") => Self::NoRecord,
            Some(_) | None => Self::Other,
        }
    }
}
