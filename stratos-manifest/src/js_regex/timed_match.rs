//! Matches of texts with patterns that are not hostile, with a time limit in place of a budget.

use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::js_regex::RegexBudget;
use crate::js_regex::budget::rejects;

/// The thread of the last match that took too long. Locked during a match, so that concurrent ones take turns.
static TIMED_OUT: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

/// Whether the pattern matches nowhere in `text`, without a flag and with the flags `u` and `v`; false if that is not
/// known within `limit`.
///
/// A match that could take long, as with `^(a,)*$`, is tried on a thread of its own. The thread runs on if it takes
/// longer, as with `(a+)+$`; until it ends, no other one is started.
pub(crate) fn rejects_within(pattern: &str, text: &str, limit: Duration) -> bool {
    if let Some(rejects) = RegexBudget::new().try_reject(pattern, text) {
        return rejects;
    }
    let mut timed_out = TIMED_OUT.lock().unwrap_or_else(PoisonError::into_inner);
    if timed_out
        .as_ref()
        .is_some_and(|thread| !thread.is_finished())
    {
        return false;
    }
    let (sender, result) = mpsc::sync_channel(1);
    let (pattern, text) = (pattern.to_owned(), text.to_owned());
    let thread = thread::spawn(move || {
        // An error means that the caller has given up.
        let _ = sender.send(rejects(&pattern, &text));
    });
    result.recv_timeout(limit).unwrap_or_else(|_| {
        *timed_out = Some(thread);
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // One test, since an endless match has an effect on others.
    #[test]
    fn concurrent_matches_take_turns_and_endless_ones_are_given_up() {
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
        let slow = "a".repeat(16) + "!";
        let all_rejected = thread::scope(|scope| {
            let concurrent =
                [(); 8].map(|()| scope.spawn(|| rejects_within("^(a+)+$", &slow, minute)));
            concurrent.map(|check| check.join().unwrap())
        });
        assert_eq!(all_rejected, [true; 8]);
        let endless = "a".repeat(28) + "!";
        let short = Duration::from_millis(10);
        assert!(!rejects_within("^(a+)+$", &endless, short));
        // A second match would end with another result.
        assert!(!rejects_within("^(a+)+$", &endless, minute));
    }
}
