//! English sentences about problems.

use std::borrow::Cow;

use crate::model::file_sign::FileSign;
use crate::model::problem::{IdNumberProblem, Level, NameProblem, PhoneNumberProblem, RowProblem};
use crate::model::record::Field;
use crate::words::ProblemWords;
use crate::words::english::English;

impl ProblemWords for English {
    fn id_number_problem(&self, problem: IdNumberProblem) -> Cow<'static, str> {
        Cow::Borrowed(match problem {
            IdNumberProblem::Empty => {
                "There is no identity number; fill in the 16 digits of the KTP."
            }
            IdNumberProblem::Province => {
                "The identity number begins with a province code that is not in use today."
            }
            IdNumberProblem::Notation => {
                "A spreadsheet turned the identity number into a fraction or a power of ten, and its \
                 last digits are gone; format its column as Text and fill it in again."
            }
            IdNumberProblem::Digits => {
                "The identity number holds something other than digits; look for a letter in the \
                 place of a digit."
            }
            IdNumberProblem::Length { digits } => {
                return format!("The identity number has {digits} digits; a KTP's has 16.").into();
            }
            IdNumberProblem::FirstDigit => {
                "No identity number begins with 0; look for a number of another kind."
            }
            IdNumberProblem::Serial => {
                "The identity number ends in 0000, which none does: a spreadsheet rounded it; format \
                 its column as Text and fill it in again."
            }
            IdNumberProblem::BirthDate => {
                "Digits 7 to 12 of the identity number are no date of birth (day, month, year; 40 \
                 added to a woman's day); look for a mistyped digit, or a family card's number (KK)."
            }
            IdNumberProblem::Shared => {
                "The file has this identity number with several names, or with three or more phone \
                 numbers; look at these rows together before you trust them."
            }
            IdNumberProblem::NumberCell => {
                "The identity number is stored as a number, of which a spreadsheet keeps 15 digits \
                 only; format its column as Text and fill it in again."
            }
        })
    }

    fn phone_number_problem(&self, problem: PhoneNumberProblem) -> &'static str {
        match problem {
            PhoneNumberProblem::Empty => {
                "There is no phone number; fill in the applicant's mobile number."
            }
            PhoneNumberProblem::Notation => {
                "A spreadsheet turned the phone number into a power of ten; format its column as \
                 Text and fill it in again."
            }
            PhoneNumberProblem::Format => {
                "The phone number must be one Indonesian mobile number: 08 and 10 to 13 digits in \
                 all."
            }
            PhoneNumberProblem::Shared => {
                "The file has this phone number at three or more identity numbers; look at these rows \
                 together before you trust them."
            }
            PhoneNumberProblem::Service => "0800 is a service number, not a person's.",
            PhoneNumberProblem::Operator => {
                "No operator is known for the beginning of this phone number; it is sent all the \
                 same."
            }
        }
    }

    fn name_problem(&self, problem: NameProblem) -> &'static str {
        match problem {
            NameProblem::Empty => "There is no name; fill in the name as it stands on the KTP.",
            NameProblem::Long => {
                "The name has more than 200 characters; look for cells or rows that have run \
                 together."
            }
            NameProblem::Control => {
                "The name holds control characters, which no name has; write it again by hand."
            }
            NameProblem::Digits => "The name holds digits; is it the right column?",
            NameProblem::NoLetters => {
                "The name holds no letter; fill in the name as it stands on the KTP."
            }
            NameProblem::Placeholder => {
                "A program wrote this where there is no name; fill in the name as it stands on the \
                 KTP."
            }
        }
    }

    fn damaged_name(&self) -> &'static str {
        "Another program damaged the name or lost a letter of it; write it as it stands on the KTP, or \
         export the file again as UTF-8."
    }

    fn likely(&self, value: &str) -> String {
        format!("It was likely: {value}")
    }

    fn row_problem(&self, problem: RowProblem) -> Cow<'static, str> {
        match problem {
            RowProblem::Ragged { cells, header } => format!(
                "The row has {cells} cells and the header {header}; look for a delimiter that \
                 is missing, or is part of a text without quotes."
            )
            .into(),
            RowProblem::Nul => "The row holds NUL bytes; export the file again.".into(),
            RowProblem::Encoding { encoding } => format!(
                "The row holds bytes that are no {encoding}; save the file as CSV UTF-8, or \
                 say how it is encoded with --encoding."
            )
            .into(),
            RowProblem::Quote => {
                "A quote on this line is not closed, or has text behind it; close it at the end \
                 of its cell, or double it if it belongs to the text."
                    .into()
            }
            RowProblem::Hidden => {
                "The row is hidden in the workbook, by a filter or by hand; show it or delete \
                 it, or send the hidden rows too with --suspect send."
                    .into()
            }
            RowProblem::TooLong => {
                "The row is longer than 1 MiB, so it is no applicant's; look for a lost line \
                 end."
                    .into()
            }
            RowProblem::Json { character } => {
                format!("The line is no JSON object; look at character {character} of it.").into()
            }
            RowProblem::Value { field } => format!(
                "The value of {} is neither a text nor a number; write it as a text.",
                field.name()
            )
            .into(),
            RowProblem::Ambiguous => {
                "A key of this object comes twice, or more than one could be the same field; \
                 keep one, or say which with --map."
                    .into()
            }
            RowProblem::Formula { field } => format!(
                "The cell of {} holds a formula without a result, or its error; repair it, or \
                 open the workbook in a spreadsheet program and save it again.",
                field.name()
            )
            .into(),
        }
    }

    fn unsupported(&self, field: Field, only: &str) -> String {
        format!(
            "{0} must be {only}; the endpoint knows no other. If the column says something else, \
             leave it out with --ignore {0}.",
            field.name()
        )
    }

    fn sign(&self, sign: &FileSign) -> String {
        match sign {
            FileSign::IdNumberRounded { rounded, of } => format!(
                "{rounded} of {of} identity numbers end in 0, where a tenth would by chance: a \
                 spreadsheet kept fifteen digits of each; take them from the source again, in a \
                 column formatted as Text."
            ),
            FileSign::PhoneNumberLeadingZero { without, of } => format!(
                "{without} of {of} phone numbers came without their leading 0, which a spreadsheet \
                 takes; it is put back."
            ),
            FileSign::Swapped([one, other]) => format!(
                "The columns of {} and {} look as if they stood for each other; check them, and \
                 swap them with --map.",
                one.name(),
                other.name()
            ),
            FileSign::Misplaced([field, looks]) => format!(
                "Most values in the column of {0} look like a {1}; check it, and name the right \
                 column with --map {0}=COLUMN.",
                field.name(),
                looks.name()
            ),
        }
    }

    fn level(&self, level: Level) -> &'static str {
        level.word()
    }
}
