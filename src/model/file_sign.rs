//! A sign of damage in a whole file, which no single row shows.

use crate::model::record::Field;

/// A sign of damage in a whole file. It holds no value of an applicant. The sentence that explains it,
/// with the repair, is in `words`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileSign {
    /// A spreadsheet kept fifteen digits of the identity numbers.
    IdNumberRounded {
        /// Identity numbers that end in 0.
        rounded: u64,
        /// All identity numbers.
        of: u64,
    },
    /// Phone numbers came without their leading 0, which is put back.
    PhoneNumberLeadingZero {
        /// Phone numbers without it.
        without: u64,
        /// All phone numbers.
        of: u64,
    },
    /// Two columns look as if they stood for each other.
    Swapped([Field; 2]),
    /// The column of the first field holds values of the second.
    Misplaced([Field; 2]),
}

impl FileSign {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::IdNumberRounded { .. } => "id_number.rounded",
            Self::PhoneNumberLeadingZero { .. } => "phone_number.leading_zero",
            Self::Swapped(_) => "columns.swapped",
            Self::Misplaced(_) => "columns.misplaced",
        }
    }

    /// The fields whose columns are concerned.
    pub fn fields(&self) -> Vec<Field> {
        match self {
            Self::IdNumberRounded { .. } => vec![Field::IdNumber],
            Self::PhoneNumberLeadingZero { .. } => vec![Field::PhoneNumber],
            Self::Swapped(fields) | Self::Misplaced(fields) => fields.to_vec(),
        }
    }
}
