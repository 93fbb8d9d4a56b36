//! Numbers, shares and times as people read them.

use std::time::Duration;

use crate::model::price::grouped;

/// A part of a whole in percent: `58%`, `0.3%`, `<0.1%`. It is never rounded to 0% or 100%.
pub(crate) fn share(part: u64, whole: u64) -> String {
    let tenths = (u128::from(part) * 2000 / u128::from(whole.max(1))).div_ceil(2);
    let tenths = if part < whole { tenths.min(999) } else { tenths };
    match tenths {
        0 if part > 0 => "<0.1%".to_owned(),
        1..100 | 990..1000 => format!("{}.{}%", tenths / 10, tenths % 10),
        _ => format!("{}%", (tenths + 5) / 10),
    }
}

/// A duration: `0.4 s`, `2 min 5 s`, `3 h 20 min`.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", time.as_secs_f64().min(59.9)),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A short duration in milliseconds, with a decimal below 10 ms: `0.4 ms`, `120 ms`.
pub(crate) fn millis(time: Duration) -> String {
    let tenths = (time.as_micros() + 50) / 100;
    match tenths {
        0..100 => format!("{}.{} ms", tenths / 10, tenths % 10),
        _ => format!("{} ms", grouped(&((tenths + 5) / 10).to_string())),
    }
}

/// A count with its noun: `1 row`, `2 rows`, `1,024 rows`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// A number with a comma at each thousand.
pub(crate) fn thousands(number: u64) -> String {
    grouped(&number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(1_234_567, "row"), "1,234,567 rows");
        assert_eq!(thousands(123), "123");
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
            assert_eq!(share(part, whole), shown);
        }
    }

    #[test]
    fn times_are_said_in_the_unit_that_fits() {
        let said = |millis| span(Duration::from_millis(millis));
        let shown = [0, 449, 59_999, 60_000, 125_400, 3_600_000, 12_345_000].map(said);
        let expected =
            ["0.0 s", "0.4 s", "59.9 s", "1 min 0 s", "2 min 5 s", "1 h 0 min", "3 h 25 min"];
        assert_eq!(shown, expected);
        let said = |micros| millis(Duration::from_micros(micros));
        let shown = [0, 449, 9_949, 9_950, 22_559, 30_000_000].map(said);
        assert_eq!(shown, ["0.0 ms", "0.4 ms", "9.9 ms", "10 ms", "23 ms", "30,000 ms"]);
    }
}
