//! The version in the other files of a project.

use semver::Version;

use crate::{context::release_version, facts::ProjectFacts};

/// The version that all other files with a release's version agree on, and the first of these files.
pub(crate) fn project_version(facts: &ProjectFacts) -> Option<(&str, Version)> {
    let mut versions = facts.versions.iter().filter_map(release_version);
    let first = versions.next()?;
    versions
        .all(|(_, version)| version == first.1)
        .then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::FileVersion;

    #[test]
    fn all_files_must_agree_on_the_version() {
        for (versions, expected) in [
            (&["1.4.0"][..], Some("1.4.0")),
            (
                &["0.0.0-development", "1.4.0", "latest", "1.4.0"],
                Some("1.4.0"),
            ),
            (&["1.4.0", "1.4.1"], None),
            (&["1.3.0-dev", "1.2.9"], Some("1.2.9")),
            (&["1.3.0-SNAPSHOT"], None),
            (&["1.3.0-rc.1"], Some("1.3.0-rc.1")),
            (&["0.0.0"], None),
            (&[], None),
        ] {
            let versions = versions.iter().map(|version| FileVersion {
                file: "package.json".to_owned(),
                version: (*version).to_owned(),
            });
            let facts = ProjectFacts {
                versions: versions.collect(),
                ..ProjectFacts::none()
            };
            let found = project_version(&facts).map(|(_, version)| version.to_string());
            assert_eq!(found.as_deref(), expected);
        }
    }
}
