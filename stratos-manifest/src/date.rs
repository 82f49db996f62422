//! Validation of the dates in a manifest.

#[cfg(feature = "full")]
use jiff::fmt::temporal::Pieces;

/// The length of `YYYY-MM-DD`, in bytes.
const DAY_LEN: usize = 10;

/// Whether the text is an existing day as `YYYY-MM-DD`, alone or with a time in ISO 8601, such as `T12:00:00+05:30`.
#[cfg(feature = "full")]
pub(crate) fn is_date(text: &str) -> bool {
    let Some((day, time)) = text.split_at_checked(DAY_LEN) else {
        return false;
    };
    // `Pieces` also accepts other separators, a time without minutes, and annotations in brackets.
    let has_minutes = time.starts_with('T') && time.as_bytes().get(3) == Some(&b':');
    let is_time = || has_minutes && !time.contains('[') && Pieces::parse(text).is_ok();
    is_day(day) && (time.is_empty() || is_time())
}

/// Whether the text begins with an existing day as `YYYY-MM-DD`, and ends there or continues with a time.
pub(crate) fn starts_with_day(text: &str) -> bool {
    let parts = text.split_at_checked(DAY_LEN);
    parts.is_some_and(|(day, time)| is_day(day) && (time.is_empty() || time.starts_with('T')))
}

/// Whether the text is an existing day of the Gregorian calendar as `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let is_shaped = text.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let mut numbers = text.split('-').map(str::parse::<u32>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), true) =
        (numbers.next(), numbers.next(), numbers.next(), is_shaped)
    else {
        return false;
    };
    let is_leap_year = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap_year),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    year > 0 && (1..=days).contains(&day)
}

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::*;

    #[test]
    fn only_existing_days_and_times_are_dates() {
        for text in [
            "2026-12-31",
            "2024-02-29",
            "2000-02-29",
            "2026-01-01T00:00",
            "2026-01-01T23:59:60.123Z",
            "2026-01-01T12:00:00+05:30",
        ] {
            assert!(is_date(text) && starts_with_day(text), "{text}");
        }
        for text in [
            "",
            "today",
            "2026-1-1",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "0000-01-01",
            "31.12.2026",
            "2026/12/31",
            "2026-12-31 ",
            "2026-12-31T",
            "2026-12-31T24:00",
            "2026-12-31T10",
            "2026-12-31T10:00:00.",
            "2026-12-31T10:00+5",
            "2026-12-3é",
            "+026-12-31",
            "２０２６-12-31",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}
