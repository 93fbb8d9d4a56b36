//! Numbers, shares, amounts, dates and times as people read them in each language.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ZonedDateTime};

use crate::model::price::Price;
use crate::platform;
use crate::words::Lang;

/// The months in Indonesian.
const BULAN: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

/// Hours that western Indonesia (WIB) is ahead of UTC.
const WIB: i8 = 7;

impl Lang {
    /// What stands between thousands, and before decimals.
    const fn separators(self) -> (char, char) {
        match self {
            Self::En => (',', '.'),
            Self::Id => ('.', ','),
        }
    }

    /// A number, grouped by thousands.
    pub(crate) fn thousands(self, number: u64) -> String {
        Price::whole(number).shown(self.separators())
    }

    /// An amount of money. Indonesian names the currency, the rupiah.
    pub(crate) fn price(self, price: Price) -> String {
        let amount = price.shown(self.separators());
        match self {
            Self::En => amount,
            Self::Id => format!("Rp{amount}"),
        }
    }

    /// A number with so many decimals.
    fn decimal(self, number: f64, digits: usize) -> String {
        let (_, point) = self.separators();
        format!("{number:.digits$}").replace('.', &point.to_string())
    }

    /// Rows a second: below ten, a decimal means something.
    pub(crate) fn rate(self, rate: f64) -> String {
        if rate < 9.95 { self.decimal(rate, 1) } else { self.thousands(rounded(rate)) }
    }

    /// A rate in as many digits as mean something, without thousands.
    pub(crate) fn few_digits(self, rate: f64) -> String {
        self.decimal(rate, usize::from(rate < 10.0))
    }

    /// A share from 0 to 1 in per cent, in as many digits as mean something.
    pub(crate) fn percent(self, share: f64) -> String {
        let percent = 100.0 * share;
        format!("{}%", self.decimal(percent, usize::from(percent < 0.95)))
    }

    /// A part of a whole in percent: `58%`, `0.3%`, `<0.1%`. It is never rounded to 0% or 100%.
    pub(crate) fn share(self, part: u64, whole: u64) -> String {
        let tenths = (u128::from(part) * 2000 / u128::from(whole.max(1))).div_ceil(2);
        let tenths = if part < whole { tenths.min(999) } else { tenths };
        let (_, point) = self.separators();
        match tenths {
            0 if part > 0 => format!("<0{point}1%"),
            1..100 | 990..1000 => format!("{}{point}{}%", tenths / 10, tenths % 10),
            _ => format!("{}%", (tenths + 5) / 10),
        }
    }

    /// A duration: `0.4 s`, `2 min 5 s`, `3 h 20 min`.
    pub(crate) fn span(self, time: Duration) -> String {
        let [hour, minute, second] = match self {
            Self::En => ["h", "min", "s"],
            Self::Id => ["jam", "menit", "detik"],
        };
        let seconds = time.as_secs();
        match seconds {
            0..60 => format!("{} {second}", self.decimal(time.as_secs_f64().min(59.9), 1)),
            60..3600 => format!("{} {minute} {} {second}", seconds / 60, seconds % 60),
            _ => format!("{} {hour} {} {minute}", seconds / 3600, seconds % 3600 / 60),
        }
    }

    /// A short duration in milliseconds, with a decimal below 10 ms: `0.4 ms`, `120 ms`.
    pub(crate) fn millis(self, time: Duration) -> String {
        let tenths = u64::try_from((time.as_micros() + 50) / 100).unwrap_or(u64::MAX);
        let (_, point) = self.separators();
        match tenths {
            0..100 => format!("{}{point}{} ms", tenths / 10, tenths % 10),
            _ => format!("{} ms", self.thousands((tenths + 5) / 10)),
        }
    }

    /// A day: `26 November 2026`.
    pub(crate) fn day(self, day: Date) -> String {
        match self {
            Self::En => day.strftime("%-d %B %Y").to_string(),
            Self::Id => {
                let month = BULAN[usize::from(day.month().unsigned_abs()) - 1];
                format!("{} {month} {}", day.day(), day.year())
            }
        }
    }

    /// A moment on the clock that people of this language look at. In English it is UTC; in
    /// Indonesian the time of western Indonesia, unless TZ names another zone.
    pub(crate) fn zoned(self, at: Timestamp) -> ZonedDateTime {
        match self {
            Self::En => at.to_zoned_datetime(TimeZone::UTC),
            Self::Id => at.to_zoned_datetime(
                platform::chosen_time_zone()
                    .unwrap_or_else(|| TimeZone::fixed(Offset::constant(WIB))),
            ),
        }
    }

