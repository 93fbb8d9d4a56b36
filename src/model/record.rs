//! A record: the five fields of a request. Each field is one entry of the table here; its flag, CSV
//! header, JSON key and help text follow from it.

use std::borrow::Cow;

use hmac::{Hmac, KeyInit, Mac};
use serde::ser::{Serialize, SerializeMap, Serializer};
use sha2::Sha256;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::model::characters::{is_blank, visible};

/// A field of the request, in the order of the table below.
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

/// The names and texts of one field.
#[derive(Debug)]
pub struct FieldSpec {
    /// The key in the request, in JSON and in CSV.
    pub name: &'static str,
    /// The command line flag, without the dashes.
    pub flag: &'static str,
    /// Another spelling of the flag.
    pub flag_alias: Option<&'static str>,
    /// The help text of the flag, and the question for a missing value.
    pub help: &'static str,
    /// The placeholder of the value in the help text.
    pub value: &'static str,
    /// The default value. A field without a default must be given.
    pub default: Option<&'static str>,
    /// Column headers that mean this field. Case, space, `_`, `-` and `.` do not matter.
    pub headers: &'static [&'static str],
    /// Words, or phrases of several words, that mean this field within a longer header.
    pub header_words: &'static [&'static str],
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

const NIK_WORDS: &[&str] = &[
    "nik",
    "nonik",
    "ktp",
    "noktp",
    "ektp",
    "identitas",
    "identity",
    "kependudukan",
    "id card",
    "national id",
];

const PHONE_WORDS: &[&str] = &[
    "hp",
    "nohp",
    "telp",
    "notelp",
    "telpon",
    "telepon",
    "telephone",
    "tlp",
    "phone",
    "handphone",
    "ponsel",
    "seluler",
    "mobile",
    "wa",
    "nowa",
    "whatsapp",
    "whats app",
    "msisdn",
    "contact number",
    "contact no",
    "nomor kontak",
    "no kontak",
];

const NAME_WORDS: &[&str] = &["nama", "nm", "name", "lgkp"];

const FIELDS: [FieldSpec; 5] = [
    FieldSpec {
        name: "id_number",
        flag: "id-number",
        flag_alias: Some("nik"),
        help: "The number on the KTP (NIK), 16 digits",
        value: "NIK",
        default: None,
        headers: NIK_HEADERS,
        header_words: NIK_WORDS,
    },
    FieldSpec {
        name: "phone_number",
        flag: "phone",
        flag_alias: Some("phone-number"),
        help: "The mobile number, 08... or +628...",
        value: "PHONE",
        default: None,
        headers: PHONE_HEADERS,
        header_words: PHONE_WORDS,
    },
    FieldSpec {
        name: "name",
        flag: "name",
        flag_alias: None,
        help: "The name as on the KTP",
        value: "NAME",
        default: None,
        headers: NAME_HEADERS,
        header_words: NAME_WORDS,
    },
    FieldSpec {
        name: "id_type",
        flag: "id-type",
        flag_alias: None,
        help: "The kind of identity document",
        value: "TYPE",
        default: Some("KTP"),
        headers: &["idtype"],
        header_words: &[],
    },
    FieldSpec {
        name: "country",
        flag: "country",
        flag_alias: None,
        help: "The country, two letters",
        value: "CODE",
        default: Some("ID"),
        headers: &["country"],
        header_words: &[],
    },
];

impl Field {
    /// Every field, in the order of the outputs.
    pub const ALL: [Self; 5] =
        [Self::IdNumber, Self::PhoneNumber, Self::Name, Self::IdType, Self::Country];

    /// The names and texts of this field.
    pub const fn spec(self) -> &'static FieldSpec {
        &FIELDS[self as usize]
    }

    /// The key in the request, in JSON and in CSV.
    pub const fn name(self) -> &'static str {
        self.spec().name
    }
}

