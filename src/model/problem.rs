//! A problem that a local check found in a row: what it is, its stable code and its level.

use serde::Serialize;

use crate::model::record::Field;

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
    /// The word in every output for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Suspect => "suspect",
            Self::Malformed => "malformed",
        }
    }
}

/// A problem of one row. Its code, its level and the sentence in `words` that explains it, with the
/// repair, tell no value of the record, so they may be printed anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A problem of the identity number.
    IdNumber(IdNumberProblem),
    /// A problem of the phone number.
    PhoneNumber(PhoneNumberProblem),
    /// A problem of the name.
    Name(NameProblem),
    /// Another program damaged the name.
    DamagedName {
        /// The name that was likely meant, if it can be told. It is shown beside the row only.
        likely: Option<Box<str>>,
    },
    /// A field has another value than the only one that the endpoint knows.
    Unsupported {
        /// The field: the type of the card, or the country.
        field: Field,
        /// The only value.
        only: &'static str,
    },
    /// A problem in the way the row is written.
    Row(RowProblem),
}

impl Problem {
    /// The stable code, `field.what`: `phone_number.format`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::IdNumber(problem) => problem.code(),
            Self::PhoneNumber(problem) => problem.code(),
            Self::Name(problem) => problem.code(),
            Self::DamagedName { .. } => "name.damaged",
            Self::Unsupported { field: Field::IdType, .. } => "id_type.unsupported",
            Self::Unsupported { .. } => "country.unsupported",
            Self::Row(problem) => problem.code(),
        }
    }

    /// The level.
    pub const fn level(&self) -> Level {
        match self {
            Self::IdNumber(problem) => problem.level(),
            Self::PhoneNumber(problem) => problem.level(),
            Self::Name(problem) => problem.level(),
            Self::DamagedName { .. } => Level::Suspect,
            Self::Unsupported { .. } => Level::Malformed,
            Self::Row(problem) => problem.level(),
        }
    }

    /// The value that was likely meant, to be shown beside the row only.
    pub fn likely(&self) -> Option<&str> {
        match self {
            Self::DamagedName { likely } => likely.as_deref(),
            _ => None,
        }
    }
}

/// A problem of an identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdNumberProblem {
    /// There is none.
    Empty,
    /// Its province code is not in use today.
    Province,
    /// A spreadsheet turned it into a fraction or a power of ten.
    Notation,
    /// It holds something other than digits.
    Digits,
    /// It has another number of digits than 16.
    Length {
        /// Its digits.
        digits: usize,
    },
    /// It begins with 0.
    FirstDigit,
    /// It ends in 0000.
    Serial,
    /// Digits 7 to 12 are no date of birth.
    BirthDate,
    /// It stands in a number cell, of which a spreadsheet keeps 15 digits.
    NumberCell,
    /// The file has it with several names, or with three or more phone numbers.
    Shared,
}

impl IdNumberProblem {
    const fn code(self) -> &'static str {
        match self {
            Self::Empty => "id_number.empty",
            Self::Province => "id_number.province",
            Self::Notation => "id_number.notation",
            Self::Digits => "id_number.digits",
            Self::Length { .. } => "id_number.length",
            Self::FirstDigit => "id_number.first_digit",
            Self::Serial => "id_number.serial",
            Self::BirthDate => "id_number.birth_date",
            Self::NumberCell => "id_number.number_cell",
            Self::Shared => "id_number.shared",
        }
    }

    const fn level(self) -> Level {
        match self {
            Self::Empty => Level::Malformed,
            Self::Province | Self::Shared => Level::Note,
            Self::Notation
            | Self::Digits
            | Self::Length { .. }
            | Self::FirstDigit
            | Self::Serial
            | Self::BirthDate
            | Self::NumberCell => Level::Suspect,
        }
    }
}

impl From<IdNumberProblem> for Problem {
    fn from(problem: IdNumberProblem) -> Self {
        Self::IdNumber(problem)
    }
}

