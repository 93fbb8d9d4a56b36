//! Holds an invoice against the calls of the ledger.
//!
//! Most lines are told by their sequence id. A call in doubt has none, as no answer came: a line
//! that nobody knows, of the same minutes, stands beside it, and a person decides.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;

use crate::ledger::CallRow;
use crate::ledger::reconcile::read::Invoice;
use crate::model::code::{self, Charge};

/// How far the clocks may be apart, and how late an invoice may note a call: in milliseconds.
const SLACK: i64 = 5 * 60 * 1000;

/// How long a call may take of which nobody noted the end.
const OPEN: i64 = 5 * 60 * 1000;

/// In what invoice and ledger differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DifferenceKind {
    /// A line of the invoice whose id no call here has.
    UnknownHere,
    /// A charged call that is not on the invoice.
    NotOnInvoice,
    /// A line of the invoice for a call that is known here as not charged.
    UnchargedHere,
    /// A line with the id of an earlier line.
    Twice,
    /// A call in doubt.
    InDoubt,
}

impl DifferenceKind {
    /// The words for people.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::UnknownHere => "unknown here",
            Self::NotOnInvoice => "not on invoice",
            Self::UnchargedHere => "uncharged here",
            Self::Twice => "twice",
            Self::InDoubt => "in doubt",
        }
    }
}

/// One difference, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    /// In what they differ.
    #[serde(rename = "difference")]
    pub kind: DifferenceKind,
    /// The line of the invoice.
    pub line: Option<u64>,
    /// The time on the invoice, else that of the call: UTC, RFC 3339.
    pub time: Option<String>,
    /// The provider's name for the call.
    pub sequence_id: Option<String>,
    /// The call's number in the ledger; beside a line that is unknown here, the call in doubt that it
    /// may be.
    pub call: Option<i64>,
    /// The code of its answer.
    pub code: Option<i64>,
    /// What to do next.
    pub next: String,
}

/// How many there are of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Lines of the invoice that have an id.
    pub lines: u64,
    /// Lines that the ledger knows as charged.
    pub agreed: u64,
    /// Lines whose id no call here has.
    pub unknown_here: u64,
    /// Those of them that stand beside a call in doubt.
    pub beside_doubt: u64,
    /// Charged calls that are not on it.
    pub not_on_invoice: u64,
    /// Lines for calls known here as not charged.
    pub uncharged_here: u64,
    /// Lines with the id of an earlier one.
    pub twice: u64,
    /// Other calls in doubt.
    pub in_doubt: u64,
}

/// The time that an invoice is about: calls outside it can't be missed on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Period {
    /// The first moment.
    pub from: Option<Timestamp>,
    /// The first moment after it.
    pub until: Option<Timestamp>,
}

impl Period {
    /// The whole months, by a clock, that an invoice has lines of; all time where it has no times.
    pub(crate) fn of(invoice: &Invoice, offset: Offset) -> Self {
        let Some((first, last)) = invoice.span() else { return Self::default() };
        let month = |at: Timestamp| offset.to_datetime(at).date().first_of_month();
        let start = |date: jiff::civil::Date| offset.to_timestamp(date.at(0, 0, 0, 0)).ok();
        let after = month(last).last_of_month().tomorrow();
        Self { from: start(month(first)), until: after.ok().and_then(start) }
    }

    fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at < until)
    }
}

/// A call without an id that may have been charged, or was found to be.
#[derive(Debug, Clone, Copy)]
struct CallWithoutId {
    call: i64,
    from: i64,
    to: i64,
}

/// A comparison that is shown one call after the other.
pub(crate) struct Comparison<'a> {
    invoice: &'a Invoice,
    period: Period,
    /// The flag that leads `idv ledger` to its file.
    ledger: &'a str,
    /// By the place in the order of ids: whether a call here has this id.
    known: Vec<bool>,
    doubts: Vec<CallWithoutId>,
    settled: Vec<CallWithoutId>,
    sums: Sums,
}

