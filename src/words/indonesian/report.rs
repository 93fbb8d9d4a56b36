//! Indonesian sentences of the report of a run.

use jiff::Timestamp;
use std::time::Duration;

use crate::model::field_match::Match;
use crate::model::price::Price;
use crate::model::problem::Level;
use crate::words::indonesian::Indonesian;
use crate::words::{Lang, PlanWords, ReportWords, VerdictWords};

impl ReportWords for Indonesian {
    fn html_lang(&self) -> &'static str {
        "id"
    }

    fn title(&self, sandbox: bool, started: Timestamp) -> String {
        let what = if sandbox { "Uji coba sandbox" } else { "Verifikasi identitas" };
        format!("{what}, {}", Lang::Id.day(Lang::Id.zoned(started).date()))
    }

    fn when(&self, started: Timestamp, ended: Timestamp, elapsed: Duration, rows: u64) -> String {
        let (begun, done) = (Lang::Id.zoned(started), Lang::Id.zoned(ended));
        let day = if begun.date() == done.date() {
            String::new()
        } else {
            format!("{}, ", Lang::Id.day(done.date()))
        };
        format!(
            "{}, {} sampai {day}{} {}, {}; {}.",
            Lang::Id.day(begun.date()),
            begun.strftime("%H.%M.%S"),
            done.strftime("%H.%M.%S"),
            Lang::Id.zone(&done),
            Lang::Id.span(elapsed),
            self.rows(rows)
        )
    }

    fn it_was_slowed(&self, how: &str) -> String {
        format!("Proses diperlambat: {how}.")
    }

    fn tiles(&self) -> [&'static str; 4] {
        ["Baris", "Sesuai", "Ditagih", "Mungkin ditagih"]
    }

    fn rows_answered(&self, rows: u64) -> String {
        format!("{} dijawab", Lang::Id.thousands(rows))
    }

    fn of_all_rows(&self, part: u64, rows: u64) -> String {
        format!("{} dari semua baris", Lang::Id.share(part, rows))
    }

    fn costs(&self, sandbox: bool, price: Price) -> String {
        let verb = if sandbox { "andai ditagih" } else { "biaya" };
        format!("{verb} {}", Lang::Id.price(price))
    }

    fn calls_unit(&self) -> &'static str {
        "pengecekan"
    }

    fn none_in_doubt(&self) -> &'static str {
        "semua pasti"
    }

    fn invoice_will_tell(&self) -> &'static str {
        "lihat pada tagihan"
    }

    fn at_most_more(&self, price: Price) -> String {
        format!("paling banyak {} lagi", Lang::Id.price(price))
    }

    fn sandbox_notice(&self) -> [&'static str; 2] {
        [
            "Dari sandbox.",
            "Semua jawaban dibuat di komputer yang menjalankannya: tidak ada orang yang dicek dan \
             tidak ada yang ditagih.",
        ]
    }

    fn stopped_before_end(&self) -> &'static str {
        "Berhenti sebelum selesai:"
    }

    fn not_asked_about(&self, rows: u64) -> String {
        format!("Belum dicek: {}.", self.rows(rows))
    }

    fn headings(&self) -> [&'static str; 9] {
        [
            "Hasil",
            "Langkah selanjutnya",
            "Panggilan yang belum pasti",
            "Biaya",
            "Telepon dan nama",
            "Kode status",
            "Masalah yang ditemukan",
            "Tagihan dari waktu ke waktu",
            "Waktu menjawab",
        ]
    }

    fn no_rows(&self) -> &'static str {
        "Berkas masukan tidak berisi baris."
    }

    fn outcome_table(&self) -> [&'static str; 4] {
        ["Baris menurut hasil", "Hasil", "Baris", "Bagian"]
    }

    fn unknown_calls(&self, rows: u64, paid: u64) -> String {
        if paid == 0 {
            return format!("{} belum pasti sejak proses sebelumnya.", self.rows(rows));
        }
        format!(
            "{} panggilan pada proses ini mungkin ditagih: tidak ada jawaban yang dapat dipakai, \
             atau kodenya tidak didokumentasikan.",
            Lang::Id.thousands(paid)
        )
    }

    fn settling(&self) -> [&'static str; 4] {
        [
            "Panggilan itu tidak pernah dikirim ulang dengan sendirinya, supaya tidak ada yang \
             membayar dua kali. Tagihan menunjukkan mana yang ditagih.",
            "Tampilkan daftarnya, beserta waktunya:",
            "Selesaikan satu per satu dengan nomor dalam daftar itu. Yang ada pada tagihan tetap \
             dibayar, dan jawabannya hilang:",
            "Yang tidak ada pada tagihan dicek lagi oleh proses berikutnya:",
        ]
    }

    fn at_a_call(&self, price: Price) -> String {
        format!("{} per pengecekan.", Lang::Id.price(price))
    }

    fn name_the_price(&self) -> &'static str {
        "Sebutkan harga per pengecekan dengan `--price` untuk melihat jumlahnya."
    }

    fn cost_table(&self) -> [&'static str; 3] {
        ["Biaya baris pada proses ini", "Baris", "Jumlah"]
    }

    fn cost_lines(&self) -> [&'static str; 5] {
        [
            "Ditagih",
            "Mungkin ditagih",
            "tanpa jawaban yang dapat dipakai",
            "Tidak ditagih",
            "Dihemat",
        ]
    }

    fn saved_rows(&self, ledger: u64, duplicates: u64) -> String {
        let duplicates = Lang::Id.thousands(duplicates);
        format!("{} dari catatan pengecekan, {duplicates} data ganda", self.rows(ledger))
    }

    fn cross_table(&self) -> [&'static str; 2] {
        [
            "Apakah nomor telepon (ke bawah) dan nama (ke samping) sesuai dengan NIK.",
            "Baris yang dijawab, menurut kesesuaian telepon dan nama",
        ]
    }

    fn name_column(&self, value: Match) -> String {
        format!("Nama {}", self.matched(value))
    }

    fn phone_line(&self, value: Match) -> String {
        format!("Telepon {}", self.matched(value))
    }

    fn code_table(&self) -> [&'static str; 4] {
        ["Baris menurut kode jawaban", "Kode", "Ditagih", "Baris"]
    }

    fn undocumented_code_sentence(&self) -> &'static str {
        "Tidak didokumentasikan oleh penyedia"
    }

    fn no_problems(&self) -> &'static str {
        "Pemeriksaan tidak menemukan masalah."
    }

    fn problem_table(&self) -> [&'static str; 4] {
        ["Baris menurut temuan pemeriksaan sebelum dikirim", "Masalah", "Tingkat", "Baris"]
    }

    fn level_meaning(&self, level: Level) -> &'static str {
        match level {
            Level::Malformed => "tidak pernah dikirim",
            Level::Suspect => "akan dibayar sia-sia, jadi ditunda kecuali diminta lain",
            Level::Note => "tetap dikirim",
        }
    }

    fn outcome_share(&self, word: &str, rows: u64, of: u64) -> String {
        format!("{word} {} ({})", Lang::Id.thousands(rows), Lang::Id.share(rows, of))
    }

    fn first_rows(&self, rows: &[u64], more: bool) -> String {
        let named: Vec<_> = rows.iter().map(u64::to_string).collect();
        let more = if more { ", …" } else { "" };
        format!("data {}{more}", named.join(", "))
    }

    fn no_charges(&self) -> &'static str {
        "Tidak ada yang ditagih pada proses ini."
    }

    fn calls(&self, calls: u64) -> String {
        format!("{} panggilan", Lang::Id.thousands(calls))
    }

    fn charges_chart(&self, calls: u64, after: Duration, unknown: u64) -> String {
        format!(
            "{} setelah {}, {} di antaranya mungkin ditagih tanpa jawaban yang dapat dipakai",
            self.calls(calls),
            Lang::Id.span(after),
            Lang::Id.thousands(unknown)
        )
    }

    fn zero_seconds(&self) -> &'static str {
        "0 detik"
    }

    fn charges_since_start(&self) -> &'static str {
        "Panggilan yang ditagih sejak awal proses."
    }

    fn legend(&self) -> [&'static str; 2] {
        ["ditagih", "mungkin ditagih"]
    }

    fn chart_figures(&self) -> &'static str {
        "Angka pada grafik ini"
    }

    fn charges_table(&self) -> [&'static str; 4] {
        ["Panggilan sejak awal proses", "Setelah", "Ditagih", "Mungkin"]
    }

    fn latency_chart(&self, times: [Duration; 4]) -> String {
        let [half, p95, p99, most] = times.map(|time| Lang::Id.millis(time));
        format!(
            "Separuh jawaban datang dalam {half}, 95% dalam {p95}, 99% dalam {p99}, yang paling \
             lambat {most}"
        )
    }

    fn latency_chart_name(&self) -> &'static str {
        "Jawaban menurut waktunya"
    }

    fn answers(&self, answers: u64) -> String {
        format!("{} jawaban", Lang::Id.thousands(answers))
    }

    fn and_more(&self, time: Duration) -> String {
        format!("{} dan lebih", Lang::Id.millis(time))
    }

    fn latency_table(&self) -> [&'static str; 3] {
        ["Kurang dari", "Jawaban", "lebih lama"]
    }

    fn notes(&self) -> &'static str {
        "<p><b>Tidak sesuai</b> bukan bukti penipuan: telepon yang terdaftar atas nama kerabat juga \
         tidak sesuai, begitu pula nama dengan ejaan lain. <b>Data tidak ditemukan</b> tidak \
         mengatakan apa pun tentang orangnya, hanya bahwa penyedia tidak punya data pembanding. \
         <b>Belum pasti</b> berarti panggilan sudah, atau mungkin sudah, dikirim tanpa jawaban yang \
         dapat dipakai: tagihan menunjukkan apakah panggilan itu ditagih.</p>\n\
         <p>Halaman ini hanya memuat jumlah: tanpa nama, tanpa NIK, tanpa nomor telepon. Halaman ini \
         tidak memuat apa pun dari tempat lain.</p>\n"
    }

    fn made_by(&self, version: &str) -> String {
        format!("Dibuat oleh idv {version}.")
    }
}
