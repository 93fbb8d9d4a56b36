//! Indonesian sentences of the reasons for which a run stops.

use std::time::Duration;

use crate::words::StopWords;
use crate::words::indonesian::{Indonesian, seconds};

impl StopWords for Indonesian {
    fn stopped_by_account(&self, code: i64) -> String {
        format!("akun tidak dapat melanjutkan: kode {code}")
    }

    fn stopped_by_credentials(&self, code: i64) -> String {
        format!("penyedia menolak kode mitra atau kunci akses: kode {code}")
    }

    fn stopped_by_refusals(&self, answers: u32) -> String {
        format!(
            "{answers} jawaban pertama semuanya penolakan, jadi masalahnya akun atau pemetaan kolom"
        )
    }

    fn stopped_by_unknowns(&self, calls: usize) -> String {
        format!(
            "{calls} panggilan berturut-turut tanpa jawaban yang dapat dipakai, dan masing-masing mungkin ditagih"
        )
    }

    fn stopped_by_max_unknown(&self, unknown: u64, sent: u64) -> String {
        format!(
            "{unknown} dari {sent} panggilan tanpa jawaban yang dapat dipakai, dan masing-masing mungkin ditagih"
        )
    }

    fn gave_up(&self, after: Duration) -> String {
        match after.as_secs() {
            seconds if seconds >= 120 && seconds.is_multiple_of(60) => {
                format!("tidak ada jawaban yang baik selama {} menit", seconds / 60)
            }
            _ => format!("tidak ada jawaban yang baik selama {} detik", seconds(after)),
        }
    }

    fn redirected(&self, status: u16) -> String {
        format!(
            "alamat penyedia mengalihkan ke tempat lain (HTTP {status}), dan itu tidak pernah diikuti"
        )
    }

    fn denied(&self, status: u16) -> String {
        format!("server menolak setiap permintaan (HTTP {status})")
    }

    fn no_tls(&self, why: &str) -> String {
        format!("tidak ada koneksi TLS yang tepercaya: {why}")
    }

    fn proxy_refuses(&self, why: &str) -> String {
        format!("proxy menolak: {why}")
    }

    fn budget_used_up(&self, charges: u64) -> String {
        format!("batas biaya {charges} tagihan sudah tercapai")
    }

    fn fenced(&self) -> &'static str {
        "proses ini diam begitu lama sehingga panggilannya diserahkan kepada proses lain; jawaban yang sudah diterima tetap disimpan"
    }

    fn team_budget_used_up(&self) -> &'static str {
        "anggaran tim sudah habis"
    }

    fn ledger_failed(&self, why: &str) -> String {
        format!("catatan pengecekan: {why}")
    }

    fn interrupted(&self) -> &'static str {
        "dihentikan pengguna"
    }

    fn reader_gone(&self) -> &'static str {
        "pembaca hasil menutup pipa"
    }

    fn results_failed(&self, why: &str) -> String {
        format!("hasil tidak dapat ditulis: {why}")
    }

    fn input_failed(&self, why: &str) -> String {
        format!("berkas masukan tidak dapat dibaca lagi: {why}")
    }

    fn input_changed(&self) -> &'static str {
        "berkas masukan berubah"
    }
}
