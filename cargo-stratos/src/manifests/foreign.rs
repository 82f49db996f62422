//! Manifests of other programs.

use std::path::Path;

use stratos_manifest::{ParsedManifest, ProjectFacts};

/// Whether the file at `path` with the contents `source` is the manifest of another program.
pub(crate) fn is_foreign(path: &Path, source: &[u8]) -> bool {
    let name = |path: Option<&Path>| Some(path?.file_name()?.to_str()?.to_owned());
    let facts = ProjectFacts {
        file_name: name(Some(path)),
        folder_name: name(path.parent()),
        ..ProjectFacts::none()
    };
    stratos_manifest::is_foreign(&ParsedManifest::parse(source), &facts)
}
