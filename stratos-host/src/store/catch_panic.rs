//! Panics of redb, which checks some of what it reads by assertions.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs database code and turns a panic into [`redb::Error::Corrupted`].
pub(super) fn catch_panic<T>(
    work: impl FnOnce() -> Result<T, redb::Error>,
) -> Result<T, redb::Error> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(redb::Error::Corrupted(panic_message(&*panic))))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_owned()
}
