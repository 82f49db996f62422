//! Redaction of values in transcripts that differ from run to run.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Minimum length of a secret. A shorter run of hexadecimal digits may be a word or a number.
const SECRET_DIGITS: usize = 32;
/// Prefix of the tokens that the mocked shell generates; redacted together with the token.
const TOKEN_PREFIX: &str = "mock-";
/// Port of the shell, which is the same in every run and therefore kept.
const SHELL_PORT: &str = "2066";

/// Replaces tokens, secrets, paths below `folders`, ports, measured durations and current timestamps by placeholders.
pub(crate) fn redact(text: &str, folders: &[&Path]) -> String {
    let mut text = text.to_owned();
    for folder in folders {
        let folder = folder.to_string_lossy();
        let folder = folder.trim_end_matches(['/', '\\']);
        if !folder.is_empty() {
            text = text.replace(folder, "[folder]");
        }
    }
    let (mut out, mut rest) = (String::with_capacity(text.len()), text.as_str());
    while let Some(first) = rest.chars().next() {
        let is_start = !out.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
        let redacted = if is_start {
            redact_start(rest, &out)
        } else {
            None
        };
        match redacted {
            Some((length, placeholder)) => {
                if placeholder == "[token]" {
                    out.truncate(out.len() - TOKEN_PREFIX.len());
                }
                out.push_str(placeholder);
                rest = &rest[length..];
            }
            None => {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    out
}

/// Length and placeholder of the value at the start of `text`, if it must be redacted. `before` precedes `text`.
fn redact_start(text: &str, before: &str) -> Option<(usize, &'static str)> {
    let hex = prefix_length(text, |c| c.is_ascii_hexdigit());
    if hex >= SECRET_DIGITS {
        let is_token = before.ends_with(TOKEN_PREFIX);
        return Some((hex, if is_token { "[token]" } else { "[secret]" }));
    }
    let integer = prefix_length(text, |c| c.is_ascii_digit());
    if integer == 0 {
        return None;
    }
    let fraction = text[integer..].strip_prefix('.').map_or(0, |rest| {
        match prefix_length(rest, |c| c.is_ascii_digit()) {
            0 => 0,
            digits => digits + 1,
        }
    });
    let number = integer + fraction;
    let space = usize::from(text[number..].starts_with(' '));
    let unit_length = prefix_length(&text[number + space..], char::is_alphabetic);
    let unit = &text[number + space..][..unit_length];
    // Whole seconds are configured timeouts, not measurements.
    if matches!(unit, "ns" | "us" | "\u{b5}s" | "ms") || (unit == "s" && fraction > 0) {
        return Some((number + space + unit_length, "[duration]"));
    }
    let is_port = before.ends_with("127.0.0.1:") || before.ends_with("localhost:");
    if is_port && &text[..integer] != SHELL_PORT {
        return Some((integer, "[port]"));
    }
    (fraction == 0 && is_current_timestamp(&text[..integer])).then_some((integer, "[time]"))
}

/// Whether a number is a Unix timestamp within one day from now, in seconds or milliseconds.
fn is_current_timestamp(number: &str) -> bool {
    const DAY: u64 = 24 * 60 * 60;
    let Ok(number) = number.parse::<u64>() else {
        return false;
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    [number, number / 1000]
        .iter()
        .any(|seconds| seconds.abs_diff(now) < DAY)
}

/// Length of the longest prefix whose characters all match, in bytes.
fn prefix_length(text: &str, matches: impl Fn(char) -> bool) -> usize {
    text.find(|c| !matches(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redact_replaces_varying_values_and_keeps_the_rest() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let (seconds, milliseconds) = (now.as_secs(), now.as_millis());
        let secret = "0123456789abcdef".repeat(4);
        for (text, expected) in [
            (&*format!("Bearer mock-{secret}"), "Bearer [token]"),
            (&format!("nonce {secret}."), "nonce [secret]."),
            (&format!("at {seconds}"), "at [time]"),
            (&format!("{{\"at\":{milliseconds}}}"), "{\"at\":[time]}"),
            ("/tmp/x y/a.json", "[folder]/a.json"),
            ("http://127.0.0.1:40123/x", "http://127.0.0.1:[port]/x"),
            ("http://127.0.0.1:2066/x", "http://127.0.0.1:2066/x"),
            (
                "took 12.5ms, then 3 ms, then 1.25 s",
                "took [duration], then [duration], then [duration]",
            ),
            ("did not finish within 30 s", "did not finish within 30 s"),
            (
                "version 1.0.0, VA123, 42 pilots",
                "version 1.0.0, VA123, 42 pilots",
            ),
        ] {
            assert_eq!(redact(text, &[Path::new("/tmp/x y/")]), expected);
        }
    }
}
