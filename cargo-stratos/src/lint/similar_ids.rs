//! Plugins of one run whose ids can be confused.

use std::collections::HashMap;
use std::path::PathBuf;

use stratos_manifest::{ParsedManifest, SimilarPlugin};

use crate::lint::catch_panic::catch_panic;
use crate::lint::parallel::map_in_order;
use crate::manifests::Target;

/// Maximum number of similar plugins per manifest: a thousand plugins with one id would make a million pairs.
const MAX_SIMILAR: usize = 10;

/// For each target, in order, the other manifests with the same id, or one that differs only in letter case and in
/// `_`, `-`, `.` and spaces.
pub(super) fn find_similar_ids(targets: &[Target]) -> Vec<Vec<SimilarPlugin>> {
    let mut similar = vec![Vec::new(); targets.len()];
    if targets.len() < 2 {
        return similar;
    }
    let mut ids = Vec::with_capacity(targets.len());
    // An error here is reported when the manifest is checked.
    let id = |target: &Target| {
        let read_id = || {
            let source = target.read()?;
            Ok(ParsedManifest::parse(&source).id().map(str::to_owned))
        };
        catch_panic(&target.path, read_id).ok()?
    };
    map_in_order(targets, id, |_, id| ids.push(id));

    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, id) in ids.iter().enumerate() {
        if let Some(id) = id {
            groups.entry(fold(id)).or_default().push(index);
        }
    }
    for group in groups.into_values().filter(|group| group.len() > 1) {
        // Two links to one file are one plugin.
        let files: HashMap<usize, PathBuf> = group
            .iter()
            .map(|&index| (index, targets[index].resolved()))
            .collect();
        for &index in &group {
            let others = group.iter().filter(|other| files[*other] != files[&index]);
            let others = others.take(MAX_SIMILAR).map(|&other| SimilarPlugin {
                id: ids[other].clone().unwrap_or_default(),
                path: targets[other].path.to_string_lossy().into_owned(),
            });
            similar[index] = others.collect();
        }
    }
    similar
}

/// The id in lower case, without the characters that are easily confused.
fn fold(id: &str) -> String {
    id.chars()
        .filter(|char| !matches!(char, '_' | '-' | '.' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_ids_are_neighbours() {
        let ids = ["my-plugin", "other", "My_Plugin", "my-plugins", "other"];
        let targets: Vec<_> = ids
            .iter()
            .enumerate()
            .map(|(index, id)| Target {
                path: PathBuf::from(index.to_string()),
                absolute: PathBuf::from(index.to_string()),
                search_root: None,
                stdin: Some(format!("{{ \"id\": \"{id}\" }}").into_bytes()),
            })
            .collect();
        let similar = find_similar_ids(&targets);
        let shown = |index: usize| {
            let similar = similar[index].iter();
            let shown = similar.map(|n| format!("{}:{}", n.path, n.id));
            shown.collect::<Vec<_>>()
        };
        assert_eq!(shown(0), ["2:My_Plugin"]);
        assert_eq!(shown(1), ["4:other"]);
        assert_eq!(shown(3), [""; 0]);
        assert_eq!(find_similar_ids(&targets[..1]), [Vec::new()]);
    }
}
