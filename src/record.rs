//! One record: the five fields of a request. A field is one line of the table here; the flag,
//! the CSV header, the JSON key and the help text follow from it.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A field of the request, in the order in which the table below lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The NIK: the number on the KTP.
    IdNumber,
    /// The mobile number.
    PhoneNumber,
    /// The person's name.
    Name,
    /// The kind of identity document.
    IdType,
    /// The country that issued it.
    Country,
}

/// What is known about one field.
#[derive(Debug)]
pub struct FieldSpec {
    /// The key in the request, in JSON and in CSV.
    pub name: &'static str,
    /// The command line flag, without the dashes.
    pub flag: &'static str,
    /// Another spelling of the flag.
    pub flag_alias: Option<&'static str>,
    /// The help text of the flag, and the question asked for a missing value.
    pub help: &'static str,
    /// The value where none is given; a field without one must be given.
    pub default: Option<&'static str>,
    /// Column headers that mean this field, without case, space, `_`, `-` and `.`.
    pub headers: &'static [&'static str],
}

const NIK_HEADERS: &[&str] = &[
    "idnumber",
    "nik",
    "noktp",
    "nomorktp",
    "ktp",
    "nonik",
    "nomorindukkependudukan",
    "nationalid",
];

const PHONE_HEADERS: &[&str] = &[
    "phonenumber",
    "phone",
    "hp",
    "nohp",
    "nomorhp",
    "telp",
    "notelp",
    "tlp",
    "telepon",
    "handphone",
    "mobile",
    "wa",
    "nowa",
    "msisdn",
];

const NAME_HEADERS: &[&str] =
    &["name", "nama", "namalengkap", "fullname", "atasnama", "nasabah", "pemohon", "debitur"];

const FIELDS: [FieldSpec; 5] = [
    FieldSpec {
        name: "id_number",
        flag: "id-number",
        flag_alias: Some("nik"),
        help: "The number on the KTP (NIK), 16 digits",
        default: None,
        headers: NIK_HEADERS,
    },
    FieldSpec {
        name: "phone_number",
        flag: "phone",
        flag_alias: Some("phone-number"),
        help: "The mobile number, 08... or +628...",
        default: None,
        headers: PHONE_HEADERS,
    },
    FieldSpec {
        name: "name",
        flag: "name",
        flag_alias: None,
        help: "The name as on the KTP",
        default: None,
        headers: NAME_HEADERS,
    },
    FieldSpec {
        name: "id_type",
        flag: "id-type",
        flag_alias: None,
        help: "The kind of identity document",
        default: Some("KTP"),
        headers: &["idtype"],
    },
    FieldSpec {
        name: "country",
        flag: "country",
        flag_alias: None,
        help: "The country, two letters",
        default: Some("ID"),
        headers: &["country"],
    },
];

impl Field {
    /// Every field, in the order of the outputs.
    pub const ALL: [Self; 5] =
        [Self::IdNumber, Self::PhoneNumber, Self::Name, Self::IdType, Self::Country];

    /// What is known about this field.
    pub const fn spec(self) -> &'static FieldSpec {
        &FIELDS[self as usize]
    }

    /// The key in the request, in JSON and in CSV.
    pub const fn name(self) -> &'static str {
        self.spec().name
    }

    /// The field that a column header means, if any.
    pub fn of_header(header: &str) -> Option<Self> {
        let plain = plain_header(header);
        Self::ALL.into_iter().find(|field| field.spec().headers.contains(&plain.as_str()))
    }
}

/// A header without what doesn't matter in it: case, white space, `_`, `-` and `.`.
pub fn plain_header(header: &str) -> String {
    header
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The five fields of one request. Serialised, it is the request's JSON body.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Record {
    values: [Cow<'static, str>; 5],
}

impl Record {
    /// A record with the given value for each field.
    pub fn new(value_of: impl FnMut(Field) -> String) -> Self {
        Self::with(value_of)
    }

    /// The same of values that need not be made anew, as a field's default needn't.
    pub fn with<T: Into<Cow<'static, str>>>(mut value_of: impl FnMut(Field) -> T) -> Self {
        Self { values: Field::ALL.map(|field| value_of(field).into()) }
    }

    /// The value of a field.
    pub fn get(&self, field: Field) -> &str {
        &self.values[field as usize]
    }

    /// Puts another value in the place of a field's.
    pub fn set(&mut self, field: Field, value: String) {
        self.values[field as usize] = value.into();
    }
}

/// Names no person: a record may end up in a panic or a log.
impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Record(..)")
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Field::ALL.len()))?;
        for field in Field::ALL {
            map.serialize_entry(field.name(), self.get(field))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_without_regard_to_case_and_punctuation() {
        for (header, field) in [
            ("No. KTP", Field::IdNumber),
            ("NOMOR_INDUK-KEPENDUDUKAN", Field::IdNumber),
            ("no hp", Field::PhoneNumber),
            ("Nama Lengkap", Field::Name),
            ("ID Type", Field::IdType),
        ] {
            assert_eq!(Field::of_header(header), Some(field), "{header}");
        }
    }

    #[test]
    fn columns_that_only_look_like_a_field_are_not_taken() {
        for header in
            ["kk", "No KK", "NPWP", "nip", "no_rekening", "nama_ibu_kandung", "nama perusahaan"]
        {
            assert_eq!(Field::of_header(header), None, "{header}");
        }
    }

    #[test]
    fn debug_of_a_record_names_nobody() {
        let record = Record::new(|_| "3310990101909001".to_owned());
        assert_eq!(format!("{record:?}"), "Record(..)");
    }
}