/// Normalises a header: case, white space, `_`, `-` and `.` do not matter.
pub(crate) fn plain_header(header: &str) -> String {
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
    /// A record of a KTP of Indonesia, which is what the endpoint knows.
    pub fn new(id_number: &str, phone_number: &str, name: &str) -> Self {
        Self::from_fields(|field| match field {
            Field::IdNumber => id_number.to_owned(),
            Field::PhoneNumber => phone_number.to_owned(),
            Field::Name => name.to_owned(),
            Field::IdType | Field::Country => field.spec().default.unwrap_or_default().to_owned(),
        })
    }

    /// A record with a value for each field.
    pub fn from_fields<T: Into<Cow<'static, str>>>(mut value_of: impl FnMut(Field) -> T) -> Self {
        Self { values: Field::ALL.map(|field| value_of(field).into()) }
    }

    /// The value of a field.
    pub fn get(&self, field: Field) -> &str {
        &self.values[field as usize]
    }

    /// Replaces the value of a field.
    pub fn set(&mut self, field: Field, value: String) {
        self.values[field as usize] = value.into();
    }
}

/// The key of a record in the ledger. It tells nothing about the person to anyone without the
/// ledger's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordKey([u8; 32]);

impl RecordKey {
    /// Makes a key from its bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Makes the keys of records: HMAC-SHA-256 over a version mark, the kind of endpoint, the partner
/// code and the five fields, each in canonical form and preceded by its length.
///
/// Any change here makes every ledger forget every record, and people pay again. The golden test
/// below must stay as it is.
#[derive(Clone)]
pub struct KeyMaker(Hmac<Sha256>);

impl KeyMaker {
    /// Makes the keys of records sent with this partner code to this kind of endpoint.
    pub fn new(secret: &[u8; 32], kind: &str, partner_code: &str) -> Self {
        let mut block = [0; 64];
        block[..32].copy_from_slice(secret);
        let mut mac = Hmac::new(&block.into());
        for part in ["idv record 1", kind, partner_code] {
            add(&mut mac, part);
        }
        Self(mac)
    }

    /// The key of a record.
    pub fn key(&self, record: &Record) -> RecordKey {
        let mut mac = self.0.clone();
        // Many small updates take longer than one: nearly every record fits.
        let (mut parts, mut len) = ([0; 256], 0);
        for value in &record.values {
            let value = canonical(value);
            let end = len + 8 + value.len();
            if end <= parts.len() {
                parts[len..len + 8].copy_from_slice(&(value.len() as u64).to_be_bytes());
                parts[len + 8..end].copy_from_slice(value.as_bytes());
                len = end;
            } else {
                mac.update(&parts[..len]);
                len = 0;
                add(&mut mac, &value);
            }
        }
        mac.update(&parts[..len]);
        RecordKey(mac.finalize().into_bytes().into())
    }
}

fn add(mac: &mut Hmac<Sha256>, part: &str) {
    mac.update(&(part.len() as u64).to_be_bytes());
    mac.update(part.as_bytes());
}

/// Canonical form of a value: NFC, no invisible characters, no outer white space, inner white space as
/// one space. Case counts, because it may matter to the endpoint.
pub(crate) fn canonical(value: &str) -> Cow<'_, str> {
    if is_canonical_ascii(value) {
        return Cow::Borrowed(value);
    }
    match visible(value) {
        Cow::Borrowed(value) => composed(value),
        Cow::Owned(value) => Cow::Owned(composed(&value).into_owned()),
    }
}

/// Whether a value is ASCII with single spaces inside, as nearly every one. One pass.
pub(crate) fn is_canonical_ascii(value: &str) -> bool {
    let mut before = b' ';
    let is_plain = value.bytes().all(|byte| {
        let fits = byte.is_ascii_graphic() || (byte == b' ' && before != b' ');
        before = byte;
        fits
    });
    is_plain && before != b' '
}

