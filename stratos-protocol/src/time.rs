//! The platform's forms of times and spans in JSON, for `#[serde(with = "..")]`.
//!
//! The types are [`SystemTime`] and [`Duration`]; the modules are named after the form. Fractions of a millisecond are
//! rounded.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, as JavaScript's `Date.now()` returns them; `null` for `None`.
pub mod epoch_millis {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::*;

    /// Writes whole milliseconds.
    ///
    /// # Errors
    ///
    /// The errors of the serializer.
    pub fn serialize<S: Serializer>(
        time: &Option<SystemTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let since = time.map(|time| time.duration_since(UNIX_EPOCH).unwrap_or_default());
        since.map(whole_millis).serialize(serializer)
    }

    /// Reads milliseconds.
    ///
    /// # Errors
    ///
    /// If the value is no number, or the time is before 1970 or cannot be represented.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SystemTime>, D::Error> {
        let Some(millis) = Option::<f64>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let time = from_millis(millis).and_then(|since| UNIX_EPOCH.checked_add(since));
        let text = "the time is before 1970 or too far in the future";
        time.map(Some).ok_or_else(|| D::Error::custom(text))
    }
}

/// A span in milliseconds; `null` for `None`.
pub mod millis {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::*;

    /// Writes whole milliseconds.
    ///
    /// # Errors
    ///
    /// The errors of the serializer.
    pub fn serialize<S: Serializer>(
        span: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        span.map(whole_millis).serialize(serializer)
    }

    /// Reads milliseconds.
    ///
    /// # Errors
    ///
    /// If the value is no number, or negative.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let Some(millis) = Option::<f64>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let text = "the span is negative or too long";
        from_millis(millis)
            .map(Some)
            .ok_or_else(|| D::Error::custom(text))
    }
}

/// ISO 8601 in UTC, as JavaScript's `toISOString()` writes it: `2026-11-30T17:11:11.042Z`.
pub mod iso_8601 {
    use std::borrow::Cow;

    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::*;

    /// Writes the time with milliseconds.
    ///
    /// # Errors
    ///
    /// The errors of the serializer.
    pub fn serialize<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_iso_8601(*time))
    }

    /// Reads a time in UTC, with or without a fraction of a second.
    ///
    /// # Errors
    ///
    /// If the text has another form, or another time zone than `Z`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        from_iso_8601(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is no time such as 2026-11-30T17:11:11.042Z"
            ))
        })
    }
}

fn whole_millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn from_millis(millis: f64) -> Option<Duration> {
    let millis = millis.round();
    // The largest whole number of JavaScript.
    let range = 0.0..9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and in range"
    )]
    range
        .contains(&millis)
        .then(|| Duration::from_millis(millis as u64))
}

/// Formats a time in UTC with milliseconds; times before 1970 as 1970.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let time = UNIX_EPOCH + Duration::from_millis(951_782_400_007);
/// assert_eq!(stratos_protocol::time::to_iso_8601(time), "2000-02-29T00:00:00.007Z");
/// ```
#[must_use]
pub fn to_iso_8601(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / DAY, since.as_secs() % DAY);
    // Counts days from 1 March of the year 0, so that a leap day is the last of its year.
    let days = days + DAYS_TO_EPOCH;
    let (era, day_of_era) = (days / ERA, days % ERA);
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = match month {
        0..10 => (era * 400 + year, month + 3),
        _ => (era * 400 + year + 1, month - 9),
    };
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let millis = since.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Parses a time in UTC since 1970; `None` if the text has another form.
fn from_iso_8601(text: &str) -> Option<SystemTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let is_valid = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !is_valid || fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, month) = match month {
        3.. => (year, month - 3),
        _ => (year - 1, month + 9),
    };
    let (era, year) = (year / 400, year % 400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * ERA + year * 365 + year / 4 - year / 100 + day_of_year - DAYS_TO_EPOCH;
    let seconds = days * DAY + hour * 3600 + minute * 60 + second;
    let nanos: u64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let time = UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_nanos(nanos);
    // Not for 31 February, which is another day.
    to_iso_8601(time).starts_with(date).then_some(time)
}

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;
/// Days of 400 years, after which the calendar repeats.
const ERA: u64 = 146_097;
/// Days from 1 March of the year 0 to 1 January 1970.
const DAYS_TO_EPOCH: u64 = 719_468;

fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let mut parts = text.split(separator);
    let mut next = || {
        let part = parts.next()?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())?
    };
    let numbers = [next()?, next()?, next()?];
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_written_time_is_read_as_the_same(millis in 0..253_402_300_800_000_u64) {
            let time = UNIX_EPOCH + Duration::from_millis(millis);
            prop_assert_eq!(from_iso_8601(&to_iso_8601(time)), Some(time));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[-0-9:.TZ]{0,30}") {
            let _ = from_iso_8601(&text);
        }
    }

    #[test]
    fn days_around_leap_years_are_known() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1999-12-31T23:59:59Z", 946_684_799),
            ("2000-02-29T00:00:00Z", 951_782_400),
            ("2024-02-29T12:00:00Z", 1_709_208_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(from_iso_8601(text), Some(time), "{text}");
            assert_eq!(to_iso_8601(time), text.replace('Z', ".000Z"));
        }
        for text in [
            "",
            "2026-11-30",
            "2026-11-30T17:11:11",
            "2026-13-01T00:00:00Z",
            "2026-02-31T00:00:00Z",
            "2026-11-30T17:11:11.Z",
        ] {
            assert_eq!(from_iso_8601(text), None, "{text}");
        }
    }

    #[test]
    fn milliseconds_are_whole_and_in_range() {
        #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        struct Time(#[serde(with = "epoch_millis")] Option<SystemTime>);

        let time = |millis| Time(Some(UNIX_EPOCH + Duration::from_millis(millis)));
        for (text, expected) in [
            ("1700000000123", time(1_700_000_000_123)),
            ("1700000000123.4", time(1_700_000_000_123)),
            ("null", Time(None)),
        ] {
            assert_eq!(serde_json::from_str::<Time>(text).unwrap(), expected);
        }
        assert_eq!(
            serde_json::to_string(&time(1_700_000_000_123)).unwrap(),
            "1700000000123"
        );
        for text in ["-1", "1e300", "\"x\""] {
            assert!(serde_json::from_str::<Time>(text).is_err(), "{text}");
        }
    }
}
