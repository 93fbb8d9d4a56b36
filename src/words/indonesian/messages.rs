//! Indonesian sentences of short messages beside a run.

use std::io;

use crate::model::warning::Warning;
use crate::words::indonesian::Indonesian;
use crate::words::{ErrorHint, MessageWords};

impl MessageWords for Indonesian {
    fn sandbox_answers(&self) -> &'static str {
        "sandbox: jawaban buatan dari komputer ini, bukan pengecekan sungguhan, tanpa tagihan"
    }

    fn endpoint(&self, url: &str) -> String {
        format!("alamat penyedia: {url}")
    }

    fn sandbox_got(&self, requests: u64, charged: u64) -> String {
        format!("sandbox: menerima {requests} permintaan dan akan menagih {charged}")
    }

    fn results(&self, file: &str) -> String {
        format!("hasil: {file}")
    }

    fn purged(&self, calls: usize, kept: usize) -> String {
        let kept = match kept {
            0 => String::new(),
            kept => format!("; {kept} yang sama lamanya tetap disimpan karena belum pasti"),
        };
        format!(
            "catatan pengecekan: {calls} panggilan lebih lama dari IDV_RETENTION dihapus selamanya{kept}"
        )
    }

    fn team_not_purged(&self) -> &'static str {
        "IDV_RETENTION hanya untuk berkas: catatan pengecekan tim tidak dibersihkan"
    }

    fn not_purged(&self, why: &str) -> String {
        format!("panggilan yang lebih lama dari IDV_RETENTION masih tersimpan: {why}")
    }

    fn checked_rows(&self, file: &str) -> String {
        format!("baris: {file}")
    }

    fn rows_not_written(&self, why: &str) -> String {
        format!("galat: baris tidak dapat ditulis: {why}")
    }

    fn results_so_far(&self, file: &str) -> String {
        format!("hasil sejauh ini: {file}")
    }

    fn left_at_once(&self, file: &str) -> String {
        format!("langsung ditinggalkan; hasil sejauh ini: {file}")
    }

    fn stopping(&self) -> &'static str {
        "berhenti: menunggu jawaban yang sedang berjalan; tekan Ctrl-C lagi untuk langsung keluar"
    }

    fn waiting_for_answer(&self) -> &'static str {
        "menunggu jawaban yang sedang berjalan; tekan Ctrl-C lagi untuk langsung keluar"
    }

    fn interrupted_before_sending(&self) -> &'static str {
        "dihentikan; tidak ada yang dikirim"
    }

    fn interrupted_before_writing(&self) -> &'static str {
        "dihentikan; tidak ada yang ditulis"
    }

    fn error(&self, error: &str) -> String {
        format!("galat: {error}")
    }

    fn hint(&self, hint: &str) -> String {
        format!("\n\n  saran: {hint}")
    }

    fn summary_name(&self) -> &'static str {
        "ringkasan"
    }

    fn report_name(&self) -> &'static str {
        "laporan"
    }

    fn file_not_written(&self, name: &str, why: &str) -> String {
        format!(
            "galat: {name} tidak dapat ditulis: {why}\n\n  \
             saran: sediakan ruang, lalu jalankan lagi perintah yang sama; tidak ada biaya"
        )
    }

    fn beside_run(&self, warning: &Warning) -> String {
        match warning {
            Warning::ReuseEnded => {
                "endpoint menutup sambungan tepat saat dipakai lagi; mulai sekarang tiap panggilan \
                 membuka sambungan sendiri, lebih lambat tetapi lebih aman"
                    .to_owned()
            }
            Warning::SharedSequenceId { row } => format!(
                "data {row} dijawab dengan sequence_id yang juga dimiliki data lain: kedua jawaban \
                 disimpan; tanyakan kepada TrustDecision jawaban mana yang dimaksud (disebut sekali \
                 saja)"
            ),
            Warning::NotReplaced { wanted, place } => format!(
                "{wanted} tidak dapat diganti, mungkin karena sedang dibuka di program lain; berkas \
                 yang baru adalah {place}"
            ),
            Warning::CallsPutBack { calls } => format!(
                "basis data catatan pengecekan tim dipulihkan dari cadangan atau berpindah server: \
                 {calls} panggilan dari komputer ini yang hilang di sana sudah dikembalikan"
            ),
            Warning::OtherServer => "basis data catatan pengecekan tim dipulihkan dari cadangan, atau \
                 sekarang berada di server lain: semua panggilan dari komputer ini sudah dibandingkan \
                 dengannya"
                .to_owned(),
            Warning::PasswordFileOpen { file } => format!(
                "{file} tidak dipakai, karena dapat dibaca orang lain: jalankan chmod 600 {file}"
            ),
        }
    }

    fn system_error(&self, error: &io::Error) -> String {
        system_error(error.kind(), &error.to_string())
    }

    fn error_hint(&self, hint: ErrorHint) -> &'static str {
        match hint {
            ErrorHint::CheckTheName => "periksa namanya",
            ErrorHint::ChooseAnotherFile => "pilih berkas yang boleh dibaca dan ditulis",
            ErrorHint::MakeRoom => "sediakan ruang pada disk, lalu jalankan lagi",
            ErrorHint::ChooseAnotherName => "pilih nama lain",
        }
    }

    fn sandbox_explained(&self) -> &'static str {
        "Sandbox menjawab seperti API yang didokumentasikan. Tidak ada orang yang dicek dan tidak ada \
         yang ditagih; kode mitra dan kunci apa pun diterima, kecuali dengan --check-partner.\n\
         \x20 NIK berakhiran 9001: telepon tidak sesuai; 9002: nama; 9003: keduanya\n\
         \x20 9004: data telepon tidak ditemukan; 9005: tidak ada data; selain itu sesuai\n\
         \x20 telepon 08000 dan kode lima digit (0800000305): selalu kode itu\n\
         \x20 telepon 0800100002: ditagih, lalu ditutup tanpa jawaban\n\
         Ctrl-C menghentikannya."
    }
}

/// What the system says, with its number for an engineer.
pub(super) fn system_error(kind: io::ErrorKind, text: &str) -> String {
    let said = match kind {
        io::ErrorKind::NotFound => "berkas atau folder tidak ada",
        io::ErrorKind::PermissionDenied => "tidak ada izin",
        io::ErrorKind::AlreadyExists => "sudah ada",
        io::ErrorKind::StorageFull => "disk penuh",
        io::ErrorKind::QuotaExceeded => "kuota disk habis",
        io::ErrorKind::ReadOnlyFilesystem => "disk hanya dapat dibaca",
        io::ErrorKind::IsADirectory => "ini folder, bukan berkas",
        io::ErrorKind::NotADirectory => "salah satu bagian namanya bukan folder",
        io::ErrorKind::ResourceBusy => "sedang dipakai",
        io::ErrorKind::ConnectionRefused => "sambungan ditolak",
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => "sambungan diputus",
        io::ErrorKind::BrokenPipe => "sambungan sudah ditutup",
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            "server tidak terjangkau"
        }
        io::ErrorKind::TimedOut => "waktu tunggu habis",
        _ => return text.to_owned(),
    };
    let number = text.find(" (os error").map_or("", |at| &text[at..]);
    format!("{said}{number}")
}
