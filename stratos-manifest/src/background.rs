//! Where plugins keep their background module.

use crate::facts::{FileFact, ProjectFacts};

/// Where the later documentation lets the shell look, whatever the manifest says.
pub(crate) const CONVENTIONAL: &str = "background/index.js";

/// What a module may be built from or by: where one of these is, the module need not be there.
pub(crate) const BUILDS: [&str; 24] = [
    "Cargo.toml",
    "background/Cargo.toml",
    "package.json",
    "background/package.json",
    "deno.json",
    "deno.jsonc",
    "tsconfig.json",
    "background/tsconfig.json",
    "src",
    "background/src",
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "build.rs",
    "build.js",
    "build.mjs",
    "build.ts",
    "vite.config.js",
    "vite.config.mjs",
    "vite.config.ts",
    "rollup.config.js",
    "rollup.config.mjs",
    "webpack.config.js",
];

/// Endings of source that is compiled to JavaScript, or to a program that a generated module starts.
const SOURCES: [&str; 6] = ["ts", "mts", "cts", "tsx", "jsx", "rs"];

/// The ending of `path`, if it is source.
pub(crate) fn source_ending(path: &str) -> Option<&str> {
    let (_, ending) = path.rsplit_once('.')?;
    SOURCES.contains(&ending).then_some(ending)
}

/// The module that is built from the source at `path`.
pub(crate) fn built_twin(path: &str) -> Option<String> {
    let ending = source_ending(path)?;
    let stem = path.strip_suffix(ending)?;
    let built = match ending {
        "mts" => "mjs",
        "cts" => "cjs",
        _ => "js",
    };
    Some(format!("{stem}{built}"))
}

/// The sources that the module at `path` may be built from, beside it.
pub(crate) fn source_twins(path: &str) -> impl Iterator<Item = String> {
    let stem = path.rsplit_once('.').map(|(stem, _)| stem);
    let stem = stem.filter(|_| source_ending(path).is_none());
    SOURCES
        .iter()
        .filter_map(move |ending| stem.map(|stem| format!("{stem}.{ending}")))
}

/// Whether `path` is known to be missing, and so is all that it could be built from.
pub(crate) fn cannot_come_to_be(facts: &ProjectFacts, path: &str) -> bool {
    let is_missing = |path: &str| facts.files.get(path) == Some(&FileFact::Missing);
    is_missing(path)
        && is_built(facts) == Some(false)
        && source_twins(path).all(|p| is_missing(&p))
        && !has_background_source(facts)
}

/// Whether there is source in the folder `background`: something outside of the plugin's folder may build it.
fn has_background_source(facts: &ProjectFacts) -> bool {
    facts.files.iter().any(|(path, fact)| {
        path.starts_with("background/")
            && source_ending(path).is_some()
            && *fact == FileFact::Present
    })
}

/// Whether the plugin is known to be a UI without anything in the background.
pub(crate) fn is_only_ui(facts: &ProjectFacts) -> bool {
    facts.files.get("background") == Some(&FileFact::Missing)
        && facts.files.get("ui/index.js") == Some(&FileFact::Present)
}

/// Whether something in the plugin's folder looks like a build, if that is known.
pub(crate) fn is_built(facts: &ProjectFacts) -> Option<bool> {
    let mut answer = Some(false);
    for path in BUILDS {
        match facts.files.get(path) {
            Some(FileFact::Missing) => {}
            Some(_) => return Some(true),
            None => answer = None,
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_and_what_is_built_from_it() {
        assert_eq!(built_twin("a/b.ts").as_deref(), Some("a/b.js"));
        assert_eq!(built_twin("a/b.mts").as_deref(), Some("a/b.mjs"));
        assert_eq!(built_twin("a/b.js"), None);
        assert_eq!(source_twins("a/b.js").next().as_deref(), Some("a/b.ts"));
        assert_eq!(source_twins("a/b.ts").next(), None);
        assert_eq!(source_twins("a").next(), None);
    }
}
