//! JavaScript regular expressions: from untrusted manifests within a budget, from trusted ones with a time limit.

mod backtracking;
mod budget;
mod delimiters;
#[cfg(feature = "setting-values")]
mod timed_match;

pub(crate) use self::budget::RegexBudget;
pub(crate) use self::delimiters::split_delimiters;
#[cfg(feature = "setting-values")]
pub(crate) use self::timed_match::rejects_within;
