//! Indonesian sentences of the card of one result, and of the table of results.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::field_match::Match;
use crate::model::record::Field;
use crate::words::indonesian::Indonesian;
use crate::words::{CardWords, Lang};

impl CardWords for Indonesian {
    fn field(&self, field: Field) -> &'static str {
        match field {
            Field::IdNumber => "NIK",
            Field::PhoneNumber => "nomor telepon",
            Field::Name => "nama",
            Field::IdType => "jenis kartu",
            Field::Country => "negara",
        }
    }

    fn phone_label(&self) -> &'static str {
        "telepon"
    }

    fn name_label(&self) -> &'static str {
        "nama"
    }

    fn match_meaning(&self, value: Match, of_phone: bool) -> &'static str {
        match (value, of_phone) {
            (Match::Pass, _) => "sesuai dengan NIK",
            (Match::Fail, _) => "tidak sesuai dengan NIK",
            (Match::NoRecord, true) => "penyedia tidak punya data telepon ini",
            (Match::NoRecord, false) => "penyedia tidak punya data NIK ini",
            (Match::Other, _) => "",
        }
    }

    fn neither_belongs(&self) -> &'static str {
        "telepon dan nama tidak sesuai dengan NIK"
    }

    fn phone_does_not_belong(&self) -> &'static str {
        "telepon tidak sesuai dengan NIK"
    }

    fn name_does_not_belong(&self) -> &'static str {
        "nama tidak sesuai dengan NIK"
    }

    fn read_as(&self, value: &str) -> String {
        format!("(terbaca {value})")
    }

    fn card_labels(&self) -> [&'static str; 6] {
        ["ditagih", "waktu", "kode", "hasil", "alasan", "pesan"]
    }

    fn known_from_earlier(&self) -> &'static str {
        "tidak - sudah diketahui dari pengecekan sebelumnya"
    }

    fn perhaps_charged(&self) -> &'static str {
        "belum pasti - mungkin ditagih"
    }

    fn moment(&self, at: Timestamp) -> String {
        Lang::Id.moment(at)
    }

    fn not_documented(&self) -> &'static str {
        "tidak didokumentasikan"
    }

    fn fail_hint(&self) -> &'static str {
        "Tidak sesuai bukan bukti penipuan: telepon yang terdaftar atas nama kerabat juga tidak \
         sesuai, begitu pula ejaan nama yang lain atau angka yang salah ketik."
    }

    fn no_record_hint(&self) -> &'static str {
        "Ini bukan penilaian buruk terhadap orangnya: bandingkan NIK dan nomor telepon dengan \
         sumbernya, atau periksa dengan cara lain."
    }

    fn held_hint(&self) -> &'static str {
        "Tidak ada yang dikirim. Perbaiki isiannya, lalu jalankan lagi."
    }

    fn refused_hint(&self) -> &'static str {
        "Tidak ada yang ditagih. Perbaiki datanya, lalu jalankan lagi."
    }

    fn unavailable_hint(&self) -> &'static str {
        "Tidak ada yang ditagih. Jalankan lagi perintah yang sama nanti."
    }

    fn skipped_hint(&self) -> &'static str {
        "Tidak ada yang dikirim. Jalankan lagi perintah yang sama untuk mengecek."
    }

    fn unrecognised_hint(&self) -> &'static str {
        "Sampaikan jawaban ini kepada TrustDecision, beserta sequence_id-nya."
    }

    fn unknown_hint(&self) -> &'static str {
        "Mengecek lagi mungkin ditagih untuk kedua kalinya. Lihat tagihannya, lalu:"
    }

    fn nik_facts(&self, province: Option<&str>, is_woman: bool, birth: &str) -> String {
        let place = province.unwrap_or("wilayah yang kini tidak ada");
        let whom = if is_woman { "perempuan" } else { "laki-laki" };
        format!(
            "Menurut digitnya, NIK ini pertama kali terdaftar di {place}, untuk {whom} yang lahir \
             {birth}; semua ini tidak dicek."
        )
    }

    fn birth(&self, date: Date) -> String {
        Lang::Id.day(date)
    }

    fn birth_or(&self, late: Date, early_year: i16) -> String {
        format!("{} atau {early_year}", self.birth(late))
    }

    fn no_birth_day(&self, day: u8, month: u8, year: u8) -> String {
        format!("pada tanggal {day} bulan {month} tahun {year:02}")
    }

    fn table_headings(&self) -> [&'static str; 7] {
        ["NO", "NIK", "TELEPON", "NAMA", "HASIL", "DITAGIH", "KETERANGAN"]
    }

    fn phone_said(&self, said: &str) -> String {
        format!("telp. {said}")
    }

    fn name_said(&self, said: &str) -> String {
        format!("nama {said}")
    }

    fn answer_not_written(&self, why: &str) -> String {
        format!("galat: jawaban tidak dapat ditulis: {why}")
    }

    fn ask_field(&self, field: Field) -> &'static str {
        match field {
            Field::IdNumber => "Nomor pada KTP (NIK), 16 digit",
            Field::PhoneNumber => "Nomor ponsel, 08... atau +628...",
            Field::Name => "Nama sesuai KTP",
            Field::IdType => "Jenis kartu identitas",
            Field::Country => "Negara, dua huruf",
        }
    }

    fn no_answer_for(&self, field: Field) -> String {
        format!(
            "{} tidak diisi; tidak ada yang dikirim; jalankan lagi perintahnya",
            self.field(field)
        )
    }

    fn missing_flags(&self, flags: &str) -> String {
        format!(
            "belum ada: {flags}\n\n  \
             saran: isi setiap opsi, atau beri satu objek JSON lewat stdin: idv verify - < \
             pemohon.json"
        )
    }
}
