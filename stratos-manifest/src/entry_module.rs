//! Path conventions of a plugin's background entry module.

/// The entry module that later shells load, whatever the manifest declares.
pub(crate) const CONVENTIONAL_ENTRY: &str = "background/index.js";

/// The extensions of source files that are compiled to JavaScript, or to a program that a generated module starts.
const SOURCE_EXTENSIONS: [&str; 6] = ["ts", "mts", "cts", "tsx", "jsx", "rs"];

/// The extension of `path`, if it is that of a source file.
pub(crate) fn source_extension(path: &str) -> Option<&str> {
    let (_, extension) = path.rsplit_once('.')?;
    SOURCE_EXTENSIONS.contains(&extension).then_some(extension)
}

/// The module that a compiler writes for the source file `path`.
pub(crate) fn compiled_path(path: &str) -> Option<String> {
    let extension = source_extension(path)?;
    let stem = path.strip_suffix(extension)?;
    let compiled = match extension {
        "mts" => "mjs",
        "cts" => "cjs",
        _ => "js",
    };
    Some(format!("{stem}{compiled}"))
}

/// The source files in the same folder from which the module `path` may be compiled.
pub(crate) fn source_candidates(path: &str) -> impl Iterator<Item = String> {
    let stem = path.rsplit_once('.').map(|(stem, _)| stem);
    let stem = stem.filter(|_| source_extension(path).is_none());
    SOURCE_EXTENSIONS
        .iter()
        .filter_map(move |extension| stem.map(|stem| format!("{stem}.{extension}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_file_and_its_module_differ_in_the_extension() {
        assert_eq!(compiled_path("a/b.ts").as_deref(), Some("a/b.js"));
        assert_eq!(compiled_path("a/b.mts").as_deref(), Some("a/b.mjs"));
        assert_eq!(compiled_path("a/b.js"), None);
        assert_eq!(
            source_candidates("a/b.js").next().as_deref(),
            Some("a/b.ts")
        );
        assert_eq!(source_candidates("a/b.ts").next(), None);
        assert_eq!(source_candidates("a").next(), None);
    }
}
