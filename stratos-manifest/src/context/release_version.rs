//! Versions of releases, and versions that stand for none.

use semver::Version;

use crate::facts::FileVersion;

/// The file and its version. `None` if that is malformed or stands for no release: `0.0.0`, also as a pre-release, and
/// development versions such as `1.3.0-dev`.
pub(crate) fn release_version(found: &FileVersion) -> Option<(&str, Version)> {
    let version = Version::parse(&found.version).ok()?;
    let is_release = !is_zero(&version) && !is_development(&version);
    is_release.then_some((&found.file, version))
}

/// Whether a release tool writes the version of the release in place of this one, such as `0.0.0-development` or
/// `0.0.0-semantically-released`.
///
/// `0.0.0` itself may also be a version that was never increased.
#[cfg(feature = "full")]
pub(crate) fn is_release_placeholder(version: &Version) -> bool {
    is_zero(version) && *version != Version::new(0, 0, 0)
}

fn is_zero(version: &Version) -> bool {
    (version.major, version.minor, version.patch) == (0, 0, 0)
}

/// Whether the version stands for the time between two releases, such as `1.3.0-dev` or `1.3.0-SNAPSHOT`.
fn is_development(version: &Version) -> bool {
    let first = version.pre.split(['.', '-']).next().unwrap_or_default();
    ["dev", "development", "snapshot"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(first))
}
