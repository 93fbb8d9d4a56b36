//! Sums calls up by day and code. `SQLite` would sort all calls for that; here they pass once.

use std::collections::BTreeMap;

use crate::ledger::history_rows::BillLine;
use crate::model::code::Charge;

/// A day, counted from 1970, and a code.
type DayAndCode = (i64, Option<i64>);

/// The sums of the calls so far.
#[derive(Default)]
pub(super) struct BillSums {
    done: BTreeMap<DayAndCode, Counts>,
    /// Calls follow one another in time, so that most have the day and the code of the call before.
    current: Option<(DayAndCode, Counts)>,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    charged: u32,
    unknown: u32,
    not_charged: u32,
}

impl BillSums {
    /// Adds a call.
    pub(super) fn add(&mut self, key: DayAndCode, charge: Charge) {
        if self.current.as_ref().is_none_or(|(current, _)| *current != key) {
            self.keep_current();
        }
        let (_, counts) = self
            .current
            .get_or_insert_with(|| (key, self.done.get(&key).copied().unwrap_or_default()));
        *match charge {
            Charge::Yes => &mut counts.charged,
            Charge::Unknown => &mut counts.unknown,
            Charge::No => &mut counts.not_charged,
        } += 1;
    }

    fn keep_current(&mut self) {
        self.done.extend(self.current.take());
    }

    /// The lines of the bill, by day and code.
    pub(super) fn lines(mut self) -> Vec<BillLine> {
        self.keep_current();
        self.done
            .into_iter()
            .map(|((day, code), counts)| {
                BillLine::of(day, code, [counts.charged, counts.unknown, counts.not_charged])
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_one_day_and_code_are_one_line_in_whatever_order_they_come() {
        let mut sums = BillSums::default();
        for (day, code, charge) in [
            (1, Some(200), Charge::Yes),
            (0, Some(200), Charge::Yes),
            (1, None, Charge::Unknown),
            (1, Some(200), Charge::Yes),
            (1, Some(200), Charge::No),
        ] {
            sums.add((day, code), charge);
        }
        let lines: Vec<_> = sums
            .lines()
            .into_iter()
            .map(|line| (line.day.day(), line.code, line.charged, line.unknown, line.not_charged))
            .collect();
        assert_eq!(lines, [(1, Some(200), 1, 0, 0), (2, None, 0, 1, 0), (2, Some(200), 2, 0, 1)]);
    }
}
