//! `idv ledger bill --invoice`: in what the provider's invoice and the ledger differ.

use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::cli::LedgerFormat;
use crate::commands::ledger::{Listing, each, say};
use crate::ledger::reconcile::{Comparison, Difference, DifferenceKind, Invoice, Period, Sums};
use crate::ledger::{CallFilter, Reader};
use crate::model::price::Price;
use crate::output::number_format::{count, thousands};
use crate::output::text::escape;
use crate::output::text_layout::{columns, wrap};

/// People are shown so many differences of a kind; programs all.
const SHOWN: usize = 20;

/// What the comparison depends on besides the invoice.
pub(crate) struct Terms<'a> {
    /// Since when and until when calls are missed on the invoice.
    pub filter: CallFilter,
    /// The invoice's clock.
    pub offset: Offset,
    /// What a charged call costs.
    pub price: Option<Price>,
    /// The flag of this ledger.
    pub ledger: &'a str,
}

/// Shows the differences, and what to do about each.
pub(crate) fn run(
    reader: &mut Reader,
    file: &Path,
    terms: &Terms<'_>,
    format: Option<LedgerFormat>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let invoice = Invoice::open(file, terms.offset)?;
    let told = Period { from: terms.filter.since, until: terms.filter.until };
    let period = if told == Period::default() { Period::of(&invoice, terms.offset) } else { told };
    say(&about(file, &invoice, period, terms.offset));
    let mut differences = Differences::new(format, terms, out)?;
    let mut comparison = Comparison::new(&invoice, period, terms.ledger);
    each(reader, &CallFilter::default(), |call| match comparison.see(call) {
        Some(difference) => differences.show(&difference),
        None => Ok(()),
    })?;
    let sums = comparison.finish(|difference| differences.show(&difference))?;
    differences.end(&sums)
}

/// What was understood of the invoice, so that a wrong guess is seen.
fn about(file: &Path, invoice: &Invoice, period: Period, offset: Offset) -> String {
    let lines = count(invoice.len() as u64, "line");
    let times = match &invoice.time_column {
        Some(column) => {
            format!("times = \"{}\" ({offset} where they name no zone)", escape(column))
        }
        None => "no times, so calls in doubt are not paired with its lines".to_owned(),
    };
    let day = |at: Option<Timestamp>| at.map(|at| offset.to_datetime(at).date().to_string());
    let compared = match (day(period.from), day(period.until)) {
        (None, None) => "all calls; --since and --until name its period".to_owned(),
        (from, until) => format!(
            "the calls from {} to before {}",
            from.as_deref().unwrap_or("the beginning"),
            until.as_deref().unwrap_or("now")
        ),
    };
    format!(
        "invoice: {}, {lines}; sequence ids = \"{}\", {times}\ncompared with {compared}",
        file.display(),
        escape(&invoice.id_column)
    )
}

/// Writes differences as they are found.
struct Differences<'a, W: Write> {
    listing: Listing<'a, W>,
    terms: &'a Terms<'a>,
    shown: [usize; 5],
}

impl<'a, W: Write> Differences<'a, W> {
    fn new(
        format: Option<LedgerFormat>,
        terms: &'a Terms<'a>,
        out: &'a mut W,
    ) -> anyhow::Result<Self> {
        let header = format!("{:<15} WHICH, AND WHAT TO DO", "DIFFERENCE");
        Ok(Self { listing: Listing::new(format, &header, out)?, terms, shown: [0; 5] })
    }

    fn show(&mut self, difference: &Difference) -> anyhow::Result<()> {
        let shown = &mut self.shown[difference.kind as usize];
        *shown += 1;
        if self.listing.format == LedgerFormat::Table && *shown > SHOWN {
            return Ok(());
        }
        let offset = self.terms.offset;
        let width = self.listing.width;
        self.listing.row(difference, || entry(difference, offset, width))
    }

    /// The sums: below the entries for people, beside the data for programs.
    fn end(self, sums: &Sums) -> anyhow::Result<()> {
        let text = summed(sums, self.terms.price);
        let more: usize = self.shown.iter().map(|shown| shown.saturating_sub(SHOWN)).sum();
        if self.listing.format != LedgerFormat::Table {
            say(&text);
            return Ok(());
        }
        if more > 0 {
            let more = thousands(more as u64);
            writeln!(self.listing.out, "... and {more} more: -f csv lists them all")?;
        }
        Ok(writeln!(self.listing.out, "\n{text}")?)
    }
}

/// A difference for people: which it is, and below it what to do.
fn entry(difference: &Difference, offset: Offset, width: usize) -> String {
    let time = difference.time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
    let which = [
        difference.line.map(|line| format!("line {line}")),
        difference.call.map(|call| match difference.kind {
            DifferenceKind::UnknownHere => format!("beside call {call}"),
            _ => format!("call {call}"),
        }),
        time.map(|time| offset.to_datetime(time).strftime("%Y-%m-%d %H:%M:%S").to_string()),
        difference.sequence_id.as_deref().map(|id| escape(id).into_owned()),
    ];
    let which: Vec<_> = which.into_iter().flatten().collect();
    let (first, indent) = (format!("{:<16}", difference.kind.words()), " ".repeat(16));
    let which = wrap(&which.join(", "), width, &first, &indent);
    let next = &difference.next;
    if columns(&indent) + columns(next) <= width {
        return format!("{which}\n{indent}{next}");
    }
    // A command has a line of its own, so that it can be copied.
    let (words, command) = next.split_at(next.find("idv ").unwrap_or(next.len()));
    let words = wrap(words.trim_end(), width, &indent, &indent);
    if command.is_empty() {
        format!("{which}\n{words}")
    } else {
        format!("{which}\n{words}\n{indent}{command}")
    }
}

fn summed(sums: &Sums, price: Option<Price>) -> String {
    let rows = [
        (sums.lines, "on the invoice"),
        (sums.agreed, "known here as charged too"),
        (sums.unknown_here, "charged, but not known here"),
        (sums.beside_doubt, "of them beside a call in doubt"),
        (sums.not_on_invoice, "known here, but not charged on the invoice"),
        (sums.uncharged_here, "charged, but known here as not charged"),
        (sums.twice, "on the invoice once more"),
        (sums.in_doubt, "other calls in doubt"),
    ];
    let line = |(number, what): (u64, &str)| {
        let amount = price.map(|price| format!("{:>16}", price.times(number).to_string()));
        format!("{:>11}{}  {what}", thousands(number), amount.unwrap_or_default())
    };
    rows.map(line).join("\n")
}
