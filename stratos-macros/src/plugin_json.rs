//! Reads `plugin.json` while compiling; the only place that touches the disk and the environment.

use std::fs;
use std::path::PathBuf;

use proc_macro2::Span;
use stratos_manifest::{Level, Manifest, ProjectFacts, check, position};
use syn::{Error, LitStr};

/// A manifest and where it lies, for the compiler to watch.
pub(crate) struct PluginJson {
    pub(crate) path: String,
    pub(crate) manifest: Manifest,
}

/// Reads the file that the argument names, or the one beside `Cargo.toml`.
///
/// Errors in it are reported at the argument, with their own place in the file.
pub(crate) fn read(argument: Option<&LitStr>) -> Result<PluginJson, Vec<Error>> {
    let span = argument.map_or_else(Span::call_site, LitStr::span);
    let path = root().join(argument.map_or_else(|| "plugin.json".to_owned(), LitStr::value));
    let source = fs::read(&path).map_err(|error| {
        let text = format!(
            "cannot read {}: {error}\na plugin needs a plugin.json beside its Cargo.toml, or an argument that says where it lies: `manifest = \"../plugin.json\"`",
            path.display()
        );
        vec![Error::new(span, text)]
    })?;
    let report = check(&source, &ProjectFacts::none());
    match report.manifest {
        Some(manifest) => Ok(PluginJson {
            path: path.display().to_string(),
            manifest,
        }),
        None => {
            let text = String::from_utf8_lossy(&source);
            let errors = report
                .diagnostics
                .iter()
                .filter(|finding| finding.level == Level::Error);
            Err(errors
                .map(|finding| {
                    let at = position(&text, finding.span.start);
                    let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}"));
                    let text = format!(
                        "{}:{}:{}: {}{}",
                        path.display(),
                        at.line,
                        at.column,
                        finding.message,
                        help.unwrap_or_default()
                    );
                    Error::new(span, text)
                })
                .collect())
        }
    }
}

fn root() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let root = std::env::var_os("CARGO_MANIFEST_DIR");
    root.map(PathBuf::from).unwrap_or_default()
}
