//! Recognises the field that a column header means: by its whole name, or by the words in it.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::model::record::{Field, plain_header};

/// Words of other people, other numbers and other things. A header with one of them means no field.
const NEVER: &[&str] = &[
    "kk",
    "keluarga",
    "npwp",
    "nip",
    "rekening",
    "rek",
    "ibu",
    "gadis",
    "ayah",
    "bapak",
    "suami",
    "istri",
    "pasangan",
    "penjamin",
    "darurat",
    "emergency",
    "referensi",
    "kerabat",
    "saudara",
    "atasan",
    "sales",
    "agen",
    "cabang",
    "kantor",
    "perusahaan",
    "company",
    "usaha",
    "toko",
    "bank",
    "produk",
    "barang",
    "file",
    "user",
    "username",
    "jalan",
    "tanggal",
    "tgl",
    "tempat",
    "alamat",
    "email",
    "jenis",
    "tipe",
    "type",
    "status",
    "foto",
    "photo",
    "kota",
    "provinsi",
];

/// Words that stand beside the name of a field and change nothing.
const FILLERS: &[&str] = &[
    "no",
    "nomor",
    "nr",
    "number",
    "kolom",
    "wajib",
    "sesuai",
    "di",
    "lengkap",
    "full",
    "induk",
    "elektronik",
    "el",
    "e",
    "atas",
    "aktif",
    "digit",
    "angka",
    "pemohon",
    "nasabah",
    "debitur",
    "anggota",
    "karyawan",
    "pelanggan",
    "customer",
    "warga",
    "applicant",
];

/// The order in which words decide if a header has words of several fields: "Nama sesuai KTP" is a name.
const PRECEDENCE: [Field; 3] = [Field::Name, Field::PhoneNumber, Field::IdNumber];

/// How certain a header means its field. A column that is certain goes before one that is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// A word of the header means the field.
    Word,
    /// The whole header is a known name of the field.
    WholeName,
}

/// The field that a header means, and how certain that is.
pub(crate) fn field_of(header: &str) -> Option<(Field, Certainty)> {
    let plain = plain_header(header);
    let has_name = |field: &Field| field.spec().headers.contains(&plain.as_str());
    if let Some(field) = Field::ALL.into_iter().find(has_name) {
        return Some((field, Certainty::WholeName));
    }
    let words = words_of(header);
    if words.iter().any(|word| NEVER.contains(&word.as_str())) {
        return None;
    }
    let has_word =
        |field: &Field| field.spec().header_words.iter().any(|phrase| contains(&words, phrase));
    PRECEDENCE.into_iter().find(has_word).map(|field| (field, Certainty::Word))
}

/// Whether a header holds nothing but the name of a field. The cell of a title holds other words too.
pub(crate) fn is_name_alone(header: &str) -> bool {
    let of_field = |word: &str| {
        let phrases = Field::ALL.into_iter().flat_map(|field| field.spec().header_words);
        phrases.flat_map(|phrase| phrase.split(' ')).any(|other| other == word)
    };
    let is_plain = |word: &String| {
        of_field(word)
            || FILLERS.contains(&word.as_str())
            || word.bytes().all(|byte| byte.is_ascii_digit())
    };
    match field_of(header) {
        Some((_, Certainty::WholeName)) => true,
        _ => words_of(header).iter().all(is_plain),
    }
}

