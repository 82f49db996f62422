//! Fixes as data: edits of a file's bytes, and whether they may be applied unseen.

mod edit;

pub use self::edit::Edit;

/// The fix of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whether the fix may be applied unseen.
    pub safety: Safety,
    /// The edits, sorted by position; they do not overlap.
    pub edits: Vec<Edit>,
}

/// Whether a fix may be applied unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// The fix keeps the meaning of the file.
    Safe,
    /// The fix is a guess, or loses something, such as a comment.
    Unsafe,
}

impl Safety {
    pub(crate) const fn safe_if(is_safe: bool) -> Self {
        if is_safe { Self::Safe } else { Self::Unsafe }
    }
}
