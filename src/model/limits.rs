//! Limits of a run that flags and settings share: requests in flight, requests a second, unknown
//! calls.

use std::str::FromStr;

/// Requests in flight at most with `auto`. More than that has to be asked for.
const MOST_AUTO: u16 = 32;

/// The limit of requests in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxInFlight {
    /// Grows while answers come faster.
    Auto,
    /// A fixed number.
    Fixed(u16),
}

impl MaxInFlight {
    /// Requests in flight at most.
    pub const fn most(self) -> u16 {
        match self {
            Self::Auto => MOST_AUTO,
            Self::Fixed(most) => most,
        }
    }
}

impl FromStr for MaxInFlight {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim() == "auto" {
            return Ok(Self::Auto);
        }
        let number = text.trim().parse().ok().filter(|number| (1..=4096).contains(number));
        number.map(Self::Fixed).ok_or("say auto, or a whole number in 1..=4096, as in 8")
    }
}

/// Parses requests a second: a number above 0, which may have decimals.
pub(crate) fn parse_rate(text: &str) -> Result<f64, &'static str> {
    match text.trim().parse() {
        Ok(rate) if (0.001..=1e6).contains(&rate) => Ok(rate),
        Ok(_) | Err(_) => Err("say requests a second, as in 10 or 0.5"),
    }
}

/// The limit of calls whose charge is unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum MaxUnknown {
    /// A number of calls.
    Calls(u64),
    /// A share of the calls that were sent, once there are more than a few.
    Share(f64),
}

impl FromStr for MaxUnknown {
    type Err = &'static str;

    /// Parses a number of calls (`50`), or a share of them (`5%`).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "say a number of calls, as in 50, or a share of them, as in 5%";
        let Some(percent) = text.trim().strip_suffix('%') else {
            return text.trim().parse().map(Self::Calls).map_err(|_| WANTED);
        };
        match percent.trim().parse::<f64>() {
            Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Self::Share(percent / 100.0)),
            Ok(_) | Err(_) => Err(WANTED),
        }
    }
}

/// The longest text that a run keeps as its operator, reference or purpose, in characters.
const LONGEST_TEXT: usize = 200;

/// Checks a text that a run keeps.
pub(crate) fn check_text(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        Err("the text is empty")
    } else if text.chars().count() > LONGEST_TEXT {
        Err("the text is longer than 200 characters")
    } else if text.chars().any(char::is_control) {
        Err("the text has control characters: give it as one line")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_above_nothing_and_need_not_be_whole() {
        assert_eq!((parse_rate("10"), parse_rate("0.5")), (Ok(10.0), Ok(0.5)));
        for text in ["", "0", "-1", "NaN", "inf", "10/s"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn requests_in_flight_are_a_number_or_auto() {
        assert_eq!("8".parse(), Ok(MaxInFlight::Fixed(8)));
        assert_eq!(" auto".parse(), Ok(MaxInFlight::Auto));
        for text in ["", "0", "4097", "-1", "1.5", "many"] {
            assert!(text.parse::<MaxInFlight>().is_err(), "{text}");
        }
    }

    #[test]
    fn unknown_calls_are_bounded_by_a_number_or_a_share() {
        assert_eq!("50".parse(), Ok(MaxUnknown::Calls(50)));
        assert_eq!("0".parse(), Ok(MaxUnknown::Calls(0)));
        assert_eq!("2.5%".parse(), Ok(MaxUnknown::Share(0.025)));
        for text in ["", "%", "-1", "101%", "0.05", "few"] {
            assert!(text.parse::<MaxUnknown>().is_err(), "{text}");
        }
    }
}