/// The words of a header in lower case, without accents and punctuation. `phoneNumber` has two words.
fn words_of(header: &str) -> Vec<String> {
    let mut text = String::with_capacity(header.len() + 4);
    let mut was_lower = false;
    for c in header.nfd().filter(|c| !is_combining_mark(*c)) {
        if c.is_uppercase() && was_lower {
            text.push(' ');
        }
        was_lower = c.is_lowercase();
        text.extend(c.to_lowercase());
    }
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Whether the words of a phrase stand next to each other.
fn contains(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<_> = phrase.split(' ').collect();
    words.windows(phrase.len()).any(|window| window == phrase)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;

    use super::*;

    fn certain(header: &str) -> Option<Field> {
        field_of(header).map(|(field, _)| field)
    }

    #[test]
    fn a_header_is_known_by_its_words_whatever_stands_around_them() {
        for (field, headers) in [
            (
                Field::IdNumber,
                &[
                    "NIK KTP",
                    "Nomor NIK",
                    "No. Identitas",
                    "KTP Number",
                    "NIK (16 digit)",
                    "NIK/No. KTP",
                    "Nomor KTP Pemohon",
                    "Identity Number",
                    "NIK e-KTP",
                    "nik_ktp",
                    "No. KTP-el *wajib",
                    "Nomor Induk Kependudukan (NIK)",
                    "National ID Number",
                    "noKtpDebitur",
                ][..],
            ),
            (
                Field::PhoneNumber,
                &[
                    "Nomor Telepon",
                    "No Telepon",
                    "Nomor Handphone",
                    "Nomor WA",
                    "No. HP / WA",
                    "HP/WA",
                    "Phone No.",
                    "Mobile Number",
                    "Contact Number",
                    "Nomor Ponsel",
                    "Telpon",
                    "No. Tlp",
                    "No. HP*",
                    "No HP (aktif)",
                    "Telephone",
                    "WhatsApp",
                    "Nomor Kontak",
                    "NOHP_PEMOHON",
                ][..],
            ),
            (
                Field::Name,
                &[
                    "Nama Pemohon",
                    "Nama Debitur",
                    "Nama (sesuai KTP)",
                    "Nama di KTP",
                    "Nama KTP",
                    "NAMA LENGKAP (SESUAI KTP)",
                    "Nama Lgkp",
                    "Customer Name",
                    "Nm Nasabah",
                    "Atas Nama",
                    "NÁMA",
                    "namaPelanggan",
                ][..],
            ),
        ] {
            for header in headers {
                assert_eq!(certain(header), Some(field), "{header}");
            }
        }
    }

    #[test]
    fn a_header_of_another_person_or_thing_means_no_field() {
        for header in [
            "No KK",
            "Nomor Kartu Keluarga",
            "NPWP",
            "NIP",
            "No Rekening",
            "Nama Ibu Kandung",
            "Nama Gadis Ibu",
            "Nama Perusahaan",
            "Nama Pasangan",
            "No HP Darurat",
            "NIK Suami",
            "Emergency Contact Number",
            "Nama Bank",
            "Telepon Kantor",
            "Tanggal KTP",
            "Nama Jalan",
            "user name",
            "Jenis Identitas",
            "Alamat KTP",
            "",
            "Keterangan",
            "Nomor Induk Karyawan",
        ] {
            assert_eq!(field_of(header), None, "{header}");
        }
    }

    #[test]
    fn a_whole_name_is_more_certain_than_a_word() {
        assert!(field_of("NIK").unwrap().1 > field_of("NIK KTP").unwrap().1);
        assert_eq!(certain("ID Type"), Some(Field::IdType));
    }

    #[test]
    fn the_cell_of_a_title_holds_more_than_the_name_of_a_field() {
        for header in ["NIK", "No. KTP / NIK*", "NIK (16 digit)", "Nama Lengkap (sesuai KTP)"] {
            assert!(is_name_alone(header), "{header}");
        }
        for header in ["Daftar NIK", "No HP dan WA", "Nama pemohon bulan Juli", "Data NIK"] {
            assert!(!is_name_alone(header), "{header}");
        }
    }

    /// The table in `docs/input.md` is this one.
    #[test]
    fn the_documented_headers_are_those_of_the_program() {
        let cell = |words: &[&str]| {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        };
        let mut table = String::from("| field | whole names | words |\n|---|---|---|\n");
        for field in Field::ALL {
            let spec = field.spec();
            let words = cell(spec.header_words);
            writeln!(table, "| `{}` | {} | {words} |", spec.name, cell(spec.headers)).unwrap();
        }
        writeln!(table, "\nNever, whatever else the header says: {}.", cell(NEVER)).unwrap();
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/input.md");
        let page = fs::read_to_string(page).unwrap();
        assert!(page.contains(&table), "docs/input.md should hold:\n{table}");
    }
}
