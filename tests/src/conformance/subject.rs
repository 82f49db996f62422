//! The files of the conformance suite.

use serde::Deserialize;

use crate::conformance::row::Row;

/// Rows about one subject: a file in `tests/conformance`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Name of the file, without its extension.
    #[serde(skip)]
    pub name: &'static str,
    /// Heading in the book.
    pub title: String,
    /// The rows.
    #[serde(rename = "row")]
    pub rows: Vec<Row>,
}

macro_rules! files {
    ($($name:literal,)*) => {
        &[$(($name, include_str!(concat!("../../conformance/", $name, ".toml"))),)*]
    };
}

/// Name and text of each file, in the order of the book.
const FILES: &[(&str, &str)] = files![
    "lifecycle",
    "logger",
    "config",
    "ipc",
    "auth",
    "server",
    "plugin",
    "flight",
    "airline",
    "database",
    "notify",
    "dialog",
    "indicator",
];

/// All subjects, in the order of the book.
///
/// # Panics
///
/// When a file has a mistake.
#[must_use]
pub fn subjects() -> Vec<Subject> {
    FILES.iter().map(|(name, _)| subject(name)).collect()
}

/// The subject with this name.
///
/// # Panics
///
/// When there is no such file, or it has a mistake.
#[must_use]
pub fn subject(name: &str) -> Subject {
    let file = FILES.iter().find(|(its, _)| *its == name);
    let (name, text) = file.unwrap_or_else(|| panic!("there is no tests/conformance/{name}.toml"));
    let subject = toml::from_str::<Subject>(text)
        .unwrap_or_else(|error| panic!("tests/conformance/{name}.toml: {error}"));
    Subject { name, ..subject }
}