fn composed(value: &str) -> Cow<'_, str> {
    let single = |text: &str| {
        text.split(is_blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    if !is_nfc(value) {
        Cow::Owned(single(&value.nfc().collect::<String>()))
    } else if value.split(' ').all(|word| !word.is_empty() && !word.contains(is_blank)) {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(single(value))
    }
}

/// Shows no values: a record may end up in a panic or a log.
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

    fn someone() -> Record {
        let values = ["3310990101909001", "081234567890", "Budi Santoso", "KTP", "ID"];
        Record::from_fields(|field| values[field as usize].to_owned())
    }

    fn keys() -> KeyMaker {
        KeyMaker::new(&[7; 32], "live", "partner")
    }

    fn hex(key: &RecordKey) -> String {
        key.as_bytes().map(|byte| format!("{byte:02x}")).concat()
    }

    #[test]
    fn the_key_of_a_record_never_changes_or_people_pay_again() {
        let golden = "679b3a1a3f61fd216b3979a89d2582267473ba4e00eaec7d0e433f413aabf46c";
        assert_eq!(hex(&keys().key(&someone())), golden);
    }

    #[test]
    fn a_key_is_made_of_long_values_as_of_short_ones() {
        let maker = keys();
        for len in [1, 180, 190, 200, 220, 240, 250, 300, 5000] {
            let mut record = someone();
            record.set(Field::Name, "x".repeat(len));
            let mut mac = maker.0.clone();
            record.values.iter().for_each(|value| add(&mut mac, value));
            let expected: [u8; 32] = mac.finalize().into_bytes().into();
            assert_eq!(*maker.key(&record).as_bytes(), expected, "{len}");
        }
    }

    #[test]
    fn spellings_of_the_same_text_have_one_key() {
        for name in [
            " Budi  Santoso ",
            "Budi\u{a0}Santoso",
            "Budi\tSantoso",
            "Bu\u{200b}di\u{2800}Santoso\u{feff}",
        ] {
            let mut record = someone();
            record.set(Field::Name, name.to_owned());
            assert_eq!(keys().key(&record), keys().key(&someone()), "{name:?}");
        }
        let mut composed = someone();
        composed.set(Field::Name, "Jos\u{e9}".to_owned());
        let mut decomposed = someone();
        decomposed.set(Field::Name, "Jose\u{301}".to_owned());
        assert_eq!(keys().key(&composed), keys().key(&decomposed));
    }

    #[test]
    fn every_field_the_partner_the_kind_and_the_secret_count() {
        let mut seen = std::collections::HashSet::from([keys().key(&someone())]);
        for field in Field::ALL {
            let mut other = someone();
            other.set(field, format!("{}x", someone().get(field)));
            assert!(seen.insert(keys().key(&other)), "{field:?}");
        }
        let makers = [
            KeyMaker::new(&[8; 32], "live", "partner"),
            KeyMaker::new(&[7; 32], "sandbox", "partner"),
            KeyMaker::new(&[7; 32], "live", "partner2"),
            KeyMaker::new(&[7; 32], "livep", "artner"),
        ];
        for maker in makers {
            assert!(seen.insert(maker.key(&someone())));
        }
        let mut upper = someone();
        upper.set(Field::Name, "BUDI SANTOSO".to_owned());
        assert!(seen.insert(keys().key(&upper)));
    }

    #[test]
    fn what_moves_between_two_fields_is_another_record() {
        let with = |name: &str, id_type: &str| {
            let mut record = someone();
            record.set(Field::Name, name.to_owned());
            record.set(Field::IdType, id_type.to_owned());
            keys().key(&record)
        };
        assert_ne!(with("Budi K", "TP"), with("Budi ", "KTP"));
        assert_ne!(with("BudiK", "TP"), with("Budi", "KTP"));
    }

    #[test]
    fn debug_of_a_record_names_nobody() {
        let record = Record::from_fields(|_| "3310990101909001".to_owned());
        assert_eq!(format!("{record:?}"), "Record(..)");
    }
}
