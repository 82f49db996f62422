//! Matches of texts with patterns that are not hostile, with a time limit in place of a budget.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::js_regex::RegexBudget;
use crate::js_regex::budget::rejects;

/// Whether a match that took too long is still running.
static IS_RUNNING: AtomicBool = AtomicBool::new(false);

/// Whether the pattern matches nowhere in `text`, without a flag and with the flags `u` and `v`; false if that is not
/// known within `limit`.
///
/// A match that could take long, as with `^(a,)*$`, is tried on a thread of its own. The thread runs on if it takes
/// longer, as with `(a+)+$`; until it ends, no other one is started.
pub(crate) fn rejects_within(pattern: &str, text: &str, limit: Duration) -> bool {
    if let Some(rejects) = RegexBudget::new().try_reject(pattern, text) {
        return rejects;
    }
    if IS_RUNNING.swap(true, Ordering::AcqRel) {
        return false;
    }
    let (sender, result) = mpsc::sync_channel(1);
    let (pattern, text) = (pattern.to_owned(), text.to_owned());
    thread::spawn(move || {
        let rejects = rejects(&pattern, &text);
        IS_RUNNING.store(false, Ordering::Release);
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
            let rejected = rejects_within(pattern, text, minute);
            assert_eq!(rejected, expected, "{pattern} {text}");
        }
        let endless = "a".repeat(28) + "!";
        let short = Duration::from_millis(10);
        assert!(!rejects_within("^(a+)+$", &endless, short));
        // A second match would end with another result.
        assert!(!rejects_within("^(a+)+$", &endless, minute));
    }
}