    /// The name of a moment's zone: one of Indonesia's three, or the distance to UTC.
    pub(crate) fn zone(self, at: &ZonedDateTime) -> String {
        match (self, at.offset().seconds()) {
            (Self::En, _) | (Self::Id, 0) => "UTC".to_owned(),
            (Self::Id, 25_200) => "WIB".to_owned(),
            (Self::Id, 28_800) => "WITA".to_owned(),
            (Self::Id, 32_400) => "WIT".to_owned(),
            (Self::Id, _) => format!("UTC{}", at.strftime("%:z")),
        }
    }

    /// A moment: its day, its time and its zone.
    pub(crate) fn moment(self, at: Timestamp) -> String {
        let at = self.zoned(at);
        let time = match self {
            Self::En => at.strftime("%H:%M:%S"),
            Self::Id => at.strftime("%H.%M.%S"),
        };
        format!("{}, {time} {}", self.day(at.date()), self.zone(&at))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is neither negative nor near the bounds"
)]
fn rounded(rate: f64) -> u64 {
    rate.round() as u64
}

/// A duration in its two largest units, of days, hours, minutes and seconds: `2h 05m`, `12s`.
pub(crate) fn two_units(time: Duration, units: [&str; 4], lang: Lang) -> String {
    let [day, hour, minute, second] = units;
    let seconds = time.as_secs();
    match (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, s) => format!("{s}{second}"),
        (0, 0, m, s) => format!("{m}{minute} {s:02}{second}"),
        (0, h, m, _) => format!("{h}{hour} {m:02}{minute}"),
        (d, h, _, _) => format!("{}{day} {h:02}{hour}", lang.thousands(d)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, en, id) in [(1, "1", "1"), (1_234_567, "1,234,567", "1.234.567")] {
            assert_eq!(Lang::En.thousands(number), en);
            assert_eq!(Lang::Id.thousands(number), id);
        }
    }

    #[test]
    fn amounts_name_the_rupiah_in_indonesian() {
        for (amount, en, id) in
            [("1000", "1,000", "Rp1.000"), ("1250.50", "1,250.50", "Rp1.250,50")]
        {
            let price: Price = amount.parse().unwrap();
            assert_eq!(Lang::En.price(price), en);
            assert_eq!(Lang::Id.price(price), id);
        }
    }

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_all() {
        for (part, whole, shown) in [
            (0, 0, "0%"),
            (0, 9, "0%"),
            (1, 50_000, "<0.1%"),
            (3, 1000, "0.3%"),
            (17, 3000, "0.6%"),
            (7, 12, "58%"),
            (49_999, 50_000, "99.9%"),
            (9, 9, "100%"),
        ] {
            assert_eq!(Lang::En.share(part, whole), shown);
            assert_eq!(Lang::Id.share(part, whole), shown.replace('.', ","));
        }
    }

    #[test]
    fn times_are_said_in_the_unit_that_fits() {
        let said = |millis| Lang::En.span(Duration::from_millis(millis));
        let shown = [0, 449, 59_999, 60_000, 125_400, 3_600_000, 12_345_000].map(said);
        let expected =
            ["0.0 s", "0.4 s", "59.9 s", "1 min 0 s", "2 min 5 s", "1 h 0 min", "3 h 25 min"];
        assert_eq!(shown, expected);
        let said = |micros| Lang::En.millis(Duration::from_micros(micros));
        let shown = [0, 449, 9_949, 9_950, 22_559, 30_000_000].map(said);
        assert_eq!(shown, ["0.0 ms", "0.4 ms", "9.9 ms", "10 ms", "23 ms", "30,000 ms"]);
        assert_eq!(Lang::Id.span(Duration::from_millis(125_400)), "2 menit 5 detik");
        assert_eq!(Lang::Id.millis(Duration::from_micros(449)), "0,4 ms");
    }

    #[test]
    fn a_time_is_said_in_two_units() {
        let units = ["d", "h", "m", "s"];
        for (seconds, said) in
            [(9, "9s"), (69, "1m 09s"), (7_500, "2h 05m"), (90_000, "1d 01h"), (0, "0s")]
        {
            assert_eq!(two_units(Duration::from_secs(seconds), units, Lang::En), said);
        }
    }

    #[test]
    fn a_moment_is_shown_in_the_time_of_western_indonesia() {
        let at: Timestamp = "2026-11-26T18:05:09Z".parse().unwrap();
        let zoned = at.to_zoned_datetime(TimeZone::fixed(Offset::constant(WIB)));
        assert_eq!(Lang::Id.day(zoned.date()), "27 November 2026");
        assert_eq!(Lang::Id.zone(&zoned), "WIB");
        assert_eq!(Lang::En.moment(at), "26 November 2026, 18:05:09 UTC");
    }
}
