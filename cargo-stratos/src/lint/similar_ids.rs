//! Plugins of one run whose ids can be confused.

use std::collections::HashMap;
use std::path::PathBuf;

use stratos_manifest::SimilarPlugin;

use crate::git::Checkout;
use crate::manifests::Target;

/// Maximum number of similar plugins per manifest: a thousand plugins with one id would make a million pairs.
const MAX_SIMILAR: usize = 10;

/// For each manifest, in order, the other manifests with the same id, or one that differs only in letter case and in
/// `_`, `-`, `.` and spaces. Further checkouts of a repository have the same plugins, and are not compared.
///
/// `shown_path` is the path of a manifest in messages.
pub(super) fn find_similar_ids(
    ids: &[(&Target, Option<&str>)],
    shown_path: fn(&Target) -> String,
) -> Vec<Vec<SimilarPlugin>> {
    let mut similar = vec![Vec::new(); ids.len()];
    let mut groups: HashMap<String, Vec<(usize, &str)>> = HashMap::new();
    for (index, (_, id)) in ids.iter().enumerate() {
        if let Some(id) = *id {
            groups.entry(fold(id)).or_default().push((index, id));
        }
    }
    for group in groups.into_values().filter(|group| group.len() > 1) {
        let places: HashMap<usize, Place> = group
            .iter()
            .map(|&(index, _)| (index, Place::new(ids[index].0)))
            .collect();
        for (index, _) in &group {
            let others = group
                .iter()
                .filter(|(other, _)| places[other].is_other_plugin(&places[index]));
            let others = others.take(MAX_SIMILAR).map(|&(other, id)| SimilarPlugin {
                id: id.to_owned(),
                path: shown_path(ids[other].0),
            });
            similar[*index] = others.collect();
        }
    }
    similar
}

/// The place of a plugin, which tells those with one id apart.
struct Place {
    file: PathBuf,
    checkout: Option<Checkout>,
}

impl Place {
    fn new(target: &Target) -> Self {
        Self {
            file: target.resolved(),
            checkout: Checkout::around(target.absolute_folder()),
        }
    }

    /// Whether there are two plugins: neither two links to one file, nor one plugin in two checkouts.
    fn is_other_plugin(&self, other: &Self) -> bool {
        let checkouts = self.checkout.as_ref().zip(other.checkout.as_ref());
        self.file != other.file && !checkouts.is_some_and(|(own, other)| own.is_beside(other))
    }
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
        let targets =
            [0, 1, 2, 3, 4].map(|index: usize| Target::from_file(index.to_string().into()));
        let ids: Vec<_> = targets.iter().zip(ids.map(Some)).collect();
        let similar = find_similar_ids(&ids, Target::shown_path);
        let shown = |index: usize| {
            let similar = similar[index].iter();
            let shown = similar.map(|n| format!("{}:{}", n.path, n.id));
            shown.collect::<Vec<_>>()
        };
        assert_eq!(shown(0), ["2:My_Plugin"]);
        assert_eq!(shown(1), ["4:other"]);
        assert_eq!(shown(3), [""; 0]);
        assert_eq!(
            find_similar_ids(&ids[..1], Target::shown_path),
            [Vec::new()]
        );
    }
}
