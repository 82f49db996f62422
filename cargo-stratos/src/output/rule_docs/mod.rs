//! Documentation of the linter's rules, in each format of `cargo stratos explain`.

pub(crate) mod human;
pub(crate) mod json;
mod labels;
pub(crate) mod markdown;
