//! The limit on the number of files that this process may open.

use crate::error::Error;

/// File descriptors that a shell with one plugin needs, and some for connections.
#[cfg(unix)]
const MIN_DESCRIPTORS: u64 = 48;

/// Refuses to run with too few file descriptors, which would fail in many places with less helpful messages.
#[cfg(unix)]
pub(super) fn check_descriptor_limit() -> Result<(), Error> {
    use rustix::process::{Resource, getrlimit};

    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < MIN_DESCRIPTORS => Err(Error::usage(
            format!(
                "this process may open only {limit} files at once, and a shell needs {MIN_DESCRIPTORS}"
            ),
            "raise the limit with `ulimit -n 1024`, and run this again",
        )),
        _ => Ok(()),
    }
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub(super) fn check_descriptor_limit() -> Result<(), Error> {
    Ok(())
}
