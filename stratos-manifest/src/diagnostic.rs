//! Findings as data, independent of how they are printed.

use std::{fmt, ops::Range};

use crate::fix::{Edit, Fix, Safety};

/// A finding in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The id of the rule.
    pub rule: &'static str,
    /// Whether the finding is an error or a warning.
    pub level: Level,
    /// The problem, in one sentence without a period.
    pub message: String,
    /// The bytes of the file that are underlined.
    pub span: Range<usize>,
    /// The reason why it is a problem.
    pub note: Option<String>,
    /// The advice how to solve it.
    pub help: Option<String>,
    /// Other locations that belong to the finding, such as the first of two equal keys.
    pub related: Vec<Related>,
    /// The key path of the finding, such as `author.contact` or `availableSettings[fuel_unit].min`; empty for the whole
    /// file. For missing fields, the paths that they would have, separated by `, `.
    ///
    /// A setting is named by its key, quoted if the key is no plain word. A setting without a key, and an element of any
    /// other array, is named by its index, counted from 0.
    pub at: String,
    /// The fix, if there is a certain or likely one.
    pub fix: Option<Fix>,
}

/// Another location that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The bytes of the file.
    pub span: Range<usize>,
    /// The label of the location.
    pub message: String,
}

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The plugin may work as it is.
    Warning,
    /// The shell or the upload rejects the plugin.
    Error,
}

/// The findings of one rule in one file, limited in number.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// At most [`MAX_KEPT`](Self::MAX_KEPT) findings.
    pub(crate) kept: Vec<Diagnostic>,
    /// The number of findings beyond the limit.
    pub(crate) omitted: usize,
}

impl Findings {
    /// A limit for hostile files, which have room for hundreds of thousands of findings.
    const MAX_KEPT: usize = 1_000;

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        if self.kept.len() < Self::MAX_KEPT {
            self.kept.push(diagnostic);
        } else {
            self.omitted += 1;
        }
    }
}

impl Extend<Diagnostic> for Findings {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: T) {
        diagnostics.into_iter().for_each(|found| self.push(found));
    }
}

impl Diagnostic {
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn related(mut self, span: Range<usize>, message: impl Into<String>) -> Self {
        self.related.push(Related {
            span,
            message: message.into(),
        });
        self
    }

    /// Adds a fix that keeps the meaning of the file.
    pub(crate) fn safe_fix(self, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.fix(Safety::Safe, edits)
    }

    /// Adds a fix that is a guess, or that loses something.
    pub(crate) fn unsafe_fix(self, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.fix(Safety::Unsafe, edits)
    }

    /// Adds a fix, unless there are no edits.
    pub(crate) fn fix(mut self, safety: Safety, edits: impl IntoIterator<Item = Edit>) -> Self {
        let mut edits: Vec<Edit> = edits.into_iter().collect();
        if edits.is_empty() {
            return self;
        }
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        self.fix = Some(Fix { safety, edits });
        self
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}
