//! What is wrong with a scenario's file.

use std::cell::RefCell;
use std::fmt;

use stratos_manifest::{Position, position};
use thiserror::Error;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

/// Why a file is no scenario, or none for these plugins.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.lines().join("\n"))]
pub struct ScenarioError {
    /// The file, as messages name it.
    pub file: String,
    /// Everything that was found, in the file's order.
    pub mistakes: Vec<Mistake>,
}

impl ScenarioError {
    /// A line for each mistake, with file, line and column.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let lines = self.mistakes.iter();
        lines
            .map(|mistake| format!("{}:{mistake}", self.file))
            .collect()
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            message,
        } = self;
        write!(f, "{line}:{column}: {message}")
    }
}

/// Collects mistakes while a text is read.
#[derive(Debug)]
pub(super) struct Mistakes<'t> {
    text: &'t str,
    found: RefCell<Vec<(usize, String)>>,
}

impl<'t> Mistakes<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            found: RefCell::default(),
        }
    }

    /// Something is wrong at this byte.
    pub(super) fn add(&self, at: usize, message: impl Into<String>) {
        self.found.borrow_mut().push((at, message.into()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// The line of a byte, counted from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        position(self.text, at).line
    }

    /// An error, if anything was found.
    pub(super) fn into_result(self, file: &str) -> Result<(), ScenarioError> {
        let mut found = self.found.take();
        if found.is_empty() {
            return Ok(());
        }
        found.sort();
        let mistakes = found.into_iter().map(|(at, message)| {
            let Position { line, column } = position(self.text, at);
            Mistake {
                line,
                column,
                message,
            }
        });
        Err(ScenarioError {
            file: file.to_owned(),
            mistakes: mistakes.collect(),
        })
    }
}
