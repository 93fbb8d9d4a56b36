//! `idv ledger bill`: what the calls cost, for whoever pays for them.

use std::collections::HashMap;
use std::io::Write;

use anyhow::{Context as _, bail};
use jiff::tz::Offset;
use serde::Serialize;

use crate::cli::{BillArgs, BillKey, LedgerFormat};
use crate::commands::ledger::{Listing, each, filter_of, format_or_default, invoice};
use crate::ledger::{BillLine, BillSum, CallFilter, PaidTwice, Reader};
use crate::model::code::Charge;
use crate::model::price::Price;
use crate::output::number_format::{count, thousands};
use crate::output::text::escape;
use crate::settings;

/// One call on the bill, for a spreadsheet or a program.
#[derive(Serialize)]
struct Billed<'a> {
    month: String,
    day: String,
    code: Option<i64>,
    charged: &'static str,
    sequence_id: Option<&'a str>,
    call: i64,
    run: i64,
    /// Of a call that was charged for certain.
    price: Option<Price>,
    /// The call that was charged for the same record too: it began before this one's answer came.
    paid_again_by: Option<i64>,
}

/// Shows the bill, or in what an invoice differs from it. `ledger` is the flag of this ledger.
pub(crate) fn run(
    reader: &mut Reader,
    args: &BillArgs,
    ledger: &str,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let offset = Offset::from_hours(args.utc_offset).context("no such offset")?;
    let filter = filter_of(&args.filter);
    if filter.run.is_some_and(|run| run < 1) {
        bail!("runs are counted from 1: idv ledger runs");
    }
    let price = match args.price {
        Some(price) => Some(price),
        None => settings::price()?,
    };
    if let Some(file) = &args.invoice {
        let terms = invoice::Terms { filter, offset, price, ledger };
        return invoice::run(reader, file, &terms, args.format, out);
    }
    if let Some(key) = args.by {
        return sums(reader, args.format, &filter, offset, (key, price), out);
    }
    if format_or_default(args.format) == LedgerFormat::Table {
        table(&reader.bill(&filter, offset)?, price, out)?;
        return say_paid_twice(&reader.paid_twice(&filter)?, out);
    }
    let mut listing = Listing::new(args.format, "", out)?;
    list(reader, &filter, offset, price, &mut listing)
}

/// The sum of the calls with one value of a key.
#[derive(Serialize)]
struct KeyedSum<'a> {
    by: &'static str,
    key: Option<&'a str>,
    charged: u32,
    unknown: u32,
    not_charged: u32,
    amount: Option<Price>,
}

fn sums(
    reader: &mut Reader,
    format: Option<LedgerFormat>,
    filter: &CallFilter,
    offset: Offset,
    (key, price): (BillKey, Option<Price>),
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let by = match key {
        BillKey::Reference => "reference",
        BillKey::Operator => "operator",
        BillKey::Month => "month",
        BillKey::Day => "day",
        BillKey::Code => "code",
    };
    let header = |name: &str, charged: &str, unknown: &str, not: &str, amount: &str| {
        format!("{charged:>8} {unknown:>8} {not:>11} {amount:>13}  {name}")
    };
    let titles = header(&by.to_uppercase(), "CHARGED", "UNKNOWN", "NOT CHARGED", "AMOUNT");
    let mut listing = Listing::new(format, &titles, out)?;
    for BillSum { key, charged, unknown, not_charged } in reader.bill_by(filter, offset, by)? {
        let amount = price.map(|price| price.times(charged.into()));
        let key = key.as_deref();
        listing.row(&KeyedSum { by, key, charged, unknown, not_charged, amount }, || {
            let [charged, unknown, not] =
                [charged, unknown, not_charged].map(|count| thousands(count.into()));
            let amount = amount.map(|amount| amount.to_string()).unwrap_or_default();
            header(&escape(key.unwrap_or("-")), &charged, &unknown, &not, &amount)
        })?;
    }
    Ok(())
}

