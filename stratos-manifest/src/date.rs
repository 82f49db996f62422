//! Days of the calendar.

/// Whether the text is a day that exists, as `YYYY-MM-DD`, or a time of such a day, as in ISO 8601.
pub(crate) fn is_date(text: &str) -> bool {
    let Some((day, time)) = text.split_at_checked(10) else {
        return false;
    };
    is_day(day.as_bytes()) && (time.is_empty() || time.strip_prefix('T').is_some_and(is_time))
}

fn is_day(day: &[u8]) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *day else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (
        number(&[y1, y2, y3, y4]),
        number(&[m1, m2]),
        number(&[d1, d2]),
    ) else {
        return false;
    };
    let is_leap_year = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap_year => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    year > 0 && (1..=days).contains(&day)
}

/// `hh:mm`, with seconds and their fraction or without, and with a zone or without.
fn is_time(time: &str) -> bool {
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let has_zone = zone.is_empty() || zone == "Z" || zone.get(1..).is_some_and(is_hour_and_minute);
    let (minutes, seconds) = clock.split_at(clock.len().min(5));
    let has_seconds = seconds.is_empty()
        || seconds.strip_prefix(':').is_some_and(|seconds| {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            is_number_below(whole, 61) && number(fraction.as_bytes()).is_some()
        });
    has_zone && is_hour_and_minute(minutes) && has_seconds
}

fn is_hour_and_minute(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(hour, minute)| is_number_below(hour, 24) && is_number_below(minute, 60))
}

/// Whether the text is a number of two digits.
fn is_number_below(text: &str, limit: u64) -> bool {
    text.len() == 2 && number(text.as_bytes()).is_some_and(|number| number < limit)
}

/// The number of some digits, and nothing but digits.
fn number(digits: &[u8]) -> Option<u64> {
    let are_digits = (1..=18).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    are_digits.then(|| {
        digits
            .iter()
            .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_calendar() {
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
