//! Times, as people write them: `10s`, `500ms`, `1m30s`.

use std::time::Duration;

/// A day; what is longer is a mistake.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// From the longest to the shortest; `ms` stands before `m` where a text is read.
const UNITS: [(&str, u64); 4] = [("ms", 1), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];

/// Numbers with their units, one after the other; `None` for anything else, and for more than a day.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut whole = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let (unit, length) = UNITS.iter().find(|(unit, _)| rest.starts_with(unit))?;
        rest = &rest[unit.len()..];
        whole = whole.checked_add(Duration::from_millis(number.checked_mul(*length)?))?;
    }
    (!text.is_empty() && whole <= LONGEST).then_some(whole)
}

/// The text that [`parse`] reads as this time.
pub(super) fn show(time: Duration) -> String {
    let mut left = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, length) in [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        if left >= length {
            text.extend([&(left / length).to_string(), unit]);
            left %= length;
        }
    }
    if text.is_empty() {
        return "0s".to_owned();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_numbers_with_units() {
        for (text, ms) in [
            ("10s", 10_000),
            ("500ms", 500),
            ("1m30s", 90_000),
            ("24h", 86_400_000),
            ("0s", 0),
        ] {
            let time = Duration::from_millis(ms);
            assert_eq!(parse(text), Some(time), "{text}");
            assert_eq!(show(time), text);
        }
        for text in [
            "",
            "10",
            "s",
            "10 s",
            "-1s",
            "1.5s",
            "10sec",
            "25h",
            "99999999999999999999s",
            "18446744073709551615h",
            "10µs",
            "10S",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
