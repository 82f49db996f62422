//! Validation of the dates in a manifest.

use jiff::{civil::Date, fmt::temporal::Pieces};

/// The length of `YYYY-MM-DD`, in bytes.
const DAY_LEN: usize = 10;

/// Whether the text is an existing day as `YYYY-MM-DD`, alone or with a time in ISO 8601, such as `T12:00:00+05:30`.
pub(crate) fn is_date(text: &str) -> bool {
    let Some((day, time)) = text.split_at_checked(DAY_LEN) else {
        return false;
    };
    let is_day = day.parse::<Date>().is_ok_and(|day| day.year() > 0);
    // `Pieces` also accepts other separators, a time without minutes, and annotations in brackets.
    let has_minutes = time.starts_with('T') && time.as_bytes().get(3) == Some(&b':');
    let is_time = || has_minutes && !time.contains('[') && Pieces::parse(text).is_ok();
    is_day && (time.is_empty() || is_time())
}

#[cfg(test)]
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
            assert!(is_date(text), "{text}");
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
