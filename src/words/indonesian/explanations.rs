//! Indonesian sentences that explain why a row has no answer.

use crate::model::answer::Unreadable;
use crate::model::explanation::DoubtReason;
use crate::model::send_error::{SendError, Trouble};
use crate::words::ExplanationWords;
use crate::words::indonesian::messages::system_error;
use crate::words::indonesian::{Indonesian, seconds};

impl ExplanationWords for Indonesian {
    fn send_error(&self, error: &SendError) -> String {
        match error {
            SendError::NotSent(trouble) => format!("tidak dikirim: {}", self.trouble(trouble)),
            SendError::Tls(why) => {
                format!("tidak dikirim: tidak ada koneksi TLS yang tepercaya: {why}")
            }
            SendError::Proxy(trouble) => {
                format!("tidak dikirim: proxy menolak: {}", self.trouble(trouble))
            }
            SendError::Busy { status, .. } => format!("server meminta menunggu (HTTP {status})"),
            SendError::Denied(status) => format!("server menolak permintaannya (HTTP {status})"),
            SendError::Redirected(status) => {
                format!("server mengalihkan ke tempat lain (HTTP {status}), dan itu tidak diikuti")
            }
            SendError::NoAnswer { status, trouble } => {
                let status = status.map(|status| format!("HTTP {status}, ")).unwrap_or_default();
                format!("tanpa jawaban yang bisa dipakai: {status}{}", self.trouble(trouble))
            }
        }
    }

    fn trouble(&self, trouble: &Trouble) -> String {
        match trouble {
            Trouble::TimedOut(after) => {
                return format!("waktu tunggu habis setelah {} detik", seconds(*after));
            }
            Trouble::Said(text) => return text.clone(),
            Trouble::System { kind, text } => return system_error(*kind, text),
            Trouble::Closed => "sambungan ditutup sebelum jawaban lengkap",
            Trouble::ConnectTimedOut => "waktu tunggu untuk menyambung habis",
            Trouble::NothingCame => "tidak ada balasan",
            Trouble::AnswerTooLong => "jawaban lebih dari 1 MiB",
            Trouble::Unreadable(Unreadable::NotJson) => "isi jawaban bukan objek JSON",
            Trouble::Unreadable(Unreadable::Contradiction) => {
                "isi jawaban memuat satu kunci dua kali, dengan nilai berbeda"
            }
            Trouble::Unreadable(Unreadable::NoCode) => "isi jawaban tanpa kode yang terbaca",
            Trouble::RecordUnwritable => "data tidak dapat ditulis sebagai JSON",
            Trouble::ProxyWantsPassword => "proxy meminta nama pengguna dan kata sandi (HTTP 407)",
            Trouble::ProxyDoesNotConnect => "proxy tidak menyambungkan ke endpoint",
        }
        .to_owned()
    }

    fn not_on_disk(&self, why: &str) -> String {
        format!("jawaban sudah datang, tetapi belum tersimpan di disk: {why}")
    }

    fn still_asked(&self, run: i64) -> String {
        format!("proses {run} masih menanyakan data ini")
    }

    fn in_doubt_call(&self, call: i64, run: i64, reason: &DoubtReason) -> String {
        let what = match reason {
            DoubtReason::RunEnded => "terputus".to_owned(),
            // The ledger keeps the details in English: `idv ledger show` prints them.
            DoubtReason::NoAnswer(_) => "tidak mendapat jawaban yang bisa dipakai".to_owned(),
            DoubtReason::UndocumentedCode(code) => {
                format!("mendapat kode {code} yang tidak didokumentasikan")
            }
            DoubtReason::Paid => {
                return format!(
                    "panggilan {call} dari proses {run} sudah ditagih, tetapi jawabannya hilang"
                );
            }
        };
        format!("panggilan {call} dari proses {run} {what}, dan mungkin ditagih")
    }

    fn not_sent(&self, reason: &str) -> String {
        format!("tidak dikirim: {reason}")
    }
}
