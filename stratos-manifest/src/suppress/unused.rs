//! Exceptions that suppress nothing.

use std::ops::Range;

#[cfg(feature = "full")]
use crate::suppress::Exception;

/// An exception that covered no finding, although every manifest that it applies to was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedSuppression {
    /// The bytes of the settings where the exception names its rule.
    pub span: Range<usize>,
    /// The id of the rule.
    pub rule: &'static str,
}

#[cfg(feature = "full")]
impl From<&Exception> for UnusedSuppression {
    fn from(exception: &Exception) -> Self {
        Self {
            span: exception.span.clone(),
            rule: exception.rule,
        }
    }
}
