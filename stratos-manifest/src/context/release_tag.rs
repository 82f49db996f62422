//! Versions in git tags.

use semver::Version;

/// The version that a git tag gives to the plugin `id`: `v1.2.3` and `1.2.3`, each also after `<id>-`, `<id>@` or
/// `<id>/`.
pub(crate) fn tagged_version(tag: &str, id: &str) -> Option<Version> {
    let of_plugin = tag
        .strip_prefix(id)
        .and_then(|rest| rest.strip_prefix(['-', '@', '/']));
    let version = of_plugin.unwrap_or(tag);
    Version::parse(version.strip_prefix('v').unwrap_or(version)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_may_be_prefixed_with_the_plugin_id() {
        for tag in [
            "v1.2.3",
            "1.2.3",
            "fuel-check-v1.2.3",
            "fuel-check-1.2.3",
            "fuel-check@1.2.3",
            "fuel-check/v1.2.3",
        ] {
            let version = tagged_version(tag, "fuel-check");
            assert_eq!(version, Some(Version::new(1, 2, 3)), "{tag}");
        }
        for tag in [
            "v1",
            "v1.2",
            "latest",
            "other-v1.2.3",
            "fuel-check-two-v1.2.3",
            "vv1.2.3",
        ] {
            assert_eq!(tagged_version(tag, "fuel-check"), None, "{tag}");
        }
    }
}