impl<'a> Comparison<'a> {
    /// Begins with no call.
    pub(crate) fn new(invoice: &'a Invoice, period: Period, ledger: &'a str) -> Self {
        let lines = invoice.len();
        let sums = Sums { lines: lines as u64, ..Sums::default() };
        let (doubts, settled) = (Vec::new(), Vec::new());
        Self { invoice, period, ledger, known: vec![false; lines], doubts, settled, sums }
    }

    /// Looks at one call; gives the difference that is certain already.
    pub(crate) fn see(&mut self, call: &CallRow) -> Option<Difference> {
        let at = call.ended.unwrap_or(call.started);
        // What is in flight is on no invoice yet.
        if call.outcome.is_none() && !call.erased {
            return None;
        }
        let Some(id) = call.sequence_id.as_deref() else {
            self.keep_nameless(call);
            return None;
        };
        let found = self.invoice.find(id);
        if let Some(first) = self.invoice.by_id().get(found.clone()).and_then(<[u32]>::first) {
            self.known[found].fill(true);
            return self.on_invoice(call, *first);
        }
        if !self.period.holds(at) {
            return None;
        }
        match call.charged {
            Charge::No => None,
            Charge::Yes => {
                self.sums.not_on_invoice += 1;
                let next = "charged, but not billed: it may come on the next invoice";
                Some(of_call(call, DifferenceKind::NotOnInvoice, next.to_owned()))
            }
            Charge::Unknown => {
                self.sums.in_doubt += 1;
                let next = self.absent(call.call, at.as_millisecond());
                Some(of_call(call, DifferenceKind::InDoubt, next))
            }
        }
    }

    fn on_invoice(&mut self, call: &CallRow, line: u32) -> Option<Difference> {
        let next = match call.charged {
            Charge::Yes => {
                self.sums.agreed += 1;
                return None;
            }
            Charge::No => {
                self.sums.uncharged_here += 1;
                uncharged(call.code)
            }
            Charge::Unknown => {
                self.sums.in_doubt += 1;
                self.resolve(call.call, "--charged")
            }
        };
        let what = if call.charged == Charge::No {
            DifferenceKind::UnchargedHere
        } else {
            DifferenceKind::InDoubt
        };
        let difference = of_call(call, what, next);
        Some(Difference { line: Some(self.invoice.number(line)), ..difference })
    }

    fn keep_nameless(&mut self, call: &CallRow) {
        let from = call.started.as_millisecond();
        let to = call.ended.map_or(from + OPEN, Timestamp::as_millisecond);
        let nameless = CallWithoutId { call: call.call, from: from - SLACK, to: to + SLACK };
        match call.charged {
            Charge::Yes => self.settled.push(nameless),
            Charge::Unknown if self.period.holds(call.started) => self.doubts.push(nameless),
            Charge::Unknown | Charge::No => {}
        }
    }

    /// After the last call: shows what is left, and gives the sums.
    pub(crate) fn finish<E>(
        mut self,
        mut show: impl FnMut(Difference) -> Result<(), E>,
    ) -> Result<Sums, E> {
        let mut left = Vec::new();
        for place in 0..self.known.len() {
            let line = self.invoice.by_id()[place];
            let former = place.checked_sub(1).map(|former| self.invoice.by_id()[former]);
            if former.is_some_and(|former| self.invoice.id(former) == self.invoice.id(line)) {
                self.sums.twice += 1;
                let next = "billed twice: ask TrustDecision to take one off";
                show(self.of_line(line, DifferenceKind::Twice, next.to_owned()))?;
            } else if !self.known[place] {
                left.push(line);
            }
        }
        left.sort_unstable_by_key(|line| (self.invoice.at(*line), *line));
        let settled = pair(self.invoice, &mut left, &mut self.settled);
        self.sums.agreed += settled.len() as u64;
        let mut doubts = std::mem::take(&mut self.doubts);
        let open: Vec<i64> = left.iter().filter_map(|line| self.invoice.at(*line)).collect();
        let beside = pair(self.invoice, &mut left, &mut doubts);
        for (line, call) in beside {
            self.sums.unknown_here += 1;
            self.sums.beside_doubt += 1;
            let next =
                format!("perhaps call {call}, in doubt: {}", self.resolve(call, "--charged"));
            let difference = self.of_line(line, DifferenceKind::UnknownHere, next);
            show(Difference { call: Some(call), ..difference })?;
        }
        for line in left {
            self.sums.unknown_here += 1;
            let next = "no call here: look in other ledgers, or ask TrustDecision what it was";
            show(self.of_line(line, DifferenceKind::UnknownHere, next.to_owned()))?;
        }
        for doubt in doubts {
            self.sums.in_doubt += 1;
            let rival = open.get(open.partition_point(|at| *at < doubt.from));
            show(self.of_doubt(doubt, rival.is_some_and(|at| *at <= doubt.to)))?;
        }
        Ok(self.sums)
    }

