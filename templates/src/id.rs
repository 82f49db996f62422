//! Plugin ids that are also valid names of crates, programs and files.

use std::fmt;
use std::str::FromStr;

use deunicode::deunicode_char;
use heck::{ToKebabCase as _, ToTitleCase as _, ToUpperCamelCase as _};
use thiserror::Error;

/// Maximum length of an id: that of a crate name on crates.io.
const MAX_LENGTH: usize = 64;

/// Keywords of Rust, including reserved ones.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Names of crates that come with Rust.
const BUILT_IN: &[&str] = &["alloc", "core", "proc-macro", "std", "test"];

/// Names that cargo rejects for a program, since it uses them for folders beside the program.
const CARGO_FOLDERS: &[&str] = &["build", "deps", "examples", "incremental"];

/// Names of types and variants that the templates use.
#[rustfmt::skip]
const TEMPLATE_TYPES: &[&str] = &[
    "Boarding", "Cruise", "Deboarding", "Debug", "Default", "Err", "ExitCode", "Final", "FlightSetup", "Info", "Json", "None",
    "Ok", "Option", "Phase", "PhaseSnapshot", "PluginContext", "Result", "Router", "Self", "Some", "String", "TakeOff",
    "TestShell", "TestShellBuilder", "ToastKind", "Value", "Vec",
];

/// Id of a new plugin, which is also the name of its crate.
///
/// Consists of lowercase letters, digits and hyphens, as the manifest requires, and is not a name that Rust, cargo or
/// Windows reserves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginId(String);

/// Error of parsing a [`PluginId`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` cannot be the id of a plugin: {reason}")]
pub struct IdError {
    /// Text that is not a valid id.
    pub text: String,
    /// Reason, a sentence without a period.
    pub reason: &'static str,
    /// Valid id that is similar to the text.
    pub suggestion: PluginId,
}

impl PluginId {
    /// Id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Name of the crate in Rust code: `fuel-check` becomes `fuel_check`.
    #[must_use]
    pub fn crate_name(&self) -> String {
        self.0.replace('-', "_")
    }

    /// Name of the plugin's type: `fuel-check` becomes `FuelCheck`. Differs from all type names in the template.
    #[must_use]
    pub fn type_name(&self) -> String {
        let name = self.0.to_upper_camel_case();
        if TEMPLATE_TYPES.contains(&name.as_str()) {
            return name + "Plugin";
        }
        name
    }

    /// Default display name: `fuel-check` becomes `Fuel Check`.
    #[must_use]
    pub fn display_name(&self) -> String {
        self.0.to_title_case()
    }
}

