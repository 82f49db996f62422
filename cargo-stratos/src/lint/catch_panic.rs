//! Turns panics into errors, so that a defect in the linter affects one file only.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::error::Error;

/// Calls `check`, and returns an [`Error::CheckPanic`] about the file `path` if it panics.
pub(super) fn catch_panic<T>(
    path: &Path,
    check: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| {
        Err(Error::CheckPanic {
            path: path.to_string_lossy().into_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_about_the_file() {
        assert_eq!(catch_panic(Path::new("a"), || Ok(1)).unwrap(), 1);
        let error = catch_panic::<()>(Path::new("a"), || panic!("a defect")).unwrap_err();
        assert_eq!(error.exit_code(), 3);
        assert_eq!(error.to_string(), "internal error: the check of a panicked");
        assert!(error.help().is_some());
    }
}
