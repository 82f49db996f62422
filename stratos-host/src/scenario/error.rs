//! Errors in scenario files.

use std::cell::RefCell;
use std::fmt;

use stratos_manifest::{Position, position};
use thiserror::Error;

/// A scenario file that cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.lines().join("\n"))]
pub struct ScenarioError {
    /// Name of the file.
    pub file: String,
    /// All errors in the file, in the order of their positions.
    pub diagnostics: Vec<Diagnostic>,
}

/// An error at a position of a scenario file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Position of the error.
    pub position: Position,
    /// Description of the error, and the correction if there is one.
    pub message: String,
}

impl ScenarioError {
    /// One line for each error: file, line, column and message.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let diagnostics = self.diagnostics.iter();
        diagnostics
            .map(|diagnostic| format!("{}:{diagnostic}", self.file))
            .collect()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.position, self.message)
    }
}

/// Collects the errors in a file while it is parsed.
#[derive(Debug)]
pub(super) struct Diagnostics<'t> {
    text: &'t str,
    list: RefCell<Vec<Diagnostic>>,
}

impl<'t> Diagnostics<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            list: RefCell::default(),
        }
    }

    /// Adds an error at a byte offset.
    pub(super) fn add(&self, offset: usize, message: impl Into<String>) {
        self.list.borrow_mut().push(Diagnostic {
            position: position(self.text, offset),
            message: message.into(),
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.borrow().is_empty()
    }

    /// Line of a byte offset, counted from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        position(self.text, offset).line
    }

    pub(super) fn into_error(self, file: &str) -> ScenarioError {
        let mut diagnostics = self.list.into_inner();
        diagnostics.sort_by_key(|diagnostic| diagnostic.position);
        ScenarioError {
            file: file.to_owned(),
            diagnostics,
        }
    }
}
