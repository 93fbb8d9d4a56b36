//! Indonesian sentences about problems.

use std::borrow::Cow;

use crate::model::file_sign::FileSign;
use crate::model::problem::{IdNumberProblem, Level, NameProblem, PhoneNumberProblem, RowProblem};
use crate::model::record::Field;
use crate::words::ProblemWords;
use crate::words::indonesian::Indonesian;

impl ProblemWords for Indonesian {
    fn id_number_problem(&self, problem: IdNumberProblem) -> Cow<'static, str> {
        Cow::Borrowed(match problem {
            IdNumberProblem::Empty => "NIK kosong; isi 16 digit NIK sesuai KTP.",
            IdNumberProblem::Province => "NIK diawali kode provinsi yang saat ini tidak dipakai.",
            IdNumberProblem::Notation => {
                "Aplikasi lembar kerja mengubah NIK menjadi pecahan atau pangkat sepuluh, dan digit \
                 terakhirnya hilang; ubah format kolomnya menjadi Teks, lalu isi kembali."
            }
            IdNumberProblem::Digits => {
                "NIK memuat karakter selain angka; periksa apakah ada huruf di tempat angka."
            }
            IdNumberProblem::Length { digits } => {
                return format!("NIK ini {digits} digit; NIK pada KTP selalu 16 digit.").into();
            }
            IdNumberProblem::FirstDigit => {
                "Tidak ada NIK yang diawali 0; periksa apakah ini nomor jenis lain."
            }
            IdNumberProblem::Serial => {
                "NIK berakhiran 0000, padahal tidak ada NIK seperti itu: aplikasi lembar kerja \
                 membulatkannya; ubah format kolomnya menjadi Teks, lalu isi kembali."
            }
            IdNumberProblem::BirthDate => {
                "Digit 7 sampai 12 NIK bukan tanggal lahir (tanggal, bulan, tahun; tanggal lahir \
                 perempuan ditambah 40); periksa salah ketik, atau apakah ini nomor kartu keluarga \
                 (KK)."
            }
            IdNumberProblem::Shared => {
                "NIK ini ada di berkas dengan beberapa nama, atau dengan tiga nomor telepon atau lebih; \
                 periksa baris-baris ini bersama-sama sebelum dipercaya."
            }
            IdNumberProblem::NumberCell => {
                "NIK disimpan sebagai angka, padahal aplikasi lembar kerja hanya menyimpan 15 digit; \
                 ubah format kolomnya menjadi Teks, lalu isi kembali."
            }
        })
    }

    fn phone_number_problem(&self, problem: PhoneNumberProblem) -> &'static str {
        match problem {
            PhoneNumberProblem::Empty => "Nomor telepon kosong; isi nomor ponsel pemohon.",
            PhoneNumberProblem::Notation => {
                "Aplikasi lembar kerja mengubah nomor telepon menjadi pangkat sepuluh; ubah format \
                 kolomnya menjadi Teks, lalu isi kembali."
            }
            PhoneNumberProblem::Format => {
                "Nomor telepon harus satu nomor ponsel Indonesia: diawali 08, seluruhnya 10 sampai \
                 13 digit."
            }
            PhoneNumberProblem::Shared => {
                "Nomor telepon ini ada di berkas pada tiga NIK atau lebih; periksa baris-baris ini \
                 bersama-sama sebelum dipercaya."
            }
            PhoneNumberProblem::Service => "0800 adalah nomor layanan, bukan nomor perorangan.",
            PhoneNumberProblem::Operator => {
                "Operator dengan awalan nomor telepon ini tidak dikenal; nomor tetap dikirim."
            }
        }
    }

    fn name_problem(&self, problem: NameProblem) -> &'static str {
        match problem {
            NameProblem::Empty => "Nama kosong; isi nama sesuai KTP.",
            NameProblem::Long => {
                "Nama lebih dari 200 karakter; periksa apakah ada sel atau baris yang menyatu."
            }
            NameProblem::Control => {
                "Nama memuat karakter kontrol, yang tidak ada pada nama mana pun; ketik ulang namanya."
            }
            NameProblem::Digits => "Nama memuat angka; apakah kolomnya benar?",
            NameProblem::NoLetters => "Nama tidak memuat huruf; isi nama sesuai KTP.",
            NameProblem::Placeholder => {
                "Isi ini ditulis program karena tidak ada nama; isi nama sesuai KTP."
            }
        }
    }

    fn damaged_name(&self) -> &'static str {
        "Program lain merusak nama ini atau menghilangkan hurufnya; tulis sesuai KTP, atau ekspor ulang \
         berkasnya sebagai UTF-8."
    }

    fn likely(&self, value: &str) -> String {
        format!("Kemungkinan: {value}")
    }

    fn row_problem(&self, problem: RowProblem) -> Cow<'static, str> {
        match problem {
            RowProblem::Ragged { cells, header } => format!(
                "Baris ini berisi {cells} sel, sedangkan judul kolom {header}; periksa \
                 pembatas yang hilang, atau pembatas di dalam teks tanpa tanda kutip."
            )
            .into(),
            RowProblem::Nul => "Baris ini memuat byte NUL; ekspor ulang berkasnya.".into(),
            RowProblem::Encoding { encoding } => format!(
                "Baris ini memuat byte yang bukan {encoding}; simpan berkas sebagai CSV \
                 UTF-8, atau sebutkan pengodeannya dengan --encoding."
            )
            .into(),
            RowProblem::Quote => {
                "Tanda kutip pada baris ini tidak ditutup, atau ada teks di belakangnya; tutup \
                 di akhir selnya, atau tulis dua kali bila bagian dari teks."
                    .into()
            }
            RowProblem::Hidden => {
                "Baris ini disembunyikan di lembar kerja, oleh filter atau secara manual; \
                 tampilkan atau hapus barisnya, atau kirim juga dengan --suspect send."
                    .into()
            }
            RowProblem::TooLong => {
                "Baris ini lebih dari 1 MiB, jadi bukan data seorang pemohon; periksa akhir \
                 baris yang hilang."
                    .into()
            }
            RowProblem::Json { character } => {
                format!("Baris ini bukan objek JSON; periksa karakter ke-{character}.").into()
            }
            RowProblem::Value { field } => {
                format!("Nilai {} bukan teks dan bukan angka; tulis sebagai teks.", field.name())
                    .into()
            }
            RowProblem::Ambiguous => {
                "Satu kunci pada objek ini ada dua kali, atau lebih dari satu dapat berarti \
                 isian yang sama; sisakan satu, atau tentukan dengan --map."
                    .into()
            }
            RowProblem::Formula { field } => format!(
                "Sel {} berisi rumus tanpa hasil, atau galat rumus; perbaiki rumusnya, atau \
                 buka berkasnya di aplikasi lembar kerja lalu simpan lagi.",
                field.name()
            )
            .into(),
        }
    }

    fn unsupported(&self, field: Field, only: &str) -> String {
        format!(
            "{0} harus {only}; nilai lain tidak dikenal. Bila kolomnya berisi hal lain, abaikan dengan \
             --ignore {0}.",
            field.name()
        )
    }

    fn sign(&self, sign: &FileSign) -> String {
        match sign {
            FileSign::IdNumberRounded { rounded, of } => format!(
                "{rounded} dari {of} NIK berakhiran 0, padahal wajarnya sepersepuluh: aplikasi \
                 lembar kerja hanya menyimpan lima belas digit; ambil kembali dari sumbernya, dengan \
                 format kolom Teks."
            ),
            FileSign::PhoneNumberLeadingZero { without, of } => format!(
                "{without} dari {of} nomor telepon kehilangan 0 di depan, yang dihapus aplikasi \
                 lembar kerja; 0 ditambahkan kembali."
            ),
            FileSign::Swapped([one, other]) => format!(
                "Kolom {} dan {} tampaknya tertukar; periksa keduanya, dan tukar dengan --map.",
                one.name(),
                other.name()
            ),
            FileSign::Misplaced([field, looks]) => format!(
                "Sebagian besar nilai pada kolom {0} tampak seperti {1}; periksa, dan sebutkan \
                 kolom yang benar dengan --map {0}=KOLOM.",
                field.name(),
                looks.name()
            ),
        }
    }

    fn level(&self, level: Level) -> &'static str {
        match level {
            Level::Note => "catatan",
            Level::Suspect => "meragukan",
            Level::Malformed => "tidak valid",
        }
    }
}
