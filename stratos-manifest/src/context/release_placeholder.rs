//! Versions that a release tool replaces.

use semver::Version;

/// Whether a release tool writes the version of the release in place of this one, such as `0.0.0-development` or
/// `0.0.0-semantically-released`.
///
/// `0.0.0` itself may also be a version that was never increased.
pub(crate) fn is_release_placeholder(version: &Version) -> bool {
    let is_zero = (version.major, version.minor, version.patch) == (0, 0, 0);
    is_zero && *version != Version::new(0, 0, 0)
}
