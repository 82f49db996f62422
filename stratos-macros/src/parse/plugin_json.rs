//! Reads `plugin.json` at compile time; the only module that uses the file system and the environment.

use std::fs;
use std::io;
use std::path::PathBuf;

use proc_macro2::Span;
use stratos_manifest::{
    Diagnostic, Level, ParsedManifest, ProjectFacts, SettingDeclaration, check_parsed, position,
};
use syn::{Error, LitStr};

/// The parsed `plugin.json`.
pub(crate) struct PluginJson {
    /// The path as given in the argument, for messages.
    pub(crate) name: String,
    /// The path that the generated code includes, so that a change of the file causes a new build.
    pub(crate) path: String,
    /// The plugin's identity, `None` if the manifest has errors.
    pub(crate) identity: Option<Identity>,
    /// The settings that are readable even if the manifest has errors.
    pub(crate) settings: Vec<SettingDeclaration>,
    /// The span of the argument, which errors of the manifest are reported at.
    span: Span,
    text: String,
}

/// Id and version of the plugin.
pub(crate) struct Identity {
    pub(crate) id: String,
    pub(crate) version: String,
}

impl PluginJson {
    /// Reads the manifest that the argument names, or the one beside `Cargo.toml`; `None` if the file is unreadable.
    ///
    /// Errors of the manifest are reported at the argument, and their text begins with their position in the file.
    pub(crate) fn read(argument: Option<&LitStr>, errors: &mut Vec<Error>) -> Option<Self> {
        let span = argument.map_or_else(Span::call_site, LitStr::span);
        let name = argument.map_or_else(|| "plugin.json".to_owned(), LitStr::value);
        let path = package_folder().join(&name);
        let source = match fs::read(&path) {
            Ok(source) => source,
            Err(error) => {
                errors.push(read_error(span, &name, &error));
                return None;
            }
        };
        let manifest = ParsedManifest::parse(&source);
        let report = check_parsed(&manifest, &ProjectFacts::none());
        let identity = report.manifest.map(|manifest| Identity {
            id: manifest.id,
            version: manifest.version.to_string(),
        });
        let json = Self {
            name,
            path: path.display().to_string(),
            identity,
            settings: manifest.settings(),
            span,
            text: String::from_utf8_lossy(&source).into_owned(),
        };
        if json.identity.is_none() {
            let found = report.diagnostics.iter();
            let found = found.filter(|finding| finding.level == Level::Error);
            errors.extend(found.map(|finding| json.diagnostic_error(finding)));
        }
        Some(json)
    }

    /// Creates an error for the byte offset `at` of the file.
    pub(crate) fn error(&self, at: usize, text: &str) -> Error {
        let (name, at) = (&self.name, position(&self.text, at));
        Error::new(self.span, format!("{name}:{at}: {text}"))
    }

    fn diagnostic_error(&self, finding: &Diagnostic) -> Error {
        let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}"));
        let text = format!("{}{}", finding.message, help.unwrap_or_default());
        self.error(finding.span.start, &text)
    }
}

fn read_error(span: Span, name: &str, error: &io::Error) -> Error {
    let what = match error.kind() {
        io::ErrorKind::NotFound => format!("there is no `{name}` in the folder of Cargo.toml"),
        _ => format!("cannot read `{name}` in the folder of Cargo.toml: {error}"),
    };
    let help = "a plugin needs a plugin.json, and an argument where it lies elsewhere: `manifest = \"../plugin.json\"`";
    Error::new(span, format!("{what}\n{help}"))
}

/// Returns the folder of the `Cargo.toml` of the crate that is being compiled.
fn package_folder() -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo names the folder in the environment only"
    )]
    let folder = std::env::var_os("CARGO_MANIFEST_DIR");
    folder.map(PathBuf::from).unwrap_or_default()
}
