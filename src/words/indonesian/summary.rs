//! Indonesian sentences of a run's summary.

use std::time::Duration;

use crate::model::field_match::Match;
use crate::model::price::Price;
use crate::words::indonesian::Indonesian;
use crate::words::{Lang, PlanWords, SummaryWords};

impl SummaryWords for Indonesian {
    fn origin_labels(&self) -> [&'static str; 3] {
        ["petugas", "referensi", "tujuan"]
    }

    fn headline(&self, rows: u64, elapsed: Duration, rate: f64) -> String {
        format!(
            "{} dalam {}, {} baris/detik",
            self.rows(rows),
            Lang::Id.span(elapsed),
            Lang::Id.rate(rate)
        )
    }

    fn name_matched(&self, value: Match) -> &'static str {
        match value {
            Match::Pass => "nama sesuai",
            Match::Fail => "nama tidak",
            Match::NoRecord => "tanpa data",
            Match::Other => "lainnya",
        }
    }

    fn phone_matched(&self, value: Match) -> &'static str {
        match value {
            Match::Pass => "telp. sesuai",
            Match::Fail => "telp. tidak",
            Match::NoRecord => "tanpa data",
            Match::Other => "lainnya",
        }
    }

    fn code_column(&self) -> &'static str {
        "kode"
    }

    fn rows_column(&self) -> &'static str {
        "baris"
    }

    fn meaning_column(&self) -> &'static str {
        "arti"
    }

    fn problem_column(&self) -> &'static str {
        "masalah"
    }

    fn level_column(&self) -> &'static str {
        "tingkat"
    }

    fn charges(&self, charged: u64, free: u64, unknown: u64) -> String {
        let [charged, free, unknown] = [charged, free, unknown].map(|n| Lang::Id.thousands(n));
        format!("ditagih: {charged}   tidak ditagih: {free}   belum pasti: {unknown}")
    }

    fn price_label(&self) -> &'static str {
        "biaya: "
    }

    fn price(&self, charged: Price, each: Price, unknown: Option<Price>) -> String {
        let [charged, each] = [charged, each].map(|price| Lang::Id.price(price));
        let open = unknown
            .map(|unknown| {
                format!(
                    ", ditambah {} bila yang belum pasti ternyata ditagih",
                    Lang::Id.price(unknown)
                )
            })
            .unwrap_or_default();
        format!("{charged} ({each} per pengecekan){open}")
    }

    fn known_label(&self) -> &'static str {
        "sudah diketahui: "
    }

    fn known(&self, ledger: u64, duplicates: u64, saved: u64, worth: Option<Price>) -> String {
        let ledger = (ledger > 0).then(|| format!("{} dari catatan pengecekan", self.rows(ledger)));
        let duplicates =
            (duplicates > 0).then(|| format!("{} sebagai data ganda", self.rows(duplicates)));
        let sources: Vec<_> = [ledger, duplicates].into_iter().flatten().collect();
        let worth =
            worth.map(|worth| format!(", senilai {}", Lang::Id.price(worth))).unwrap_or_default();
        let saved = Lang::Id.thousands(saved);
        format!("{}; hemat {saved} tagihan{worth}", sources.join(", "))
    }

    fn latency(&self, half: Duration, p95: Duration, p99: Duration) -> String {
        let [half, p95, p99] = [half, p95, p99].map(|time| Lang::Id.millis(time));
        format!("waktu jawab: {half} (separuhnya), {p95} (95%), {p99} (99%)")
    }

    fn slowed_label(&self) -> &'static str {
        "diperlambat: "
    }

    fn pauses(&self, times: u32, paused: Duration) -> String {
        let times = Lang::Id.thousands(times.into());
        format!("{times} kali, seluruhnya jeda {}", Lang::Id.span(paused))
    }

    fn refused_calls(&self, calls: u64) -> String {
        format!("{} panggilan ditolak", Lang::Id.thousands(calls))
    }

    fn limit(&self, limit: &str) -> String {
        format!("penyedia menerima sekitar {limit}")
    }

    fn per_second(&self, rate: f64) -> String {
        format!("{}/detik", Lang::Id.few_digits(rate))
    }

    fn at_once(&self, calls: usize) -> String {
        format!("{calls} panggilan sekaligus")
    }

    fn noise(&self, share: f64) -> String {
        format!("{} panggilan gagal, berapa pun kecepatannya", Lang::Id.percent(share))
    }

    fn stopped_label(&self) -> &'static str {
        "berhenti: "
    }

    fn next_label(&self) -> &'static str {
        "lanjut: "
    }
}
