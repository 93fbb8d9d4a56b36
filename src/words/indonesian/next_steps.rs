//! Indonesian sentences of the next steps after a run.

use crate::words::indonesian::Indonesian;
use jiff::Timestamp;

use crate::words::{NextStep, NextStepWords, VerdictWords};

impl NextStepWords for Indonesian {
    fn next_step(&self, step: &NextStep) -> String {
        let step = match step {
            NextStep::RepairHeld => {
                "perbaiki baris yang ditunda di sumbernya (idv_problems menyebut masalahnya), lalu \
                 jalankan lagi; yang meragukan dikirim dengan `--suspect send`"
            }
            NextStep::LookAtRefused => {
                "lihat idv_message pada baris yang ditolak, perbaiki sumbernya, lalu jalankan lagi"
            }
            NextStep::SettleUnknown { ledger } => return settle_unknown(ledger),
            NextStep::RunAgain { fresh, command } => return run_again(*fresh, command.as_deref()),
            NextStep::ObeyCode(code) => self.code_next(*code),
            NextStep::CheckCredentials => "periksa IDV_PARTNER_CODE dan IDV_PARTNER_KEY",
            NextStep::ReadRefusals => {
                "baca pesan pada baris yang ditolak, dan kolom yang dipilih di atas"
            }
            NextStep::TryOneRecord => {
                "coba satu data dengan `idv verify`; bila dijawab, jalankan lagi perintah yang sama"
            }
            NextStep::AskAboutUnknown => {
                "tanyakan kepada penyedia mengapa panggilan tidak dijawab; naikkan `--max-unknown` \
                 untuk tetap melanjutkan"
            }
            NextStep::CheckNetwork => "periksa jaringan dan IDV_ENDPOINT",
            NextStep::CompareEndpoint => "bandingkan IDV_ENDPOINT dengan alamat dalam kontrak",
            NextStep::CheckTls => {
                "periksa IDV_ENDPOINT, jam komputer ini, dan sertifikat yang dipercayainya"
            }
            NextStep::CheckProxy => {
                "periksa --proxy atau HTTPS_PROXY beserta nama pengguna dan kata sandinya; NO_PROXY \
                 menyebut host yang dihubungi langsung"
            }
            NextStep::MakeRoom => {
                "sediakan ruang untuk hasil; yang sudah ditulis ada di berkas .part"
            }
            NextStep::RepairInput => "perbaiki berkas masukan",
            NextStep::LookAtInput => {
                "periksa isi berkas masukan sekarang: tidak ada yang dicek di luar rencana"
            }
            NextStep::RaiseBudget => "naikkan `--max-charges` untuk mengecek lebih banyak",
            NextStep::RepairLedger => {
                "perbaiki masalah catatan pengecekan sebelum mengirim apa pun lagi"
            }
        };
        step.to_owned()
    }
}

fn settle_unknown(ledger: &str) -> String {
    format!(
        "yang belum pasti mungkin ditagih dan tidak pernah dikirim ulang dengan sendirinya: cari \
         panggilannya dengan `idv ledger show{ledger} --outcome unknown`, bandingkan dengan tagihan, \
         lalu selesaikan satu per satu dengan `idv ledger resolve{ledger} CALL --charged` atau \
         `--not-charged`; atau cek lagi dengan `--unknown resend`"
    )
}

fn run_again(fresh: Option<Timestamp>, command: Option<&str>) -> String {
    let (how, known) = match fresh {
        None => (String::new(), "yang sudah dijawab diketahui dan tidak ditagih lagi"),
        Some(begun) => (
            format!(" dengan --max-age {begun:.3} sebagai ganti --fresh"),
            "yang sudah dibayar pada proses ini diketahui dan tidak ditagih lagi",
        ),
    };
    match command {
        Some(command) => format!("jalankan lagi perintah yang sama{how}, {known}: `{command}`"),
        None => format!("jalankan lagi perintah yang sama{how}: {known}"),
    }
}
