//! Plugins of one run whose ids may be confused.

use std::collections::HashMap;
use std::path::PathBuf;

use stratos_manifest::{Neighbour, plugin_id};

use crate::lint::{guarded, in_order};
use crate::manifests::Target;

/// Nobody reads more names in one message, and equal ids of a thousand plugins are a million pairs.
const MAX_NEIGHBOURS: usize = 10;

/// For each target, by its number, the others with the same id, or with one that differs in letter case and in
/// `_`, `-`, `.` and spaces only. Those with none are left out.
pub(crate) fn neighbours(targets: &[Target]) -> HashMap<usize, Vec<Neighbour>> {
    if targets.len() < 2 {
        return HashMap::new();
    }
    let mut ids = Vec::with_capacity(targets.len());
    // What fails here fails again, and is heard of, when the manifest is examined.
    let id = |target: &Target| guarded(&target.path, || Ok(plugin_id(&target.read()?))).ok()?;
    in_order(targets, |_, target| id(target), |_, id| ids.push(id));

    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, id) in ids.iter().enumerate() {
        if let Some(id) = id {
            groups.entry(folded(id)).or_default().push(index);
        }
    }
    let mut found = HashMap::new();
    for group in groups.into_values().filter(|group| group.len() > 1) {
        // Links may lead to one file: it is one plugin.
        let files: HashMap<usize, PathBuf> =
            group.iter().map(|&at| (at, targets[at].real())).collect();
        for &index in &group {
            let others = group.iter().filter(|other| files[*other] != files[&index]);
            let others = others.take(MAX_NEIGHBOURS).map(|&other| Neighbour {
                id: ids[other].clone().unwrap_or_default(),
                path: targets[other].path.to_string_lossy().into_owned(),
            });
            let others: Vec<_> = others.collect();
            if !others.is_empty() {
                found.insert(index, others);
            }
        }
    }
    found
}

fn folded(id: &str) -> String {
    id.chars()
        .filter(|char| !matches!(char, '_' | '-' | '.' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_look_alike_are_neighbours() {
        let ids = ["my-plugin", "other", "My_Plugin", "my-plugins", "other"];
        let targets: Vec<_> = ids
            .iter()
            .enumerate()
            .map(|(index, id)| Target {
                path: PathBuf::from(index.to_string()),
                place: PathBuf::from(index.to_string()),
                searched: None,
                given: Some(format!("{{ \"id\": \"{id}\" }}").into_bytes()),
            })
            .collect();
        let found = neighbours(&targets);
        let paths = |index| {
            let neighbours: Option<&Vec<Neighbour>> = found.get(&index);
            let paths = neighbours.into_iter().flatten();
            paths
                .map(|n| format!("{}:{}", n.path, n.id))
                .collect::<Vec<_>>()
        };
        assert_eq!(paths(0), ["2:My_Plugin"]);
        assert_eq!(paths(1), ["4:other"]);
        assert_eq!(paths(3), [""; 0]);
        assert!(neighbours(&targets[..1]).is_empty());
    }
}
