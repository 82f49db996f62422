//! Ids that work as a plugin's id, a crate's name and a file's name alike.

use std::fmt;
use std::str::FromStr;

use heck::{ToKebabCase as _, ToTitleCase as _, ToUpperCamelCase as _};
use thiserror::Error;

/// The longest id: what crates.io allows for a name.
const MAX_LENGTH: usize = 64;

/// Words that Rust keeps for itself or for later.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Names of crates that are always there.
const BUILT_IN: &[&str] = &["alloc", "core", "proc-macro", "std", "test"];

/// Names that cargo refuses for a program: folders beside it are called so.
const CARGO_FOLDERS: &[&str] = &["build", "deps", "examples", "incremental"];

/// Names of types and variants that the generated code uses itself.
#[rustfmt::skip]
const USED_TYPES: &[&str] = &[
    "Debug", "Default", "Err", "ExitCode", "Json", "None", "Ok", "Option", "PluginContext", "Result", "Router", "Self", "TestShell",
    "Some", "String", "Value", "Vec",
];

/// A plugin's id that is also a good name for its crate.
///
/// Lowercase letters, digits and hyphens, as the manifest wants it; and none of the names that Rust, cargo or Windows
/// use for something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginId(String);

/// Why a text cannot be the id of a new plugin.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` cannot be the id of a plugin: {reason}")]
pub struct IdError {
    /// The text.
    pub text: String,
    /// The reason, as a sentence without its period.
    pub reason: &'static str,
    /// The nearest text that can.
    pub suggestion: PluginId,
}

impl PluginId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The crate's name in Rust code.
    #[must_use]
    pub fn crate_name(&self) -> String {
        self.0.replace('-', "_")
    }

    /// The name of the plugin's type: `fuel-check` becomes `FuelCheck`.
    #[must_use]
    pub fn type_name(&self) -> String {
        let name = self.0.to_upper_camel_case();
        if USED_TYPES.contains(&name.as_str()) {
            return name + "Plugin";
        }
        name
    }

    /// A name for people: `fuel-check` becomes `Fuel Check`.
    #[must_use]
    pub fn display_name(&self) -> String {
        self.0.to_title_case()
    }
}

impl FromStr for PluginId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match fault(text) {
            None => Ok(Self(text.to_owned())),
            Some(reason) => Err(IdError {
                text: text.to_owned(),
                reason,
                suggestion: suggest(text),
            }),
        }
    }
}

impl fmt::Display for PluginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The nearest text of lowercase letters, digits and hyphens, if anything is left of it: `Jane Doe` becomes
/// `jane-doe`.
#[must_use]
pub fn to_id(text: &str) -> Option<String> {
    let ascii: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect();
    Some(ascii.to_kebab_case()).filter(|id| !id.is_empty())
}

fn fault(text: &str) -> Option<&'static str> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || !text.chars().all(is_allowed) {
        Some("it has to consist of lowercase letters (a to z), digits and hyphens")
    } else if text.len() > MAX_LENGTH {
        Some("it is longer than 64 characters")
    } else if text.starts_with(|c: char| c.is_ascii_digit()) {
        Some("it is also the name of a Rust crate, which does not begin with a digit")
    } else if text.split('-').any(str::is_empty) {
        Some("a hyphen has to stand between letters or digits")
    } else if KEYWORDS.contains(&text) {
        Some("it is also the name of a Rust crate, and this is a word of the language")
    } else if BUILT_IN.contains(&text) {
        Some("it is also the name of a Rust crate, and Rust has one of this name built in")
    } else if CARGO_FOLDERS.contains(&text) {
        Some("it is also the name of a program, and cargo keeps this one for a folder")
    } else if matches!(text, "stratos" | "stratos-sdk") {
        Some("it is also the name of a Rust crate, and the SDK is called so")
    } else if is_windows_device(text) {
        Some("it is also the name of a file, and Windows keeps this one for a device")
    } else {
        None
    }
}

fn suggest(text: &str) -> PluginId {
    let near = to_id(text).unwrap_or_else(|| "my-plugin".to_owned());
    let prefixed = format!("plugin-{near}");
    let suffixed = format!("{near}-plugin");
    let short = near.get(..MAX_LENGTH).unwrap_or_default();
    let short = short.trim_end_matches('-');
    let candidates = [&near, &suffixed, short, &prefixed];
    let found = candidates.into_iter().find(|id| fault(id).is_none());
    PluginId(found.unwrap_or("my-plugin").to_owned())
}

fn is_windows_device(text: &str) -> bool {
    let numbered = text
        .strip_prefix("com")
        .or_else(|| text.strip_prefix("lpt"));
    matches!(text, "aux" | "con" | "nul" | "prn")
        || numbered.is_some_and(|rest| matches!(rest.as_bytes(), [b'0'..=b'9']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_id_is_taken_as_it_is() {
        for id in [
            "a",
            "my-plugin",
            "a320-tool",
            "fuel-2",
            "com10",
            "union",
            "main",
        ] {
            assert_eq!(id.parse::<PluginId>().unwrap().as_str(), id);
        }
    }

    #[test]
    fn every_refusal_has_a_reason_and_a_way_out() {
        for (text, reason, suggestion) in [
            ("My Plugin", "lowercase", "my-plugin"),
            ("MyPlugin", "lowercase", "my-plugin"),
            ("my_plugin", "lowercase", "my-plugin"),
            ("my.plugin", "lowercase", "my-plugin"),
            ("Größe", "lowercase", "gr-e"),
            ("日本", "lowercase", "my-plugin"),
            ("", "lowercase", "my-plugin"),
            ("2fast", "digit", "plugin-2fast"),
            ("-a", "hyphen", "a"),
            ("a--b", "hyphen", "a-b"),
            ("async", "word of the language", "async-plugin"),
            ("Core", "lowercase", "core-plugin"),
            ("test", "built in", "test-plugin"),
            ("deps", "cargo", "deps-plugin"),
            ("stratos", "SDK", "stratos-plugin"),
            ("nul", "Windows", "nul-plugin"),
            ("com1", "Windows", "com1-plugin"),
        ] {
            let error = text.parse::<PluginId>().unwrap_err();
            assert!(error.reason.contains(reason), "{error}");
            assert_eq!(error.suggestion.as_str(), suggestion, "{text}");
        }
    }

    #[test]
    fn suggestions_are_good_ids() {
        let long = "Long ".repeat(40);
        for text in [KEYWORDS, BUILT_IN, CARGO_FOLDERS, &["-", "1", "...", &long]].concat() {
            let error = text.parse::<PluginId>().unwrap_err();
            assert_eq!(fault(error.suggestion.as_str()), None, "{text}");
        }
    }

    #[test]
    fn names_follow_from_the_id() {
        let id: PluginId = "a320-fuel-2".parse().unwrap();
        assert_eq!(id.crate_name(), "a320_fuel_2");
        assert_eq!(id.type_name(), "A320Fuel2");
        assert_eq!(id.display_name(), "A320 Fuel 2");
        let id: PluginId = "ok".parse().unwrap();
        assert_eq!(id.type_name(), "OkPlugin");
    }
}
