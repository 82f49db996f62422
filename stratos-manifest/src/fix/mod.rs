//! Repairs as data: which bytes to replace by what.

mod edit;
#[cfg(feature = "full")]
mod repair;

pub use self::edit::Edit;
#[cfg(feature = "full")]
pub use self::repair::{Repaired, repair};

/// The repair of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whether it may be applied without a look.
    pub safety: Safety,
    /// What to replace, in the order of the file; they do not overlap.
    pub edits: Vec<Edit>,
    /// Whether it gives a value another key and does nothing else: rules look at the value for the first time then.
    pub is_rename: bool,
}

/// Whether a repair may be applied without a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// It says the same in the right way.
    Safe,
    /// It is a guess, or loses something, such as a comment.
    Unsafe,
}
