//! A defect of ours takes nothing along but the file that it shows at.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::error::Error;

/// What `look` says about the file `path`, or that it broke down.
pub(crate) fn guarded<T>(path: &Path, look: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let looked = catch_unwind(AssertUnwindSafe(look));
    looked.unwrap_or_else(|_| {
        Err(Error::BrokenCheck {
            path: path.to_string_lossy().into_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_at_its_file() {
        assert_eq!(guarded(Path::new("a"), || Ok(1)).unwrap(), 1);
        let error = guarded::<()>(Path::new("a"), || panic!("a defect")).unwrap_err();
        assert_eq!(error.exit(), 3);
        assert_eq!(
            error.to_string(),
            "the check broke down while it looked at a"
        );
        assert!(error.help().is_some());
    }
}
