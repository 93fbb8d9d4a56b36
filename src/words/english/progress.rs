//! English sentences of the progress of a run.

use std::time::Duration;

use crate::words::english::English;
use crate::words::numbers::two_units;
use crate::words::{Lang, ProgressWords};

impl ProgressWords for English {
    fn done(&self, rows: u64, total: Option<u64>) -> String {
        let of = total.map(|total| format!(" of {}", Lang::En.thousands(total)));
        format!("{}{} rows", Lang::En.thousands(rows), of.unwrap_or_default())
    }

    fn rows_per_second(&self, rate: f64) -> String {
        format!("{}/s", Lang::En.rate(rate))
    }

    fn left(&self, left: Duration) -> String {
        format!("{} left", two_units(left, ["d", "h", "m", "s"], Lang::En))
    }

    fn charged(&self, rows: u64) -> String {
        format!("charged {}", Lang::En.thousands(rows))
    }

    fn unknown(&self, rows: u64) -> String {
        format!("unknown {}", Lang::En.thousands(rows))
    }

    fn testing(&self, rate: Option<f64>) -> String {
        match rate {
            Some(rate) => format!("testing {}/s", Lang::En.few_digits(rate)),
            None => "testing the pace".to_owned(),
        }
    }

    fn probing(&self, rate: Option<f64>) -> String {
        match rate {
            Some(rate) => format!("probing {}/s", Lang::En.few_digits(rate)),
            None => "probing more at once".to_owned(),
        }
    }

    fn limited(&self, rate: Option<f64>, limit: &str) -> String {
        match rate {
            Some(rate) => {
                format!("pace {}/s (the endpoint takes about {limit})", Lang::En.few_digits(rate))
            }
            None => format!("pace held (the endpoint takes about {limit})"),
        }
    }

    fn queueing(&self, window: usize) -> String {
        format!("{window} in flight (more make answers slower)")
    }

    fn noisy(&self, share: f64) -> String {
        format!("{} of calls fail at any rate: not slowing down", Lang::En.percent(share))
    }

    fn paused(&self, seconds: f64, cause: &str, asked: bool) -> String {
        let asked = if asked { ", Retry-After" } else { "" };
        format!("paused {seconds:.0} s ({cause}{asked})")
    }

    fn asking_once(&self, cause: &str, asked: bool) -> String {
        let asked = if asked { ", Retry-After" } else { "" };
        format!("asking once ({cause}{asked})")
    }

    fn no_usable_answer(&self) -> &'static str {
        "no usable answer"
    }

    fn no_connection(&self) -> &'static str {
        "no connection"
    }

    fn too_many_open_files(&self) -> &'static str {
        "too many open files"
    }
}