impl FromStr for PluginId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match invalid_reason(text) {
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

/// Converts a text to kebab case, with ASCII letters and digits only: `Jane Doe` becomes `jane-doe`, and `Röster`
/// becomes `roster`. Returns `None` if the text has no such characters and no Latin letters.
#[must_use]
pub fn to_id(text: &str) -> Option<String> {
    // A mark that follows its letter is a second spelling of the same text.
    let is_mark = |char: &char| matches!(char, '\u{300}'..='\u{36f}');
    let chars: Vec<char> = text.chars().filter(|char| !is_mark(char)).collect();
    let mut ascii = String::new();
    for (at, &char) in chars.iter().enumerate() {
        match char {
            // Other scripts have several transliterations, and only their users know the right one.
            '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' if char.is_alphabetic() => {
                let next = chars.get(at + 1).filter(|next| next.is_alphabetic());
                let before = || chars.get(at.checked_sub(1)?);
                let is_in_capitals = next.or_else(before).is_some_and(|c| c.is_uppercase());
                ascii += &transliterate(char, is_in_capitals);
            }
            _ if char.is_ascii_alphanumeric() => ascii.push(char),
            _ => ascii.push(' '),
        }
    }
    Some(ascii.to_kebab_case()).filter(|id| !id.is_empty())
}

/// The ASCII letters for a Latin letter. Capitals among several of them would begin words of the id, so only the first
/// one is a capital, and the others if the whole word is in capitals.
fn transliterate(letter: char, is_in_capitals: bool) -> String {
    let ascii = deunicode_char(letter).unwrap_or_default();
    let mut letters = ascii.chars().filter(char::is_ascii_alphanumeric);
    let Some(first) = letters.next() else {
        return " ".to_owned();
    };
    let rest: String = letters.collect();
    if letter.is_lowercase() {
        return format!("{first}{rest}").to_ascii_lowercase();
    }
    let rest = match is_in_capitals {
        true => rest.to_ascii_uppercase(),
        false => rest.to_ascii_lowercase(),
    };
    format!("{}{rest}", first.to_ascii_uppercase())
}

fn invalid_reason(text: &str) -> Option<&'static str> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || !text.chars().all(is_allowed) {
        Some("it must consist of lowercase letters (a to z), digits and hyphens")
    } else if text.len() > MAX_LENGTH {
        Some("it is longer than 64 characters")
    } else if text.starts_with(|c: char| c.is_ascii_digit()) {
        Some("it is also the name of a Rust crate, which cannot begin with a digit")
    } else if text.split('-').any(str::is_empty) {
        Some("a hyphen must be between letters or digits")
    } else if KEYWORDS.contains(&text) {
        Some("it is also the name of a Rust crate, and this is a keyword of Rust")
    } else if BUILT_IN.contains(&text) {
        Some("it is also the name of a Rust crate, and Rust has a built-in crate of this name")
    } else if CARGO_FOLDERS.contains(&text) {
        Some("it is also the name of a program, and cargo reserves this name for a folder")
    } else if matches!(text, "stratos" | "stratos-sdk") {
        Some("it is also the name of a Rust crate, and this is the name of the SDK")
    } else if matches!(text, "serde" | "tokio") {
        Some(
            "it is also the name of a Rust crate, and new plugins depend on the crate of this name",
        )
    } else if is_windows_device(text) {
        Some("it is also the name of a file, and Windows reserves this name for a device")
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
    let found = candidates
        .into_iter()
        .find(|id| invalid_reason(id).is_none());
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
    fn valid_ids_are_parsed() {
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
    fn invalid_ids_have_a_reason_and_a_suggestion() {
        for (text, reason, suggestion) in [
            ("My Plugin", "lowercase", "my-plugin"),
            ("MyPlugin", "lowercase", "my-plugin"),
            ("my_plugin", "lowercase", "my-plugin"),
            ("my.plugin", "lowercase", "my-plugin"),
            ("Größe", "lowercase", "grosse"),
            ("日本", "lowercase", "my-plugin"),
            ("", "lowercase", "my-plugin"),
            ("2fast", "digit", "plugin-2fast"),
            ("-a", "hyphen", "a"),
            ("a--b", "hyphen", "a-b"),
            ("async", "keyword", "async-plugin"),
            ("Core", "lowercase", "core-plugin"),
            ("test", "built-in", "test-plugin"),
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
    fn latin_letters_become_ascii_letters_of_the_same_word() {
        for (text, id) in [
            ("Æro", "aero"),
            ("ÆRØ", "aero"),
            ("KØBENHAVNÆ", "kobenhavnae"),
            ("DanskÆble", "dansk-aeble"),
            ("Œuvre", "oeuvre"),
            ("Þór", "thor"),
            ("Siŋa Ŋa", "singa-nga"),
            ("Ǆep ǅep", "dzep-dzep"),
            ("STRAẞE", "strasse"),
            ("Ro\u{308}ster", "roster"),
            ("Việt Nam", "viet-nam"),
            ("Ẁ", "w"),
            ("2×3÷4", "2-3-4"),
        ] {
            assert_eq!(to_id(text).as_deref(), Some(id), "{text}");
        }
        assert_eq!(to_id("\u{301}×"), None);
    }

    #[test]
    fn suggestions_are_valid_ids() {
        let long = "Long ".repeat(40);
        for text in [KEYWORDS, BUILT_IN, CARGO_FOLDERS, &["-", "1", "...", &long]].concat() {
            let error = text.parse::<PluginId>().unwrap_err();
            assert_eq!(invalid_reason(error.suggestion.as_str()), None, "{text}");
        }
    }

    #[test]
    fn names_are_derived_from_the_id() {
        let id: PluginId = "a320-fuel-2".parse().unwrap();
        assert_eq!(id.crate_name(), "a320_fuel_2");
        assert_eq!(id.type_name(), "A320Fuel2");
        assert_eq!(id.display_name(), "A320 Fuel 2");
        let id: PluginId = "ok".parse().unwrap();
        assert_eq!(id.type_name(), "OkPlugin");
    }
}
