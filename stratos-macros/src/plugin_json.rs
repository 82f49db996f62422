//! Reads `plugin.json` while compiling; the only place that touches the disk and the environment.

use std::fs;
use std::io;
use std::path::PathBuf;

use proc_macro2::Span;
use stratos_manifest::{Diagnostic, Level, Manifest, ProjectFacts, check, position};
use syn::{Error, LitStr};

/// A manifest and where it lies, for the compiler to watch.
pub(crate) struct PluginJson {
    /// As the argument says it.
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) manifest: Manifest,
}

/// Reads the file that the argument names, or the one beside `Cargo.toml`.
///
/// Errors in it are reported at the argument, with their own place in the file.
pub(crate) fn read(argument: Option<&LitStr>) -> Result<PluginJson, Vec<Error>> {
    let span = argument.map_or_else(Span::call_site, LitStr::span);
    let name = argument.map_or_else(|| "plugin.json".to_owned(), LitStr::value);
    let path = root().join(&name);
    let source = fs::read(&path).map_err(|error| {
        let what = match error.kind() {
            io::ErrorKind::NotFound => format!("there is no `{name}` in the folder of Cargo.toml"),
            _ => format!("cannot read `{name}` in the folder of Cargo.toml: {error}"),
        };
        let help = "a plugin needs a plugin.json, and an argument where it lies elsewhere: `manifest = \"../plugin.json\"`";
        vec![Error::new(span, format!("{what}\n{help}"))]
    })?;
    let report = check(&source, &ProjectFacts::none());
    let Some(manifest) = report.manifest else {
        let text = String::from_utf8_lossy(&source);
        let errors = report
            .diagnostics
            .iter()
            .filter(|finding| finding.level == Level::Error);
        return Err(errors
            .map(|finding| error(span, &name, &text, finding))
            .collect());
    };
    Ok(PluginJson {
        name,
        path: path.display().to_string(),
        manifest,
    })
}

fn error(span: Span, name: &str, text: &str, finding: &Diagnostic) -> Error {
    let at = position(text, finding.span.start);
    let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}"));
    let (message, help) = (&finding.message, help.unwrap_or_default());
    Error::new(
        span,
        format!("{name}:{}:{}: {message}{help}", at.line, at.column),
    )
}

fn root() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let root = std::env::var_os("CARGO_MANIFEST_DIR");
    root.map(PathBuf::from).unwrap_or_default()
}