/// A problem of a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PhoneNumberProblem {
    /// There is none.
    Empty,
    /// A spreadsheet turned it into a power of ten.
    Notation,
    /// It is not one Indonesian mobile number.
    Format,
    /// It is a service number.
    Service,
    /// No operator is known for its beginning.
    Operator,
    /// The file has it at three or more identity numbers.
    Shared,
}

impl PhoneNumberProblem {
    const fn code(self) -> &'static str {
        match self {
            Self::Empty => "phone_number.empty",
            Self::Notation => "phone_number.notation",
            Self::Format => "phone_number.format",
            Self::Service => "phone_number.service",
            Self::Operator => "phone_number.operator",
            Self::Shared => "phone_number.shared",
        }
    }

    const fn level(self) -> Level {
        match self {
            Self::Empty | Self::Notation | Self::Format => Level::Malformed,
            Self::Service | Self::Operator | Self::Shared => Level::Note,
        }
    }
}

impl From<PhoneNumberProblem> for Problem {
    fn from(problem: PhoneNumberProblem) -> Self {
        Self::PhoneNumber(problem)
    }
}

/// A problem of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameProblem {
    /// There is none.
    Empty,
    /// It is longer than any on a card.
    Long,
    /// It holds control characters.
    Control,
    /// It holds digits.
    Digits,
    /// It holds no letter.
    NoLetters,
    /// A program wrote it where there is no name.
    Placeholder,
}

impl NameProblem {
    const fn code(self) -> &'static str {
        match self {
            Self::Empty => "name.empty",
            Self::Long => "name.long",
            Self::Control => "name.control",
            Self::Digits => "name.digits",
            Self::NoLetters => "name.no_letters",
            Self::Placeholder => "name.placeholder",
        }
    }

    const fn level(self) -> Level {
        match self {
            Self::Empty => Level::Malformed,
            Self::Long | Self::Control | Self::NoLetters | Self::Placeholder => Level::Suspect,
            Self::Digits => Level::Note,
        }
    }
}

impl From<NameProblem> for Problem {
    fn from(problem: NameProblem) -> Self {
        Self::Name(problem)
    }
}

/// A problem of the way a row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowProblem {
    /// The row has another number of cells than the header.
    Ragged {
        /// Cells of the row.
        cells: usize,
        /// Cells of the header.
        header: usize,
    },
    /// The row holds NUL bytes.
    Nul,
    /// The row holds bytes that are no text in its encoding.
    Encoding {
        /// The name of the encoding.
        encoding: &'static str,
    },
    /// A quote is not closed, or has text behind it.
    Quote,
    /// A filter or a person has hidden the row of a sheet.
    Hidden,
    /// The row is too long for an applicant.
    TooLong,
    /// The line is no JSON object.
    Json {
        /// The character at which that shows, from 1.
        character: usize,
    },
    /// A value is neither text nor a number.
    Value {
        /// The field.
        field: Field,
    },
    /// A key of an object comes twice, or several could be the same field.
    Ambiguous,
    /// The formula of a cell has no result.
    Formula {
        /// The field.
        field: Field,
    },
}

impl RowProblem {
    const fn code(self) -> &'static str {
        match self {
            Self::Ragged { .. } => "row.ragged",
            Self::Nul => "row.nul",
            Self::Encoding { .. } => "row.encoding",
            Self::Quote => "row.quote",
            Self::Hidden => "row.hidden",
            Self::TooLong => "row.too_long",
            Self::Json { .. } => "row.json",
            Self::Value { .. } => "row.value",
            Self::Ambiguous => "row.ambiguous",
            Self::Formula { .. } => "row.formula",
        }
    }

    const fn level(self) -> Level {
        match self {
            Self::Hidden => Level::Suspect,
            _ => Level::Malformed,
        }
    }
}

impl From<RowProblem> for Problem {
    fn from(problem: RowProblem) -> Self {
        Self::Row(problem)
    }
}
