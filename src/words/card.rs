//! The sentences of the card of one result, and of the table of results.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::field_match::Match;
use crate::model::record::Field;

/// The sentences of the card of one result, and of the table of results.
pub(crate) trait CardWords {
    /// The name of a field on the card.
    fn field(&self, field: Field) -> &'static str;
    /// The label of the phone's match.
    fn phone_label(&self) -> &'static str;
    /// The label of the name's match.
    fn name_label(&self) -> &'static str;
    /// What a match means. `of_phone` tells which record is missing.
    fn match_meaning(&self, value: Match, of_phone: bool) -> &'static str;
    /// Neither the phone nor the name belongs to the number.
    fn neither_belongs(&self) -> &'static str;
    /// The phone does not belong to the number.
    fn phone_does_not_belong(&self) -> &'static str;
    /// The name does not belong to the number.
    fn name_does_not_belong(&self) -> &'static str;
    /// The value as it was read, where it was sent in another form.
    fn read_as(&self, value: &str) -> String;
    /// The labels of the card: charged, when, code, result, reason, message.
    fn card_labels(&self) -> [&'static str; 6];
    /// Nothing was charged, since the answer is known.
    fn known_from_earlier(&self) -> &'static str;
    /// It is unknown whether the call was charged.
    fn perhaps_charged(&self) -> &'static str;
    /// The time of an answer.
    fn moment(&self, at: Timestamp) -> String;
    /// A code that is not documented.
    fn not_documented(&self) -> &'static str;
    /// A fail is no proof of fraud.
    fn fail_hint(&self) -> &'static str;
    /// A missing record says nothing against the person.
    fn no_record_hint(&self) -> &'static str;
    /// A held record was not sent.
    fn held_hint(&self) -> &'static str;
    /// A refused record was not charged.
    fn refused_hint(&self) -> &'static str;
    /// No answer now.
    fn unavailable_hint(&self) -> &'static str;
    /// A skipped record was not sent.
    fn skipped_hint(&self) -> &'static str;
    /// An answer in unknown words.
    fn unrecognised_hint(&self) -> &'static str;
    /// A call that may have been charged. Three commands follow.
    fn unknown_hint(&self) -> &'static str;
    /// The facts in the digits of a NIK: the province, if it is known, the sex, the date of birth.
    fn nik_facts(&self, province: Option<&str>, is_woman: bool, birth: &str) -> String;
    /// A date of birth.
    fn birth(&self, date: Date) -> String;
    /// A date of birth in one of two centuries.
    fn birth_or(&self, late: Date, early_year: i16) -> String;
    /// A day that no year of the century has.
    fn no_birth_day(&self, day: u8, month: u8, year: u8) -> String;
    /// The headings of the table: number, identity number, phone, name, outcome, charged, explanation.
    fn table_headings(&self) -> [&'static str; 7];
    /// A match in the table's explanation.
    fn phone_said(&self, said: &str) -> String;
    /// A match in the table's explanation.
    fn name_said(&self, said: &str) -> String;
    /// The answer can't be written.
    fn answer_not_written(&self, why: &str) -> String;
    /// The question for a field that is missing.
    fn ask_field(&self, field: Field) -> &'static str;
    /// A question that was left without an answer.
    fn no_answer_for(&self, field: Field) -> String;
    /// Flags that are missing, where nobody can be asked.
    fn missing_flags(&self, flags: &str) -> String;
}