    fn of_line(&self, line: u32, kind: DifferenceKind, next: String) -> Difference {
        let time = self.invoice.at(line).and_then(|at| Timestamp::from_millisecond(at).ok());
        Difference {
            kind,
            line: Some(self.invoice.number(line)),
            time: time.map(|time| time.to_string()),
            sequence_id: Some(self.invoice.id(line).to_owned()),
            call: None,
            code: None,
            next,
        }
    }

    /// A call in doubt without a line of its own. Where a line of its minutes stands beside another
    /// call, which of them was charged can't be told.
    fn of_doubt(&self, doubt: CallWithoutId, rival: bool) -> Difference {
        let started = Timestamp::from_millisecond(doubt.from + SLACK).ok();
        Difference {
            kind: DifferenceKind::InDoubt,
            line: None,
            time: started.map(|time| time.to_string()),
            sequence_id: None,
            call: Some(doubt.call),
            code: None,
            next: if rival {
                "a line of its minutes stands beside another call: ask TrustDecision whose it is"
                    .to_owned()
            } else {
                self.absent(doubt.call, doubt.to)
            },
        }
    }

    /// A call in doubt that no line stands beside: not charged, if the invoice goes on beyond it.
    fn absent(&self, call: i64, at: i64) -> String {
        match self.invoice.span() {
            None => format!(
                "the invoice has no times: {} or --not-charged",
                self.resolve(call, "--charged")
            ),
            Some((_, last)) if last.as_millisecond() >= at => {
                format!("no line of its minutes: {}", self.resolve(call, "--not-charged"))
            }
            Some(_) => "the invoice ends before it: wait for the next one".to_owned(),
        }
    }

    fn resolve(&self, call: i64, found: &str) -> String {
        format!("idv ledger resolve{} {call} {found}", self.ledger)
    }
}

fn of_call(call: &CallRow, kind: DifferenceKind, next: String) -> Difference {
    Difference {
        kind,
        line: None,
        time: Some(call.ended.unwrap_or(call.started).to_string()),
        sequence_id: call.sequence_id.clone(),
        call: Some(call.call),
        code: call.code,
        next,
    }
}

fn uncharged(code: Option<i64>) -> String {
    match code.and_then(code::find) {
        Some(code) if code.charge == Charge::No => {
            format!("code {} is not charged: ask TrustDecision to take it off", code.number)
        }
        _ => "settled here as not charged: ask TrustDecision what it was".to_owned(),
    }
}

/// Gives each call a line of its minutes, none twice; takes out of both lists what is paired. The
/// lines are in the order of their times.
fn pair(
    invoice: &Invoice,
    lines: &mut Vec<u32>,
    calls: &mut Vec<CallWithoutId>,
) -> Vec<(u32, i64)> {
    calls.sort_unstable_by_key(|call| (call.from, call.call));
    let mut paired = Vec::new();
    let mut ahead = 0;
    let mut taken = vec![false; lines.len()];
    calls.retain(|call| {
        while lines.get(ahead).is_some_and(|l| invoice.at(*l).is_none_or(|at| at < call.from)) {
            ahead += 1;
        }
        let line = lines.get(ahead).copied();
        let line = line.filter(|line| invoice.at(*line).is_some_and(|at| at <= call.to));
        let Some(line) = line else { return true };
        taken[ahead] = true;
        ahead += 1;
        paired.push((line, call.call));
        false
    });
    let mut taken = taken.into_iter();
    lines.retain(|_| !taken.next().unwrap_or_default());
    paired
}
