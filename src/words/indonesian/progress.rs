//! Indonesian sentences of the progress of a run.

use std::time::Duration;

use crate::words::indonesian::Indonesian;
use crate::words::numbers::two_units;
use crate::words::{Lang, ProgressWords};

impl ProgressWords for Indonesian {
    fn done(&self, rows: u64, total: Option<u64>) -> String {
        let of = total.map(|total| format!(" dari {}", Lang::Id.thousands(total)));
        format!("{}{} baris", Lang::Id.thousands(rows), of.unwrap_or_default())
    }

    fn rows_per_second(&self, rate: f64) -> String {
        format!("{}/detik", Lang::Id.rate(rate))
    }

    fn left(&self, left: Duration) -> String {
        format!("sisa {}", two_units(left, ["h", "j", "m", "d"], Lang::Id))
    }

    fn charged(&self, rows: u64) -> String {
        format!("ditagih {}", Lang::Id.thousands(rows))
    }

    fn unknown(&self, rows: u64) -> String {
        format!("belum pasti {}", Lang::Id.thousands(rows))
    }

    fn testing(&self, rate: Option<f64>) -> String {
        match rate {
            Some(rate) => format!("menguji {}/detik", Lang::Id.few_digits(rate)),
            None => "menguji kecepatan".to_owned(),
        }
    }

    fn probing(&self, rate: Option<f64>) -> String {
        match rate {
            Some(rate) => format!("mencoba {}/detik", Lang::Id.few_digits(rate)),
            None => "mencoba lebih banyak sekaligus".to_owned(),
        }
    }

    fn limited(&self, rate: Option<f64>, limit: &str) -> String {
        match rate {
            Some(rate) => format!(
                "kecepatan {}/detik (penyedia menerima sekitar {limit})",
                Lang::Id.few_digits(rate)
            ),
            None => format!("kecepatan ditahan (penyedia menerima sekitar {limit})"),
        }
    }

    fn queueing(&self, window: usize) -> String {
        format!("{window} sekaligus (lebih dari itu jawaban melambat)")
    }

    fn noisy(&self, share: f64) -> String {
        format!(
            "{} panggilan gagal berapa pun kecepatannya: tidak diperlambat",
            Lang::Id.percent(share)
        )
    }

    fn paused(&self, seconds: f64, cause: &str, asked: bool) -> String {
        let asked = if asked { ", Retry-After" } else { "" };
        format!("jeda {seconds:.0} detik ({cause}{asked})")
    }

    fn asking_once(&self, cause: &str, asked: bool) -> String {
        let asked = if asked { ", Retry-After" } else { "" };
        format!("mencoba satu kali ({cause}{asked})")
    }

    fn no_usable_answer(&self) -> &'static str {
        "tanpa jawaban"
    }

    fn no_connection(&self) -> &'static str {
        "tidak ada koneksi"
    }

    fn too_many_open_files(&self) -> &'static str {
        "terlalu banyak berkas terbuka"
    }
}
