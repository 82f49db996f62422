//! Reads `plugin.json` while compiling; the only place that touches the disk and the environment.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use proc_macro2::Span;
use stratos_manifest::{
    Diagnostic, Level, ProjectFacts, Setting, check, position, readable_settings,
};
use syn::{Error, LitStr};

/// A manifest and where it lies, for the compiler to watch.
pub(crate) struct PluginJson {
    /// As the argument says it.
    pub(crate) name: String,
    pub(crate) path: String,
    /// Where the file has no errors.
    pub(crate) identity: Option<Identity>,
    /// What can be read of them, also where the file has errors, each with the place of its default.
    pub(crate) settings: Vec<(Setting, Range<usize>)>,
    span: Span,
    text: String,
}

/// Who the plugin is.
pub(crate) struct Identity {
    pub(crate) id: String,
    pub(crate) version: String,
}

/// Reads the file that the argument names, or the one beside `Cargo.toml`; `None` where there is none.
///
/// Errors in it are reported at the argument, with their own place in the file.
pub(crate) fn read(argument: Option<&LitStr>, errors: &mut Vec<Error>) -> Option<PluginJson> {
    let span = argument.map_or_else(Span::call_site, LitStr::span);
    let name = argument.map_or_else(|| "plugin.json".to_owned(), LitStr::value);
    let path = root().join(&name);
    let source = match fs::read(&path) {
        Ok(source) => source,
        Err(error) => {
            errors.push(unread(span, &name, &error));
            return None;
        }
    };
    let report = check(&source, &ProjectFacts::none());
    let identity = report.manifest.map(|manifest| Identity {
        id: manifest.id,
        version: manifest.version.to_string(),
    });
    let json = PluginJson {
        name,
        path: path.display().to_string(),
        identity,
        settings: readable_settings(&source),
        span,
        text: String::from_utf8_lossy(&source).into_owned(),
    };
    if json.identity.is_none() {
        let found = report.diagnostics.iter();
        let found = found.filter(|finding| finding.level == Level::Error);
        errors.extend(found.map(|finding| json.finding(finding)));
    }
    Some(json)
}

impl PluginJson {
    /// An error in the file.
    pub(crate) fn error(&self, at: usize, text: &str) -> Error {
        let (name, at) = (&self.name, position(&self.text, at));
        Error::new(self.span, format!("{name}:{at}: {text}"))
    }

    fn finding(&self, finding: &Diagnostic) -> Error {
        let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}"));
        let text = format!("{}{}", finding.message, help.unwrap_or_default());
        self.error(finding.span.start, &text)
    }
}

fn unread(span: Span, name: &str, error: &io::Error) -> Error {
    let what = match error.kind() {
        io::ErrorKind::NotFound => format!("there is no `{name}` in the folder of Cargo.toml"),
        _ => format!("cannot read `{name}` in the folder of Cargo.toml: {error}"),
    };
    let help = "a plugin needs a plugin.json, and an argument where it lies elsewhere: `manifest = \"../plugin.json\"`";
    Error::new(span, format!("{what}\n{help}"))
}

fn root() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let root = std::env::var_os("CARGO_MANIFEST_DIR");
    root.map(PathBuf::from).unwrap_or_default()
}
