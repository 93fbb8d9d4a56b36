//! How the values of flags are read.

use std::str::FromStr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::input::{Encoding, Format};
use crate::model::limits::check_text;
use crate::model::outcome::Outcome;
use crate::model::price::{Price, PriceError};
use crate::model::record::Field;
use crate::words::Lang;

/// A length of time: `500ms`, `30s`, `5m`, `2h`; a bare number is seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits =
        text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (number, unit) = text.split_at(digits);
    let seconds = match unit.trim() {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err("say a number and ms, s, m or h, as in 30s".to_owned()),
    };
    let number: f64 = number.parse().map_err(|_| "say a number and a unit, as in 30s")?;
    Duration::try_from_secs_f64(number * seconds).map_err(|error| error.to_string())
}

/// A length of time of a second or more: a call that is given up at once is paid for nothing.
pub(crate) fn timeout(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if time < Duration::from_secs(1) {
        return Err(
            "say 1s or more: a call that is given up may be charged all the same".to_owned()
        );
    }
    Ok(time)
}

/// A port.
pub(crate) fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "say a port from 0 to 65535; 0 takes a free one".to_owned())
}

/// A moment of the past: an age (`90d`, `12h`, `30m`) or a time stamp (RFC 3339).
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(stamp) = text.parse() {
        return Ok(stamp);
    }
    let age = match text.trim_end_matches(['d', 'w']).parse::<f64>() {
        Ok(days) if text.ends_with('d') => Duration::try_from_secs_f64(days * 86_400.0).ok(),
        Ok(weeks) if text.ends_with('w') => Duration::try_from_secs_f64(weeks * 604_800.0).ok(),
        Ok(_) | Err(_) => duration(text).ok(),
    };
    let age = age.and_then(|age| SignedDuration::try_from(age).ok());
    age.and_then(|age| Timestamp::now().checked_sub(age).ok()).ok_or_else(|| {
        "say an age, as in 90d or 12h, or a time as in 2026-11-01T00:00:00Z".to_owned()
    })
}

/// A text that the ledger keeps with a run.
pub(crate) fn short_text(text: &str) -> Result<String, String> {
    check_text(text).map(|()| text.to_owned()).map_err(str::to_owned)
}

/// A language by its name.
pub(crate) fn lang(text: &str) -> Result<Lang, String> {
    Lang::of_name(text).ok_or_else(|| "say id or en".to_owned())
}

/// A status code.
pub(crate) fn code(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "say a number, as in 305; idv codes lists them".to_owned())
}

/// An outcome by its word.
pub(crate) fn outcome(text: &str) -> Result<Outcome, String> {
    let words = || Outcome::ALL.map(Outcome::word).join(", ");
    let known = Outcome::ALL.into_iter().find(|outcome| outcome.word() == text);
    known.ok_or_else(|| format!("the outcomes are {}", words()))
}

/// `FIELD=COLUMN`.
pub(crate) fn mapping(text: &str) -> Result<(Field, String), String> {
    let fields = || Field::ALL.map(Field::name).join(", ");
    let (field, column) = text
        .split_once('=')
        .ok_or_else(|| "say FIELD=COLUMN, as in id_number='No. KTP'".to_owned())?;
    let known = Field::ALL.into_iter().find(|known| known.name() == field.trim());
    let field = known.ok_or_else(|| format!("{field} is no field; the fields are {}", fields()))?;
    Ok((field, column.to_owned()))
}

/// A field that has a default.
pub(crate) fn optional_field(text: &str) -> Result<Field, String> {
    let optional = |field: &Field| field.spec().default.is_some();
    let known = Field::ALL.into_iter().filter(optional).find(|field| field.name() == text.trim());
    known.ok_or_else(|| {
        let names: Vec<_> = Field::ALL.into_iter().filter(optional).map(Field::name).collect();
        format!("only {} can be left out", names.join(" and "))
    })
}

/// A row of a sheet or a line of a file, from 1.
pub(crate) fn row_number(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "say the number of a line, from 1".to_owned())
}

/// What stands between two cells.
pub(crate) fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "," | ";" | "|" | "\t" => Ok(text.as_bytes()[0]),
        "tab" | "\\t" => Ok(b'\t'),
        _ => Err("say one of , ; | or tab".to_owned()),
    }
}

/// An encoding by its name.
pub(crate) fn encoding(text: &str) -> Result<Encoding, String> {
    Encoding::of_name(text)
        .ok_or_else(|| "say one of utf-8, utf-16le, utf-16be or windows-1252".to_owned())
}

/// An amount of money.
pub(crate) fn price(text: &str) -> Result<Price, String> {
    text.trim().parse().map_err(|error: PriceError| error.to_string())
}

