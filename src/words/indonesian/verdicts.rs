//! Indonesian sentences about verdicts: outcomes, charges, codes and matches.

use crate::model::code::{Charge, Class, CodeName};
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

    fn code_meaning(&self, code: CodeName) -> &'static str {
        match code {
            CodeName::Success => "Data telah dicek",
            CodeName::NotPurchased => "Layanan ini tidak termasuk dalam kontrak",
            CodeName::TrafficBlocked => "Penyedia memblokir panggilan untuk sementara",
            CodeName::TrafficInsufficient => "Kuota panggilan prabayar sudah habis",
            CodeName::Expired => "Kontrak layanan sudah berakhir",
            CodeName::DailyMaximum => "Kuota harian sudah habis",
            CodeName::ServiceUnavailable => "Layanan sedang sibuk",
            CodeName::InternalError => "Kesalahan di dalam sistem penyedia",
            CodeName::ParameterEmpty => "Isian wajib kosong",
            CodeName::CountryNotOpen => "Kode mitra belum boleh mengecek negara ini",
            CodeName::ParameterError => "Isian tidak lolos validasi penyedia",
        }
    }

    fn undocumented_code(&self) -> &'static str {
        "tidak didokumentasikan oleh penyedia"
    }

    fn code_reaction(&self, class: Class) -> &'static str {
        match class {
            Class::Answered => "Menyimpan jawabannya.",
            Class::Account | Class::Quota => "Menghentikan proses.",
            Class::Passing => "Menunggu lalu bertanya lagi, paling banyak --retries kali.",
            Class::Record => "Mencatat data itu sebagai ditolak, lalu melanjutkan.",
        }
    }

    fn code_next(&self, code: CodeName) -> &'static str {
        match code {
            CodeName::NotPurchased => {
                "Minta TrustDecision membuka ID Verification untuk kode mitra ini."
            }
            CodeName::TrafficBlocked => "Bila tetap begitu, tanyakan kepada TrustDecision.",
            CodeName::TrafficInsufficient => "Minta TrustDecision mengisi ulang kuota panggilan.",
            CodeName::Expired => "Minta TrustDecision memperpanjang layanan.",
            CodeName::DailyMaximum => {
                "Jalankan lagi perintah yang sama besok, atau minta kuota yang lebih besar."
            }
            CodeName::ParameterEmpty | CodeName::ParameterError => {
                "Perbaiki datanya, lalu jalankan lagi."
            }
            CodeName::CountryNotOpen => {
                "Minta TrustDecision membuka Indonesia untuk kode mitra ini."
            }
            CodeName::Success | CodeName::ServiceUnavailable | CodeName::InternalError => "",
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
