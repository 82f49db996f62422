//! Durations in scenario files, such as `10s`, `500ms` or `1m30s`.

use std::time::Duration;

/// The longest duration that a scenario may contain: one day.
const MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Parses a duration of at most one day.
pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    let duration = humantime::parse_duration(text).ok()?;
    (duration <= MAX).then_some(duration)
}

/// Formats a duration without spaces, in the form that [`parse_duration`] accepts.
pub(super) fn format_duration(duration: Duration) -> String {
    humantime::format_duration(duration)
        .to_string()
        .replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_numbers_with_units() {
        for (text, ms) in [
            ("10s", 10_000),
            ("500ms", 500),
            ("1m30s", 90_000),
            ("23h", 82_800_000),
            ("0s", 0),
        ] {
            let duration = Duration::from_millis(ms);
            assert_eq!(parse_duration(text), Some(duration), "{text}");
            assert_eq!(format_duration(duration), text);
        }
        assert_eq!(parse_duration("24h"), Some(MAX));
        for text in [
            "",
            "10",
            "s",
            "-1s",
            "10S",
            "25h",
            "1M",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