fn list(
    reader: &mut Reader,
    filter: &CallFilter,
    offset: Offset,
    price: Option<Price>,
    listing: &mut Listing<'_, impl Write>,
) -> anyhow::Result<()> {
    let twice: HashMap<i64, i64> =
        reader.paid_twice(filter)?.iter().map(|twice| (twice.call, twice.other)).collect();
    each(reader, filter, |call| {
        if call.charged == Charge::No {
            return Ok(());
        }
        let day = offset.to_datetime(call.ended.unwrap_or(call.started)).date();
        let billed = Billed {
            month: format!("{:04}-{:02}", day.year(), day.month()),
            day: day.to_string(),
            code: call.code,
            charged: call.charged.word(),
            sequence_id: call.sequence_id.as_deref(),
            call: call.call,
            run: call.run,
            price: price.filter(|_| call.charged == Charge::Yes),
            paid_again_by: twice.get(&call.call).copied(),
        };
        listing.row(&billed, String::new)
    })
}

/// Names the records that were paid twice.
fn say_paid_twice(twice: &[PaidTwice], out: &mut impl Write) -> anyhow::Result<()> {
    if twice.is_empty() {
        return Ok(());
    }
    let records = count(twice.len() as u64, "record");
    writeln!(
        out,
        "paid twice: {records}, whose answer came after the record was asked again; \
         paid_again_by in idv ledger bill -f csv names both calls"
    )?;
    Ok(())
}

/// The sums of some lines.
#[derive(Clone, Copy, Default)]
struct Sum {
    charged: u64,
    unknown: u64,
    not_charged: u64,
}

impl Sum {
    fn of<'a>(lines: impl Iterator<Item = &'a BillLine>) -> Self {
        lines.fold(Self::default(), |sum, line| Self {
            charged: sum.charged + u64::from(line.charged),
            unknown: sum.unknown + u64::from(line.unknown),
            not_charged: sum.not_charged + u64::from(line.not_charged),
        })
    }

    fn line(self, day: &str, code: &str, price: Option<Price>) -> String {
        let counts = [self.charged, self.unknown, self.not_charged].map(thousands);
        let amount = price.map(|price| price.times(self.charged).to_string());
        line(day, code, &counts, amount.as_deref())
    }
}

fn line(
    day: &str,
    code: &str,
    [charged, unknown, not]: &[impl AsRef<str>; 3],
    amount: Option<&str>,
) -> String {
    let (charged, unknown, not) = (charged.as_ref(), unknown.as_ref(), not.as_ref());
    let amount = amount.map_or_else(String::new, |amount| format!(" {amount:>13}"));
    format!("{day:<10} {code:>5} {charged:>8} {unknown:>8} {not:>11}{amount}")
}

fn table(lines: &[BillLine], price: Option<Price>, out: &mut impl Write) -> anyhow::Result<()> {
    let amount = price.map(|_| "AMOUNT");
    let titles = ["CHARGED", "UNKNOWN", "NOT CHARGED"];
    writeln!(out, "{}", line("DAY", "CODE", &titles, amount))?;
    for line in lines {
        let code = line.code.map_or("none".to_owned(), |code| code.to_string());
        let sum = Sum::of(std::iter::once(line));
        writeln!(out, "{}", sum.line(&line.day.to_string(), &code, price))?;
    }
    writeln!(out, "\n{}", line("MONTH", "", &titles, amount))?;
    let mut months: Vec<&str> = lines.iter().map(|line| line.month.as_str()).collect();
    months.dedup();
    for month in months {
        let sum = Sum::of(lines.iter().filter(|line| line.month == month));
        writeln!(out, "{}", sum.line(month, "", price))?;
    }
    let all = Sum::of(lines.iter());
    writeln!(out, "{}\n", all.line("all", "", price))?;
    if let Some(price) = price.filter(|_| all.unknown > 0) {
        let most = price.times(all.unknown);
        writeln!(out, "what is unknown may cost up to {most} more")?;
    }
    Ok(writeln!(out, "each call with its sequence_id: idv ledger bill -f csv")?)
}
