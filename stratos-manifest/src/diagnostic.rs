//! Findings as data: nothing here knows how they are shown.

use std::{fmt, ops::Range};

use crate::fix::{Edit, Fix, Safety};

/// One finding in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The id of the rule that found it.
    pub rule: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What is wrong.
    pub message: String,
    /// The bytes of the source that it is about.
    pub span: Range<usize>,
    /// Why it is wrong.
    pub note: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places that belong to the finding.
    pub related: Vec<Related>,
    /// The keys that lead to the place, such as `author.contact` or `availableSettings[fuel_unit].min`; empty for the
    /// file itself. Of fields that are missing, those that would lead to them.
    ///
    /// A setting goes by its key, in quotes where that is no plain word. One without a key goes by its number, counted
    /// from 0, as do the elements of other arrays.
    pub at: String,
    /// The repair, where there is one right answer or a likely one.
    pub fix: Option<Fix>,
}

/// Another place that belongs to a finding, such as the first of two equal keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The bytes of the source.
    pub span: Range<usize>,
    /// What is there.
    pub message: String,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth a look; the plugin may work all the same.
    Warning,
    /// The shell, or the upload, will not accept this.
    Error,
}

/// What one rule finds in one file.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) kept: Vec<Diagnostic>,
    /// How many more there were.
    pub(crate) omitted: usize,
}

impl Findings {
    /// Nobody reads more, and a hostile file has room for hundreds of thousands.
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

    /// A repair that cannot change what the author meant.
    pub(crate) fn safe_fix(self, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.fix(Safety::Safe, edits)
    }

    /// A repair that is likely right, or that loses something.
    pub(crate) fn unsafe_fix(self, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.fix(Safety::Unsafe, edits)
    }

    /// A repair that gives a value another key and does nothing else.
    pub(crate) fn rename_fix(mut self, safety: Safety, edit: Edit) -> Self {
        self.fix = Some(Fix {
            safety,
            edits: vec![edit],
            is_rename: true,
        });
        self
    }

    fn fix(mut self, safety: Safety, edits: impl IntoIterator<Item = Edit>) -> Self {
        let mut edits: Vec<Edit> = edits.into_iter().collect();
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        self.fix = Some(Fix {
            safety,
            edits,
            is_rename: false,
        });
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
