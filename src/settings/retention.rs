//! Reads how long the ledger keeps calls.

use jiff::SignedDuration;

use crate::settings::variables::RETENTION;
use crate::settings::{SettingSources, SettingsError};

impl SettingSources {
    /// Reads the age at which calls are purged after a run.
    pub(super) fn retention(&self) -> Result<Option<SignedDuration>, SettingsError> {
        let wanted = "an age of one day or more, as in 180d or 26w";
        let unusable = SettingsError::Number { name: RETENTION, wanted };
        let Some(text) = self.get(RETENTION) else { return Ok(None) };
        days(text.trim()).map(|days| Some(SignedDuration::from_hours(24 * days))).ok_or(unusable)
    }
}

/// The days of an age: `180d`, `26w`. At most a thousand years.
fn days(text: &str) -> Option<i64> {
    let (number, days) = match text.strip_suffix('w') {
        Some(weeks) => (weeks, 7),
        None => (text.strip_suffix('d')?, 1),
    };
    let number: u32 = number.trim().parse().ok()?;
    Some(i64::from(number) * days).filter(|days| (1..=366_000).contains(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_days_or_weeks() {
        for (text, read) in [("180d", Some(180)), ("26w", Some(182)), ("1 d", Some(1))] {
            assert_eq!(days(text), read, "{text}");
        }
        for text in ["", "180", "0d", "-1d", "1.5d", "12h", "d", "4000000000d"] {
            assert_eq!(days(text), None, "{text}");
        }
    }
}