/// `None` finds it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InputFormat(pub Option<Format>);

/// A format by its name, or `auto`.
pub(crate) fn input_format(text: &str) -> Result<InputFormat, String> {
    match (text, Format::of_name(text)) {
        ("auto", _) => Ok(InputFormat(None)),
        (_, Some(format)) => Ok(InputFormat(Some(format))),
        (_, None) => Err("say one of auto, csv, jsonl, xlsx, xls, xlsb or ods".to_owned()),
    }
}

/// A share from 0 to 1.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        Ok(_) | Err(_) => Err("say a share from 0 to 1, as in 0.05".to_owned()),
    }
}

/// A whole number.
pub(crate) fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "say a whole number, as in 5".to_owned())
}

/// A burst of faults: `EVERY:LENGTH:SHARE`, as in `10s:1s:0.6`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Burst {
    /// From the beginning of one burst to that of the next.
    pub every: Duration,
    /// How long each lasts.
    pub length: Duration,
    /// The share of requests that meets a fault besides.
    pub share: f64,
}

/// A burst of faults.
pub(crate) fn burst(text: &str) -> Result<Burst, String> {
    let wanted = || "say EVERY:LENGTH:SHARE, as in 10s:1s:0.6".to_owned();
    let mut parts = text.split(':');
    let (Some(every), Some(length), Some(part), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wanted());
    };
    let (every, length, share) = (duration(every)?, duration(length)?, share(part)?);
    if every.is_zero() || length > every {
        Err(wanted())
    } else {
        Ok(Burst { every, length, share })
    }
}

/// A time without service: `FROM:TO`, as in `10s:20s`.
pub(crate) fn outage(text: &str) -> Result<(Duration, Duration), String> {
    let wanted = || "say FROM:TO, as in 10s:20s".to_owned();
    let (from, to) = text.split_once(':').ok_or_else(wanted)?;
    let (from, to) = (duration(from)?, duration(to)?);
    if from < to { Ok((from, to)) } else { Err(wanted()) }
}

/// What goes wrong with a request that meets a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailKind {
    /// A code is answered.
    Code(u16),
    /// The connection is closed without an answer.
    Close,
    /// One of several, evenly.
    Mixed,
}

/// What goes wrong: a documented code, `close` or `mixed`.
pub(crate) fn fail_kind(text: &str) -> Result<FailKind, String> {
    match text.trim() {
        "close" => Ok(FailKind::Close),
        "mixed" => Ok(FailKind::Mixed),
        code => {
            let known = code.parse().ok().and_then(crate::model::code::find);
            let known = known.filter(|known| known.number != 200);
            known.map(|known| FailKind::Code(known.number)).ok_or_else(|| {
                "say a documented code other than 200, as in 600, or close, or mixed".to_owned()
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_unit() {
        for (text, millis) in [("250ms", 250), ("30s", 30_000), ("1.5m", 90_000), ("2", 2_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "3 weeks", "-1s", "1e400"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_is_an_age_or_a_time_stamp() {
        let stamp = "2026-11-01T00:00:00Z";
        assert_eq!(moment(stamp), Ok(stamp.parse().unwrap()));
        for (text, hours) in [("90d", 2160), ("2w", 336), ("12h", 12), ("90m", 1)] {
            let age = moment(text).unwrap().duration_until(Timestamp::now());
            assert_eq!(age.as_hours(), hours, "{text}");
        }
        for text in ["", "d", "soon", "-3d", "1e300d"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn troubles_of_the_sandbox_are_read_in_their_parts() {
        let (every, length) = (Duration::from_secs(10), Duration::from_secs(1));
        assert_eq!(burst("10s:1s:0.6"), Ok(Burst { every, length, share: 0.6 }));
        assert_eq!(outage("1s:10s"), Ok((length, every)));
        assert_eq!(fail_kind("11350"), Ok(FailKind::Code(11350)));
        for text in ["", "10s:1s", "1s:10s:0.6", "0s:0s:0.1", "10s:1s:2", "10s:1s:0.6:1"] {
            assert!(burst(text).is_err(), "{text}");
        }
        for text in ["", "10s", "10s:10s", "20s:10s"] {
            assert!(outage(text).is_err(), "{text}");
        }
        for text in ["", "200", "12223", "closed"] {
            assert!(fail_kind(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_mapping_names_a_field_and_a_column() {
        assert_eq!(mapping("name=Nama = X"), Ok((Field::Name, "Nama = X".to_owned())));
        assert!(mapping("nik=No").unwrap_err().contains("id_number"));
        assert!(mapping("name").is_err());
    }
}
