//! Panics that end in an abort of the process, after which no queued log line is sent any more.
//!
//! The standard library tells a panic hook by the text only: `PanicHookInfo::can_unwind` is unstable.

use std::cell::RefCell;
use std::collections::VecDeque;

/// Beginnings of the texts with which the standard library aborts, and the number of panics before that led there.
const TEXTS: [(&str, usize); 7] = [
    // The panic of the destructor, and the one that it interrupts.
    ("panic in a destructor during cleanup", 2),
    ("panic in a function that cannot unwind", 1),
    // Checks for undefined behaviour of a build with debug assertions.
    ("unsafe precondition(s) violated", 0),
    ("misaligned pointer dereference", 0),
    ("null pointer dereference", 0),
    ("trying to construct an enum from an invalid value", 0),
    // Values of types that have none, or that may not be zero.
    ("attempted to ", 0),
];
/// The largest number in [`TEXTS`].
const KEPT: usize = 2;

thread_local! {
    /// Messages of the last panics of this thread.
    static LAST: RefCell<VecDeque<String>> = const { RefCell::new(VecDeque::new()) };
}

/// Keeps the message of a panic that may lead to an abort later.
pub(super) fn keep(message: String) {
    // An error means that the thread is at its end.
    let _ = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        last.truncate(KEPT - 1);
        last.push_front(message);
    });
}

/// The messages of the panics that led to a panic with this text, the first one first, if the process aborts after it.
pub(super) fn causes(text: &str) -> Option<Vec<String>> {
    let (_, number) = TEXTS.iter().find(|(start, _)| text.starts_with(start))?;
    let last = LAST.try_with(|last| {
        let last = last.borrow();
        last.iter().take(*number).rev().cloned().collect()
    });
    Some(last.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_that_abort_have_the_messages_of_those_before() {
        for message in ["long ago", "first", "second"] {
            keep(message.to_owned());
        }
        for (text, expected) in [
            (
                "panic in a destructor during cleanup",
                Some(&["first", "second"][..]),
            ),
            ("panic in a function that cannot unwind", Some(&["second"])),
            (
                "unsafe precondition(s) violated: hint::assert_unchecked",
                Some(&[]),
            ),
            (
                "attempted to zero-initialize type `&u8`, which is invalid",
                Some(&[]),
            ),
            ("no runway in sight", None),
        ] {
            assert_eq!(
                causes(text).as_deref(),
                expected
                    .map(|e| e.iter().map(|m| (*m).to_owned()).collect::<Vec<_>>())
                    .as_deref(),
                "{text}"
            );
        }
    }
}
