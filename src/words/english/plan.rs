//! English sentences of a plan and of the question before a run pays.

use jiff::civil::Date;

use crate::model::left_out::LeftOut;
use crate::model::price::Price;
use crate::model::problem::Level;
use crate::words::english::English;
use crate::words::{Lang, PlanWords};

impl PlanWords for English {
    fn rows_noun(&self, rows: u64) -> &'static str {
        if rows == 1 { "row" } else { "rows" }
    }

    fn rows(&self, rows: u64) -> String {
        format!("{} {}", Lang::En.thousands(rows), self.rows_noun(rows))
    }

    fn other_shards(&self) -> &'static str {
        "of other shards, not in the results"
    }

    fn left_out(&self, left_out: LeftOut) -> Option<String> {
        let named = |count: u64, one: &str, many: &str| {
            (count > 0).then(|| {
                format!("{} {}", Lang::En.thousands(count), if count == 1 { one } else { many })
            })
        };
        let blank = named(left_out.blank, "blank row", "blank rows");
        let header = named(left_out.header, "repeated header", "repeated headers");
        let named: Vec<_> = [blank, header].into_iter().flatten().collect();
        (!named.is_empty()).then(|| format!("left out: {}", named.join(", ")))
    }

    fn held(&self) -> &'static str {
        "held, not sent"
    }

    fn duplicates(&self, rows: u64, first: &[(u64, u64)]) -> String {
        let named = |(row, of): &(u64, u64)| format!("row {row} is row {of}");
        let first = first.iter().map(named).collect::<Vec<_>>().join(", ");
        match rows {
            0 => "duplicates".to_owned(),
            1 => format!("duplicate, sharing the call of its row: {first}"),
            _ => format!("duplicates, sharing the calls of their rows: {first}"),
        }
    }

    fn answered(&self, oldest: Option<Date>) -> String {
        let oldest = oldest.map(|day| format!(", the oldest on {day}")).unwrap_or_default();
        format!("answered by the ledger, at no charge{oldest}")
    }

    fn in_doubt(&self) -> &'static str {
        "in doubt, may have been charged already"
    }

    fn busy(&self) -> &'static str {
        "asked by another run right now"
    }

    fn to_send(&self, stop: Option<u64>, price: Option<(Price, Price)>) -> String {
        let stop = stop.map(|calls| {
            let charges = if calls == 1 { "charge" } else { "charges" };
            format!(", stopping at {} {charges}", Lang::En.thousands(calls))
        });
        let price = price.map(|(all, each)| format!(", {all} at {each} each"));
        format!("to send{}{}", stop.unwrap_or_default(), price.unwrap_or_default())
    }

    fn plan(&self, counts: &str) -> String {
        format!("plan: {counts}")
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
        format!("{} {code}, {}{place}: {explained}", level.word(), self.rows(rows))
    }

    fn place(&self, row: u64, line: u64) -> String {
        format!("row {row} (line {line})")
    }

    fn whole_file(&self) -> &'static str {
        "file"
    }

    fn warning(&self, warning: &str) -> String {
        format!("warning: {warning}")
    }

    fn ledger(&self, path: &str) -> String {
        format!("ledger: {path}")
    }

    fn no_ledger_yet(&self, path: &str) -> String {
        format!("ledger: {path} (there is none yet)")
    }

    fn ledger_not_consulted(&self, path: &str) -> String {
        format!(
            "ledger: {path} (ledger not consulted: it knows records by IDV_PARTNER_CODE, which is \
             not set)"
        )
    }

    fn question(&self, calls: u64, at_most: bool, price: Option<(Price, Price)>) -> String {
        let most = if at_most { "at most " } else { "" };
        let noun = if calls == 1 { "call" } else { "calls" };
        let cost = match price {
            Some((all, each)) => format!("{all} at {each} each"),
            None => "each of which is charged".to_owned(),
        };
        format!("Send {most}{} {noun}, {cost}? [y/N] ", Lang::En.thousands(calls))
    }

    fn nothing_sent(&self) -> &'static str {
        "nothing was sent"
    }
}
