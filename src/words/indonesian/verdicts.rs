//! Indonesian sentences about verdicts: outcomes, charges, codes and matches.

use crate::model::code::{Charge, Code};
use crate::model::field_match::Match;
use crate::model::outcome::Outcome;
use crate::words::VerdictWords;
use crate::words::indonesian::Indonesian;

impl VerdictWords for Indonesian {
    fn outcome(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Pass => "sesuai",
            Outcome::Fail => "tidak sesuai",
            Outcome::NoRecord => "data tidak ditemukan",
            Outcome::Unrecognised => "tidak dikenal",
            Outcome::Refused => "ditolak",
            Outcome::Unavailable => "tidak tersedia",
            Outcome::Skipped => "dilewati",
            Outcome::Held => "belum dikirim",
            Outcome::Unknown => "belum pasti",
        }
    }

    fn outcome_meaning(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Pass => "NIK, telepon, dan nama saling sesuai",
            Outcome::Fail => "telepon atau nama tidak sesuai dengan NIK",
            Outcome::NoRecord => "penyedia tidak punya data pembanding",
            Outcome::Unrecognised => "dijawab dengan kata di luar panduan",
            Outcome::Refused => "data ditolak oleh penyedia",
            Outcome::Unavailable => "belum ada jawaban; jalankan lagi nanti",
            Outcome::Skipped => "tidak dikirim, proses berhenti lebih dulu",
            Outcome::Held => "ditunda, ada isian yang salah atau rusak",
            Outcome::Unknown => "tanpa jawaban; mungkin ditagih",
        }
    }

    fn charge(&self, charge: Charge) -> &'static str {
        match charge {
            Charge::Yes => "ya",
            Charge::No => "tidak",
            Charge::Unknown => "belum pasti",
        }
    }

    fn code_meaning(&self, code: &Code) -> &'static str {
        match code.number {
            200 => "Data telah dicek",
            301 => "Layanan ini tidak termasuk dalam kontrak",
            302 => "Penyedia memblokir panggilan untuk sementara",
            303 => "Kuota panggilan prabayar sudah habis",
            304 => "Kontrak layanan sudah berakhir",
            305 => "Kuota harian sudah habis",
            600 => "Layanan sedang sibuk",
            11350 => "Kesalahan di dalam sistem penyedia",
            11301 => "Isian wajib kosong",
            11304 => "Kode mitra belum boleh mengecek negara ini",
            11340 => "Isian tidak lolos validasi penyedia",
            _ => code.meaning,
        }
    }

    fn undocumented_code(&self) -> &'static str {
        "tidak didokumentasikan oleh penyedia"
    }

    fn code_next(&self, code: &Code) -> &'static str {
        match code.number {
            301 => "Minta TrustDecision membuka ID Verification untuk kode mitra ini.",
            302 => "Bila tetap begitu, tanyakan kepada TrustDecision.",
            303 => "Minta TrustDecision mengisi ulang kuota panggilan.",
            304 => "Minta TrustDecision memperpanjang layanan.",
            305 => "Jalankan lagi perintah yang sama besok, atau minta kuota yang lebih besar.",
            11301 | 11340 => "Perbaiki datanya, lalu jalankan lagi.",
            11304 => "Minta TrustDecision membuka Indonesia untuk kode mitra ini.",
            _ => code.next(),
        }
    }

    fn matched(&self, value: Match) -> &'static str {
        match value {
            Match::Pass => "sesuai",
            Match::Fail => "tidak sesuai",
            Match::NoRecord => "tidak ditemukan",
            Match::Other => "lainnya",
        }
    }
}
