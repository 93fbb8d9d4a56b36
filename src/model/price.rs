//! The price of one call as an exact decimal, since floating point loses cents over a large file.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Digits of a price at most, so that no sum overflows.
const DIGITS: usize = 18;

/// An amount of money. It has no currency: the contract with the provider names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// The amount in units of its last decimal.
    units: u128,
    /// Number of decimals.
    decimals: u32,
}

/// The reason why a text is no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// It has other characters than digits and one point.
    #[error("say an amount as in 1000 or 0.25: digits and a decimal point, nothing else")]
    NotANumber,
    /// A point before three digits: many countries read it as a thousands separator.
    #[error("{0} could mean thousands or decimals: say it as in 1000 or 1.0000")]
    Ambiguous(String),
}

impl Price {
    /// The price of so many calls.
    #[must_use]
    pub const fn times(self, calls: u64) -> Self {
        Self { units: self.units * calls as u128, decimals: self.decimals }
    }

    /// A whole amount.
    pub(crate) const fn whole(units: u64) -> Self {
        Self { units: units as u128, decimals: 0 }
    }

    /// The amount with these signs between thousands and before decimals. All decimals are shown.
    pub(crate) fn shown(self, (thousands, point): (char, char)) -> String {
        let (whole, fraction) = self.parts();
        let fraction = fraction.replace('.', &point.to_string());
        format!("{}{fraction}", grouped(&whole.to_string(), thousands))
    }

    fn parts(self) -> (u128, String) {
        let unit = 10_u128.pow(self.decimals);
        let width = self.decimals as usize;
        let fraction = match self.decimals {
            0 => String::new(),
            _ => format!(".{:0width$}", self.units % unit),
        };
        (self.units / unit, fraction)
    }
}

/// Shows a comma at each thousand, and all decimals.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown((',', '.')))
    }
}

/// Serialises as text, because JSON numbers are read as floating point.
impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (whole, fraction) = self.parts();
        serializer.serialize_str(&format!("{whole}{fraction}"))
    }
}

impl FromStr for Price {
    type Err = PriceError;

    fn from_str(text: &str) -> Result<Self, PriceError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || text.len() > DIGITS {
            return Err(PriceError::NotANumber);
        }
        if fraction.len() == 3 && !whole.bytes().all(|digit| digit == b'0') {
            return Err(PriceError::Ambiguous(text.to_owned()));
        }
        let fraction = if text.contains('.') { fraction } else { "" };
        let units = format!("{whole}{fraction}").parse().map_err(|_| PriceError::NotANumber)?;
        let decimals = u32::try_from(fraction.len()).map_err(|_| PriceError::NotANumber)?;
        Ok(Self { units, decimals })
    }
}

/// Digits with a sign at each thousand.
fn grouped(digits: &str, sign: char) -> String {
    let comma = |i: usize| i > 0 && (digits.len() - i).is_multiple_of(3);
    digits.chars().enumerate().fold(String::new(), |mut text, (i, digit)| {
        if comma(i) {
            text.push(sign);
        }
        text.push(digit);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    #[test]
    fn sums_are_exact_and_shown_with_thousands() {
        for (one, calls, sum) in [
            ("1000", 48_912, "48,912,000"),
            ("0.35", 10_000, "3,500.00"),
            ("0.1", 3, "0.3"),
            ("0.007", 1_000_003, "7,000.021"),
            ("1000", 0, "0"),
            ("0.00", 7, "0.00"),
            ("999999999999999999", u64::MAX, "18,446,744,073,709,551,596,553,255,926,290,448,385"),
        ] {
            assert_eq!(price(one).times(calls).to_string(), sum, "{one} x {calls}");
        }
    }

    #[test]
    fn in_json_it_is_a_text_without_thousands() {
        let json = serde_json::to_string(&price("1250.50").times(10)).unwrap();
        assert_eq!(json, "\"12505.00\"");
    }

    #[test]
    fn what_could_mean_another_amount_is_refused() {
        for text in ["", ".", "1.", ".5", "1,000", "1,5", "Rp1000", "-1", "1e3", "1.0.0", " 1"] {
            assert_eq!(text.parse::<Price>(), Err(PriceError::NotANumber), "{text}");
        }
        assert_eq!("1.000".parse::<Price>(), Err(PriceError::Ambiguous("1.000".to_owned())));
        assert!("0.160".parse::<Price>().is_ok(), "no thousands begin with 0");
        assert!("1234567890123456789".parse::<Price>().is_err());
    }
}
