//! Matches of texts whose author also wrote the pattern, with a time limit.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::js_regex::budget::compile;

/// Whether the pattern matches nowhere in `text`, without a flag and with the flags `u` and `v`; false if that is not
/// known within `limit`.
///
/// The thread of a match that takes longer, as of `(a+)+$`, keeps running until the match ends.
pub(crate) fn rejects_within(pattern: &str, text: &str, limit: Duration) -> bool {
    let (sender, result) = mpsc::sync_channel(1);
    let (pattern, text) = (pattern.to_owned(), text.to_owned());
    thread::spawn(move || {
        let mut variants = compile(&pattern).peekable();
        let rejects =
            variants.peek().is_some() && variants.all(|regex| regex.find(&text).is_none());
        // An error means that the caller has given up.
        let _ = sender.send(rejects);
    });
    result.recv_timeout(limit).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_groups_are_matched_and_endless_matches_are_given_up() {
        let minute = Duration::from_secs(60);
        for (pattern, text, expected) in [
            ("^[A-Z]{4}(,[A-Z]{4})*$", "EDDF,LOWW", false),
            ("^[A-Z]{4}(,[A-Z]{4})*$", "EDDF;LOWW", true),
            ("^([A-Z]{4},?)+$", "eddf", true),
            ("(", "EDDF", false),
        ] {
            assert_eq!(
                rejects_within(pattern, text, minute),
                expected,
                "{pattern} {text}"
            );
        }
        let endless = "a".repeat(24) + "!";
        assert!(!rejects_within(
            "^(a+)+$",
            &endless,
            Duration::from_millis(10)
        ));
    }
}
