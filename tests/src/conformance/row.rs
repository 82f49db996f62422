//! Rows of the contract.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::conformance::step::Step;

/// One promise of the contract, with the steps that show that a host keeps it.
///
/// Either `steps` or `tests` has a value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Name of the row in test reports.
    pub name: String,
    /// Documents that the promise is from.
    pub source: Vec<Source>,
    /// The promise, as a phrase in Markdown.
    pub promise: String,
    /// Steps of the driver, with what it expects.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Tests that show the promise where the vocabulary of steps cannot, as `path: name`.
    #[serde(default)]
    pub tests: Vec<String>,
    /// Members of `ctx` that the row is about, with the platform's names; see [`MEMBERS`](super::MEMBERS).
    #[serde(default)]
    pub members: Vec<String>,
    /// Hosts that do not hold the row, with the reasons.
    #[serde(default)]
    pub not_on: BTreeMap<HostColumn, String>,
}

/// The source of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Source {
    /// The platform's guide to background modules.
    V1,
    /// The platform's later documentation.
    V2,
    /// The documentation of the newest shells.
    V3,
    /// No source states it.
    #[serde(rename = "assumed")]
    Assumed,
}

/// A column of the book's table: hosts that hold the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostColumn {
    /// The mocked shell with plugins in its process.
    Memory,
    /// The mocked shell with plugin processes.
    Process,
    /// The Node entry in a model of the real shell.
    Node,
    /// The mocked shell and the Node entry on Windows, in addition to their own exceptions.
    Windows,
}

impl HostColumn {
    /// All columns, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Memory, Self::Process, Self::Node, Self::Windows];
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1 => "V1",
            Self::V2 => "V2",
            Self::V3 => "V3",
            Self::Assumed => "assumed",
        })
    }
}

impl fmt::Display for HostColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "In memory",
            Self::Process => "Processes",
            Self::Node => "Node",
            Self::Windows => "Windows",
        })
    }
}
