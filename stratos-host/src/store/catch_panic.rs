//! Panics of redb, which checks some of what it reads by assertions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use stratos_transport::panic_text;

/// Runs database code and turns a panic into [`redb::Error::Corrupted`].
pub(super) fn catch_panic<T>(
    work: impl FnOnce() -> Result<T, redb::Error>,
) -> Result<T, redb::Error> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(redb::Error::Corrupted(panic_text(&*panic).to_owned())))
}
