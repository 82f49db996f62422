//! JavaScript regular expressions from untrusted manifests, compiled and matched within a budget.

mod backtracking;
mod budget;

pub(crate) use self::budget::RegexBudget;
