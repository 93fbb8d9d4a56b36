//! English sentences of the card of one result, and of the table of results.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::field_match::Match;
use crate::model::record::Field;
use crate::words::CardWords;
use crate::words::english::English;

impl CardWords for English {
    fn field(&self, field: Field) -> &'static str {
        field.name()
    }

    fn phone_label(&self) -> &'static str {
        "phone"
    }

    fn name_label(&self) -> &'static str {
        "name"
    }

    fn match_meaning(&self, value: Match, of_phone: bool) -> &'static str {
        match (value, of_phone) {
            (Match::Pass, _) => "belongs to the number",
            (Match::Fail, _) => "does not belong to the number",
            (Match::NoRecord, true) => "the provider has none of this phone",
            (Match::NoRecord, false) => "the provider has none of this number",
            (Match::Other, _) => "",
        }
    }

    fn neither_belongs(&self) -> &'static str {
        "neither the phone nor the name belongs to the number"
    }

    fn phone_does_not_belong(&self) -> &'static str {
        "the phone does not belong to the number"
    }

    fn name_does_not_belong(&self) -> &'static str {
        "the name does not belong to the number"
    }

    fn read_as(&self, value: &str) -> String {
        format!("(read as {value})")
    }

    fn card_labels(&self) -> [&'static str; 6] {
        ["charged", "when", "code", "result", "reason", "message"]
    }

    fn known_from_earlier(&self) -> &'static str {
        "no - known from an earlier call"
    }

    fn perhaps_charged(&self) -> &'static str {
        "unknown - it may have been"
    }

    fn moment(&self, at: Timestamp) -> String {
        at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
    }

    fn not_documented(&self) -> &'static str {
        "not documented"
    }

    fn fail_hint(&self) -> &'static str {
        "A fail is no proof of fraud: a phone registered by a relative also fails, and so does \
         another spelling of the name or a mistyped digit."
    }

    fn no_record_hint(&self) -> &'static str {
        "This says nothing against the person: compare the number and the phone with the source, or \
         check in another way."
    }

    fn held_hint(&self) -> &'static str {
        "Nothing was sent. Repair the field and run again."
    }

    fn refused_hint(&self) -> &'static str {
        "Nothing was charged. Repair the record and run again."
    }

    fn unavailable_hint(&self) -> &'static str {
        "Nothing was charged. Run the same command again later."
    }

    fn skipped_hint(&self) -> &'static str {
        "Nothing was sent. Run the same command again to ask."
    }

    fn unrecognised_hint(&self) -> &'static str {
        "Take this answer to TrustDecision, with its sequence_id."
    }

    fn unknown_hint(&self) -> &'static str {
        "Asking again may be charged a second time. Look at the invoice, then:"
    }

    fn nik_facts(&self, province: Option<&str>, is_woman: bool, birth: &str) -> String {
        let place = province.unwrap_or("a region that is none today");
        let whom = if is_woman { "woman" } else { "man" };
        format!(
            "By its digits the number was first registered in {place}, for a {whom} born {birth}; \
             nothing of this was checked."
        )
    }

    fn birth(&self, date: Date) -> String {
        date.strftime("%-d %B %Y").to_string()
    }

    fn birth_or(&self, late: Date, early_year: i16) -> String {
        format!("{} or {early_year}", self.birth(late))
    }

    fn no_birth_day(&self, day: u8, month: u8, year: u8) -> String {
        format!("on day {day} of month {month} of a year {year:02}")
    }

    fn table_headings(&self) -> [&'static str; 7] {
        ["ROW", "ID NUMBER", "PHONE", "NAME", "OUTCOME", "CHARGED", "WHAT"]
    }

    fn phone_said(&self, said: &str) -> String {
        format!("phone {said}")
    }

    fn name_said(&self, said: &str) -> String {
        format!("name {said}")
    }

    fn answer_not_written(&self, why: &str) -> String {
        format!("error: the answer can't be written: {why}")
    }

    fn ask_field(&self, field: Field) -> &'static str {
        field.spec().help
    }

    fn no_answer_for(&self, field: Field) -> String {
        format!("no answer for {}; nothing was sent; run the command again", field.name())
    }

    fn missing_flags(&self, flags: &str) -> String {
        format!(
            "missing: {flags}\n\n  \
             hint: give each flag, or one JSON object on stdin: idv verify - < applicant.json"
        )
    }
}
