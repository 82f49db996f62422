//! JavaScript regular expressions: from untrusted manifests within a budget, from trusted ones with a time limit.

mod backtracking;
mod budget;
#[cfg(feature = "setting-values")]
mod timed_match;

pub(crate) use self::budget::RegexBudget;
#[cfg(feature = "setting-values")]
pub(crate) use self::timed_match::rejects_within;
