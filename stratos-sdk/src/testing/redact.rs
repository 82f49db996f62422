//! Replaces what differs from run to run.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Shorter runs of hexadecimal digits may be words or numbers.
const SECRET_DIGITS: usize = 32;
/// The shell's own port never differs.
const SHELL_PORT: &str = "2066";

/// Tokens, secrets, folders for temporary files, ports, measured durations and the present time.
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
        let begins = !out.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
        let used = if begins { replace(rest, &mut out) } else { 0 };
        if used == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            rest = &rest[used..];
        }
    }
    out
}

/// Replaces what the text begins with, if need be; returns how much of it was used.
fn replace(text: &str, out: &mut String) -> usize {
    let hex = length(text, |c| c.is_ascii_hexdigit());
    if hex >= SECRET_DIGITS {
        let is_token = out.ends_with("mock-");
        if is_token {
            out.truncate(out.len() - "mock-".len());
        }
        out.push_str(if is_token { "[token]" } else { "[secret]" });
        return hex;
    }
    let whole = length(text, |c| c.is_ascii_digit());
    if whole == 0 {
        return 0;
    }
    let fraction = match text[whole..].strip_prefix('.') {
        Some(rest) => match length(rest, |c| c.is_ascii_digit()) {
            0 => 0,
            digits => digits + 1,
        },
        None => 0,
    };
    let number = whole + fraction;
    let space = usize::from(text[number..].starts_with(' '));
    let unit_length = length(&text[number + space..], char::is_alphabetic);
    let unit = &text[number + space..][..unit_length];
    let is_measured =
        matches!(unit, "ns" | "us" | "\u{b5}s" | "ms") || (unit == "s" && fraction > 0);
    if is_measured {
        out.push_str("[duration]");
        return number + space + unit_length;
    }
    let is_port = out.ends_with("127.0.0.1:") || out.ends_with("localhost:");
    if is_port && &text[..whole] != SHELL_PORT {
        out.push_str("[port]");
        return whole;
    }
    if fraction == 0 && is_now(&text[..whole]) {
        out.push_str("[time]");
        return whole;
    }
    0
}

/// Whether this is a moment of today, in seconds or milliseconds since 1970.
fn is_now(number: &str) -> bool {
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

fn length(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_from_run_to_run_is_replaced() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let secret = "0123456789abcdef".repeat(4);
        for (text, expected) in [
            (format!("Bearer mock-{secret}"), "Bearer [token]"),
            (format!("nonce {secret}."), "nonce [secret]."),
            (format!("at {}", now.as_secs()), "at [time]"),
            (format!("{{\"at\":{}}}", now.as_millis()), "{\"at\":[time]}"),
            ("/tmp/x y/a.json".to_owned(), "[folder]/a.json"),
            (
                "http://127.0.0.1:40123/x".to_owned(),
                "http://127.0.0.1:[port]/x",
            ),
            (
                "http://127.0.0.1:2066/x".to_owned(),
                "http://127.0.0.1:2066/x",
            ),
            (
                "took 12.5ms, then 3 ms, then 1.25 s".to_owned(),
                "took [duration], then [duration], then [duration]",
            ),
            (
                "did not finish within 30 s".to_owned(),
                "did not finish within 30 s",
            ),
            (
                "version 1.0.0, VA123, 42 pilots".to_owned(),
                "version 1.0.0, VA123, 42 pilots",
            ),
        ] {
            assert_eq!(redact(&text, &[Path::new("/tmp/x y/")]), expected);
        }
    }
}
