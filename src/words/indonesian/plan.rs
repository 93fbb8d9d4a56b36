//! Indonesian sentences of a plan and of the question before a run pays.

use jiff::civil::Date;

use crate::model::left_out::LeftOut;
use crate::model::price::Price;
use crate::model::problem::Level;
use crate::words::indonesian::Indonesian;
use crate::words::{Lang, PlanWords, ProblemWords};

impl PlanWords for Indonesian {
    fn rows_noun(&self, rows: u64) -> &'static str {
        let _ = rows;
        "baris"
    }

    fn rows(&self, rows: u64) -> String {
        format!("{} baris", Lang::Id.thousands(rows))
    }

    fn other_shards(&self) -> &'static str {
        "milik bagian lain, tidak masuk hasil"
    }

    fn left_out(&self, left_out: LeftOut) -> Option<String> {
        let named =
            |count: u64, what| (count > 0).then(|| format!("{} {what}", Lang::Id.thousands(count)));
        let blank = named(left_out.blank, "baris kosong");
        let header = named(left_out.header, "judul kolom berulang");
        let named: Vec<_> = [blank, header].into_iter().flatten().collect();
        (!named.is_empty()).then(|| format!("dilewati: {}", named.join(", ")))
    }

    fn held(&self) -> &'static str {
        "ditunda, tidak dikirim"
    }

    fn duplicates(&self, rows: u64, first: &[(u64, u64)]) -> String {
        let named = |(row, of): &(u64, u64)| format!("data {row} sama dengan data {of}");
        let first = first.iter().map(named).collect::<Vec<_>>().join(", ");
        match rows {
            0 => "data ganda".to_owned(),
            _ => format!("data ganda, cukup dicek satu kali: {first}"),
        }
    }

    fn answered(&self, oldest: Option<Date>) -> String {
        let oldest =
            oldest.map(|day| format!(", yang terlama {}", Lang::Id.day(day))).unwrap_or_default();
        format!("dijawab dari catatan pengecekan, tanpa biaya{oldest}")
    }

    fn in_doubt(&self) -> &'static str {
        "belum pasti, mungkin sudah ditagih"
    }

    fn busy(&self) -> &'static str {
        "sedang dicek oleh proses lain"
    }

    fn to_send(&self, stop: Option<u64>, price: Option<(Price, Price)>) -> String {
        let stop =
            stop.map(|calls| format!(", berhenti setelah {} tagihan", Lang::Id.thousands(calls)));
        let price = price.map(|(all, each)| {
            format!(", biaya {} ({} per cek)", Lang::Id.price(all), Lang::Id.price(each))
        });
        format!("akan dikirim{}{}", stop.unwrap_or_default(), price.unwrap_or_default())
    }

    fn plan(&self, counts: &str) -> String {
        format!("rencana: {counts}")
    }

    fn problem_line(
        &self,
        level: Level,
        code: &str,
        rows: u64,
        place: Option<&str>,
        explained: &str,
    ) -> String {
        let place = place.map(|place| format!(", {place}")).unwrap_or_default();
        format!("{} {code}, {}{place}: {explained}", self.level(level), self.rows(rows))
    }

    fn place(&self, row: u64, line: u64) -> String {
        format!("data {row} (baris {line})")
    }

    fn whole_file(&self) -> &'static str {
        "berkas"
    }

    fn warning(&self, warning: &str) -> String {
        format!("peringatan: {warning}")
    }

    fn ledger(&self, path: &str) -> String {
        format!("catatan pengecekan: {path}")
    }

    fn no_ledger_yet(&self, path: &str) -> String {
        format!("catatan pengecekan: {path} (belum ada)")
    }

    fn ledger_not_consulted(&self, path: &str) -> String {
        format!(
            "catatan pengecekan: {path} (tidak dilihat: data dikenali lewat IDV_PARTNER_CODE, yang \
             belum diisi)"
        )
    }

    fn question(&self, calls: u64, at_most: bool, price: Option<(Price, Price)>) -> String {
        let most = if at_most { "paling banyak " } else { "" };
        let cost = match price {
            Some((all, each)) => {
                format!("biaya {} ({} per cek)", Lang::Id.price(all), Lang::Id.price(each))
            }
            None => "masing-masing ditagih".to_owned(),
        };
        format!("Kirim {most}{} pengecekan, {cost}? [y/T] ", Lang::Id.thousands(calls))
    }

    fn nothing_sent(&self) -> &'static str {
        "tidak ada yang dikirim"
    }
}
