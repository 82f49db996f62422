//! All rules for the content of a bundle.

use crate::bundle::{Bundle, too_large, too_many_files};
use crate::layout_rules::{layout_problems, read_manifest};
use crate::limits::{MAX_FILES, MAX_UNPACKED_BYTES};
use crate::names;
use crate::problem::Problem;
use crate::program_rules::program_problems;
use crate::secrets::{Waiver, secret_problems};

/// The problems of a bundle, without those of its [`Zip`](crate::Zip). Runs nothing in the bundle.
///
/// A waiver without a finding is a problem as well.
///
/// ```
/// use stratos_bundle::{Bundle, problems};
///
/// let mut bundle = Bundle::default();
/// bundle.files.insert("My-Plugin/plugin.json".to_owned(), b"{}".to_vec());
/// let problem = &problems(&bundle, &[])[0];
/// assert_eq!(problem.name, "missing-manifest");
/// assert!(problem.help.as_deref().is_some_and(|help| help.contains("not the folder")));
/// ```
#[must_use]
pub fn problems(bundle: &Bundle, waivers: &[Waiver]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if bundle.files.len() > MAX_FILES {
        problems.push(too_many_files());
    }
    if bundle.size() > MAX_UNPACKED_BYTES {
        problems.push(too_large());
    }
    problems.extend(names::problems(bundle.files.keys().map(String::as_str)));
    let manifest = read_manifest(bundle);
    let plugin_id = manifest.as_ref().ok().map(|manifest| manifest.id.clone());
    match manifest {
        Ok(manifest) => problems.extend(layout_problems(bundle, &manifest)),
        Err(problem) => problems.push(problem),
    }
    problems.extend(program_problems(bundle, plugin_id.as_deref()));
    problems.extend(secret_problems(bundle, waivers));
    problems
}
